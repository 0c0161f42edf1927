"""Finding one's way in the text of a current report: its item sections, and headline and lead of a press release.

Everything answers offsets into the text handed in, so that every statement can be quoted from the stored document.
"""

from __future__ import annotations

import re

import msgspec

from connectors import _edgar_forms as forms

_ITEM = re.compile(
    r"^[\W_]{0,6}item[ \t\n]*(\d{1,2})[ \t]*\.[ \t]*(\d{2})(?!\d)[ \t.:;)\u2013\u2014-]*", re.IGNORECASE | re.MULTILINE
)
_OLD_ITEM = re.compile(r"^[\W_]{0,6}items?[ \t]+(\d{1,2})[ \t]*[.:\u2013\u2014-]", re.IGNORECASE | re.MULTILINE)
_SIGNATURE = re.compile(
    r"^[\W_]{0,6}s\s?i\s?g\s?n\s?a\s?t\s?u\s?r\s?e\s?\(?s?\)?[\W_]{0,6}$", re.IGNORECASE | re.MULTILINE
)
_SIGNED = re.compile(r"^pursuant to the requirements of the securities (?:exchange )?act", re.IGNORECASE | re.MULTILINE)
_COVER_6K = re.compile(r"form\s+40-?f|rule\s+101\(b\)|rule\s+12g3-2\(b\)|82-\s*_*", re.IGNORECASE)

_SKIP_LINE = re.compile(
    r"^(?:exhibit\b.{0,12}|\[[^\[\]]{0,60}\]|[^\[\]]{0,60}\blogo|ex-?\s?99.{0,8}|ex99.*|(?:for\s+)?immediate\s+release.*|for\s+release\b.*|(?:press|news|media|"
    r"company|investor|earnings)\s+(?:release|alert|news|contacts?|announcement)s?\b.{0,30}|news|contacts?:.*|"
    r"for (?:more|further|additional) information\b.{0,200}|embargo.*|"
    r"source:.*|date:.*|page \d+.*|\S+\.(?:htm|html|txt|pdf|jpg|gif)\b.*|logo|.{0,4}|[\W\d_]+|not for (?:release|distribution).*|"
    r"(?:\+?\d[\d ()./-]{6,})|\S+@\S+|https?://\S+|www\.\S+|.{0,260}\S@\S+\.\S+.{0,160}|"
    r".{0,260}\(?\d{3}\)?[ .-]{1,2}\d{3}[ .-]\d{4}.{0,160}|(?:nasdaq|nyse|otc\w*|tsx|asx|lse)\s*(?:\w+\s*)?:\s*[A-Z.]+|"
    r"(?:this (?:announcement|release) contains )?inside information.*|regulated information.*|regulatory release.*)$",
    re.IGNORECASE,
)
_LABEL = re.compile(
    r"(?:\d{1,2}\s+)?exhibit\s+99\S*\s+|\[[^\[\]]{0,60}\blogo\]\s+|\s+exhibit\s+99\S{0,4}(?:\s+\w+:\s*\w+)?$",
    re.IGNORECASE,
)
"""The exhibit's label before or behind what else stands on its line."""

_NAME_ONLY = re.compile(
    r"(?:[A-Z][\w&.'\u2019-]*,?\s+){0,5}(?:inc|incorporated|corp|corporation|ltd|limited|plc|llc|l\.p|n\.v|b\.v|s\.a|ag|gmbh|a/s|company)\.?",
    re.IGNORECASE,
)
_TRANSCRIPT = re.compile(r"\bmoderator\s*:|\boperator\s*:|\btranscript of\b", re.IGNORECASE)
_DATE_LINE = re.compile(
    r"^(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day,? )?(?:january|february|march|april|may|june|july|august|september|"
    r"october|november|december|\d{1,2})[ .]+\w{1,9},? ?\d{0,4}[\w ,:.]{0,20}$",
    re.IGNORECASE,
)
_WIRE = r"(?:globe ?newswire|pr ?newswire|business ?wire|accesswire|newsfile|cision|marketwired?|nasdaq omx|access newswire)"
_DATELINE = re.compile(
    r"^(?:.{0,80}?\b"
    + _WIRE
    + r"\b|[A-Z][\w .,'()&/-]{2,80}?(?:,? ?\(?(?:january|february|march|april|may|june|july|august|"
    r"september|october|november|december|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)\.? \d{1,2},? ?(?:\d{4})?\)?|"
    r"\d{1,2} (?:january|february|march|april|may|june|july|august|september|october|november|december),? \d{4})"
    r"[^\w\n]{0,12})",
    re.IGNORECASE,
)
_ANNOUNCES = re.compile(
    r"\b(?:today\s+(?:announced|reported|provided|said|disclosed)|(?:announced|reported)\s+(?:today|that|the|its|positive)|"
    r"announces|" + _WIRE + r"|for\s+immediate\s+release|press\s+release|news\s+release)\b",
    re.IGNORECASE,
)
_END = re.compile(
    r"^(?:about (?:the |our )?\w|forward[- ]looking|cautionary|safe harbor|conference call|\W{0,4}#\s*#|contacts?\b|"
    r"investor (?:relations|contact)|media contact|note to|references?$)",
    re.IGNORECASE | re.MULTILINE,
)
_UNFINISHED = re.compile(
    r"(?:\b(?:of|for|and|the|in|with|a|an|to|its|from|on|by|at|as|or|into|following)|[,:&\u2013\u2014-])$",
    re.IGNORECASE,
)

_SENTENCE = re.compile(r"[.!?](?=[\"\u201d)]?\s+[A-Z\u201c\"(]|\n)")
_ABBREVIATION = re.compile(
    r"(?:\b(?:Inc|Corp|Co|Ltd|No|Nos|Mr|Ms|Dr|St|Mass|Calif|Pa|Md|Conn|Fla|Tex|vs|al|Jr|Sr|LLC|N\.V|B\.V|S\.A|U\.S|[A-Z])\.)$"
)
_OPENS = re.compile(
    r"\W{0,4}(?:\([a-z]\)\s*)?(?:on|effective(?: as of)?|in)\s+(?:january|february|march|april|may|june|july|august|september|"
    r"october|november|december)\b|.{0,220}?\b(?:announc\w+|press release)\b",
    re.IGNORECASE | re.DOTALL,
)
_NEWS_VERB = re.compile(
    r"\b(?:announc\w+|press release|reported|received|entered into|granted|approved|cleared|accepted|initiated|commenced|"
    r"completed|closed|priced|submitted|dosed|enrolled|terminated|discontinued|placed|awarded|selected|signed|notified|informed|executed|acquired|"
    r"launched|withdr[ae]w\w*)\b",
    re.IGNORECASE,
)

LEAD = 900
"""Most characters of a release's first paragraph that are read: the rest is recap, quotes and boilerplate."""


class Section(msgspec.Struct, frozen=True, kw_only=True):
    """One item of an 8-K: ``start`` to ``end`` is its text without the heading, ``head`` where the heading begins."""

    code: str
    head: int
    start: int
    end: int


class Release(msgspec.Struct, frozen=True, kw_only=True):
    """A press release inside a text: headline and the paragraphs after it."""

    headline: tuple[int, int]
    lead: tuple[int, int]


def signature_at(text: str) -> int:
    """Where the signature block begins; the length of the text when there is none. Names of signers come after it."""
    found = [m.start() for m in _SIGNATURE.finditer(text)] + [m.start() for m in _SIGNED.finditer(text)]
    late = [at for at in found if at > len(text) // 5]
    return min(late) if late else len(text)


def after_cover_6k(text: str, end: int) -> int:
    """Where the cover page of a 6-K ends: after its last tick-box line (Form 20-F or 40-F, Rules 101 and 12g3-2)."""
    found = [m.end() for m in _COVER_6K.finditer(text, 0, min(end, 5000))]
    line = text.find("\n", found[-1]) if found else -1
    return line + 1 if 0 <= line < end else 0


def item_sections(text: str, start: int = 0, end: int | None = None) -> list[Section]:
    """The item sections of a current report, in order. Items that are only cross-referenced inside a line do not count."""
    stop = len(text) if end is None else end
    heads = [(m.start(), m.end(), f"{int(m.group(1))}.{m.group(2)}") for m in _ITEM.finditer(text, start, stop)]
    if not heads:
        old = ((m, forms.item_code(m.group(1))) for m in _OLD_ITEM.finditer(text, start, stop))
        heads = [(m.start(), m.end(), code) for m, code in old if code]
    heads = [h for h in heads if h[2] in forms.ITEMS]
    sections = []
    for n, (head, after, code) in enumerate(heads):
        until = heads[n + 1][0] if n + 1 < len(heads) else stop
        begin = min(_after_title(text, after, until, code), until)
        while until > begin and text[until - 1].isspace():
            until -= 1
        sections.append(Section(code=code, head=head, start=begin, end=until))
    return sections


def _after_title(text: str, at: int, until: int, code: str) -> int:
    """Skip the item's official title, which may run over several lines in several spellings."""
    words = set(re.findall(r"[a-z]{4,}", forms.ITEMS[code].lower()))
    for _ in range(4):
        line_end = text.find("\n", at, until)
        line = text[at : line_end if line_end >= 0 else until]
        mine = re.findall(r"[a-z]{4,}", line.lower())
        known = sum(1 for w in mine if w in words or w.rstrip("s") in words or f"{w}s" in words)
        sentence = re.match(r"[^.;:]{0,260}?[.:](?=\s+[A-Z(\u201c\"])", line)
        if mine and known >= 0.6 * len(mine) and len(line) < 320:
            if line_end < 0:
                return until
            at = line_end + 1
        elif sentence and _is_title(sentence.group(), words):
            at += sentence.end()
            while at < until and text[at].isspace():
                at += 1
            return at
        elif not line.strip() and line_end >= 0:
            at = line_end + 1
        else:
            return at
    return at


def _is_title(line: str, words: set[str]) -> bool:
    mine = re.findall(r"[a-z]{4,}", line.lower())
    return bool(mine) and sum(1 for w in mine if w in words or w.rstrip("s") in words) >= 0.6 * len(mine)


def read_release(text: str, start: int, end: int) -> Release | None:
    """Headline and lead of a press release between two offsets; None when it does not read like one.

    Slides, tables, contracts and transcripts of calls are none.
    """
    if not _ANNOUNCES.search(text, start, min(end, start + 4000)) or _TRANSCRIPT.search(
        text, start, min(end, start + 500)
    ):
        return None
    lines, body = _opening_lines(text, start, end)
    if not lines:
        return None
    head = _headline(text, lines)
    if head is None:
        return None
    begin = next((a for a, _ in lines if a >= head[1]), body if body >= 0 else head[1])
    begin = min(begin, body) if body >= 0 else begin
    first = max(begin, body)
    limit = min(end, first + LEAD)
    boiler = _END.search(text, first + 1, limit)
    limit = boiler.start() if boiler else limit
    return Release(headline=head, lead=(begin, max(begin, _sentences(text, first, limit, 2))))


def _opening_lines(text: str, start: int, end: int) -> tuple[list[tuple[int, int]], int]:
    """The lines before the first paragraph that may be its headline, and where that paragraph begins (-1: none seen)."""
    lines: list[tuple[int, int]] = []
    at = start
    while at < end and len(lines) < 14:
        stop = text.find("\n", at, end)
        stop = end if stop < 0 else stop
        a, b = _unlabelled(text, at, stop)
        line = text[a:b].strip()
        at = stop + 1
        if not line or _NAME_ONLY.fullmatch(line) or _SKIP_LINE.match(line) or _DATE_LINE.match(line):
            continue
        begin = a + (len(text[a:b]) - len(text[a:b].lstrip()))
        if lines and (len(line) > 280 or (len(line) > 120 and _DATELINE.match(line) is not None)):
            return lines, begin
        lines.append((begin, begin + len(line)))
    return lines, -1


def _unlabelled(text: str, at: int, stop: int) -> tuple[int, int]:
    """A line's offsets without the exhibit's labels at its beginning and end."""
    for label in _LABEL.finditer(text[at:stop]):
        left, right = at + label.start(), at + label.end()
        if right == stop:
            return at, left
        if not text[at:left].strip():
            return _unlabelled(text, right, stop)
    return at, stop


def _sentences(text: str, start: int, limit: int, count: int) -> int:
    """Where the ``count``-th sentence after ``start`` ends; the limit when there are fewer."""
    at = start
    for stop in _SENTENCE.finditer(text, start, limit):
        if _ABBREVIATION.search(text, max(start, stop.start() - 12), stop.start() + 1) or stop.end() - at < 40:
            continue
        at, count = stop.start() + 1, count - 1
        if count == 0:
            return at
    return limit


def sentence_end(text: str, start: int, limit: int) -> int:
    """Where the first sentence after ``start`` ends, within 400 characters."""
    return _sentences(text, start, min(limit, start + 400), 1)


def news_sentence(text: str, start: int, end: int) -> tuple[int, int] | None:
    """The first sentence of an item, where it tells news ("On December 11, 2025, the Company announced ..."); None if not.

    Items also count shares, describe plans and repeat history; without the formula of an announcement nothing is read.
    """
    line = text.find("\n", start, end)
    stop = _sentences(text, start, min(end, start + 900, line if line > start + 60 else end), 1)
    opening = text[start:stop]
    return (start, stop) if _OPENS.match(opening) and _NEWS_VERB.search(opening) else None


def _headline(text: str, lines: list[tuple[int, int]]) -> tuple[int, int] | None:
    for n, (a, b) in enumerate(lines):
        line = text[a:b]
        if len(line.split()) < 4 or len(line) > 400:
            continue
        # A headline broken over two lines is one headline; a finished one keeps its sub-headline apart.
        while n + 1 < len(lines) and _UNFINISHED.search(text[a:b]) and lines[n + 1][1] - a < 330:
            n += 1
            b = lines[n][1]
        return a, b
    return None
