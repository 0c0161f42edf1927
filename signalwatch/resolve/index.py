"""The dictionary behind the matcher: every way an account may be written, and what that writing is worth.

One plain dict from canonical name to a packed integer (account, kind of writing, what its words are like), so that 100,000
accounts stay far below a hundred megabytes and one alias can be added without a rebuild. Built once per account list.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from operator import attrgetter

from signalwatch.ids import digest
from signalwatch.model import Account
from signalwatch.resolve.families import Families, Group
from signalwatch.resolve.lexicon import (
    CARE,
    CARE_SITES,
    COUNTRIES,
    DRUG,
    LEADING,
    LEGAL,
    LEGAL_PHRASES,
    LEGAL_PREFIX,
    NOT_COMPANY,
    PLACES,
    RESEARCH,
    TECH,
    UNIT,
    ordinary_words,
)
from signalwatch.resolve.text import keys, spellings

# Kinds of writing, best first. Between two accounts the better tier wins, within a tier the name is ambiguous.
NAME, LEGAL_NAME, ALIAS, FORMER, FAMILY, CORE, UNIT_CORE, HEAD, PRESS = range(1, 10)
TIER = (0, 1, 1, 1, 2, 3, 4, 4, 5, 6)
# For one account, the first word of a unit counts less than a short form of its own.
_RANK = (0, 1, 2, 3, 4, 5, 6, 9, 7, 8)
METHOD = ("", "exact", "exact", "alias", "former_name", "family", "short_name", "family", "short_name", "short_name")

# What the words of a writing are like.
COINED, MULTI, WORD, SHORT, DESCRIBED, RIVAL, DOUBTFUL = 1, 2, 4, 8, 16, 32, 64
# What is known of an account.
GROUP, BARE, CAPITALS, CONTRACT, DEVICES, LISTED = 1, 2, 4, 8, 16, 32

_DESC = (DRUG | CARE | RESEARCH | UNIT | CARE_SITES | {"scientific", "company"}) - {"advanced", "new", "de", "y", "e"}
_GEO = COUNTRIES | PLACES
_PHRASE_ENDS: dict[str, list[tuple[str, ...]]] = {}
for _phrase in sorted(LEGAL_PHRASES, key=len, reverse=True):
    _PHRASE_ENDS.setdefault(_phrase[-1], []).append(_phrase)
_TELLING = attrgetter(
    *("account_id", "name", "legal_name", "aliases", "former_names", "cik", "ticker", "website_domain"),
    *("parent_account_id", "kind", "country"),
)
MANY_UNITS = 6
_FUSED = ("therapeutics", "pharma", "bio", "med")


def strip_legal(words: Sequence[str]) -> list[str]:
    """Canonical tokens without legal forms at either end; at least one token stays."""
    start, end = 0, len(words)
    while end > 1:
        last = words[end - 1]
        for phrase in _PHRASE_ENDS.get(last, ()):
            if end > len(phrase) and tuple(words[end - len(phrase) : end]) == phrase:
                end -= len(phrase)
                break
        else:
            if last in LEGAL or last == "and":
                end -= 1
            else:
                break
    while start < end - 1 and (words[start] in LEGAL_PREFIX or words[start] == "the"):
        start += 1
    return list(words[start:end])


def name_tokens(core: Sequence[str]) -> list[str]:
    """The tokens that carry the name: trailing descriptors ("Therapeutics", "Research") left out, one kept at least."""
    end = len(core)
    while end > 1 and core[end - 1] in _DESC:
        end -= 1
    return list(core[:end])


class Index:
    """Every writing of every account. ``look`` and ``whole`` answer packed codes; the static methods unpack them."""

    def __init__(self, accounts: Iterable[Account], families: Families | None = None) -> None:
        self.ids: list[str] = []
        self.labels: list[str] = []
        self.flags = bytearray()
        self.descriptors: list[frozenset[str]] = []
        self.surfaces: dict[str, int] = {}
        self.whole: dict[str, int] = {}
        self.many: list[tuple[int, ...]] = []
        self.longest: dict[str, int] = {}
        self.ciks: dict[int, int] = {}
        self.tickers: dict[str, list[int]] = {}
        self.domains: dict[str, int] = {}
        self.countries: list[str] = []
        self.position: dict[str, int] = {}
        self.shared: dict[str, list[tuple[int, frozenset[str], bool]]] = {}
        self.families = families or Families()
        self._words = ordinary_words()
        self._interned: dict[frozenset[str], frozenset[str]] = {}
        self._shared_keys = {" ".join(strip_legal(keys(n))) for g in self.families.groups for n in g.shared}
        self.outside = -1
        self.own: set[str] = set()  # names that the pack gives to an account itself, not to a unit of it
        self._alike: set[int] = set()  # accounts with a writing that somebody else has too
        self._units = Counter(fact.company for fact in self.families.facts)
        accounts = list(accounts)
        parents = Counter(a.parent_account_id for a in accounts if a.parent_account_id)
        for account in accounts:
            self._add_account(account, parents[account.account_id] > 1)
        self.outside = len(self.ids)  # the number of names that are known and belong to no account of the list
        self.ids.append("")
        self.labels.append("")
        self.flags.append(0)
        self.descriptors.append(frozenset())
        self.countries.append("")
        self.parents = [self.position.get(a.parent_account_id, -1) for a in accounts]
        self._keep_legal_forms(accounts, ())
        self.known_groups = self._place_groups(self.families)
        self._add_families(self.families)
        self._keep_legal_forms(accounts, self.known_groups)
        for key in (*self.surfaces, *self.whole):
            head, _, rest = key.partition(" ")
            length = rest.count(" ") + 2 if rest else 1
            if length > self.longest.get(head, 0):
                self.longest[head] = length
        self.ends = self._word_ends()
        self.version = digest(self.families.version, [list(_TELLING(a)) for a in accounts])

    # --- packing ---------------------------------------------------------------------------------------------------

    @staticmethod
    def account(code: int) -> int:
        """Position of the account in ``ids``."""
        return code >> 16

    @staticmethod
    def kind(code: int) -> int:
        """Kind of writing, one of the constants above."""
        return code >> 8 & 0xFF

    @staticmethod
    def marks(code: int) -> int:
        """What the words of the writing are like, a set of bits."""
        return code & 0xFF

    def look(self, key: str) -> tuple[int, ...]:
        """All codes of a canonical name, () when nobody is written so."""
        code = self.surfaces.get(key)
        if code is None:
            return ()
        return (code,) if code >= 0 else self.many[-1 - code]

    def account_of(self, name: str) -> int | None:
        """The one account that carries ``name`` as its own name, alias or former name."""
        all_keys = keys(name)
        core = " ".join(strip_legal(all_keys))
        code = self.whole.get(" ".join(all_keys))
        if code is None and core in self._shared_keys:
            return None
        codes = (code,) if code is not None else self.look(core)
        own = {c >> 16 for c in codes if TIER[c >> 8 & 0xFF] <= TIER[FORMER]} - {self.outside}
        return own.pop() if len(own) == 1 else None

    # --- building --------------------------------------------------------------------------------------------------

    def marks_of(self, core: Sequence[str]) -> int:
        """What the words of a writing are like: coined, several, ordinary, short, with descriptors."""
        carry = name_tokens(core)
        marks = DESCRIBED if len(carry) < len(core) else 0
        if len(carry) > 1:
            marks |= MULTI
        if any(self.is_coined(token) for token in carry):
            return marks | COINED
        if len(carry) == 1 and len(carry[0]) <= 4 and carry[0] not in self._words:
            return marks | SHORT
        return marks | WORD

    def is_coined(self, token: str) -> bool:
        """Whether the token is a made-up word that carries a name alone."""
        if len(token) < 5:
            return False
        return token not in self._words and token not in _DESC and token not in _GEO and not token.isdigit()

    def is_word(self, token: str) -> bool:
        """Whether this is an ordinary word, a place or a descriptor, so no misspelt brand."""
        return token in self._words or token in _DESC or token in _GEO

    def _put(self, key: str, account: int, kind: int, marks: int) -> None:
        if not key:
            return
        code = account << 16 | kind << 8 | marks
        old = self.surfaces.get(key)
        if old is None:
            self.surfaces[key] = code
            return
        codes = (old,) if old >= 0 else self.many[-1 - old]
        self._alike.update(c >> 16 for c in codes)
        self._alike.add(account)
        tier = TIER[kind]
        best = TIER[codes[0] >> 8 & 0xFF]
        if tier == best and self.outside in (account, codes[0] >> 16):
            self.surfaces[key] = (old if account == self.outside else code) | DOUBTFUL
            return
        if all(c >> 16 == account for c in codes):
            if _RANK[kind] < _RANK[codes[0] >> 8 & 0xFF]:
                self.surfaces[key] = code
            return
        if tier < best:
            self.surfaces[key] = code | RIVAL
        elif tier > best:
            if old >= 0:
                self.surfaces[key] = old | RIVAL
        elif not any(c >> 16 == account for c in codes):
            self.many.append((*codes, code))
            self.surfaces[key] = -len(self.many)

    def _add_account(self, account: Account, has_units: bool) -> None:
        number = len(self.ids)
        self.ids.append(account.account_id)
        self.labels.append(account.name)
        self.countries.append(account.country)
        self.position[account.account_id] = number
        described: set[str] = set()
        bare = large = False
        seen: set[str] = set()
        short: list[tuple[int, list[str], list[str], int]] = []
        for kind, text in self._writings(account):
            for spelling in spellings(text):
                all_keys = keys(spelling)
                core = strip_legal(all_keys)
                key = " ".join(core)
                if kind in (NAME, LEGAL_NAME):
                    large = large or self._large(" ".join(all_keys))
                if kind == LEGAL_NAME and core and name_tokens(core) == core:
                    bare = True
                if not key or key in seen:
                    continue
                seen.add(key)
                if len(core) == 1 and (core[0] in _DESC or core[0] in LEGAL):
                    self._keep_legal_form(number, spelling)  # "The Medicines Company": a description without its form
                    continue
                if key in self._shared_keys:
                    self._alike.add(number)
                marks = self.marks_of(core)
                if len(core) == 1 and len(key) <= 4 and text.split()[0].isupper():
                    marks = SHORT
                self._put(key, number, kind, marks)
                carry = name_tokens(core)
                if kind in (NAME, LEGAL_NAME):
                    described.update(core[len(carry) :])
                short.append((kind, core, carry, marks))
        for kind, core, carry, marks in short:  # after all of them: an alias may be the short form of the name
            self._short_forms(number, kind, core, carry, marks, seen)
        flags = (GROUP if has_units or account.kind == "big_pharma" or large else 0) | (BARE * bare)
        heads = [name.split()[0] for name in (account.name, account.legal_name) if name.strip()]
        if any(len(head) > 1 and head.isupper() for head in heads):
            flags |= CAPITALS
        if account.kind == "cro_cdmo":
            flags |= CONTRACT
        if account.kind in ("medtech", "diagnostics", "tools", "devices"):
            flags |= DEVICES
        if account.ticker:
            flags |= LISTED
        self.flags.append(flags)
        frozen = frozenset(described & (DRUG | CARE | RESEARCH | TECH))
        self.descriptors.append(self._interned.setdefault(frozen, frozen))
        if account.cik is not None:
            self.ciks.setdefault(account.cik, number)
        if account.ticker:
            self.tickers.setdefault(account.ticker.upper(), []).append(number)
        if account.website_domain:
            self.domains.setdefault(account.website_domain.lower().removeprefix("www."), number)

    def _large(self, normal: str) -> bool:
        """A company with many units, as far as the families pack tells, by its normal form."""
        group = self.families.group_by_key(normal)
        return group is not None and self._units[group.company] >= MANY_UNITS

    @staticmethod
    def _writings(account: Account) -> Iterable[tuple[int, str]]:
        yield NAME, account.name
        if account.legal_name:
            yield LEGAL_NAME, account.legal_name
        for alias in account.aliases:
            yield ALIAS, alias
        for former in account.former_names:
            yield FORMER, former

    def _short_forms(
        self, number: int, kind: int, core: list[str], carry: list[str], marks: int, seen: set[str]
    ) -> None:
        """Forms that follow from a full one: without descriptors, without a leading place, its coined first word."""
        former = kind in (FORMER, FAMILY)
        if former and not marks & COINED:
            return  # "Arena Pharmaceuticals" of long ago gives no right to "Arena"
        short_kind = UNIT_CORE if kind == FAMILY else CORE
        forms: list[tuple[int, list[str]]] = []
        if len(carry) < len(core):
            forms.append((short_kind, carry))
        begin = 0
        while begin < len(core) - 1 and (core[begin] in LEADING or (core[begin] in PLACES and begin + 1 < len(carry))):
            begin += 1
        if begin:
            rest = core[begin:]
            forms.append((LEGAL_NAME if core[begin - 1] in LEADING and not former else short_kind, rest))
            short = name_tokens(rest)
            if len(short) < len(rest):
                forms.append((short_kind, short))
        last = core[-1]
        if kind <= LEGAL_NAME and len(carry) == len(core) - 1 and last[:3] == "bio" and len(last) > 3:
            forms.append((PRESS, [*carry, "bio"]))  # "Solid Bio" in the press
        if len(carry) > 1 and not begin and not former:
            if self.is_coined(carry[0]) and len(carry[0]) > 4:
                forms.append((HEAD, carry[:1]))
            if len(carry) > 2 and carry[-2] != "and":
                forms.append((HEAD, carry[:-1]))
        if len(carry) == 1 and not former:
            for ending in _FUSED:
                if carry[0].endswith(ending) and len(carry[0]) - len(ending) > 5 and carry[0] not in self._words:
                    stem = carry[0][: -len(ending)]
                    if self.is_coined(stem):
                        forms.append((PRESS, [stem]))
        for form_kind, form in forms:
            key = " ".join(form)
            if form_kind == LEGAL_NAME and len(form) == 1 and not self.is_coined(form[0]):
                continue  # "Dr. X" gives no right to the surname
            if len(form) == 1 and form[0] in NOT_COMPANY:
                continue  # "Foundation" is no short form of anybody
            if key and key not in seen and not all(t in _DESC or t in LEGAL or t in _GEO - {"zealand"} for t in form):
                seen.add(key)
                self._put(key, number, form_kind, self.marks_of(form))

    def _keep_legal_forms(self, accounts: Sequence[Account], groups: Sequence[tuple[Group, int]]) -> None:
        """Where two companies differ by legal form only (the two Mercks), keep the long writing as well."""
        for number in sorted(self._alike):
            if number < len(accounts):
                for _, text in self._writings(accounts[number]):
                    self._keep_legal_form(number, text)
        for group, number in groups:
            for name in (group.company, *group.names):
                self._keep_legal_form(number, name)
        self.whole = {key: code for key, code in self.whole.items() if code >= 0}

    def _keep_legal_form(self, number: int, text: str) -> None:
        all_keys = keys(text)
        core = strip_legal(all_keys)
        key = " ".join(core)
        if all_keys[0] == "the":
            all_keys = all_keys[1:]
        if len(core) == len(all_keys):
            return
        if key not in self._shared_keys and key not in _DESC and all(code >> 16 == number for code in self.look(key)):
            return
        for length in range(len(core) + 1, len(all_keys) + 1):
            code = number << 16 | LEGAL_NAME << 8 | self.marks_of(core)
            old = self.whole.setdefault(" ".join(all_keys[:length]), code)
            if old >> 16 != number:
                self.whole[" ".join(all_keys[:length])] = -1  # written alike to the last word: nobody's

    def _add_families(self, families: Families) -> None:
        account_of = self._account_in(families)
        for fact in families.facts:
            if fact.kind == "spun_off":
                continue
            companies = (fact.company, *fact.others)
            owners = {account_of(company) or families.today(company, account_of) for company in companies}
            doubtful = DOUBTFUL if fact.kind in ("split", "shell") else 0
            places = sorted(self.position[owner] for owner in owners if owner) or [self.outside]
            itself = families.group(fact.name)
            own = account_of(itself.company) if itself and not doubtful and itself.company != fact.company else None
            if own is not None:
                places = [self.position[own]]
            if fact.cik is not None and places[0] != self.outside:
                self.ciks.setdefault(fact.cik, places[0])
            for place in places:
                self._put_family(
                    fact.name, self._own_account(fact.name, place), doubtful if place != self.outside else 0
                )
        for group, place in self.known_groups:
            for name in group.shared:
                clues = frozenset(key for clue in group.clues for key in keys(clue))
                sharing = (-1 if place == self.outside else place, clues, name in group.press)
                self.shared.setdefault(" ".join(strip_legal(keys(name))), []).append(sharing)
            for name in (group.company, *group.names):
                key = " ".join(strip_legal(keys(name)))
                if name not in group.shared and key not in self.shared:
                    self._put_family(name, place, 0)
                    if place != self.outside and account_of(group.company) == self.ids[place]:
                        self.own.add(key)
            for name in group.press:
                if name not in group.shared and place != self.outside:
                    core = strip_legal(keys(name))
                    self._put(" ".join(core), place, PRESS, self.marks_of(core))
            if place != self.outside:
                for name in group.shared:
                    self._share(" ".join(strip_legal(keys(name))), place)

    def _account_in(self, families: Families) -> Callable[[str], str | None]:
        """The account that carries a name, a company also under the old name that the list still has for it."""
        before: dict[str, list[str]] = {}
        for fact in families.facts:
            if fact.kind == "renamed":
                before.setdefault(fact.company, []).append(fact.name)

        def account_of(name: str) -> str | None:
            for written in (name, *before.get(name, ())):
                number = self.account_of(written)
                if number is not None:
                    return self.ids[number]
            codes = self.look(" ".join(strip_legal(keys(name))))
            short = len(codes) == 1 and codes[0] >> 8 & 0xFF == CORE and codes[0] & COINED and not codes[0] & RIVAL
            return self.ids[codes[0] >> 16] if short else None

        return account_of

    def _place_groups(self, families: Families) -> list[tuple[Group, int]]:
        """Every company of the pack with the account that stands for it today, or ``outside``."""
        account_of = self._account_in(families)
        placed = []
        for group in families.groups:
            names = (group.company, *group.names)
            found = next((a for a in map(account_of, names) if a), None)
            found = found or families.today(group.company, account_of)
            if found is None and not any(f.kind == "spun_off" for f in families.facts_of(group)):
                found = next((a for a in (families.today(name, account_of) for name in names) if a), None)
            placed.append((group, self.outside if found is None else self.position[found]))
        return placed

    def _own_account(self, name: str, owner: int) -> int:
        """A unit that has an account of its own under another writing is that account, not its owner's."""
        core = strip_legal(keys(name))
        for key in (" ".join(core), " ".join(name_tokens(core))):
            codes = self.look(key)
            if len(codes) != 1:
                continue
            number = parent = codes[0] >> 16
            for _ in range(5):
                if parent < 0 or parent >= self.outside:
                    break
                parent = self.parents[parent]
                if parent == owner:
                    return number
        return owner

    def _share(self, key: str, account: int) -> None:
        codes = {c >> 16: c for c in self.look(key)}
        codes.setdefault(account, account << 16 | NAME << 8 | WORD)
        self.many.append(tuple(code | DOUBTFUL for code in codes.values()))
        self.surfaces[key] = -len(self.many)

    def _put_family(self, name: str, account: int, doubtful: int) -> None:
        for spelling in spellings(name):
            core = strip_legal(keys(spelling))
            if len(core) == 1 and (core[0] in _DESC or core[0] in LEGAL):
                self._keep_legal_form(account, spelling)
                continue
            marks = self.marks_of(core) | doubtful
            if len(core) == 1 and len(core[0]) <= 4 and name.split()[0].isupper():
                marks = SHORT | doubtful
            self._put(" ".join(core), account, FAMILY, marks)
            if not doubtful and marks & COINED and not marks & MULTI:
                self._short_forms(account, FAMILY, core, name_tokens(core), marks, set())

    def _word_ends(self) -> dict[str, array[int]]:
        """Names written as one word, by their first and last three letters, for misspellings and odd spacing."""
        ends: dict[str, array[int]] = {}
        self.joined: list[str] = []
        self.joined_key: list[str] = []
        self.glued: dict[str, str] = {}  # names written as one word, to the way they are written apart
        known = self.glued
        for key, code in self.surfaces.items():
            first = code if code >= 0 else self.many[-1 - code][0]
            if first >> 8 & 0xFF > CORE or first & DOUBTFUL:
                continue
            if first & DESCRIBED and len(key.split(" ", 1)[0]) < 5:
                self.glued.setdefault(key.replace(" ", ""), key)  # "ACImmune": too short without its descriptor
            if not first & (COINED | MULTI):
                continue
            carry = " ".join(name_tokens(key.split(" ")))
            joined = carry.replace(" ", "")
            if len(joined) < 5 or joined in known or carry not in self.surfaces:
                continue
            known[joined] = carry
            place = len(self.joined)
            self.joined.append(joined)
            self.joined_key.append(carry)
            for part in (f"^{joined[:3]}{len(joined)}", f"{joined[-3:]}${len(joined)}"):
                bucket = ends.get(part)
                if bucket is None:
                    bucket = ends[part] = array("I")
                bucket.append(place)
        return ends
