"""Names that begin with an account's writing: does the rest leave it the same company?

Each rule looks at one kind of case and answers, or passes on with None. ``NONE`` means: this writing says nothing here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from signalwatch.resolve.answers import NONE, Answer, ambiguous, held
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
    LISTED,
    METHOD,
    MULTI,
    NAME,
    PRESS,
    RIVAL,
    SHORT,
    UNIT_CORE,
    Index,
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
    NAMESAKES,
    OTHER_TRADE,
    PLACES,
    REGION_ENDS,
    RESEARCH,
    SAYS_NOTHING,
    SITE_TAILS,
    SUBJECTS,
    TECH,
    UNIT,
    VENTURES,
)

GEO = COUNTRIES | PLACES
KNOWN = DRUG | CARE | RESEARCH | UNIT | GEO | LEGAL | REGION_ENDS
_INSTITUTE_LEAD = frozenset(("institute", "of", "de", "recherche", "recherches", "research"))
_COMPANY_CENTERS = frozenset(("development", "innovation", "randd", "rd", "technology", "distribution"))
_ANY_TRADE = frozenset(("digital", "ai", "software", "network"))
_NUMERALS = frozenset(("ii", "iii", "iv", "jr", "sr"))
_SEVERAL = "names two companies without saying which"


@dataclass(slots=True)
class _Case:
    """One writing found at the beginning of a name, and what stands around it."""

    index: Index
    text: str
    account: int
    kind: int
    marks: int
    own: list[str]
    rest: list[str]
    lead: list[str]
    legal: bool
    extra: set[str] = field(default_factory=set)
    unknown: set[str] = field(default_factory=set)
    descriptors: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        form = next((at for at, token in enumerate(self.rest) if token in LEGAL), -1)
        named = form >= 0 and set(self.rest[:form]) <= TECH | DRUG | LEGAL
        if named and self.marks & (COINED | DESCRIBED):  # what follows the legal form is a place
            self.rest = self.rest[: form + 1] + [token for token in self.rest[form:] if token in KNOWN]
        self.extra = set(self.rest)
        if {"call", "center"} <= self.extra:
            self.extra -= {"call", "center"}
        self.unknown = {t for t in self.extra - KNOWN if len(t) > 2 or not t.isdigit()} - _abbreviations(self.text)
        self.descriptors = self.extra & (DRUG | CARE | RESEARCH | TECH)
        if self.group:
            self.descriptors.discard("bio")
        elif "bio" in self.descriptors and (own := next((d for d in self.described_as if d.startswith("bio")), "")):
            self.descriptors = (self.descriptors - {"bio"}) | {own}  # "Xy Bio" for Xy Biosciences
        if self.coined and self.kind <= CORE and not self.marks & RIVAL and len(self.own[0]) > 5:
            if self.kind != FAMILY or self.group or self.legal:
                self.unknown -= SUBJECTS
            if {"women", "health"} <= self.extra:
                self.descriptors.discard("health")

    @property
    def group(self) -> bool:
        """A big company under a name of its own; a unit is not as well known as its owner."""
        own = self.kind != FAMILY or " ".join(self.own) in self.index.own
        return own and bool(self.index.flags[self.account] & GROUP)

    @property
    def coined(self) -> bool:
        return bool(self.marks & COINED)

    @property
    def strong(self) -> bool:
        return bool(self.marks & (COINED | MULTI))

    @property
    def described_as(self) -> frozenset[str]:
        """The descriptors of the account's own names."""
        return self.index.descriptors[self.account]

    @property
    def known_words(self) -> set[str]:
        return self.extra - self.unknown - SAYS_NOTHING

    def sure(self) -> Answer:
        why = f"{self.index.labels[self.account]} and words that do not change the company"
        return Answer("matched", (self.account,), METHOD[self.kind], why)

    def held(self, why: str, score: float = 0.5) -> Answer:
        return held(self.account, METHOD[self.kind], why, score)


def by_beginning(index: Index, text: str, all_keys: list[str], core: list[str]) -> Answer | None:
    """The longest known writing that the name begins with (after articles and places), judged by the rest."""
    begins = [0]
    while begins[-1] < len(core) - 1 and core[begins[-1]] in LEADING | GEO | _INSTITUTE_LEAD:
        begins.append(begins[-1] + 1)
    legal = any(token in LEGAL for token in all_keys[1:])
    best: Answer | None = None
    for begin in begins:
        for end in range(len(core), begin, -1):
            codes = index.look(" ".join(core[begin:end]))
            if not codes or codes[0] >> 8 & 0xFF == PRESS:
                continue
            answer = _judge(index, text, codes, core[begin:end], core[end:], core[:begin], legal)
            if answer.status in ("matched", "ambiguous"):
                return answer
            if answer.status == "held":
                best = best or answer
    return best


def _judge(
    index: Index, text: str, codes: Sequence[int], own: list[str], rest: list[str], lead: list[str], legal: bool
) -> Answer:
    accounts = tuple(dict.fromkeys(code >> 16 for code in codes))
    kind, marks = codes[0] >> 8 & 0xFF, codes[0] & 0xFF
    if len(accounts) > 1 or marks & DOUBTFUL:
        if marks & (COINED | DOUBTFUL):
            return ambiguous(accounts, METHOD[kind], "several accounts begin with this name")
        return NONE
    if kind == FAMILY and rest and set(own) <= DESCRIPTORS | {"management"}:
        return NONE  # a unit that only describes itself ("Clinical Research Management")
    case = _Case(index, text, accounts[0], kind, marks, own, rest, lead, legal)
    for rule in _RULES:
        answer = rule(case)
        if answer is not None:
            return answer
    return NONE


def _shared_beginning(case: _Case) -> Answer | None:
    if case.marks & RIVAL and case.kind < CORE and not case.marks & (DESCRIBED | MULTI) and not case.group:
        alike = case.descriptors & DRUG and case.described_as & DRUG
        if case.descriptors and not alike and not case.descriptors & case.described_as:
            return case.held("another account begins with this word too", 0.4)
    if case.marks & RIVAL and case.kind >= CORE:
        return case.held("more than one account begins with this word", 0.4) if case.coined else NONE
    return None


def _institute(case: _Case) -> Answer | None:
    """Company institutes sound academic: "X Research Institute", "X Institute for Y" are; "X Institute of Y" may not be."""
    own_name = case.group and case.kind <= ALIAS
    if any(token in CARE_SITES for token in case.lead):
        if own_name and case.strong and not case.extra - UNIT - GEO - LEGAL:
            return case.sure()
        return NONE
    if not case.extra & CARE_SITES:
        return None
    if own_name and case.coined and "center" in case.rest:
        at = case.rest.index("center")
        return None if at and case.rest[at - 1] in _COMPANY_CENTERS and not case.unknown - {"center"} else NONE
    if not own_name or "center" in case.rest or "institute" not in case.rest:
        return NONE
    at = case.rest.index("institute")
    after = case.rest[at + 1] if at + 1 < len(case.rest) else ""
    if after == "of":
        return ambiguous((case.account,), METHOD[case.kind], "a company institute or a university one")
    inside = after in ("for", "") or (at > 0 and case.rest[at - 1] in {"research", "development"})
    return case.sure() if inside and case.strong else NONE


def _other_business(case: _Case) -> Answer | None:
    """Ventures, funds and other trades; a group's own financing arm is the group."""
    if case.lead and not set(case.lead) <= LEADING and not case.strong:
        return NONE
    if case.extra & VENTURES and not (case.group and case.coined):
        return NONE
    if case.extra & OTHER_TRADE - GEO:
        arm = case.extra & FINANCE_ARM and not case.extra - FINANCE_ARM - LEGAL - GEO - {"international", "global"}
        if not (arm and case.group and case.coined):
            return NONE
    return None


def _study_site(case: _Case) -> Answer | None:
    if not case.rest or (case.group and case.strong):
        return None
    words = case.own[-1:] + case.rest
    if not any(pair in SITE_TAILS for pair in pairwise(words)):
        return None
    styled = case.group and case.index.flags[case.account] & CAPITALS and case.text[: len(case.own[0])].isupper()
    if styled:
        return None
    return case.held("reads like a study site", 0.3) if case.coined else NONE


def _first_word(case: _Case) -> Answer | None:
    """Only the first word of the account's name, or of one of its units' names."""
    if case.kind == HEAD and not case.group:
        if case.unknown or not (case.legal or case.descriptors):
            return case.held("only the first word of the name") if case.coined else NONE
        whole = not case.rest and len(case.own[0]) > 7
        if case.coined and (whole or (case.descriptors and case.descriptors <= {"research", "pharma"})):
            return case.sure()
        return case.held("only the first word of the name") if case.coined else NONE
    if case.kind == UNIT_CORE:
        alone = not case.rest and not case.legal and len(case.own[0]) > 7
        if case.coined and not case.unknown and not case.descriptors and (case.extra & GEO or alone):
            return case.sure()
        return case.held("the first word of a unit's name", 0.4) if case.descriptors & DRUG else NONE
    return None


def _person(case: _Case) -> Answer | None:
    """A person, as EDGAR writes them (surname first), or a numbered fund."""
    if not case.unknown or case.legal or case.known_words:
        return None
    initials = any(len(token) < 2 or token in _NUMERALS for token in case.rest)
    return NONE if initials or len(case.rest) < 3 else None


def _full_name(case: _Case) -> Answer | None:
    """A whole name with its descriptor, or of several words with a coined one among them."""
    if not (case.marks & DESCRIBED or (case.marks & MULTI and case.coined)):
        return None
    if unit := _own_unit(case):
        return unit
    if not case.unknown:
        if not case.coined and case.descriptors - case.described_as - {"research"}:
            return case.held("ordinary words and another line of business")
        if case.kind == HEAD and case.descriptors - DRUG:
            return case.held("only the beginning of the name")
        return case.sure()
    if other := another(case.index, case.account, case.rest):
        return ambiguous((case.account, other), METHOD[case.kind], _SEVERAL)
    if case.kind <= LEGAL_NAME and case.index.flags[case.account] & CONTRACT and len(case.own) > 2 > len(case.unknown):
        return case.sure()  # a site of it, by its place
    doubly = sum(case.index.is_coined(token) for token in case.own) > 1
    if not case.coined or not (case.group or case.legal or case.descriptors or doubly):
        return NONE
    if case.group or case.marks & DESCRIBED or doubly:
        return case.sure()
    return case.held("unknown words after the name")


def _own_unit(case: _Case) -> Answer | None:
    """A unit that has an account below this one ("Medtronic MiniMed")."""
    other = another(case.index, case.account, case.rest) if case.unknown else None
    if other is None or other == case.index.outside or case.index.parents[other] != case.account:
        return None
    return Answer(
        "matched", (other,), "exact", f"the unit {case.index.labels[other]} of {case.index.labels[case.account]}"
    )


def _coined_word(case: _Case) -> Answer | None:
    """A single coined word carries the name, unless the rest says another line of business."""
    if not case.coined:
        return None
    if unit := _own_unit(case):
        return unit
    if case.unknown:
        if other := another(case.index, case.account, case.rest):
            return ambiguous((case.account, other), METHOD[case.kind], _SEVERAL)
        if case.group and (case.legal or case.known_words):
            return case.sure()
        return case.held(f"unknown words after the name: {' '.join(sorted(case.unknown))}")
    own, said = case.described_as, case.descriptors
    longer = case.kind == NAME and bool(own) and not case.group and not case.index.flags[case.account] & BARE
    if longer and case.legal and not said and "group" in case.extra:
        return case.held("a group with the first word of the name")
    if case.kind <= CORE and said == {"bio"} and own == {"pharma"} and _sisters(case):
        return case.held("in this country companies of one word are sisters", 0.4)
    if said >= {"medical", "science"} and case.index.countries[case.account] == "CN" and len(case.own[0]) > 7:
        return case.sure()  # what the legal form of a technology company says in China
    bare = not own or bool(case.index.flags[case.account] & BARE)
    cut = case.kind == CORE and case.legal and not case.group and not said and not case.extra & GEO
    if cut and (len(case.own[0]) < 7 or ("holding" in case.extra and len(case.own[0]) < 8)):
        return case.held("the account's legal name is longer")
    if said <= own or case.group:
        return case.sure()
    if bare and said <= DRUG | {"laboratory", "research"}:
        return case.sure()
    flags = case.index.flags[case.account]
    if (flags & CONTRACT and said <= RESEARCH) or (flags & DEVICES and flags & BARE and said <= CARE):
        return case.sure()
    if (said & DRUG and own & DRUG and not said & CARE) or (said & CARE and own & CARE and not said & DRUG):
        return case.sure()
    if said <= {"research", "laboratory"} and case.legal:
        return case.sure()
    if said - own <= TECH and case.kind <= CORE and case.kind != FAMILY and case.legal and len(case.own[0]) > 7:
        return case.sure()
    return case.held("the same word, another line of business")


def _sisters(case: _Case) -> bool:
    """Korean groups call their companies by one word and a descriptor: "X Bio" beside "X Pharmaceutical"."""
    return case.index.countries[case.account] == "KR" and case.legal and not case.extra & GEO


def _letters(case: _Case) -> Answer | None:
    """Two to four letters ("UCB", "PTC"): only with the account's own descriptor or, for a big one, a country."""
    if not case.marks & SHORT:
        return None
    if case.kind == CORE and not case.unknown and not case.extra - case.descriptors - {"bio"} - LEGAL - GEO:
        return case.sure() if case.descriptors and case.descriptors <= case.described_as else NONE
    if case.kind > FAMILY or case.unknown:
        return NONE
    if case.kind == NAME and case.descriptors and case.descriptors <= case.described_as:
        return case.sure()
    if case.group and not case.descriptors & DRUG and case.descriptors & (CARE | TECH) - case.described_as:
        return case.held("a short word with another line of business", 0.4)
    if (case.group or case.kind == FAMILY) and case.extra & (DRUG | GEO | {"division"}):
        return case.sure()
    if case.group or case.kind == FAMILY:
        return NONE
    usual = RESEARCH if case.index.flags[case.account] & CONTRACT else {"research"}
    plain = "division" in case.extra or not case.descriptors - case.described_as - usual
    return case.sure() if case.legal and plain else NONE


def _ordinary_word(case: _Case) -> Answer | None:
    """An ordinary word needs the descriptor that the company really has."""
    flags = case.index.flags[case.account]
    if "division" in case.extra and case.legal and flags & BARE and not case.unknown:
        return case.sure()
    if not case.rest:
        return case.held("an ordinary word without the company's descriptor", 0.4) if case.kind >= CORE else case.sure()
    if case.unknown:
        return NONE
    if case.marks & MULTI and case.kind <= FAMILY:
        return case.sure()
    own_word = case.kind == NAME and not case.marks & RIVAL and case.own[0] not in NAMESAKES
    if own_word and case.legal and flags & LISTED and case.extra - LEGAL and not case.extra - LEGAL - COUNTRIES:
        return case.sure()  # the unit of a listed company in a country ("Agios Netherlands B.V.")
    if case.descriptors - case.described_as & _ANY_TRADE:
        return case.held("an ordinary word and another line of business", 0.4)
    if case.group and case.kind <= ALIAS and case.extra & (DRUG | CARE | RESEARCH | GEO):
        return case.sure()
    if case.descriptors and case.descriptors <= case.described_as and case.kind in (NAME, CORE, LEGAL_NAME):
        return case.sure()
    return NONE


_RULES: tuple[Callable[[_Case], Answer | None], ...] = (
    _shared_beginning,
    _institute,
    _other_business,
    _study_site,
    _first_word,
    _person,
    _full_name,
    _coined_word,
    _letters,
    _ordinary_word,
)


def another(index: Index, account: int, rest: list[str]) -> int | None:
    """Another company's name inside the rest ("Sanofi Pasteur MSD")."""
    for begin in range(len(rest)):
        for end in range(len(rest), begin, -1):
            codes = index.look(" ".join(rest[begin:end]))
            if len(codes) != 1 or codes[0] >> 16 == account or codes[0] >> 8 & 0xFF > FAMILY:
                continue
            if index.flags[codes[0] >> 16] & GROUP or codes[0] & COINED:
                return codes[0] >> 16
    return None


def _abbreviations(text: str) -> set[str]:
    """Short words in capitals ("Medtronic - MITG"): department codes."""
    if text.isupper():
        return set()
    return {word.lower() for word in text.replace("-", " ").split()[1:] if word.isupper() and 2 <= len(word) <= 5}
