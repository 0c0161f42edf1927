"""Accounts named in running text: one pass over a token dictionary, then each hit judged where it stands.

A coined name counts wherever it is written as one. A name that is also an ordinary word ("Relay raises $100M") needs
three things to agree: capitals, a place in the sentence where companies stand, and talk of the industry; the ticker or the
full name nearby settles it. Whatever continues into another organisation's name (a foundation, "Rocket Lab") does not count.
"""

from __future__ import annotations

from typing import NamedTuple

from signalwatch.model import Mention
from signalwatch.resolve.index import (
    ALIAS,
    CAPITALS,
    COINED,
    CORE,
    DESCRIBED,
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
    UNIT_CORE,
    Index,
)
from signalwatch.resolve.lexicon import CARE, CARE_SITES, DRUG, NOT_COMPANY, OTHER_TRADE, RESEARCH, TECH, UNIT
from signalwatch.resolve.text import Token, tokens
from signalwatch.resolve.tickers import IN_TEXT
from signalwatch.resolve.vocabulary import BEFORE, DEALS, DETERMINERS, INDUSTRY, JARGON, JOINED, ROLES, TALK, VERBS

SURE, LIKELY, DOUBT = 1.0, 0.8, 0.3
_CONTINUES = NOT_COMPANY & frozenset(
    (
        "university", "hospital", "foundation", "clinic", "college", "school", "faculty", "academy", "museum", "library",
        "church", "charitable", "endowment", "trust", "memorial", "acquisition", "bank", "bancorp", "children", "investors",
    )
)  # fmt: skip
_DESCRIBES = DRUG | CARE | RESEARCH | TECH | UNIT
_BUSINESS = DRUG | CARE | RESEARCH | TECH | OTHER_TRADE


class _Text:
    """The headline with what every judgement needs, computed once."""

    def __init__(self, index: Index, text: str, context: str) -> None:
        self.index = index
        self.text = text
        self.context = context
        self.tokens = tokens(text)
        self.capital = [text[t.start].isupper() or text[t.start].isdigit() for t in self.tokens]
        self.shouting = text.isupper()
        longer = [c for t, c in zip(self.tokens[1:], self.capital[1:], strict=True) if t.end - t.start > 3]
        self.title_case = self.shouting or (len(longer) > 2 and sum(longer) > 0.65 * len(longer))
        self._talk: bool | None = None
        self._full: set[int] | None = None
        self._symbols: set[int] | None = None

    def starts_sentence(self, at: int) -> bool:
        """Whether a capital here says nothing: first word, or after a colon, full stop, dash or quote."""
        if at == 0:
            return True
        between = self.text[self.tokens[at - 1].end : self.tokens[at].start]
        return any(
            sign in between for sign in (":", ".", ";", "—", "–", "?", "!", "|", "“", '"', "‘")
        ) or between.endswith("'")

    def talks_industry(self) -> bool:
        """Words of the industry or of business in headline or summary, or an amount of money."""
        if self._talk is None:
            own = {t.key for t in self.tokens} | {t.word for t in self.tokens}
            self._talk = bool(own & TALK) or any(sign in self.text for sign in "$€£¥")
            if not self._talk and self.context:
                self._talk = any(t.word in TALK for t in tokens(self.context[:600]))
        return self._talk

    def own_talk(self) -> bool:
        """Words of the industry in the headline itself."""
        return any(t.word in TALK for t in self.tokens)

    def full_names(self) -> set[int]:
        """Accounts whose full name, or coined name, stands in the summary."""
        if self._full is None:
            self._full = set()
            if self.context:
                for hit in _hits(self.index, tokens(self.context[:2000])):
                    code = hit.codes[0]
                    if (
                        len(hit.codes) == 1
                        and code & (DESCRIBED | COINED)
                        and code >> 8 & 0xFF <= FAMILY
                        and not code & DOUBTFUL
                    ):
                        self._full.add(code >> 16)
        return self._full

    def symbols(self) -> set[int]:
        """Accounts whose ticker stands in brackets in headline or summary."""
        if self._symbols is None:
            self._symbols = set()
            for match in IN_TEXT.finditer(f"{self.text} {self.context[:600]}"):
                ticker = match["ticker"] or match["ticker2"] or match["ticker3"]
                if match["ticker"] and not match["exchange"]:
                    if len(ticker) < 4 or _abbreviates(match.string[: match.start()], ticker):
                        continue
                holders = self.index.tickers.get(ticker, [])
                if len(holders) == 1:
                    self._symbols.add(holders[0])
        return self._symbols


class _Hit(NamedTuple):
    start: int
    end: int
    codes: tuple[int, ...]


def _hits(index: Index, words: list[Token]) -> list[_Hit]:
    """Every known writing in the text, all lengths, longest first at each place."""
    found = []
    longest = index.longest
    look = index.look
    whole = index.whole
    count = len(words)
    for at, token in enumerate(words):
        reach = longest.get(token.key)
        if reach is None:
            continue
        key = token.key
        here = []
        end = at + 1
        while True:
            code = whole.get(key)
            codes = (code,) if code is not None else look(key)
            if codes:
                here.append(_Hit(at, end, codes))
            if end >= count or end - at >= reach:
                break
            key = f"{key} {words[end].key}"
            end += 1
        found.extend(reversed(here))
    return found


def find(index: Index, text: str, context: str = "") -> list[Mention]:
    """Every account named in ``text``, each once, in order; those that should be asked have a score below 0.5."""
    view = _Text(index, text, context)
    hits = _hits(index, view.tokens)
    best: dict[int, tuple[float, _Hit, str]] = {}
    taken = -1
    pending: list[tuple[_Hit, int]] = []
    for hit in hits:
        if hit.start < taken:
            continue
        verdict, account = _first_look(view, hit)
        if verdict == "sure":
            best.setdefault(account, (SURE, hit, METHOD[hit.codes[0] >> 8 & 0xFF]))
            if best[account][0] < SURE:
                best[account] = (SURE, hit, METHOD[hit.codes[0] >> 8 & 0xFF])
            taken = hit.end
        elif verdict == "other":
            taken = hit.end
        elif verdict == "weigh":
            pending.append((hit, account))
    sure_spans = [(h.start, h.end) for s, h, _ in best.values() if s == SURE]
    for hit, account in pending:
        if any(hit.start < end and start < hit.end for start, end in sure_spans):
            continue
        score, account = _weigh(view, hit, account, sure_spans)
        if score and (account not in best or best[account][0] < score):
            best[account] = (score, hit, METHOD[hit.codes[0] >> 8 & 0xFF])
            if score >= LIKELY:
                sure_spans.append((hit.start, hit.end))
    for account, place in _by_symbol(view, best).items():
        best[account] = place
    mentions = []
    for account, (score, hit, method) in best.items():
        start, end = view.tokens[hit.start].start, view.tokens[hit.end - 1].end
        mentions.append(
            Mention(
                account_id=index.ids[account], start=start, end=end, text=text[start:end], method=method, score=score
            )
        )
    mentions.sort(key=lambda m: (m.start, m.account_id))
    return mentions


def _first_look(view: _Text, hit: _Hit) -> tuple[str, int]:
    """sure | weigh | other (another organisation) | no, with the account."""
    code = hit.codes[0]
    account, marks = code >> 16, code & 0xFF
    if account == view.index.outside:
        return ("other" if marks & (COINED | DESCRIBED) and view.capital[hit.start] else "no"), account
    first = view.tokens[hit.start]
    label = view.index.labels[account]
    kind = code >> 8 & 0xFF
    names = [token.key for token in view.tokens[hit.start : hit.end]]
    if all(name in JARGON or name in _DESCRIBES for name in names):
        described = kind in (NAME, LEGAL_NAME, ALIAS) and len(names) > 1 and names[0] not in TALK
        if not described or view.title_case or not all(view.capital[hit.start : hit.end]):
            whole = kind in (NAME, LEGAL_NAME) and names[0] not in _DESCRIBES and marks & DESCRIBED
            whole = whole and all(view.capital[hit.start : hit.end])
            if not whole and not (marks & SHORT and _possessive(view, hit)):
                return "no", account
    written = view.text[first.start : view.tokens[hit.end - 1].end].removesuffix("'s").removesuffix("’s")
    capital = (
        view.capital[hit.start]
        or label[:1].islower()
        or (len(names) > 1 and all(view.capital[hit.start + 1 : hit.end]))
    )
    styled = view.index.flags[account] & CAPITALS
    if len(names) == 1 and written.isupper() and "&" not in written and not styled and not view.shouting:
        if kind not in (ALIAS, FAMILY) and len(written) < 6:
            return "no", account  # an abbreviation of something else ("ENDO" the congress)
    if _continues_elsewhere(view, hit, marks):
        return "other", account
    if len(hit.codes) > 1 or marks & DOUBTFUL:
        return ("weigh" if capital else "no"), account
    if kind in (HEAD, CORE, PRESS) and marks & RIVAL:
        return ("weigh" if capital else "no"), account
    if marks & DESCRIBED and not marks & COINED and capital:
        return ("sure" if all(view.capital[hit.start + 1 : hit.end]) else "no"), account
    if marks & SHORT:
        upper = written
        if not label.isupper() and not upper.isupper():
            mine = capital and not view.shouting
            if any(c.isupper() for c in upper[1:]) and upper.lower() in label.lower():
                return "sure", account  # an odd spelling of its own ("ViiV")
            return (
                "no" if not mine else "sure" if view.index.flags[account] & GROUP and kind <= FAMILY else "weigh"
            ), account
        if not upper.isupper() or view.shouting:
            return "no", account
        letters = sum(c.isalpha() for c in upper)
        if letters > 2 and view.index.flags[account] & GROUP:
            return "sure", account
        if "&" in upper:
            return "sure", account
        return "weigh", account
    if not capital:
        return "no", account
    if marks & DESCRIBED:
        if marks & COINED or all(view.capital[hit.start : hit.end]) or not view.title_case:
            if not (marks & COINED) and not all(view.capital[hit.start : hit.end]):
                return "no", account
            return "sure", account
    if kind == UNIT_CORE:
        return ("sure" if marks & COINED and len(first.word) > 6 and view.own_talk() else "no"), account
    if marks & COINED:
        if kind == PRESS and not view.talks_industry():
            return "weigh", account
        if _extended(view, hit, account) and not marks & MULTI and not view.index.flags[account] & GROUP:
            return "other", account
        return "sure", account
    if marks & MULTI and view.index.flags[account] & GROUP and kind <= HEAD and all(view.capital[hit.start : hit.end]):
        return "sure", account
    return "weigh", account


def _continues_elsewhere(view: _Text, hit: _Hit, marks: int) -> bool:
    """The words after the name make it another organisation: "Pfizer Foundation", "Zealand University Hospital"."""
    at = hit.end
    if at >= len(view.tokens) or _possessive(view, hit):
        return False
    for step in range(2):
        place = at + step
        if place >= len(view.tokens) or not view.capital[place]:
            return False
        gap = view.text[view.tokens[place - 1].end : view.tokens[place].start]
        if gap.strip(" "):
            return False
        word = view.tokens[place].key
        if word in _CONTINUES or (word in CARE_SITES and not marks & MULTI):
            return step == 0 or not view.title_case or word in {"foundation", "university", "hospital"}
        if step == 0 and hit.codes[0] & 0xFF & MULTI and word == "holding" and not marks & DESCRIBED:
            return False
        if word == "holding" and step == 0 and marks & ~(COINED | DESCRIBED | MULTI):
            return True
        if (
            step == 0
            and view.title_case
            and word not in ("medical", "cancer", "research", "clinical", "general", "university")
        ):
            return False
    return False


def _extended(view: _Text, hit: _Hit, account: int) -> bool:
    """Followed by a descriptor that is not the account's: a namesake ("Rocket Lab", "Lyra Health")."""
    at = hit.end
    if at >= len(view.tokens) or not view.capital[at] or _possessive(view, hit):
        return False
    gap = view.text[view.tokens[at - 1].end : view.tokens[at].start]
    if gap.strip(" "):
        return False
    word = view.tokens[at].key
    if word not in _BUSINESS or word in INDUSTRY:
        return False
    own = view.index.descriptors[account]
    if word in own or (word in DRUG and own & DRUG and hit.codes[0] & COINED):
        return False
    return not (
        view.title_case
        and word
        in {"medical", "research", "clinical", "health", "digital", "gene", "cell", "rna", "cancer", "oncology"}
    )


def _possessive(view: _Text, hit: _Hit) -> bool:
    last = view.tokens[hit.end - 1]
    written = view.text[last.start : last.end]
    return written.endswith(("'s", "’s")) or (written[-1] == "s" and view.text[last.end : last.end + 2] in ("' ", "’ "))


def _weigh(view: _Text, hit: _Hit, account: int, sure: list[tuple[int, int]]) -> tuple[float, int]:
    """Evidence for a name that may be a word, another company's name, or several companies'."""
    code = hit.codes[0]
    marks, kind = code & 0xFF, code >> 8 & 0xFF
    if len(hit.codes) > 1 or marks & DOUBTFUL:
        return _which(view, hit, sure)
    support = view.full_names() | view.symbols()
    if account in support:
        return LIKELY, account
    if marks & RIVAL and kind >= CORE:
        return DOUBT, account
    if not marks & SHORT and _extended(view, hit, account):
        return 0.0, account
    place = _structure(view, hit, sure, bool(marks & SHORT))
    talk = view.talks_industry()
    if marks & SHORT:
        letters = hit.end - hit.start == 1 and view.tokens[hit.start].end - view.tokens[hit.start].start
        enough = place and talk and (letters > 2 or place > 1)
        return (LIKELY if enough else DOUBT if place else 0.0), account
    if talk and (place or (view.index.flags[account] & GROUP and kind <= ALIAS and _own_style(view, hit))):
        return LIKELY, account
    return (DOUBT if place and kind <= NAME else 0.0), account


def _own_style(view: _Text, hit: _Hit) -> bool:
    """Not a big company's name in another style ("Icon" for ICON)."""
    head = view.index.labels[hit.codes[0] >> 16].split()[0]
    return not head.isupper() or view.text[view.tokens[hit.start].start : view.tokens[hit.start].end].startswith(head)


def _which(view: _Text, hit: _Hit, sure: list[tuple[int, int]]) -> tuple[float, int]:
    """A name that several companies share: settled by what else the text says, or held."""
    account = hit.codes[0] >> 16
    key = " ".join(t.key for t in view.tokens[hit.start : hit.end])
    support = view.full_names() | view.symbols()
    named = [code >> 16 for code in hit.codes if code >> 16 in support]
    if len(set(named)) == 1:
        return LIKELY, named[0]
    sharing = view.index.shared.get(key, [])
    if sharing:
        said = {t.key for t in view.tokens} | {t.key for t in tokens(view.context[:1000])}
        clued = [position for position, clues, _ in sharing if clues & said]
        if len(clued) == 1:
            return (LIKELY, clued[0]) if clued[0] >= 0 else (0.0, account)
        usual = [position for position, _, usual in sharing if usual]
        if not clued and len(usual) == 1 and usual[0] >= 0 and _somebody_else(view, hit, sure):
            return LIKELY, usual[0]
    if hit.codes[0] >> 8 & 0xFF >= CORE and not (hit.codes[0] & COINED) and not _structure(view, hit, sure, False):
        return 0.0, account
    return DOUBT, account


def _somebody_else(view: _Text, hit: _Hit, sure: list[tuple[int, int]]) -> bool:
    """Another named party in the headline or summary: an account, or an unknown name in a sentence-case headline."""
    if sure or view.full_names():
        return True
    if view.title_case:
        return False
    for at, token in enumerate(view.tokens):
        if hit.start <= at < hit.end or not view.capital[at]:
            continue
        word = view.text[token.start : token.end]
        if (
            word[0].isdigit()
            or token.word in TALK
            or token.word in ROLES
            or token.word in {"fda", "us", "eu", "uk", "ceo"}
        ):
            continue
        if not view.starts_sentence(at) or not view.index.is_word(token.word):
            return True
        if at + 1 < len(view.tokens) and (view.tokens[at + 1].word in VERBS or _past(view, at + 1)):
            return True
    return False


def _structure(view: _Text, hit: _Hit, sure: list[tuple[int, int]], short: bool) -> int:
    """How many signs of its place in the sentence say that a company stands here; 0 when something speaks against it."""
    before = view.tokens[hit.start - 1] if hit.start else None
    after = view.tokens[hit.end] if hit.end < len(view.tokens) else None
    left = view.text[before.end : view.tokens[hit.start].start] if before else ""
    right = view.text[view.tokens[hit.end - 1].end : after.start] if after else ""
    if _speaks_against(view, hit, sure, short, (left, right)):
        return 0
    lower_after = after is not None and not view.capital[hit.end]
    signs = [_possessive(view, hit), _beside(view, hit, sure)]
    if after is not None and right == " ":
        signs.append(after.word in VERBS or after.word in ROLES or _past(view, hit.end))
        signs.append(short and lower_after and after.word.endswith("s"))
    if after is not None and right.startswith("-"):
        signs.append(after.word in JOINED)
    if hit.start == 0:
        signs.append((right.startswith(", ") and lower_after) or right.startswith(":"))
    if before is not None and left == " ":
        signs.append(before.word in (DEALS if view.title_case else BEFORE))
    if _covered(sure, hit.start - 1) or _covered(sure, hit.end):
        signs.append(any(sign in left + right for sign in ",/"))
    if not view.title_case:
        told = after is not None and right == " " and (after.word in TALK or after.word in INDUSTRY)
        signs.append(not view.starts_sentence(hit.start) or (hit.start > 0 and told))
    return sum(signs)


def _speaks_against(view: _Text, hit: _Hit, sure: list[tuple[int, int]], short: bool, gaps: tuple[str, str]) -> bool:
    """An article before it, a hyphened compound, or a longer name around it."""
    left, right = gaps
    if left:
        before = view.tokens[hit.start - 1]
        if left == " " and before.word in DETERMINERS:
            return True
        if left == "-" and before.word not in JOINED:
            return True
        longer = (
            left == " "
            and view.capital[hit.start - 1]
            and not view.title_case
            and not view.starts_sentence(hit.start - 1)
        )
        known = before.word in JOINED or before.word in ROLES or before.word in TALK or _covered(sure, hit.start - 1)
        if longer and not known:
            return True
    if right:
        after = view.tokens[hit.end]
        if right == "-" and after.word not in JOINED:
            return True
        longer = right == " " and view.capital[hit.end] and not view.title_case and not short
        known = after.word in ROLES or after.word in TALK or after.word in INDUSTRY
        if longer and not known and not view.text[after.start : after.end].isupper():
            return True
    return False


def _past(view: _Text, at: int) -> bool:
    """A lower-case word in -ed: in a headline, after a name, what somebody did."""
    return view.tokens[at].word.endswith("ed") and not view.capital[at]


def _abbreviates(before: str, letters: str) -> bool:
    """Whether ``letters`` abbreviate the words just before the bracket ("Big Tool Kit (BTK)")."""
    return "".join(c for c in before[-80:] if c.isupper()).endswith(letters)


def _covered(sure: list[tuple[int, int]], at: int) -> bool:
    return any(start <= at < end for start, end in sure)


def _beside(view: _Text, hit: _Hit, sure: list[tuple[int, int]]) -> bool:
    """Joined by "and" or "&" to a company that is sure."""
    tokens_ = view.tokens
    if hit.start > 1 and tokens_[hit.start - 1].word == "and" and _covered(sure, hit.start - 2):
        return True
    return hit.end + 1 < len(tokens_) and tokens_[hit.end].word == "and" and _covered(sure, hit.end + 1)


def _by_symbol(view: _Text, best: dict[int, tuple[float, _Hit, str]]) -> dict[int, tuple[float, _Hit, str]]:
    """Tickers used as names: "(NASDAQ: BEAM)", "SRPT beats ...", "INAB: ..."."""
    found: dict[int, tuple[float, _Hit, str]] = {}
    if view.shouting:
        return found
    for at, token in enumerate(view.tokens):
        written = view.text[token.start : token.end]
        if not written.isupper() or not 2 < len(written) < 6:
            continue
        holders = view.index.tickers.get(written, [])
        if len(holders) != 1 or holders[0] in best:
            continue
        bracket = holders[0] in view.symbols()
        after = view.text[token.end : token.end + 2]
        following = view.tokens[at + 1].word if at + 1 < len(view.tokens) else ""
        lower = at + 1 < len(view.tokens) and not view.capital[at + 1]
        opens = (
            at == 0
            and len(written) > 3
            and (after.startswith(":") or following in VERBS or following == "stock" or lower)
        )
        if bracket or (opens and (following in VERBS or not view.index.is_word(token.word))):
            found[holders[0]] = (LIKELY, _Hit(at, at + 1, ()), "ticker")
    return found
