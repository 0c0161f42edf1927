"""A headline as the matcher sees it: its words, its capitals, what it talks about, and where known names stand in it."""

from __future__ import annotations

from functools import cached_property
from typing import NamedTuple

from signalwatch.resolve.index import COINED, DESCRIBED, DOUBTFUL, FAMILY, PRESS, Index
from signalwatch.resolve.text import Token, tokens
from signalwatch.resolve.tickers import IN_TEXT
from signalwatch.resolve.vocabulary import BEFORE, BINDS, DEALS, DETERMINERS, INDUSTRY, JOINED, ROLES, TALK, VERBS

Spans = list[tuple[int, int]]


class Hit(NamedTuple):
    """A known writing at the words ``start`` to ``end``; ``codes`` as in the index, the first one counts."""

    start: int
    end: int
    codes: tuple[int, ...]

    @property
    def account(self) -> int:
        """Position of the account."""
        return self.codes[0] >> 16

    @property
    def kind(self) -> int:
        """Kind of writing."""
        return self.codes[0] >> 8 & 0xFF

    @property
    def marks(self) -> int:
        """What the words of the writing are like."""
        return self.codes[0] & 0xFF

    @property
    def unclear(self) -> bool:
        """Whether several companies are written so."""
        return len(self.codes) > 1 or bool(self.codes[0] & DOUBTFUL)


def hits(index: Index, words: list[Token]) -> list[Hit]:
    """Every known writing in the text, the longest first at each place."""
    found: list[Hit] = []
    longest, look, whole = index.longest, index.look, index.whole
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
            if not codes and end - at > 1 and key.endswith("s"):
                codes = look(key[:-1])  # an owner without its apostrophe ("Johnson & Johnsons")
            if codes:
                here.append(Hit(at, end, codes))
            if end >= count or end - at >= reach:
                break
            key = f"{key} {words[end].key}"
            end += 1
        found.extend(reversed(here))
    return found


class Sentence:
    """One headline with its summary. ``title_case``: nearly every word has a capital, so capitals say little."""

    def __init__(self, index: Index, text: str, context: str) -> None:
        self.index = index
        self.text = text
        self.context = context
        self.tokens = tokens(text)
        self.capital = [text[t.start].isupper() or text[t.start].isdigit() for t in self.tokens]
        self.shouting = text.isupper()
        longer = [c for t, c in zip(self.tokens[1:], self.capital[1:], strict=True) if t.end - t.start > 3]
        self.title_case = self.shouting or (len(longer) > 2 and sum(longer) > 0.65 * len(longer))

    # --- the words -------------------------------------------------------------------------------------------------

    def written(self, hit: Hit) -> str:
        """The hit as it stands in the text, without a possessive."""
        text = self.text[self.tokens[hit.start].start : self.tokens[hit.end - 1].end]
        return text.removesuffix("'s").removesuffix("’s")

    def capitals(self, hit: Hit, skip: int = 0) -> bool:
        """Whether every word of the hit (after ``skip``) has a capital."""
        return all(self.capital[hit.start + skip : hit.end])

    def possessive(self, hit: Hit) -> bool:
        """Whether the name is written as an owner ("Vertex's", "Therapeutics'")."""
        last = self.tokens[hit.end - 1]
        if self.text[last.start : last.end].endswith(("'s", "’s")):
            return True
        return self.text[last.end - 1] == "s" and self.text[last.end : last.end + 2] in ("' ", "’ ")

    def following(self, hit: Hit, step: int = 0) -> Token | None:
        """The capitalised word that directly follows the name (or the one after it), nothing but a space between."""
        at = hit.end + step
        if at >= len(self.tokens) or not self.capital[at] or (step == 0 and self.possessive(hit)):
            return None
        return None if self.text[self.tokens[at - 1].end : self.tokens[at].start].strip(" ") else self.tokens[at]

    def starts_sentence(self, at: int) -> bool:
        """Whether a capital here says nothing: first word, or after a colon, full stop, dash or quote."""
        if at == 0:
            return True
        between = self.text[self.tokens[at - 1].end : self.tokens[at].start]
        return any(sign in between for sign in ':.;—–?!|“"‘') or between.endswith("'")

    def glued(self, hit: Hit) -> bool:
        """Part of something longer without a space ("Lp(a)HORIZON", "De Novo")."""
        at = self.tokens[hit.start].start
        if at and (self.text[at - 1] == ")" or self.text[at - 1].isalnum()):
            return True
        return hit.start > 0 and self.tokens[hit.start].word == "novo" and self.tokens[hit.start - 1].word == "de"

    def past(self, at: int) -> bool:
        """A lower-case word in -ed: in a headline, after a name, what somebody did."""
        return self.tokens[at].word.endswith("ed") and not self.capital[at]

    # --- what it is about --------------------------------------------------------------------------------------------

    @cached_property
    def own_talk(self) -> bool:
        """Words of the industry or of business in the headline itself."""
        return any(t.word in TALK or t.key in TALK for t in self.tokens)

    @cached_property
    def talk(self) -> bool:
        """Words of the industry in headline or summary, or an amount of money."""
        if self.own_talk or any(sign in self.text for sign in "$€£¥"):
            return True
        return any(t.word in TALK for t in tokens(self.context[:600]))

    @cached_property
    def support(self) -> set[int]:
        """Accounts whose full name stands in the summary, or whose ticker stands in brackets anywhere."""
        found = set()
        for hit in hits(self.index, tokens(self.context[:2000])):
            if not hit.unclear and hit.marks & (DESCRIBED | COINED) and hit.kind <= FAMILY:
                found.add(hit.account)
        return found | self.symbols

    @cached_property
    def symbols(self) -> set[int]:
        """Accounts whose ticker stands in brackets, or with its exchange, in headline or summary."""
        found = set()
        for match in IN_TEXT.finditer(f"{self.text} {self.context[:600]}"):
            ticker = match["ticker"] or match["ticker2"] or match["ticker3"]
            bare = match["ticker"] and not match["exchange"]
            if bare and (len(ticker) < 4 or _abbreviates(match.string[: match.start()], ticker)):
                continue
            holders = self.index.tickers.get(ticker, [])
            if len(holders) == 1:
                found.add(holders[0])
        return found

    # --- the place of a name -----------------------------------------------------------------------------------------

    def signs(self, hit: Hit, sure: Spans, short: bool) -> int:
        """How many signs say that a company stands here; 0 when something speaks against it."""
        before = self.tokens[hit.start - 1] if hit.start else None
        after = self.tokens[hit.end] if hit.end < len(self.tokens) else None
        left = self.text[before.end : self.tokens[hit.start].start] if before else ""
        right = self.text[self.tokens[hit.end - 1].end : after.start] if after else ""
        if self._speaks_against(hit, sure, short, left, right):
            return 0
        lower_after = after is not None and not self.capital[hit.end]
        signs = [self.possessive(hit), self._beside(hit, sure)]
        if after is not None and right == " ":
            signs.append(after.word in VERBS or after.word in ROLES or self.past(hit.end))
            signs.append(hit.kind == PRESS and after.word in {"startup", "spinout", "spinoff"})
            signs.append(short and lower_after and after.word.endswith("s"))
        if after is not None and right.startswith("-"):
            signs.append(after.word in JOINED or right.startswith(("-,", "- ")))
        if hit.start == 0:
            signs.append((right.startswith(", ") and lower_after) or right.startswith(":"))
        if before is not None and left == " ":
            signs.append(self.bound(hit) or before.word in (DEALS if self.title_case else BEFORE))
        if covered(sure, hit.start - 1) or covered(sure, hit.end):
            signs.append(any(sign in left + right for sign in ",/") and not self._goes_on(hit, right))
        if not self.title_case:
            told = after is not None and right == " " and (after.word in TALK or after.word in INDUSTRY)
            signs.append(not self.starts_sentence(hit.start) or (hit.start > 0 and told))
        return sum(signs)

    def _speaks_against(self, hit: Hit, sure: Spans, short: bool, left: str, right: str) -> bool:
        """An article before it, a hyphened compound, or a longer name around it."""
        if left:
            before = self.tokens[hit.start - 1]
            if (left == " " and before.word in DETERMINERS) or (left == "-" and before.word not in JOINED):
                return True
            if left == " " and self.title_case and self.text[before.start : before.end].isdigit():
                return True  # "a June 28 Catalyst"
            amount = self.text[before.start].isdigit()
            longer = left == " " and self.capital[hit.start - 1] and not self.starts_sentence(hit.start - 1)
            longer = longer and not amount
            known = before.word in JOINED or before.word in ROLES or before.word in TALK or covered(sure, hit.start - 1)
            if longer and not known and not self.title_case:
                return True
        if right:
            after = self.tokens[hit.end]
            if right == "-" and after.word not in JOINED:
                return True
            longer = (
                right == " "
                and self.capital[hit.end]
                and not self.possessive(hit)
                and not self.text[after.start : after.end].isupper()
            )
            known = after.word in ROLES or after.word in TALK or after.word in INDUSTRY
            if longer and not known and not self.title_case and not short:
                return True
        return False

    def bound(self, hit: Hit) -> bool:
        """Tied to what stands before it by two words ("investment in", "deal with")."""
        at = hit.start
        return at > 1 and (self.tokens[at - 2].word, self.tokens[at - 1].word) in BINDS

    def _goes_on(self, hit: Hit, right: str) -> bool:
        """Followed by a capitalised word that is no part of the sentence: a longer name ("Clear Creek")."""
        if right != " " or not self.capital[hit.end] or self.possessive(hit):
            return False
        word = self.tokens[hit.end].word
        return word not in VERBS and word not in TALK and word not in ROLES and word not in JOINED

    def _beside(self, hit: Hit, sure: Spans) -> bool:
        """Joined by "and" or "&" to a company that is sure."""
        if hit.start > 1 and self.tokens[hit.start - 1].word == "and" and covered(sure, hit.start - 2):
            return True
        return hit.end + 1 < len(self.tokens) and self.tokens[hit.end].word == "and" and covered(sure, hit.end + 1)

    def somebody_else(self, hit: Hit, sure: Spans) -> bool:
        """Another named party: an account, or an unknown name in a headline that is not in title case."""
        if sure or self.support:
            return True
        if self.title_case:
            return False
        for at, token in enumerate(self.tokens):
            if hit.start <= at < hit.end or not self.capital[at] or self.text[token.start].isdigit():
                continue
            if token.word in TALK or token.word in ROLES or token.word in _NOBODY:
                continue
            if not self.starts_sentence(at) or not self.index.is_word(token.word):
                return True
            if at + 1 < len(self.tokens) and (self.tokens[at + 1].word in VERBS or self.past(at + 1)):
                return True
        return False


_NOBODY = frozenset(("fda", "us", "eu", "uk", "ceo"))


def covered(sure: Spans, at: int) -> bool:
    """Whether the word at ``at`` belongs to a name that is sure."""
    return any(start <= at < end for start, end in sure)


def _abbreviates(before: str, letters: str) -> bool:
    """Whether ``letters`` abbreviate the words just before the bracket ("Big Tool Kit (BTK)")."""
    return "".join(c for c in before[-80:] if c.isupper()).endswith(letters)
