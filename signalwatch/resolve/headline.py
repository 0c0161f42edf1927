"""Accounts named in running text: one pass over a token dictionary, then each hit judged where it stands.

A coined name counts wherever it is written as one. A name that is also an ordinary word ("Relay raises $100M") needs
capitals, a place in the sentence where companies stand, and talk of the industry; its ticker or its full name nearby
settles it. Whatever continues into another organisation's name (a foundation, "Rocket Lab") does not count.
"""

from __future__ import annotations

from typing import Literal

from signalwatch.model import Mention
from signalwatch.resolve.index import (
    ALIAS,
    CAPITALS,
    COINED,
    CORE,
    DESCRIBED,
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
    WORD,
    Index,
)
from signalwatch.resolve.lexicon import (
    CARE,
    CARE_SITES,
    DRUG,
    LEGAL,
    NAMESAKES,
    NOT_COMPANY,
    OTHER_TRADE,
    RESEARCH,
    TECH,
    UNIT,
)
from signalwatch.resolve.sentence import Hit, Sentence, Spans, hits
from signalwatch.resolve.text import tokens
from signalwatch.resolve.vocabulary import BEFORE, HIRES, INDUSTRY, JARGON, POSTS, SEATS, TALK, UNIVERSITIES, VERBS

SURE, LIKELY, DOUBT = 1.0, 0.8, 0.3
_Look = Literal["sure", "weigh", "other", "no"]
_CONTINUES = NOT_COMPANY & frozenset(
    (
        "university", "hospital", "foundation", "clinic", "college", "school", "faculty", "academy", "museum", "library",
        "church", "charitable", "endowment", "trust", "memorial", "acquisition", "bank", "bancorp", "children", "investors",
    )
)  # fmt: skip
_BEFORE_HOSPITAL = frozenset(("medical", "cancer", "research", "clinical", "general", "university"))
_TOPICS = frozenset("medical research clinical health digital gene cell rna cancer oncology".split(" "))
_DESCRIBES = DRUG | CARE | RESEARCH | TECH | UNIT
_BUSINESS = DRUG | CARE | RESEARCH | TECH | OTHER_TRADE


def find(index: Index, text: str, context: str = "") -> list[Mention]:
    """Every account named in ``text``, each once, in order; those that should be asked have a score below 0.5."""
    view = Sentence(index, text, context)
    best: dict[int, tuple[float, Hit, str]] = {}
    pending: list[Hit] = []
    taken = -1
    for hit in hits(index, view.tokens):
        if hit.start < taken:
            continue
        look = _first_look(view, hit)
        if look == "sure" and best.get(hit.account, (0.0,))[0] < SURE:
            best[hit.account] = (SURE, hit, METHOD[hit.kind])
        if look in ("sure", "other"):
            taken = hit.end
        elif look == "weigh":
            pending.append(hit)
    sure: Spans = [(hit.start, hit.end) for _, hit, _ in best.values()]
    for hit in pending * 2:  # a second look: by then the neighbours are known
        if any(hit.start < end and start < hit.end for start, end in sure):
            continue
        score, account = _weigh(view, hit, sure)
        if score and (account not in best or best[account][0] < score):
            best[account] = (score, hit, METHOD[hit.kind])
            if score >= LIKELY:
                sure.append((hit.start, hit.end))
    for account, hit in _by_symbol(view, set(best)).items():
        best[account] = (LIKELY, hit, "ticker")
    return sorted(
        (_mention(view, account, *found) for account, found in best.items()), key=lambda m: (m.start, m.account_id)
    )


def _mention(view: Sentence, account: int, score: float, hit: Hit, method: str) -> Mention:
    start, end = view.tokens[hit.start].start, view.tokens[hit.end - 1].end
    name = view.index.ids[account]
    return Mention(account_id=name, start=start, end=end, text=view.text[start:end], method=method, score=score)


# --- the first look ---------------------------------------------------------------------------------------------------


def _first_look(view: Sentence, hit: Hit) -> _Look:
    """``sure``; ``weigh`` for names that are also words; ``other`` for another organisation's name; ``no``."""
    index, marks, kind = view.index, hit.marks, hit.kind
    if hit.account == index.outside:
        return "other" if marks & (COINED | DESCRIBED) and view.capital[hit.start] else "no"
    group = bool(index.flags[hit.account] & GROUP)
    if _jargon(view, hit) or _abbreviation(view, hit) or view.glued(hit) or _person(view, hit):
        return "no"
    if _continues_elsewhere(view, hit):
        return "other"
    several = hit.end - hit.start > 1
    capital = view.capital[hit.start] or index.labels[hit.account][:1].islower() or (several and view.capitals(hit, 1))
    if hit.unclear or (kind in (HEAD, CORE, PRESS) and marks & RIVAL):
        return "weigh" if capital else "no"
    if marks & SHORT and not marks & DESCRIBED:
        return _letters(view, hit, group, capital)
    if not capital:
        return "no"
    if marks & DESCRIBED:
        return "sure" if marks & COINED or view.capitals(hit, 1) else "no"
    if kind == UNIT_CORE:
        return "sure" if marks & COINED and len(view.tokens[hit.start].word) > 6 and view.own_talk else "no"
    if marks & COINED:
        if kind == PRESS and not view.talk:
            return "weigh"
        return "other" if not marks & MULTI and not group and _extended(view, hit) else "sure"
    if marks & MULTI and group and kind <= HEAD and view.capitals(hit) and not (kind == FAMILY and view.title_case):
        return "sure"
    return "weigh"


def _jargon(view: Sentence, hit: Hit) -> bool:
    """Nothing but terms of the trade ("Cell Therapy", "CRISPR"); a whole company name of such words still counts."""
    if hit.kind == PRESS and view.bound(hit):
        return False
    names = [token.key for token in view.tokens[hit.start : hit.end]]
    if not all(name in JARGON or name in _DESCRIBES or name == "company" for name in names):
        return False
    if names[-1] == "company" and len(names) > 1 and all(name in _DESCRIBES for name in names[:-1]):
        return not (hit.start and view.tokens[hit.start - 1].word == "the")  # "The Medicines Company"
    if hit.marks & (SHORT | DESCRIBED) and view.possessive(hit):
        return False
    if not view.capitals(hit):
        return True
    if hit.kind in (NAME, LEGAL_NAME) and names[0] not in _DESCRIBES and hit.marks & DESCRIBED:
        return False
    formed = hit.end < len(view.tokens) and view.tokens[hit.end].key in LEGAL and view.capital[hit.end]
    if formed and len(names) > 1 and hit.marks & DESCRIBED and hit.kind <= FAMILY:
        return False
    whole = hit.kind in (NAME, LEGAL_NAME, ALIAS, FAMILY) and len(names) > 1 and names[0] not in TALK
    return not whole or view.title_case


def _abbreviation(view: Sentence, hit: Hit) -> bool:
    """Capitals throughout where the company does not write itself so: something else ("ENDO", the congress)."""
    if hit.end - hit.start > 1 or view.shouting or view.index.flags[hit.account] & CAPITALS:
        return False
    written = view.written(hit)
    if written.isupper() and hit.marks & WORD and hit.start and len(written) > 3 and hit.kind >= CORE:
        return True  # the name of a study ("HORIZON")
    return written.isupper() and "&" not in written and len(written) < 6 and hit.kind not in (ALIAS, FAMILY)


def _person(view: Sentence, hit: Hit) -> bool:
    """A surname: "Appoints Jane Edwards as ...", "names Dr. Sven Lee to its board"."""
    if hit.end - hit.start > 1 or view.possessive(hit) or view.shouting:
        return False
    at = hit.start - 1
    if (
        at < 1
        or not view.capital[at]
        or view.text[view.tokens[at].end : view.tokens[hit.start].start] not in (" ", ". ")
    ):
        return False
    after = view.tokens[hit.end] if hit.end < len(view.tokens) else None
    right = view.text[view.tokens[hit.end - 1].end : after.start] if after else ""
    posted = after is None or after.word in SEATS or right.startswith(",") or after.word in POSTS
    if not posted:
        return False
    for back in range(at, max(-1, at - 5), -1):
        word = view.tokens[back].word
        if word in HIRES:
            return back < at
        if word in POSTS or word in BEFORE or word in TALK or word in VERBS:
            return False
        if not (view.capital[back] or word == "and"):
            return False
    return False


def _letters(view: Sentence, hit: Hit, group: bool, capital: bool) -> _Look:
    """Names of two to four letters: as written, "GSK" counts and "Gsk" does not; "ViiV" is like nothing else."""
    written, label = view.written(hit), view.index.labels[hit.account]
    if label.isupper() and not written.isupper() and len(written) > 3 and not view.title_case:
        # the press writes some companies' capitals as a word ("Icon"); in the middle of a sentence that can be one
        spoken = view.capital[hit.start] and group and not view.starts_sentence(hit.start)
        if group and view.capital[hit.start] and hit.end < len(view.tokens) and not view.capital[hit.end]:
            spoken = spoken or view.tokens[hit.end].word in VERBS
        return "weigh" if spoken else "no"
    if not label.isupper() and not written.isupper():
        if any(c.isupper() for c in written[1:]) and written.lower() in label.lower():
            return "sure"
        if not capital or view.shouting:
            return "no"
        return "sure" if group and hit.kind <= FAMILY else "weigh"
    if not written.isupper() or view.shouting:
        return "no"
    return "sure" if "&" in written or (group and sum(c.isalpha() for c in written) > 2) else "weigh"


def _continues_elsewhere(view: Sentence, hit: Hit) -> bool:
    """The words after the name make it another organisation: "Pfizer Foundation", "Zealand University Hospital"."""
    first = view.following(hit)
    if first is None:
        return False
    if first.key in _CONTINUES or (first.key in CARE_SITES and not hit.marks & MULTI):
        return True
    if first.key == "holding":
        return not hit.marks & (DESCRIBED | MULTI) and bool(hit.marks & ~COINED)
    if view.title_case and first.key not in _BEFORE_HOSPITAL:
        return False
    second = view.following(hit, 1)
    if second is None or not (second.key in _CONTINUES or (second.key in CARE_SITES and not hit.marks & MULTI)):
        return False
    return not view.title_case or second.key in {"foundation", "university", "hospital"}


def _extended(view: Sentence, hit: Hit) -> bool:
    """Followed by a descriptor that is not the account's: a namesake ("Rocket Lab", "Lyra Health")."""
    after = view.following(hit)
    if after is None or after.key not in _BUSINESS or after.key in INDUSTRY or after.word in INDUSTRY:
        return False
    own = view.index.descriptors[hit.account]
    if view.text[after.start : after.end].isupper() and not view.shouting:
        return False  # an abbreviation of the trade ("Abbott OTC sensors")
    if after.key in own or (after.key in DRUG and own & DRUG and hit.marks & COINED):
        return False
    return not (view.title_case and after.key in _TOPICS)


# --- weighing ---------------------------------------------------------------------------------------------------------


def _weigh(view: Sentence, hit: Hit, sure: Spans) -> tuple[float, int]:
    """Evidence for a name that may be a word, another company's name, or several companies'."""
    if hit.unclear:
        return _which(view, hit, sure)
    account, marks, kind = hit.account, hit.marks, hit.kind
    if account in view.support:
        return LIKELY, account
    if marks & RIVAL and kind >= CORE:
        return DOUBT, account
    short = bool(marks & SHORT)
    if kind >= CORE and hit.end - hit.start == 1 and _other_word(view, hit):
        return 0.0, account
    many = view.tokens[hit.start].key in NAMESAKES and hit.end - hit.start == 1
    if many and kind == CORE and not view.index.flags[account] & LISTED:
        return (DOUBT if view.signs(hit, sure, short) else 0.0), account
    if not short and _extended(view, hit):
        return 0.0, account
    place = view.signs(hit, sure, short)
    if short:
        word = view.tokens[hit.start]
        known = bool(view.index.flags[account] & GROUP) and kind == PRESS
        enough = bool(place) and (view.talk or known) and (word.end - word.start > 2 or place > 1)
        if place and view.talk and sure and kind == ALIAS and view.index.flags[account] & GROUP:
            enough = enough or not (hit.start and view.capital[hit.start - 1])
        return (LIKELY if enough else DOUBT if place else 0.0), account
    big = view.index.flags[account] & GROUP and kind <= ALIAS and _own_style(view, hit)
    known = kind == PRESS and bool(view.index.flags[account] & GROUP)
    if (view.talk and (place or big)) or (place and (known or (sure and view.bound(hit)))):
        return LIKELY, account
    return (DOUBT if place and kind <= NAME else 0.0), account


def _other_word(view: Sentence, hit: Hit) -> bool:
    """A short form that is the verb of the headline or a university in it."""
    token = view.tokens[hit.start]
    if token.word in UNIVERSITIES:
        return True
    return token.word in VERBS and hit.start > 0 and not view.possessive(hit) and not view.starts_sentence(hit.start)


def _own_style(view: Sentence, hit: Hit) -> bool:
    """Not a big company's name in another style ("Icon" for ICON)."""
    head = view.index.labels[hit.account].split()[0]
    return not head.isupper() or view.written(hit).startswith(head)


def _which(view: Sentence, hit: Hit, sure: Spans) -> tuple[float, int]:
    """A name that several companies share: settled by what else the text says, or held."""
    named = {code >> 16 for code in hit.codes} & view.support
    if len(named) == 1:
        return LIKELY, named.pop()
    key = " ".join(t.key for t in view.tokens[hit.start : hit.end])
    sharing = view.index.shared.get(key, [])
    if sharing:
        said = {t.key for t in view.tokens} | {t.key for t in tokens(view.context[:1000])}
        clued = [position for position, clues, _ in sharing if clues & said]
        if len(clued) == 1:
            return (LIKELY, clued[0]) if clued[0] >= 0 else (0.0, hit.account)
        usual = [position for position, _, usual in sharing if usual]
        if not clued and len(usual) == 1 and usual[0] >= 0 and view.somebody_else(hit, sure):
            return LIKELY, usual[0]
    if hit.kind >= CORE and not hit.marks & COINED and not view.signs(hit, sure, False):
        return 0.0, hit.account
    return DOUBT, hit.account


def _by_symbol(view: Sentence, known: set[int]) -> dict[int, Hit]:
    """Tickers used as names: "(NASDAQ: BEAM)", "SRPT beats ...", "INAB: ..."."""
    found: dict[int, Hit] = {}
    if view.shouting:
        return found
    for at, token in enumerate(view.tokens):
        written = view.text[token.start : token.end]
        if not written.isupper() or not 2 < len(written) < 6:
            continue
        holders = view.index.tickers.get(written, [])
        if len(holders) != 1 or holders[0] in known:
            continue
        last = at + 1 >= len(view.tokens)
        following = "" if last else view.tokens[at + 1].word
        acts = following in VERBS or following == "stock"
        named = view.text[token.end : token.end + 1] == ":" or (not last and not view.capital[at + 1])
        opens = at == 0 and len(written) > 3 and (acts or (named and not view.index.is_word(token.word)))
        if opens or holders[0] in view.symbols:
            found[holders[0]] = Hit(at, at + 1, ())
    return found
