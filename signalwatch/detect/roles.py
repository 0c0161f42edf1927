"""Who plays which part in an event (LABELS section 5): subject, counterparty, investor, regulator, other."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from signalwatch.detect.issuers import issuer_of, item_title, ticker_in_title
from signalwatch.detect.namebook import Issuer, Name
from signalwatch.detect.names import Finder
from signalwatch.detect.spelled import exchange, letters, same
from signalwatch.detect.text import Doc
from signalwatch.model import Organisation

_COMPANY_SAYS = re.compile(
    r"(?<![a-z])(?:the (?:company|biotech|firm|drugmaker|board|registrant)|we|our board)(?![a-z])"
)
_ANAPHOR = re.compile(
    r" *the (?:[a-z\-.]+ ){0,3}?(?:biotech|drugmaker|company|startup|start-up|firm|pharma|maker|giant|developer|"
    r"group)(?![a-z])"
)
_PERSON_FIRST = re.compile(
    r" *(?:,[^,\n]{0,30},)? *(?:$|\n|read to |to (?:retire|step|depart|leave|join|become|lead|succeed|head)|"
    r"joins?(?![a-z])|joined|elected|(?:is |was )?(?:appointed|named|promoted|hired|tapped|elected) "
    r"(?:as|to|by|new|chief|ceo|cfo|president|chair|head|vice|the)|out as|is the new|steps down|resigns|retires|"
    r"becomes|takes over|assumes|succeeds)"
)
_BRAND_NEXT = re.compile(
    r" +(?:[a-z]+(?:mab|nib|tide|stat|vir|zole|pril|gene|cel|ept|ine|one)(?:-[a-z]{4})? |plus|now|significantly|"
    r"monotherapy|in combination|for |approved|improves|improved|demonstrates|"
    r"demonstrated|reduces|reduced|shows|showed|prolongs|cuts|granted|is |injection|tablets|cream|becomes)"
)
_OWNS_NEXT = re.compile(
    r" +(?:s?bla|s?nda|maa|ind|cta|eua|pma|application|drug|pill|vaccine|therapy|device|filing|trial|study)s?(?![a-z])"
)
_DONE = frozenset(
    "hit gets wins raises files to resigns approves clears greenlights rejects grants nabs snags lands".split()
)
_TELLS = frozenset("announces announced says said reports reported confirms confirmed reveals discloses".split())
_PART = re.compile(r"(?<![a-z])(?:as|while|but) ")
_LINK = re.compile(r"(?<![a-z])(?:with|from|by|and|for|of|to|between|versus)(?![a-z])")
_REGULATORY = frozenset(
    "ind_clearance regulatory_designation regulatory_submission regulatory_approval regulatory_rejection "
    "trial_setback trial_start trial_results".split()
)
_MONEY_BY = re.compile(
    r"(?<![a-z])(?:led by|co-led by|backed by|investors including|from investors|from|joined by|with participation "
    r"from|invests in|by)(?![a-z])"
)


@dataclass(frozen=True, slots=True)
class Match:
    """The place of a match and the role markers inside it."""

    type: str
    start: int
    end: int
    clause: tuple[int, int]
    markers: Mapping[str, int]
    parties: bool


@dataclass(frozen=True, slots=True)
class Cast:
    """The organisations of one event, and the authorities named with it."""

    organisations: tuple[Organisation, ...]
    regulators: tuple[Name, ...]

    @property
    def subject(self) -> str:
        """Name of the subject, or nothing."""
        return next((o.name for o in self.organisations if o.role == "subject"), "")


class Casting:
    """Assigns roles in one document. ``publisher`` is a company name only for a company's own feed."""

    __slots__ = ("doc", "finder", "issuer", "publisher")

    def __init__(self, doc: Doc, finder: Finder, publisher: str) -> None:
        self.doc = doc
        self.finder = finder
        self.publisher = publisher
        self.issuer: Issuer | None = issuer_of(finder)

    def cast(self, match: Match) -> Cast:
        """All parties of one match."""
        lead = self._lead(match)
        subject = self._subject(match, lead)
        orgs: list[Organisation] = []
        used: set[str] = set()

        def add(name: str, role: str) -> None:
            spelling = letters(name)
            if spelling and spelling not in used:
                used.add(spelling)
                orgs.append(self._organisation(name, role))

        if subject:
            add(subject, "subject")
        if match.parties:
            for party in self._counterparty(match, subject, lead):
                add(party, "counterparty")
        elif subject and lead and same(lead[0].text, subject):
            for name in lead[1:]:
                if name.kind == "company":
                    add(name.text, "counterparty")
        regulators = self._regulators(match)
        if match.type in _REGULATORY:
            for name in regulators:
                if name.kind == "regulator":
                    add(name.text, "regulator")
        if match.type in {"grant_award", "contract_award"}:
            for name in self._authorities(match):
                add(name.text, "other")
        if match.type in {"funding_round", "public_offering"}:
            for text in self._investors(match, subject):
                add(text, "investor")
        return Cast(tuple(orgs), tuple(regulators))

    # --- subject ------------------------------------------------------------------------------------------------

    def _subject(self, match: Match, lead: list[Name]) -> str:
        """The account to look at: marked in the phrase, opening the clause, owning the drug, or speaking in the text."""
        doc, finder = self.doc, self.finder
        start, end = match.clause
        titled = doc.in_title(match.start)
        if self.issuer and item_title(doc):
            return self.issuer.name
        at = match.markers.get("subject")
        if at is not None:
            name = finder.after(at, end, within=8)
            if name:
                return name.text
        if not titled and self.issuer and (doc.release or _COMPANY_SAYS.search(doc.norm, start, match.start + 1)):
            return self._in_title_form(self.issuer.name)
        if not titled and match.type != "leadership_change":
            told = self._title_subject()
            if told and any(n.kind == "company" and same(n.text, told) for n in finder.names(start, end)):
                return told  # the title's company is among those of the sentence
        if not titled and _ANAPHOR.match(doc.norm, start, end):
            before = self._earlier_clause(match)
            if before:
                return before
        companies = [n for n in lead if n.kind == "company"]
        product_first = bool(lead) and (lead[0].kind == "product" or self._brand(lead[0]))
        person_first = (
            match.type == "leadership_change" and bool(lead) and bool(_PERSON_FIRST.match(doc.norm, lead[0].end, end))
        )
        if companies and not product_first and not person_first and (titled or companies[0].strength >= 1):
            speaker = self._speaker(match) if titled else ""
            return speaker if speaker and not self._sure(companies[0]) else companies[0].text
        teller = self._teller(match) if titled and not companies else ""
        if teller:
            return teller
        if not companies and match.type in _REGULATORY:
            decided = self._decided_on(match)
            if decided:
                return decided
        candidates = [n for n in self._candidates(match) if not (person_first and n.start == lead[0].start)]
        for name in candidates:
            if name.possessive:
                return name.text
        if not titled and not person_first:
            told = self._title_subject() or (self._earlier_clause(match) if ";" in doc.raw[: doc.title_end] else "")
            if told:
                return told
        if titled:
            before = self._earlier_clause(match)
            if before:
                return before
            if self.issuer and not person_first:
                return self._in_title_form(self.issuer.name)
        for name in candidates:
            if self._firm(name) and not self._placed(name):
                return self._owner(name.text) or name.text
        if self.issuer:
            return self._in_title_form(self.issuer.name)
        ticker = ticker_in_title(finder)
        if ticker:
            return ticker.name
        return self._from_text(match) or self.publisher or self._only_one()

    def _only_one(self) -> str:
        """The one company that a title in sentence case names, wherever it stands; nothing if it names several."""
        doc = self.doc
        if self.finder.titled:
            return ""
        found = {
            n.text: n
            for start, end in doc.clauses()
            if start < doc.title_end
            for n in self.finder.names(start, end)
            if n.kind == "company" and not self._placed(n)
        }
        return next(iter(found)) if len(found) == 1 else ""

    def _owner(self, name: str) -> str:
        """If the text says "Acme's Xyz", then Xyz is a product and Acme the company."""
        doc = self.doc
        for m in re.finditer(rf"['’]s?\s+{re.escape(name)}(?!\w)", doc.raw):
            names = [
                n for n in self.finder.names(*doc.clause(m.start())) if n.kind == "company" and n.end <= m.start() + 1
            ]
            if names and names[-1].possessive:
                first = names[-1]
                for other in reversed(names[:-1]):  # "Acme and Beta's Xyz"
                    if not re.fullmatch(r"[ ,]*(?:and|&)? *", doc.norm[other.end : first.start]):
                        break
                    first = other
                return first.text
        return ""

    def _lead(self, match: Match) -> list[Name]:
        """The parties before the verb: those of the nearest "as ..." or "while ..." part of the clause, or of the last of
        several statements between commas, else of the clause."""
        start, end = match.clause
        told = self._last_statement(match)
        if told:
            return told
        for m in reversed(list(_PART.finditer(self.doc.norm, start, match.start))):
            near = [n for n in self.finder.lead(m.end(), end, match.start + 1) if n.kind == "company"]
            if near and near[0].start - m.end() < 3:
                return near
        return self.finder.lead(start, end, match.start + 1)

    def _speaker(self, match: Match) -> str:
        """The company that a title names before a colon and nothing else (``Acme A/S: Acmab shows ...``)."""
        first, last = self.doc.clause(self.doc.start)
        if last >= match.clause[0]:
            return ""
        names = [n for n in self.finder.names(first, last) if n.kind == "company"]
        rest = self.doc.norm[names[0].end : last].strip(" .,:") if len(names) == 1 else "?"
        opens = len(names) == 1 and not self.doc.norm[first : names[0].start].strip()
        return names[0].text if opens and (not rest or rest in self.finder.book.legal) else ""

    def _sure(self, name: Name) -> bool:
        """Is this name a company beyond doubt: well known, or with a company word?"""
        low = name.text.lower()
        return low in self.finder.book.known or low.split(" ")[-1] in self.finder.book.suffixes

    def _teller(self, match: Match) -> str:
        """Who tells it at the end of the headline (``FDA Clears OBV-12, Orbiva Announces``)."""
        norm, (start, end) = self.doc.norm, match.clause
        last = next((n for n in reversed(self.finder.names(start, end)) if n.kind == "company"), None)
        if last is None or norm[last.end : end].strip(" .,") not in _TELLS:
            return ""
        return last.text if norm[start : last.start].rstrip().endswith(",") else ""

    def _decided_on(self, match: Match) -> str:
        """Whose product an authority decides on: the sure company right behind its verb (``FDA Approves Acme Bio Test for
        Use with Beta's Drug``)."""
        names = self.finder.names(*match.clause)
        if not names or names[0].kind != "regulator":
            return ""
        first = next((n for n in names[1:] if n.kind == "company"), None)
        if first is None or len(self.doc.norm[names[0].end : first.start].split()) > 2:
            return ""
        words = first.text.lower().split(" ")
        book = self.finder.book
        return first.text if first.text.lower() in book.known or words[-1] in book.suffixes else ""

    def _last_statement(self, match: Match) -> list[Name]:
        """In a list of statements (``FDA Clears Acme's Pill, Beta Hit With Hold``): who opens the one with the match."""
        start, _ = match.clause
        comma = self.doc.norm.rfind(", ", start, match.start + 1)
        if comma < 0:
            return []
        book = self.finder.book
        before = self.finder.words(start, comma)
        if not any(w.low in book.predicates or w.low in _DONE for w in before[1:]):
            return []
        names = [n for n in self.finder.lead(comma + 2, match.clause[1], match.start + 1) if n.kind == "company"]
        return names if names and names[0].start - comma < 4 and names[0].strength >= 1 else []

    def _candidates(self, match: Match) -> list[Name]:
        """Companies of the clause, likeliest first: possessives, then those behind "for", "of", "from", "to", then any."""
        names = [n for n in self.finder.names(*match.clause) if n.kind == "company"]
        counter = match.markers.get("counterparty")
        if counter is not None:
            target = self.finder.after(counter, match.clause[1])
            names = [n for n in names if target is None or n.start != target.start] or names
        owning = [n for n in names if n.possessive]
        linked = [n for n in names if _LINK.search(self.doc.norm[max(match.clause[0], n.start - 8) : n.start])]
        rest = [n for n in names if n.start >= match.start] + [n for n in names if n.start < match.start]
        if match.type in _REGULATORY:
            return owning or rest
        return owning or rest or linked

    def _title_subject(self) -> str:
        """For a fact told in the text only: the company that opens the title or owns something in it."""
        doc = self.doc
        for first, last in doc.clauses():
            if not doc.in_title(first):
                break
            if ";" in doc.raw[: doc.title_end]:
                return ""
            lead = [n for n in self.finder.lead(first, last, last) if n.kind == "company" and n.strength >= 1]
            if lead:
                return lead[0].text
        return self.issuer.name if self.issuer and item_title(doc) else ""

    def _brand(self, name: Name) -> bool:
        """Is this word in capitals a brand: another name than the issuer's, or followed by what happens to medicines?"""
        if (
            not name.text.isupper()
            or len(name.text) < 5
            or " " in name.text
            or name.text.lower() in self.finder.book.known
        ):
            return False
        if self.issuer and not same(name.text, self.issuer.name):
            return True
        return bool(_BRAND_NEXT.match(self.doc.norm, name.end))

    def _placed(self, name: Name) -> bool:
        """Does a name stand where places stand ("in Durham")?"""
        if name.text.lower() in self.finder.book.known or name.text.split(" ")[-1].lower() in self.finder.book.suffixes:
            return False
        return bool(
            re.search(
                r"(?<![a-z])(?:in|at|near|into|old|across)(?: the| old| new)? *$",
                self.doc.norm[max(0, name.start - 14) : name.start],
            )
        )

    def _firm(self, name: Name) -> bool:
        """Is this surely a company and not a capitalised word of a Title Case headline?"""
        words = name.text.lower().split(" ")
        book = self.finder.book
        if not self.finder.titled or not self.doc.in_title(name.start):
            return True
        if words[-1] in book.suffixes or name.text.lower() in book.known or words[0] in book.known or len(words) > 1:
            return True
        if re.search(r"[a-z][A-Z]|\d", name.text):
            return True
        if _OWNS_NEXT.match(self.doc.norm, name.end):
            return True  # "FDA Accepts Acme NDA": an application belongs to a company
        return bool(re.search(r"(?:by|from) *$", self.doc.norm[max(0, name.start - 6) : name.start]))

    def _earlier_clause(self, match: Match) -> str:
        start = match.clause[0]
        while start > 1:
            first, last = self.doc.clause(start - 2)
            lead = [n for n in self.finder.lead(first, last, last) if n.kind == "company"]
            if lead:
                return lead[0].text
            if first == 0:
                break
            start = first
        return ""

    def _from_text(self, match: Match) -> str:
        """A company of the text that the title hints at or that acts in its first sentences."""
        doc = self.doc
        at = doc.body
        limit = min(len(doc.norm), at + 500)
        while at < limit:
            first, last = doc.clause(at)
            first = max(first, doc.body)
            if first < last:
                lead = [n for n in self.finder.lead(first, last, last) if n.kind == "company"]
                if lead:
                    return lead[0].text
                for name in self.finder.names(first, last):
                    if name.kind == "company" and name.possessive:
                        return name.text
            at = max(last, at) + 1
        return ""

    def _in_title_form(self, name: str) -> str:
        """The issuer as the title writes it (its first word alone, or the whole name), else as the text does."""
        title = self.doc.raw[: self.doc.title_end]
        if name in title:
            return name
        first = name.split(" ")[0]
        if len(first) >= 4 and re.search(rf"(?<!\w){re.escape(first)}(?!\w)", title):
            for found in self.finder.names(*self.doc.clause(0)):
                if found.kind == "company" and found.text.split(" ")[0] == first:
                    return found.text
            return first
        return name

    # --- the others ---------------------------------------------------------------------------------------------

    def _counterparty(self, match: Match, subject: str, lead: list[Name]) -> list[str]:
        found: list[str] = []
        at = match.markers.get("counterparty")
        if at is not None:
            name = self.finder.after(at, match.clause[1], within=10)
            if name and not same(name.text, subject):
                return [name.text, *self._list_after(name, match, subject)]
        others = [n.text for n in lead if n.kind == "company" and not same(n.text, subject)]
        if others:
            return others
        names = [
            n for n in self.finder.names(*match.clause) if n.kind in {"company", "funder"} and not same(n.text, subject)
        ]
        for name in names:
            before = self.doc.norm[max(match.clause[0], name.start - 9) : name.start]
            if name.start >= match.start - 12 and (
                re.search(r"(?:with|from|and|by|between|for|of|to|,|/)\s*(?:the\s+)?$", before)
                or name.start >= match.end
            ):
                found.append(name.text)
                found.extend(self._list_after(name, match, subject))
                break
        if not found:
            for name in names:
                if name.start < match.start and name.possessive:
                    found.append(name.text)
                    break
        if not found and self.doc.in_title(match.start):
            first, last = self.doc.clause(self.doc.body + 1)
            if self.issuer or last - first > 20:
                for name in self.finder.names(max(first, self.doc.body), last):
                    before = self.doc.norm[max(0, name.start - 6) : name.start]
                    if (
                        name.kind == "company"
                        and not same(name.text, subject)
                        and re.search(r"(?:with|from|and|by) *$", before)
                    ):
                        found.append(name.text)
                        break
        return found

    def _list_after(self, name: Name, match: Match, subject: str) -> list[str]:
        found: list[str] = []
        last = name
        for other in self.finder.names(*match.clause):
            if other.start <= last.start or other.kind not in {"company", "funder"}:
                continue
            between = self.doc.norm[last.end : other.start]
            if (
                re.fullmatch(r"[,.a-z ]{0,8}(?:,| and | & )\s*(?:the )?", between)
                and len(between) <= 12
                and not same(other.text, subject)
            ):
                found.append(other.text)
                last = other
            else:
                break
        return found

    def _authorities(self, match: Match) -> list[Name]:
        doc = self.doc
        found = self.finder.authorities(*match.clause)
        if not found and doc.in_title(match.start):
            found = self.finder.authorities(0, doc.title_end)
            if not found:
                found = self.finder.authorities(doc.body, min(len(doc.norm), doc.body + 500))
        return found[:1]

    def _regulators(self, match: Match) -> list[Name]:
        """Authorities of the clause, else of the title, else of the first sentences of a release."""
        doc = self.doc
        found = [n for n in self.finder.authorities(*match.clause) if n.kind == "regulator"]
        if (
            not found
            and doc.in_title(match.start)
            and match.type in _REGULATORY
            and match.type not in {"trial_start", "trial_results"}
        ):
            found = [n for n in self.finder.authorities(0, doc.title_end) if n.kind == "regulator"]
            if not found and doc.release:
                found = [
                    n
                    for n in self.finder.authorities(doc.body, min(len(doc.norm), doc.body + 420))
                    if n.kind == "regulator"
                ]
        if match.type in {"trial_start", "trial_results"}:
            return []
        if not found and not doc.in_title(match.start) and match.type in _REGULATORY:
            found = [n for n in self.finder.authorities(0, doc.title_end) if n.kind == "regulator"]
        distinct: dict[str, Name] = {}
        for name in found:
            distinct.setdefault(name.label, name)
        chosen = list(distinct.values())
        chmp = [n for n in chosen if n.text.upper() == "CHMP"]
        return chmp[:1] or chosen[:1]

    def _investors(self, match: Match, subject: str) -> list[str]:
        found = []
        for name in self.finder.names(*match.clause):
            if name.kind != "company" or same(name.text, subject) or name.start < match.start:
                continue
            before = self.doc.norm[max(match.clause[0], name.start - 32) : name.start]
            if _MONEY_BY.search(before):
                found.append(name.text)
        return found[:3]

    def _organisation(self, name: str, role: str) -> Organisation:
        issuer = self.issuer
        if issuer and same(issuer.name, name):
            return Organisation(name=name, role=role, ticker=issuer.ticker, exchange=exchange(issuer.exchange))  # type: ignore[arg-type]
        return Organisation(name=name, role=role)  # type: ignore[arg-type]
