"""The forms of an English verb, so that a phrase names ``<win>`` once and means wins, won and winning as well."""

from __future__ import annotations

_IRREGULAR: dict[str, tuple[str, ...]] = {
    "be": ("is", "are", "was", "were", "being", "been"),
    "beat": ("beats", "beaten", "beating"),
    "become": ("becomes", "became", "becoming"),
    "begin": ("begins", "began", "begun", "beginning"),
    "bet": ("bets", "betting"),
    "bid": ("bids", "bidding"),
    "break": ("breaks", "broke", "broken", "breaking"),
    "bring": ("brings", "brought", "bringing"),
    "build": ("builds", "built", "building"),
    "buy": ("buys", "bought", "buying"),
    "choose": ("chooses", "chose", "chosen", "choosing"),
    "come": ("comes", "came", "coming"),
    "cut": ("cuts", "cutting"),
    "do": ("does", "did", "done", "doing"),
    "draw": ("draws", "drew", "drawn", "drawing"),
    "fall": ("falls", "fell", "fallen", "falling"),
    "find": ("finds", "found", "finding"),
    "freeze": ("freezes", "froze", "frozen", "freezing"),
    "get": ("gets", "got", "gotten", "getting"),
    "give": ("gives", "gave", "given", "giving"),
    "go": ("goes", "went", "gone", "going"),
    "grow": ("grows", "grew", "grown", "growing"),
    "have": ("has", "had", "having"),
    "hit": ("hits", "hitting"),
    "hold": ("holds", "held", "holding"),
    "keep": ("keeps", "kept", "keeping"),
    "lay": ("lays", "laid", "laying"),
    "lead": ("leads", "led", "leading"),
    "leave": ("leaves", "left", "leaving"),
    "let": ("lets", "letting"),
    "lose": ("loses", "lost", "losing"),
    "make": ("makes", "made", "making"),
    "meet": ("meets", "met", "meeting"),
    "net": ("nets", "netted", "netting"),
    "pay": ("pays", "paid", "paying"),
    "put": ("puts", "putting"),
    "quit": ("quits", "quitting"),
    "rise": ("rises", "rose", "risen", "rising"),
    "run": ("runs", "ran", "running"),
    "see": ("sees", "saw", "seen", "seeing"),
    "sell": ("sells", "sold", "selling"),
    "send": ("sends", "sent", "sending"),
    "set": ("sets", "setting"),
    "shake": ("shakes", "shook", "shaken", "shaking"),
    "shed": ("sheds", "shedding"),
    "shine": ("shines", "shone", "shining"),
    "show": ("shows", "showed", "shown", "showing"),
    "shrink": ("shrinks", "shrank", "shrunk", "shrinking"),
    "shut": ("shuts", "shutting"),
    "sink": ("sinks", "sank", "sunk", "sinking"),
    "slide": ("slides", "slid", "sliding"),
    "spend": ("spends", "spent", "spending"),
    "spin": ("spins", "spun", "spinning"),
    "stand": ("stands", "stood", "standing"),
    "stick": ("sticks", "stuck", "sticking"),
    "strike": ("strikes", "struck", "striking"),
    "swing": ("swings", "swung", "swinging"),
    "take": ("takes", "took", "taken", "taking"),
    "tell": ("tells", "told", "telling"),
    "throw": ("throws", "threw", "thrown", "throwing"),
    "win": ("wins", "won", "winning"),
    "withdraw": ("withdraws", "withdrew", "withdrawn", "withdrawing"),
    "write": ("writes", "wrote", "written", "writing"),
}
_DOUBLED = frozenset(
    "axe bag ban beg bet bin clip chop commit cop cram crop drag drop drub equip fit flop flub grab hop jab knit lag log map "
    "mop nab net "
    "nix occur omit pan permit pin plan plot plug pop prep prod prop rebut rig rip rub scrap ship shop shun sip skid "
    "skip slam "
    "slap slip snag snap snub spur stem step stop strip submit sum swap tag tap tip top trap trim tug unplug wed whip wrap "
    "zip".split()
) - {"axe"}
_VOWELS = frozenset("aeiou")


def forms(verb: str) -> tuple[str, ...]:
    """All forms of one verb, base form first: base, third person, past, participle, -ing.

    A particle stays where it stands: ``lay off`` gives ``lays off``, ``laid off`` and so on.
    """
    base, _, particle = verb.partition(" ")
    tail = f" {particle}" if particle else ""
    rest = _IRREGULAR.get(base) or _regular(base)
    seen = dict.fromkeys((base, *rest))
    return tuple(form + tail for form in seen)


def _regular(base: str) -> tuple[str, str, str]:
    if base.endswith(("s", "x", "z", "ch", "sh", "o")):
        third = base + "es"
    elif base.endswith("y") and base[-2:-1] not in _VOWELS:
        third = base[:-1] + "ies"
    else:
        third = base + "s"
    if base in _DOUBLED:
        stem = base + base[-1]
        return third, stem + "ed", stem + "ing"
    if base.endswith("ie"):
        return third, base + "d", base[:-2] + "ying"
    if base.endswith("e") and not base.endswith(("ee", "oe", "ye")):
        return third, base + "d", base[:-1] + "ing"
    if base.endswith(("ee", "oe", "ye")):
        return third, base + "d", base + "ing"
    if base.endswith("y") and base[-2:-1] not in _VOWELS:
        return third, base[:-1] + "ied", base + "ing"
    return third, base + "ed", base + "ing"
