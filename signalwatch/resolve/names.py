"""Which account an organisation name means: the rules, from "the same name" down to "ask a person".

A name matches when everything in it besides the account's own words changes nothing about which company it is (legal
form, place, unit). How much else may stand there depends on the account's word: a coined word carries a name alone, an ordinary
word ("Relay") or short letters ("PTC") only together with the descriptor the company really has.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from rapidfuzz.distance import DamerauLevenshtein

from signalwatch.resolve.index import (
    ALIAS,
    BARE,
    CAPITALS,
    COINED,
    CONTRACT,
    CORE,
    DESCRIBED,
    DEVICES,
    DOUBTFUL,
    FAMILY,
    GROUP,
    HEAD,
    LEGAL_NAME,
    METHOD,
    MULTI,
    NAME,
    PRESS,
    RIVAL,
    SHORT,
    TIER,
    UNIT_CORE,
    WORD,
    Index,
    name_tokens,
    strip_legal,
)
from signalwatch.resolve.lexicon import (
    CARE,
    CARE_SITES,
    COUNTRIES,
    DESCRIPTORS,
    DRUG,
    FINANCE_ARM,
    LEADING,
    LEGAL,
    NOT_COMPANY,
    OTHER_TRADE,
    PLACES,
    REGION_ENDS,
    RESEARCH,
    SITE_TAILS,
    TECH,
    UNIT,
)
from signalwatch.resolve.text import keys

_GEO = COUNTRIES | PLACES
_SAYS_NOTHING = frozenset(
    [
        "of",
        "the",
        "and",
        "for",
        "de",
        "la",
        "le",
        "les",
        "di",
        "du",
        "des",
        "da",
        "do",
        "del",
        "dei",
        "a",
        "an",
        "in",
        "at",
        "und",
        "et",
        "y",
        "e",
        "i",
    ]
)
_COMMON_FORMS = frozenset(["incorporated", "corporation", "company", "limited", "llc", "lp", "holding", "trust"])
_NUMERALS = frozenset(["ii", "iii", "iv", "jr", "sr"])
_VOWELS = frozenset("aeiouy")
_VENTURES = frozenset(["ventures", "capital", "investments", "investment", "trading", "partners", "spv", "bioventures"])
_KNOWN = DRUG | CARE | RESEARCH | UNIT | _GEO | LEGAL | REGION_ENDS
_FUSED = {"tx": "therapeutics", "rx": "pharma"}
_INSTITUTE_LEAD = frozenset(["institute", "of", "de", "recherche", "recherches", "research"])


class Answer(NamedTuple):
    """``status`` as in Match; ``accounts`` are positions in the index; ``method`` and ``why`` explain."""

    status: str
    accounts: tuple[int, ...] = ()
    method: str = ""
    why: str = ""
    score: float = 1.0


OUTSIDE = Answer("none", why="a known company that belongs to no account of this list")
NONE = Answer("none", why="no account is written like this")
EXCLUDED = Answer("none", why="a hospital, university, foundation, fund or the like that carries the name")


def _held(account: int, method: str, why: str, score: float = 0.5) -> Answer:
    return Answer("held", (account,), method, why, score)


def match_name(index: Index, text: str) -> Answer:
    """Decide one clean name (brackets, owners and lists already taken apart)."""
    answer = _match(index, text)
    return OUTSIDE if answer.accounts == (index.outside,) else answer


def _match(index: Index, text: str) -> Answer:
    all_keys = keys(text)
    if not all_keys:
        return NONE
    core = strip_legal(all_keys)
    exact = _exact(index, text, all_keys, core)
    if exact is None and len(core[0]) > 5 and core[0][-2:] in _FUSED:
        apart = [core[0][:-2], _FUSED[core[0][-2:]], *core[1:]]  # "ModernaTX" is "Moderna Therapeutics"
        if index.look(" ".join(apart[:2])):
            exact = _exact(index, text, [*apart, *all_keys[len(core) :]], apart)
    if exact is not None:
        return exact
    if any(token in NOT_COMPANY for token in core):
        return EXCLUDED
    answer = _by_beginning(index, text, all_keys, core)
    if answer is not None and answer.status != "held":
        return answer
    if answer is not None:
        apart = _misspelt(index, core)
        return apart if apart is not None and apart.status == "matched" and apart.method != "fuzzy" else answer
    answer = _by_comma(index, text)
    if answer is not None:
        return answer
    if any(token in CARE_SITES for token in core):
        return EXCLUDED
    return _misspelt(index, core) or _inside(index, core) or NONE


def _exact(index: Index, text: str, all_keys: list[str], core: list[str]) -> Answer | None:
    code = index.whole.get(" ".join(all_keys))
    if code is not None:
        return Answer("matched", (code >> 16,), METHOD[code >> 8 & 0xFF], "the same legal name")
    for begin in range(len(core)):
        if begin and core[begin - 1] not in LEADING:
            break
        codes = index.look(" ".join(core[begin:]))
        if codes and TIER[codes[0] >> 8 & 0xFF] <= TIER[FAMILY]:
            return _decide_exact(index, codes, all_keys, core)
    return None


def _decide_exact(index: Index, codes: Sequence[int], all_keys: list[str], core: list[str]) -> Answer:
    accounts = tuple(dict.fromkeys(code >> 16 for code in codes))
    if len(accounts) > 1 or codes[0] & DOUBTFUL:
        return Answer(
            "ambiguous", accounts, METHOD[codes[0] >> 8 & 0xFF], "this name alone does not tell which company", 0.5
        )
    account, kind, marks = codes[0] >> 16, codes[0] >> 8 & 0xFF, codes[0] & 0xFF
    legal = len(all_keys) > len(core)
    common = legal and all_keys[-1] in _COMMON_FORMS
    if common and not marks & (COINED | DESCRIBED | MULTI) and not index.flags[account] & BARE:
        known = index.families.group(" ".join(core)) is not None
        alias = kind == ALIAS and marks & SHORT and not known
        if alias or (kind == NAME and not (known and marks & SHORT)) or (kind == FAMILY and marks & WORD):
            return _held(
                account, "short_name", "an ordinary word with a legal form; the account's legal name is longer"
            )
    return Answer("matched", (account,), METHOD[kind], "the same name")


def _by_beginning(index: Index, text: str, all_keys: list[str], core: list[str]) -> Answer | None:
    """The longest known writing that the name begins with, and whether the rest changes the company."""
    begins = [0]
    while begins[-1] < len(core) - 1 and (
        core[begins[-1]] in LEADING or core[begins[-1]] in _GEO or core[begins[-1]] in _INSTITUTE_LEAD
    ):
        begins.append(begins[-1] + 1)
    best: Answer | None = None
    for begin in begins:
        if any(token in CARE_SITES for token in core[:begin]) and not any(t in _INSTITUTE_LEAD for t in core[:begin]):
            continue
        for end in range(len(core), begin, -1):
            codes = index.look(" ".join(core[begin:end]))
            if not codes:
                continue
            answer = _judge(index, text, codes, core[begin:end], core[end:], all_keys, core[:begin])
            if answer is not None and answer.status != "none":
                if answer.status in ("matched", "ambiguous"):
                    return answer
                best = best or answer
    return best


def _judge(
    index: Index, text: str, codes: Sequence[int], own: list[str], rest: list[str], all_keys: list[str], lead: list[str]
) -> Answer | None:
    """Whether ``rest`` (and ``lead`` before it) leave the company the one that ``own`` names."""
    accounts = tuple(dict.fromkeys(code >> 16 for code in codes))
    kind, marks = codes[0] >> 8 & 0xFF, codes[0] & 0xFF
    if kind == PRESS:
        return None
    if len(accounts) > 1 or marks & DOUBTFUL:
        if marks & COINED or marks & DOUBTFUL:
            return Answer("ambiguous", accounts, METHOD[kind], "several accounts begin with this name", 0.5)
        return None
    account = accounts[0]
    if marks & RIVAL and kind >= CORE:
        return (
            _held(account, METHOD[kind], "more than one account begins with this word", 0.4) if marks & COINED else None
        )
    flags = index.flags[account]
    group = bool(flags & GROUP)
    coined = bool(marks & COINED)
    legal = any(token in LEGAL for token in all_keys[1:])
    extra = set(rest)
    if "call" in extra and "center" in extra:
        extra -= {"call", "center"}
    begin_lead = bool(lead) and not set(lead) <= LEADING
    if any(token in CARE_SITES for token in lead):
        if group and kind <= ALIAS and (coined or marks & MULTI) and not extra - UNIT - _GEO - LEGAL:
            return Answer("matched", accounts, METHOD[kind], "a research institute of the company")
        return None
    if extra & CARE_SITES:
        return _institute(accounts, kind, marks, group, rest)
    if begin_lead and not (coined or marks & MULTI):
        return None
    if rest and rest[0] in LEGAL and (coined or marks & DESCRIBED):
        rest = [token for token in rest if token in _KNOWN]  # what follows the legal form is a place
        extra = set(rest)
    if extra & _VENTURES and not (group and coined):
        return None
    if extra & OTHER_TRADE - _GEO:
        arm = extra & FINANCE_ARM and not extra - FINANCE_ARM - LEGAL - _GEO - {"international", "global"}
        if not (arm and group and coined):
            return None
    own_rest = own + rest
    site = not group or not (coined or marks & MULTI)
    if site and any(tuple(own_rest[i : i + 2]) in SITE_TAILS for i in range(len(own_rest) - 1)) and rest:
        styled = flags & CAPITALS and text[: len(own[0])].isupper() and group
        if not styled:
            return _held(account, METHOD[kind], "reads like a study site", 0.3) if coined else None
    unknown = extra - _KNOWN - _abbreviations(text)
    descriptors = extra & (DRUG | CARE | RESEARCH | TECH)
    if "bio" in descriptors and group:
        descriptors = descriptors - {"bio"}
    sure = Answer(
        "matched", accounts, METHOD[kind], f"{index.labels[account]} and words that do not change the company"
    )
    if kind in (HEAD,) and not group:
        if unknown or not (coined and (legal or descriptors)):
            return _held(account, METHOD[kind], "only the first word of the name") if coined else None
        if not rest and len(own[0]) > 7:
            return sure
        return (
            sure
            if descriptors <= {"research", "pharma"} and descriptors
            else _held(account, METHOD[kind], "only the first word of the name")
        )
    if kind == UNIT_CORE:
        if (
            coined
            and not unknown
            and not descriptors
            and (extra & _GEO or (not rest and not legal and len(own[0]) > 7))
        ):
            return sure
        return _held(account, METHOD[kind], "the first word of a unit's name", 0.4) if descriptors & DRUG else None
    if unknown and not legal and not extra - unknown - _SAYS_NOTHING:
        if len(rest) < 3 or any(len(token) < 2 or token in _NUMERALS for token in rest):
            return None  # a person, as EDGAR writes them, or a numbered fund
    if marks & DESCRIBED or (marks & MULTI and coined):
        if not unknown and not coined and descriptors - index.descriptors[account] - {"research"}:
            return _held(account, METHOD[kind], "ordinary words and another line of business")
        if kind == HEAD and descriptors - DRUG:
            return _held(account, METHOD[kind], "only the beginning of the name")
        if not unknown:
            return sure
        if other := _another(index, account, rest):
            return Answer("ambiguous", (account, other), METHOD[kind], "names two companies without saying which", 0.5)
        strong = group or marks & DESCRIBED or sum(index.is_coined(token) for token in own) > 1
        if coined and (group or legal or descriptors or sum(index.is_coined(token) for token in own) > 1):
            return sure if strong else _held(account, METHOD[kind], "unknown words after the name")
        return None
    if coined:
        return _coined(index, account, kind, own[0], group, extra, unknown, descriptors, legal, rest, sure)
    if marks & SHORT:
        if kind > FAMILY or unknown:
            return None
        if group and extra & (DRUG | _GEO | {"division"}):
            return sure
        if legal and not group and ("division" in extra or not descriptors - index.descriptors[account] - {"research"}):
            return sure
        return None
    if "division" in extra and legal and flags & BARE and not unknown:
        return sure
    if not rest and kind in (CORE, HEAD):
        return _held(account, METHOD[kind], "an ordinary word without the company's descriptor", 0.4)
    if not rest:
        return sure
    if marks & MULTI and not unknown and kind <= FAMILY:
        return sure
    if group and kind <= ALIAS and not unknown and extra & (DRUG | CARE | RESEARCH | _GEO):
        return sure
    if descriptors and descriptors <= index.descriptors[account] and not unknown and kind in (NAME, CORE, LEGAL_NAME):
        return sure
    return None


def _institute(accounts: tuple[int, ...], kind: int, marks: int, group: bool, rest: list[str]) -> Answer | None:
    """Company institutes sound academic: "X Research Institute", "X Institute for Y" are; "X Institute of Y" may not."""
    if not (group and kind <= ALIAS) or "center" in rest:
        return None
    at = rest.index("institute") if "institute" in rest else -1
    if at < 0:
        return None
    after = rest[at + 1] if at + 1 < len(rest) else ""
    if after == "of":
        return Answer("ambiguous", accounts, METHOD[kind], "a company institute or a university one", 0.4)
    if not marks & (COINED | MULTI):
        return None
    if after == "for" or (at and rest[at - 1] in {"research", "development"}) or not after:
        return Answer("matched", accounts, METHOD[kind], "a research institute of the company")
    return None


def _coined(
    index: Index,
    account: int,
    kind: int,
    own_word: str,
    group: bool,
    extra: set[str],
    unknown: set[str],
    descriptors: set[str],
    legal: bool,
    rest: list[str],
    sure: Answer,
) -> Answer | None:
    """A single coined word carries the name, unless the rest says another line of business."""
    if unknown:
        if other := _another(index, account, rest):
            return Answer("ambiguous", (account, other), METHOD[kind], "names two companies without saying which", 0.5)
        if group and (legal or extra - unknown - _SAYS_NOTHING):
            return sure
        return _held(account, METHOD[kind], f"unknown words after the name: {' '.join(sorted(unknown))}")
    own = index.descriptors[account]
    if group and len(own_word) < 5 and descriptors & (CARE | TECH) - own and not descriptors & DRUG:
        return _held(account, METHOD[kind], "a short word with another line of business", 0.4)
    if kind == CORE and legal and not group and not descriptors and not extra & _GEO:
        if len(own_word) < 7 or "holding" in extra:
            return _held(account, METHOD[kind], "the account's legal name is longer")
    if not descriptors or group:
        return sure
    if descriptors <= own:
        return sure
    if (not own or index.flags[account] & BARE) and descriptors <= DRUG | {"laboratory", "research"}:
        return sure
    flags = index.flags[account]
    if (flags & CONTRACT and descriptors <= RESEARCH) or (flags & DEVICES and flags & BARE and descriptors <= CARE):
        return sure
    if descriptors & DRUG and own & DRUG and not descriptors & CARE:
        return sure
    if descriptors & CARE and own & CARE and not descriptors & DRUG:
        return sure
    if descriptors <= {"research", "laboratory"} and legal:
        return sure
    return _held(account, METHOD[kind], "the same word, another line of business")


def _another(index: Index, account: int, rest: list[str]) -> int | None:
    """Another company's name inside the rest ("Sanofi Pasteur MSD")."""
    for begin in range(len(rest)):
        for end in range(len(rest), begin, -1):
            codes = index.look(" ".join(rest[begin:end]))
            if len(codes) == 1 and codes[0] >> 16 != account and codes[0] >> 8 & 0xFF <= ALIAS:
                if index.flags[codes[0] >> 16] & GROUP or codes[0] & COINED:
                    return codes[0] >> 16
    return None


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
        answer = _exact(index, part, all_keys, strip_legal(all_keys))
        if answer is None or answer.status != "matched":
            continue
        code = index.look(" ".join(strip_legal(all_keys)))
        if code and not code[0] & (COINED | DESCRIBED) and code[0] >> 8 & 0xFF != LEGAL_NAME and text.count(part) < 2:
            continue
        if found is not None and found.accounts != answer.accounts:
            return Answer("ambiguous", found.accounts + answer.accounts, "exact", "two companies in one field", 0.5)
        found = answer
    return found


def _abbreviations(text: str) -> set[str]:
    """Short words in capitals ("Medtronic - MITG"): department codes."""
    if text.isupper():
        return set()
    return {word.lower() for word in text.replace("-", " ").split()[1:] if word.isupper() and 2 <= len(word) <= 5}


def _misspelt(index: Index, core: list[str]) -> Answer | None:
    """Written apart or together: the same. One letter off with the rest agreeing: a match. Else a question."""
    carry = name_tokens(core)
    for end in dict.fromkeys((len(carry), 1)):
        joined = "".join(core[:end])
        if len(joined) < 5 or (end == 1 and index.is_word(joined)):
            continue
        near = _nearest(index, joined)
        if near is not None and (near[0] or near[1] != " ".join(core[:end])):
            return _spelled(index, joined, near, core[end:])
    return None


def _nearest(index: Index, joined: str) -> tuple[int, str] | None:
    """The one known name at most two letters away, with its distance."""
    limit = 0 if len(joined) < 6 else 1 if len(joined) < 9 else 2
    best: tuple[int, str] | None = None
    tied = False
    seen: set[int] = set()
    for part in ("^" + joined[:3], joined[-3:] + "$"):
        for place in index.ends.get(part, ()):
            candidate = index.joined[place]
            if abs(len(candidate) - len(joined)) > limit or place in seen:
                continue
            seen.add(place)
            distance = DamerauLevenshtein.distance(joined, candidate, score_cutoff=limit)
            if distance > limit or (best is not None and distance > best[0]):
                continue
            tied = best is not None and distance == best[0]
            best = (distance, index.joined_key[place])
    return None if tied else best


def _spelled(index: Index, joined: str, near: tuple[int, str], rest: list[str]) -> Answer | None:
    distance, key = near
    codes = index.look(key)
    accounts = tuple(dict.fromkeys(code >> 16 for code in codes))
    if len(accounts) != 1 or codes[0] >> 8 & 0xFF == PRESS or codes[0] & DOUBTFUL:
        return None
    account, kind, marks = accounts[0], codes[0] >> 8 & 0xFF, codes[0] & 0xFF
    group = bool(index.flags[account] & GROUP)
    extra = set(rest)
    if extra & (_VENTURES | OTHER_TRADE | CARE_SITES | NOT_COMPANY):
        return None
    shared = extra & index.descriptors[account]
    agrees = not extra - UNIT - _GEO - LEGAL - index.descriptors[account] or (group and not extra - DESCRIPTORS - _GEO)
    if distance == 0:
        if agrees and kind <= FAMILY and (marks & COINED or group):
            return Answer("matched", accounts, METHOD[kind], "the same name, its words written apart or together")
        return _held(account, METHOD[kind], "the same letters, other words around") if agrees else None
    if not agrees or joined[0] != key[0]:
        return None
    telling = len(joined) > 7 or (len(joined) > 5 and " " in key) or (len(joined) > 5 and extra & DRUG)
    if distance == 1 and telling and (group or shared) and kind in (NAME, LEGAL_NAME, ALIAS, CORE):
        slip = _slip(joined, key.replace(" ", ""))
        if slip == "typing" or (slip == "vowel" and shared and kind != ALIAS) or (slip and " " in key):
            return Answer("matched", accounts, "fuzzy", f"one letter off {key!r}, the rest agrees", 0.9)
    return _held(account, "fuzzy", f"{distance} letter(s) off {key!r}", 0.9 - 0.2 * distance)


def _slip(written: str, meant: str) -> str:
    """What kind of slip makes ``written`` of ``meant``: typing, a vowel for another, or "" for any other letter."""
    if len(written) != len(meant):
        return "typing"
    places = [i for i, pair in enumerate(zip(written, meant, strict=True)) if pair[0] != pair[1]]
    if len(places) == 2:
        return "typing"  # two letters swapped
    at = places[0]
    around = written[max(0, at - 1) : at] + written[at + 1 : at + 2]
    if written[at] in around:
        return "typing"  # the wrong letter doubled
    return "vowel" if written[at] in _VOWELS and meant[at] in _VOWELS else ""


def _inside(index: Index, core: list[str]) -> Answer | None:
    """A big company's coined name further inside: worth a question, no more."""
    if not set(core) & (_KNOWN - _GEO - _SAYS_NOTHING):
        return None
    for begin in range(1, len(core)):
        for end in range(len(core), begin, -1):
            codes = index.look(" ".join(core[begin:end]))
            if len(codes) == 1 and codes[0] >> 8 & 0xFF <= CORE and codes[0] & COINED:
                account = codes[0] >> 16
                if index.flags[account] & GROUP:
                    return _held(account, METHOD[codes[0] >> 8 & 0xFF], "the company's name stands inside", 0.3)
    return None


__all__ = ["EXCLUDED", "NONE", "OUTSIDE", "Answer", "match_name"]
