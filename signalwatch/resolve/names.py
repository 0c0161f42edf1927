"""Which account an organisation name means: from "the same name" down to "ask a person".

A name matches when everything in it besides the account's own words changes nothing about which company it is (legal
form, place, unit). How much else may stand there depends on the account's word: a coined word carries a name alone, an
ordinary word ("Relay") or short letters ("PTC") only together with the descriptor the company really has.
"""

from __future__ import annotations

from collections.abc import Sequence

from signalwatch.resolve.answers import EXCLUDED, NONE, OUTSIDE, Answer, ambiguous, held
from signalwatch.resolve.beginning import GEO, KNOWN, by_beginning
from signalwatch.resolve.index import (
    ALIAS,
    BARE,
    COINED,
    CORE,
    DESCRIBED,
    DOUBTFUL,
    FAMILY,
    GROUP,
    LEGAL_NAME,
    METHOD,
    MULTI,
    NAME,
    RIVAL,
    SHORT,
    TIER,
    WORD,
    Index,
    strip_legal,
)
from signalwatch.resolve.lexicon import CARE_SITES, LEADING, LEGAL, NOT_COMPANY, SAYS_NOTHING, UNIT
from signalwatch.resolve.rewrites import Other, corrected, glued, initials, joint, placed, singular, turned
from signalwatch.resolve.spelling import misspelt
from signalwatch.resolve.text import keys

# Legal forms that say little: any business may end so. The others ("N.V.", "A/S") come with an official name.
_COMMON_FORMS = frozenset(("incorporated", "corporation", "company", "limited", "llc", "lp", "holding", "trust"))
# Where the legal forms of ordinary words are at home; "Ltd", "Co." and "Holdings" are at home everywhere.
_HOMES: dict[str, frozenset[str]] = {
    "incorporated": frozenset(("US", "CA", "JP", "KR", "TW", "PH")),
    "corporation": frozenset(("US", "CA", "JP", "KR", "TW", "PH", "FI", "IN", "MY")),
    "llc": frozenset(("US", "RU", "UA", "KZ", "BY", "GE", "AM")),
    "ag": frozenset(("DE", "CH", "AT", "LI")),
    "gmbh": frozenset(("DE", "CH", "AT")),
    "kgaa": frozenset(("DE",)),
    "sa": frozenset(("FR", "CH", "BE", "ES", "LU", "PL", "PT", "GR", "AR", "BR", "CL", "RO", "PE", "UY", "MX")),
    "sas": frozenset(("FR", "CO", "AR")),
    "spa": frozenset(("IT", "CL", "DZ")),
    "ab": frozenset(("SE", "FI")),
    "oyj": frozenset(("FI",)),
    "oy": frozenset(("FI",)),
    "as": frozenset(("DK", "NO", "CZ", "SK", "EE", "TR", "LV")),
    "nv": frozenset(("NL", "BE", "CW")),
    "bv": frozenset(("NL", "BE")),
    "plc": frozenset(("GB", "IE", "JE", "GG", "NG")),
    "kk": frozenset(("JP",)),
    "srl": frozenset(("IT", "RO", "ES", "BE")),
}
_SAME = frozenset(("the same name", "the same legal name"))
_FUSED = {"tx": "therapeutics", "rx": "pharma"}


def match_name(index: Index, text: str) -> Answer:
    """Decide one clean name (brackets, owners and lists already taken apart)."""
    answer = _match(index, text)
    if answer.status != "matched" and "." in text[:8] and (apart := initials(text)):
        spelled = _match(index, apart)
        answer = spelled if spelled.status == "matched" else answer
    if (
        (answer.status in ("none", "held") or answer.method == "fuzzy")
        and answer is not EXCLUDED
        and index.outside not in answer.accounts
    ):
        answer = _otherwise(index, text) or answer
    if index.outside not in answer.accounts:
        return answer
    inside = tuple(account for account in answer.accounts if account != index.outside)
    return answer._replace(accounts=inside) if inside else OUTSIDE


def _match(index: Index, text: str) -> Answer:
    all_keys = keys(text)
    if not all_keys:
        return NONE
    core = strip_legal(all_keys)
    answer = _exact(index, all_keys, core) or _fused(index, all_keys, core)
    if answer is not None:
        return answer
    if any(token in NOT_COMPANY for token in core):
        return EXCLUDED
    answer = _whole_beginning(index, all_keys) or by_beginning(index, text, all_keys, core)
    if answer is not None:
        apart = misspelt(index, core) if answer.status == "held" else None
        return apart if apart is not None and apart.status == "matched" and apart.method != "fuzzy" else answer
    answer = _by_comma(index, text)
    if answer is not None:
        return answer
    if any(token in CARE_SITES for token in core):
        return EXCLUDED
    return misspelt(index, core) or _inside(index, core) or NONE


def _otherwise(index: Index, text: str) -> Answer | None:
    """The match of another reading of the name, where one decides."""
    known = index.longest  # the first words of all names: whatever begins with none of them needs no second look
    for other in glued(text):
        if not any(key in known for key in keys(other.head)[:1]):
            continue
        answer = _match(index, other.text)
        same = answer.why in _SAME and (answer.method != "family" or _coined(index, other))
        if answer.status == "matched" and (same or _carries(index, other)):
            return answer._replace(why=f"{answer.why}, read as {other.text.strip()!r}")
    halves = joint(text) if "-" in text or "–" in text or "+" in text else None
    if halves is not None:
        one, two = (_match(index, half) for half in halves)
        if one.status == two.status == "matched" and one.accounts == two.accounts:
            return one
        rest = keys(halves[0])[1:]
        told = any(key in GEO for key in rest) and all(key in KNOWN or key.isdigit() for key in rest)
        head = index.look(keys(text)[0])
        if two.status == "matched" and len(head) == 1 and two.accounts == (head[0] >> 16,):
            return two
        if told and one.status == "matched" and text.split("-")[0].isupper() and index.flags[one.accounts[0]] & GROUP:
            return one
    all_keys = keys(text)
    if not all_keys:
        return None
    place = placed(all_keys) if len(all_keys) > 1 and all_keys[1] in known else None
    for moved in (place, turned(strip_legal(all_keys))):
        if moved and (moved is place or moved[0] in known):
            core = strip_legal(moved)
            answer = _exact(index, moved, core) or _exact(index, moved[1:], core[1:]) or NONE
            if answer.status == "matched" and index.outside not in answer.accounts:
                return answer._replace(method="fuzzy", why=f"read as {' '.join(moved)!r}", score=0.9)
    if all_keys[0] not in known:
        return None
    for changed in (corrected(all_keys), singular(all_keys)):
        if changed and changed != all_keys:
            core = strip_legal(changed)
            answer = _exact(index, changed, core) or by_beginning(index, text, changed, core) or NONE
            if answer.status == "matched":
                return answer._replace(method="fuzzy", why=f"read as {' '.join(changed)!r}", score=0.9)
    return None


def _coined(index: Index, other: Other) -> bool:
    """Whether a made-up word is among the words taken apart: two plain ones may be anybody's ("GlobalMed")."""
    return any(index.is_coined(key) for key in strip_legal(keys(other.text)))


def _carries(index: Index, other: Other) -> bool:
    """Whether the first word, taken from its descriptor, is a name by itself, and nothing new follows."""
    head = keys(other.head)
    codes = index.look(" ".join(head))
    if len(codes) != 1 or codes[0] >> 8 & 0xFF > CORE or codes[0] & DOUBTFUL:
        return False
    if codes[0] & RIVAL and codes[0] >> 8 & 0xFF == CORE:
        return False
    group = index.flags[codes[0] >> 16] & GROUP
    if other.camel and group:
        return True
    plain = all(key in GEO or key in LEGAL or key in UNIT for key in keys(other.rest))
    return bool(codes[0] & COINED) and plain and len(head[0]) > 4


def _exact(index: Index, all_keys: list[str], core: list[str]) -> Answer | None:
    whole = all_keys[1:] if all_keys[0] == "the" else all_keys
    code = index.whole.get(" ".join(whole))
    if code is not None:
        return Answer("matched", (code >> 16,), METHOD[code >> 8 & 0xFF], "the same legal name")
    for begin in range(len(core)):
        if begin and core[begin - 1] not in LEADING:
            break
        codes = index.look(" ".join(core[begin:]))
        if codes and TIER[codes[0] >> 8 & 0xFF] <= TIER[FAMILY]:
            return _decide_exact(index, codes, all_keys, core)
    return None


def _whole_beginning(index: Index, all_keys: list[str]) -> Answer | None:
    """A name that only its legal form tells from another's, with more behind it ("X KGaA, Y City, Germany")."""
    for end in range(len(all_keys) - 1, 1, -1):
        code = index.whole.get(" ".join(all_keys[:end]))
        if code is not None:
            return Answer("matched", (code >> 16,), METHOD[code >> 8 & 0xFF], "begins with the legal name")
    return None


def _fused(index: Index, all_keys: list[str], core: list[str]) -> Answer | None:
    """ "ModernaTX" is "Moderna Therapeutics"."""
    ending = core[0][-2:]
    if len(core[0]) < 6 or ending not in _FUSED:
        return None
    apart = [core[0][:-2], _FUSED[ending], *core[1:]]
    return _exact(index, [*apart, *all_keys[len(core) :]], apart) if index.look(" ".join(apart[:2])) else None


def _decide_exact(index: Index, codes: Sequence[int], all_keys: list[str], core: list[str]) -> Answer:
    accounts = tuple(dict.fromkeys(code >> 16 for code in codes))
    account, kind, marks = codes[0] >> 16, codes[0] >> 8 & 0xFF, codes[0] & 0xFF
    if len(accounts) > 1 or marks & DOUBTFUL:
        return ambiguous(accounts, METHOD[kind], "this name alone does not tell which company")
    if (
        marks & WORD
        and not marks & (DESCRIBED | MULTI)
        and kind <= ALIAS
        and _foreign_form(index, account, all_keys[len(core) :])
    ):
        return held(account, "short_name", "an ordinary word with a legal form of another country", 0.4)
    weak = not marks & (COINED | DESCRIBED | MULTI) and not index.flags[account] & BARE
    if weak and len(all_keys) > len(core) and all_keys[-1] in _COMMON_FORMS:
        known = index.families.group(" ".join(core)) is not None
        name = kind == NAME and not (known and marks & SHORT)
        alias = kind == ALIAS and marks & SHORT and not known
        if name or alias or (kind == FAMILY and marks & WORD):
            return held(account, "short_name", "an ordinary word with a legal form; the account's legal name is longer")
    return Answer("matched", (account,), METHOD[kind], "the same name")


def _foreign_form(index: Index, account: int, form: Sequence[str]) -> bool:
    """A legal form that the account's country does not have; units of big companies have any."""
    country = index.countries[account]
    if not country or index.flags[account] & GROUP:
        return False
    homes = [_HOMES[word] for word in form if word in _HOMES]
    return bool(homes) and all(country not in home for home in homes)


def _by_comma(index: Index, text: str) -> Answer | None:
    """A place, department or person before or after a comma, the company in another part."""
    parts = [part for part in text.split(",") if part.strip()]
    if len(parts) < 2:
        return None
    found: Answer | None = None
    for part in parts:
        all_keys = keys(part)
        if not all_keys:
            continue
        core = strip_legal(all_keys)
        answer = _exact(index, all_keys, core)
        if answer is None and part is not parts[0]:
            found = found or _department_of(index, parts[0], part, all_keys, core)
        if answer is None or answer.status != "matched":
            continue
        codes = index.look(" ".join(core))
        named = not codes or codes[0] & (COINED | DESCRIBED) or codes[0] >> 8 & 0xFF == LEGAL_NAME
        if not named and text.count(part) < 2:
            continue
        if found is not None and found.accounts != answer.accounts:
            return ambiguous(found.accounts + answer.accounts, "exact", "two companies in one field")
        found = answer
    return found


def _department_of(index: Index, before: str, text: str, all_keys: list[str], core: list[str]) -> Answer | None:
    """A big company's unit after its department ("Medical Department, X Spain")."""
    if not all(key in KNOWN or key in SAYS_NOTHING for key in keys(before)):
        return None
    answer = by_beginning(index, text, all_keys, core)
    named = answer is not None and answer.status == "matched" and index.flags[answer.accounts[0]] & GROUP
    return answer if named else None


def _inside(index: Index, core: list[str]) -> Answer | None:
    """A big company's coined name further inside: worth a question, no more."""
    if not set(core) & (KNOWN - GEO - SAYS_NOTHING):
        return None
    for begin in range(1, len(core)):
        for end in range(len(core), begin, -1):
            codes = index.look(" ".join(core[begin:end]))
            if len(codes) == 1 and codes[0] >> 8 & 0xFF <= CORE and codes[0] & COINED:
                account, kind = codes[0] >> 16, codes[0] >> 8 & 0xFF
                if index.flags[account] & GROUP:
                    return held(account, METHOD[kind], "the company's name stands inside", 0.3)
    return None
