"""What kind of agreement an 8-K's legal text is about: formulaic sentences, read with a table of agreement names.

"entered into a License Agreement (the "License Agreement") with ..." names the kind of deal more reliably than any news
headline does. Everything returned carries the offsets of the words it rests on.
"""

from __future__ import annotations

import re

import msgspec

WINDOW = 3500
"""Characters of an item that are read; deals are named in the first paragraphs."""

_ENTERED = re.compile(
    r"\b(?:enter(?:ed|s|ing)? into|execut(?:ed|es|ion of)|sign(?:ed|s)|consummat(?:ed|es)|closed|completed|received|"
    r"pursuant to|terminat\w+|notice of termination of)\b",
    re.IGNORECASE,
)
_AGREEMENT = re.compile(
    r"\b(?:agreements?(?:\s+and\s+plan\s+of\s+(?:merger|reorganization))?|plan\s+of\s+(?:merger|arrangement)|indenture|"
    r"commitment\s+letter|credit\s+facility|term\s+loan|letter\s+of\s+intent|underwriting\s+agreement)\b",
    re.IGNORECASE,
)
_AMENDED = re.compile(
    r"\b(?:amendment(?:\s+no\.?\s*\d+|\s+number\s+\w+)?|(?:first|second|third|fourth|fifth|\w+th)\s+amend\w+|"
    r"amended\s+and\s+restated|waiver|consent|supplement\w*|extension|side\s+letter|joinder|renewal)\b",
    re.IGNORECASE,
)
_PLAIN = re.compile(
    r"\b(?:rights|employment|consulting|separation|severance|indemnif\w+|lease|sublease|retention|transition|"
    r"registration\s+rights|voting|support|settlement|forbearance|cooperation|standstill|director|lock-?up|"
    r"change\s+(?:in|of)\s+control|equity\s+incentive|bonus|escrow|confidentiality|stockholders?|shareholders?)\s+"
    r"agreements?\b",
    re.IGNORECASE,
)
_KINDS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(pattern, re.IGNORECASE))
    for kind, pattern in (
        ("merger", r"plan\s+of\s+(?:merger|arrangement|reorganization)|merger\s+agreement|business\s+combination|"
                   r"arrangement\s+agreement|transaction\s+agreement|implementation\s+(?:agreement|deed)"),
        ("offering", r"underwriting|placement\s+agen|at[- ]the[- ]market|equity\s+distribution|"
                     r"(?:controlled\s+equity|open\s+market|equity\s+offering)\s+\w*\s*sales?|sales\s+agreement|securities\s+purchase|"
                     r"subscription|common\s+stock\s+purchase|registered\s+direct|(?:warrant\s+)?inducement|"
                     r"equity\s+line|standby\s+equity"),
        ("debt", r"\bloan|credit\s+(?:and|agreement|facility)|note\s+purchase|term\s+loan|financing\s+agreement|indenture|"
                 r"royalty|revenue\s+interest|revenue\s+participation|funding\s+agreement|guarant|commitment\s+letter|"
                 r"synthetic\s+royalty|debt"),
        ("purchase", r"(?:stock|share|equity(?:\s+interest)?|asset|unit|membership\s+interest|interest|securities|"
                     r"business)s?\s+(?:purchase|sale|acquisition|transfer)|purchase\s+(?:and\s+sale\s+)?agreement|"
                     r"asset\s+purchase|acquisition\s+agreement|sale\s+agreement|contribution\s+agreement"),
        ("license", r"licen[sc]"),
        ("partnership", r"collaborat|co-?develop|co-?promot|research|option|supply|manufactur|distribut|commerciali[sz]|"
                        r"services?|development|joint\s+venture|clinical|partner|alliance|cooperation|co-?market|"
                        r"master\s+agreement|framework"),
    )
)  # fmt: skip
_OWN_SECURITIES = re.compile(
    r"issue\s+and\s+sell|sell\s+and\s+issue|issuance\s+and\s+sale|sale\s+and\s+issuance|offer\s+and\s+s(?:ale|ell)|"
    r"private\s+placement|registered\s+direct|public\s+offering|(?:aggregate\s+)?principal\s+amount|"
    r"shares?\s+of\s+(?:the\s+company.s|our|its|[\w\s]{0,20})\s*common\s+stock|pre-?funded\s+warrants|"
    r"purchase\s+price\s+per\s+share",
    re.IGNORECASE,
)
_NOTES = re.compile(
    r"\b(?:senior|subordinated|secured|unsecured)\b[^.]{0,40}\bnotes\b|\bnotes due 20\d\d", re.IGNORECASE
)
_EQUITY_LIKE = re.compile(r"convertible|exchangeable|shares of|warrants", re.IGNORECASE)
_REPURCHASE = re.compile(r"repurchas|buy\s?back|tender\s+offer\s+for\s+its", re.IGNORECASE)
_ACQUIRES = re.compile(
    r"(?:acquir\w+|purchas\w+|buy)\s+(?:[\w,.'\u2019&-]+\s+){0,14}?(?:all|100%|substantially\s+all|certain|the)\s+(?:of\s+the\s+)?"
    r"(?:\w+\s+){0,4}?(?:outstanding|issued|assets|equity|capital\s+stock|shares|membership|business|interests?|rights)",
    re.IGNORECASE,
)
_SELLS = re.compile(
    r"(?:the\s+company|registrant|we|seller|agreed\s+to|will)\s+(?:\w+\s+){0,4}?(?:sell|sold|divest\w*|transfer\w*)\s+"
    r"(?:\w+\s+){0,6}?(?:to|assets|business|division|subsidiary|interests?|rights|product)|"
    r"sale\s+of\s+(?:the\s+)?(?:company.s|its|our|substantially\s+all)",
    re.IGNORECASE,
)
_INTO = re.compile(
    r"merged?s?\s+with\s+and\s+into\s+(?:the\s+)?([a-z]?[A-Z\d][\w&.' \u2019-]{1,60}?)\s*"
    r"(?:[,(;.]|\bwith\b|\bat\b|\bas\b|\bpursuant\b)"
)
_SUFFIX = (
    r"(?:Inc|Incorporated|Corp|Corporation|LLC|L\.L\.C|Ltd|Limited|plc|PLC|AG|S\.?A\.?S?|SE|N\.?V|B\.?V|GmbH|A/S|AB|ASA|K\.?K|"
    r"Co|Company|L\.?P|LLP|LP|S\.p\.A|S\.r\.l|Oy|Pty|Therapeutics|Pharmaceuticals?|Pharma|Biosciences?|Biotech\w*|Foundation|"
    r"Institute|University|Hospital|Bank|Capital|Partners|Holdings|Group|Laborator(?:y|ies))"
)
_ORG = re.compile(
    r"\b(?:The\s+)?University\s+of\s+[A-Z]\w+(?:[ -][A-Z]\w+){0,3}"
    r"|\b[a-z]?[A-Z][\w&.'/\u2019-]*(?:(?:,\s+(?=[A-Z]\w+(?:\s+&|,\s+[A-Z]))|\s+|\s+&\s+)(?:[a-z]?[A-Z][\w&.'/\u2019-]*|of|and|de|for|the)){0,6}?,?\s+"
    + _SUFFIX
    + r"\b\.?"
    r"(?:,?\s+(?:Inc|Ltd|LLC|Corp|plc|PLC|GmbH|AG|L\.?P|B\.?V|N\.?V|S\.?A|N\.?A|Co)\b\.?){0,2}"
)
_NO_ORG = re.compile(
    r"^(?:the\s+)?(?:name\s+of\b.*|company|registrant|purchasers?|investors?|securities|merger\s+sub|buyer|seller|parent|bank|lenders?|"
    r"(?:nasdaq|new\s+york)\b.*|surviving\s+corp\w*|delaware\b.*|.*\b(?:act|agreement|exchange|commission|"
    r"merger\s+sub\w*|(?:acquisition|merger)\s+(?:sub|corp|co|llc|inc|ltd|company|limited)\w*|acquireco|bidco|board|directors|"
    r"the\s+company|item|section|form|rule|capital\s+market|global\s+market|agent|officer)\b.*)",
    re.IGNORECASE,
)
_AGENT = re.compile(
    r"\s*(?:National\s+Association|N\.A\.)?[\s,]*(?:solely\s+)?(?:in\s+its\s+capacity\s+)?(?:as|serving\s+as|acting\s+as)\s+"
    r"(?:\w+\s+){0,3}?(?:escrow\s+agent|rights\s+agent|exchange\s+agent|trustee|representative|custodian|warrant\s+agent)",
    re.IGNORECASE,
)
"""Who stands behind a name only to hold papers or money is no party of the deal."""

_TAKES = re.compile(
    r"\b(?:acquir(?:e[ds]?|ing)|purchas(?:e[ds]?|ing)|buy(?:s|ing)?)\b(?:\s+[\w,.'\u2019&-]+){0,16}?\s+(?:all|100%|substantially\s+all)\s+"
    r"(?:of\s+)?(?:the\s+)?(?:issued\s+(?:and\s+)?)?(?:outstanding\s+)?(?:capital\s+stock|(?:common\s+)?shares?(?:\s+of\s+\w+\s+stock)?|"
    r"equity(?:\s+(?:interests|securities))?|assets|membership\s+interests|interests|stock)\s+(?:of|in)\s+"
    r"|\bacquir(?:e[ds]?|ing)\s+|\bacquisition\s+of\s+",
    re.IGNORECASE,
)
_SHORT_NAME = re.compile(r"[a-z]?[A-Z][\w&.-]*(?:\s+[A-Z][\w&-]*){0,3}(?=\s*(?:[,(;.]|\bfor\b|\bpursuant\b))")
_DOTTED = re.compile(r"\b(?:Inc|Corp|Ltd|Co|N\.A|N\.V|B\.V|S\.A|L\.P|S\.p\.A|L\.L\.C|S\.r\.l)\.$")
_MONEY = re.compile(
    r"(?P<cur>US\$|C\$|CA\$|A\$|\$|\u20ac|\u00a3|EUR|USD|GBP|CHF|RMB|JPY)\s?(?P<num>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)"
    r"(?:[\s-]{0,2}(?P<unit>million|billion|thousand|[MB]N?\b))?",
)
CURRENCY = {
    "US$": "USD",
    "$": "USD",
    "C$": "CAD",
    "CA$": "CAD",
    "A$": "AUD",
    "\u20ac": "EUR",
    "\u00a3": "GBP",
    "RMB": "CNY",
}
_SCALE = {"million": 10**6, "m": 10**6, "mn": 10**6, "billion": 10**9, "b": 10**9, "bn": 10**9, "thousand": 10**3}


class Money(msgspec.Struct, frozen=True):
    """An amount as written at an offset, in whole units of its currency."""

    amount: int
    currency: str
    start: int
    end: int


class Deal(msgspec.Struct, frozen=True, kw_only=True):
    """What an item says was agreed.

    ``kind``: merger, purchase, sale, offering, debt, license, partnership or other. ``target`` is true when the company
    that files is the one being bought. ``start``/``end`` quote the words that name the agreement.
    """

    kind: str
    start: int
    end: int
    name: str
    amended: bool = False
    target: bool = False
    partner: str = ""
    money: Money | None = None


def moneys(text: str, start: int, end: int) -> list[Money]:
    """Every amount between two offsets, in order. Per-share prices are among them; callers choose by context."""
    found = []
    for m in _MONEY.finditer(text, start, end):
        number = float(m["num"].replace(",", "")) * _SCALE.get((m["unit"] or "").lower(), 1)
        found.append(Money(round(number), CURRENCY.get(m["cur"], m["cur"]), m.start(), m.end()))
    return found


def money_near(text: str, start: int, end: int, cue: str, *, reach: int = 140, least: int = 10_000) -> Money | None:
    """The first amount within ``reach`` characters after one of the words ``cue`` (a pattern), at least ``least``."""
    for match in re.finditer(cue, text[start:end], re.IGNORECASE):
        at = start + match.end()
        for money in moneys(text, at, min(end, at + reach)):
            if money.amount >= least:
                return money
    return None


def read_deal(text: str, start: int, end: int, registrant: str) -> Deal | None:
    """The agreement an item is about; None when the text names none."""
    stop = min(end, start + WINDOW)
    found = _named(text, start, stop)
    if found is None:
        return None
    a, b = found
    name = " ".join(text[a:b].split())
    kind = "other" if _PLAIN.search(name) else next((k for k, p in _KINDS if p.search(name)), "other")
    amended = _AMENDED.search(name) is not None
    a = _shorter(text, a, b)
    name = " ".join(text[a:b].split())
    if kind in ("purchase", "offering"):
        kind = _purchase_kind(text, a, stop, name, kind)
    if kind == "offering" and _is_debt(text[a : min(stop, a + 900)]):
        kind = "debt"
    if kind == "other" and not amended:
        # "entered into a binding agreement under which ...": the sentence, not the name, says what it is.
        sentence = text[b : min(stop, b + 400)]
        kind = (
            "license"
            if re.search(
                r"\bexclusive(?:ly)?\b.{0,60}\blicen[sc]|\blicen[sc]e(?:d|s)?\b.{0,40}\brights\b",
                sentence,
                re.IGNORECASE | re.DOTALL,
            )
            else kind
        )
    into = _merged_into(text, start, stop) if kind == "merger" else ""
    target = bool(into) and _is_registrant(into, registrant)
    other = "" if target or not into or _NO_ORG.match(into) else spelled_out(text, start, stop, into)
    if not target and not other and kind in ("merger", "purchase"):
        other = taken(text, start, stop, registrant)
    return Deal(
        kind=kind, start=a, end=b, name=name, amended=amended, target=target,
        partner=other or partner(text, start, stop, registrant, after=b), money=_money(text, start, stop, kind),
    )  # fmt: skip


def _named(text: str, start: int, stop: int) -> tuple[int, int] | None:
    """Offsets of the agreement's name: the words from "entered into" to the last word of the name."""
    for entered in _ENTERED.finditer(text, start, stop):
        limit = min(stop, entered.end() + 220)
        noun = _AGREEMENT.search(text, entered.end(), limit)
        if noun is None or "\n" in text[entered.end() : noun.start()]:
            continue
        last = noun.end()
        for follow in _AGREEMENT.finditer(text, noun.end(), limit):  # "License Agreement and Supply Agreement"
            if re.fullmatch(r"[^.;(]{0,40}", text[last : follow.start()]) is None:
                break
            last = follow.end()
        first = entered.end()
        sentence = [m.end() for m in re.finditer(r"[a-z\d)\"\u201d]\.\s+(?=[A-Z])", text[first : noun.start()])]
        # An amendment names what it amends: "Amendment No. 2 dated ... to the Rights Agreement".
        return _trim(text, first + (sentence[-1] if sentence else 0), last)
    noun = _AGREEMENT.search(text, start, stop)
    if noun is None:
        return None
    begin = max(start, text.rfind("\n", start, noun.start()) + 1)
    if noun.start() - begin > 60:
        begin = text.find(" ", noun.start() - 60, noun.start()) + 1 or noun.start()
    return begin, noun.end()


def _shorter(text: str, a: int, b: int) -> int:
    """Where the name itself begins when a whole clause stands before it ("... pursuant to the Underwriting Agreement")."""
    if b - a <= 80:
        return a
    cuts = [
        text.rfind(word, a, b - 12) + len(word)
        for word in (" the ", " an ", " a ", "its ", "(“")
        if text.rfind(word, a, b - 12) >= 0
    ]
    return max([c for c in cuts if b - c <= 80], default=max(a, text.find(" ", b - 70, b) + 1))


def _trim(text: str, a: int, b: int) -> tuple[int, int]:
    while a < b and (text[a].isspace() or text[a] in ",:;"):
        a += 1
    lead = re.compile(r"(?:an?|the|that certain|certain|its|their|definitive)\s+", re.IGNORECASE).match(text, a, b)
    return (lead.end() if lead else a), b


def _purchase_kind(text: str, a: int, stop: int, name: str, kind: str) -> str:
    context = text[a : min(stop, a + 900)]
    if _REPURCHASE.search(context):
        return "other"
    if kind == "offering":
        return "offering"
    own = _OWN_SECURITIES.search(context)
    buys, sells = _ACQUIRES.search(context), _SELLS.search(context)
    asset = re.search(r"asset|business|membership|interest|unit", name, re.IGNORECASE)
    if own and not asset and (buys is None or own.start() < buys.start()):
        return "offering"
    if sells and (buys is None or sells.start() < buys.start()):
        return "sale"
    return "purchase" if buys or asset else "other"


def _is_debt(context: str) -> bool:
    """Notes that are not convertible are borrowed money, whatever the agreement to sell them is called."""
    return _NOTES.search(context) is not None and _EQUITY_LIKE.search(context) is None


def _merged_into(text: str, start: int, stop: int) -> str:
    for match in _INTO.finditer(text, start, stop):
        into = " ".join(match.group(1).split())
        if not re.search(r"merger\s+sub|purchaser|surviving", into, re.IGNORECASE):
            return into
    return ""


def taken(text: str, start: int, stop: int, registrant: str) -> str:
    """Whom the text says was or will be bought; "" when it does not say so in a formula."""
    for verb in _TAKES.finditer(text, start, stop):
        found = _ORG.match(text, verb.end(), stop) or _SHORT_NAME.match(text, verb.end(), stop)
        if found is None:
            continue
        name = " ".join(found.group().split())
        name = name if _DOTTED.search(name) else name.rstrip(".")
        if not _NO_ORG.match(name) and not _is_registrant(name, registrant) and not _AGREEMENT.search(name):
            return spelled_out(text, start, stop, name)
    return ""


def spelled_out(text: str, start: int, stop: int, short: str) -> str:
    """The full name for a defined short one: "Voice" for ``Voice Signals, Inc. ("Voice")``; as it is when not defined."""
    defined = re.compile(r"\(\s*(?:the\s+|collectively,?\s+)?[\"\u201c]" + re.escape(short) + r"[,.]?[\"\u201d]")
    match = defined.search(text, start, stop)
    if match is None:
        return short
    first = short.split()[0].casefold()
    names = [" ".join(m.group().split()) for m in _ORG.finditer(text, max(start, match.start() - 160), match.start())]
    full = next((n for n in reversed(names) if n.casefold().startswith(first)), "")
    return (full if _DOTTED.search(full) else full.rstrip(".")) or short


def _is_registrant(name: str, registrant: str) -> bool:
    first = registrant.split()[0].lower().strip(",.") if registrant.split() else ""
    return bool(re.match(r"(?:the\s+)?(?:company|registrant|us)\b", name, re.IGNORECASE)) or (
        bool(first) and name.lower().startswith(first)
    )


def partner(text: str, start: int, stop: int, registrant: str, after: int = 0) -> str:
    """The first organisation named beside the registrant, preferably after the agreement's name; "" when none is."""
    first = registrant.split()[0].lower().strip(",.") if registrant.split() else ""
    names = []
    for m in _ORG.finditer(text, start, min(stop, start + 1600)):
        name = " ".join(m.group().split())
        if first and name.lower().removeprefix("the ").startswith(first):
            name = name.partition(" and ")[
                2
            ].strip()  # "Acme and Borealis Inc.": the registrant's short name runs ahead
            if not name or name.lower().startswith(first):
                continue
        if name.endswith(".") and not _DOTTED.search(name):
            name = name[:-1]  # the end of the sentence
        if not _NO_ORG.match(name) and _AGENT.match(text, m.end()) is None and 3 < len(name) < 90:
            names.append((m.start(), name))
    later = next((n for at, n in names if at >= after), "")
    return later or (names[0][1] if names else "")


_CUES = {
    "offering": r"gross proceeds|aggregate (?:gross )?(?:purchase|offering|sales) price|aggregate principal amount|"
                r"aggregate amount|proceeds (?:of|to)|up to",
    "debt": r"up to|aggregate|principal amount|term loan|in the amount of|facility|purchase price|for|entered into an?",
    "merger": r"aggregate (?:purchase price|consideration|equity value|value)|valued at|total consideration|"
              r"purchase price|approximately",
    "purchase": r"aggregate (?:purchase price|consideration)|purchase price|total consideration|in exchange for|for",
    "sale": r"aggregate (?:purchase price|consideration)|purchase price|total consideration|in exchange for|for",
}  # fmt: skip


_AFTER = re.compile(
    r"\s*(?:million|billion)?\s*(?:in\s+)?(?:(?:of\s+)?(?:aggregate\s+)?(?:gross\s+proceeds|principal\s+amount)|aggregate\b|"
    r"(?:senior\s+)?(?:secured\s+)?(?:term\s+loan|credit\s+facility|loan|revolv)|underwritten|public\s+offering|private\s+placement|"
    r"registered\s+direct|financing|in\s+(?:cash|upfront|total))",
    re.IGNORECASE,
)


def _money(text: str, start: int, stop: int, kind: str) -> Money | None:
    cue = _CUES.get(kind)
    if kind in ("offering", "debt"):
        named = next((m for m in moneys(text, start, stop) if m.amount >= 100_000 and _AFTER.match(text, m.end)), None)
        gross = money_near(text, start, stop, r"gross proceeds", least=100_000) if kind == "offering" else None
        if gross or named:
            return gross or named
    return money_near(text, start, stop, cue, least=100_000) if cue else None


def upfront_and_total(text: str, start: int, end: int) -> tuple[Money | None, Money | None]:
    """Money at signing and the most that may be paid under a licence or collaboration."""
    stop = min(end, start + 6000)
    upfront = money_near(text, start, stop, r"up-?front|initial payment|signing", reach=90) or _before(
        text, start, stop, r"\bup-?front\b"
    )
    total = money_near(
        text,
        start,
        stop,
        r"(?:up to|aggregate of|total(?:ing|s)?(?: of)?)(?: an aggregate of)?(?: approximately)?",
        reach=60,
    )
    if total is not None and not re.search(
        r"milestone|payments|consideration|royalt", text[total.start - 160 : total.end + 160], re.IGNORECASE
    ):
        total = None
    return upfront, total


def _before(text: str, start: int, end: int, cue: str) -> Money | None:
    match = re.search(cue, text[start:end], re.IGNORECASE)
    if match is None:
        return None
    at = start + match.start()
    near = [m for m in moneys(text, max(start, at - 40), at) if m.amount >= 10_000]
    return near[-1] if near else None
