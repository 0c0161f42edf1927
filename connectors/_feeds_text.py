"""What people wrote, out of what feeds carry: markup, entities, invisible characters. Pure.

Tags must become separators, or names glue together (``<p>Acme</p><p>Bio</p>`` is not "AcmeBio"), but not where
they only dress a part of a word (``CO<sub>2</sub>``, ``Pasatru<sup>(TM)</sup>``).
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

import lxml.etree
import lxml.html

TITLE_LIMIT = 500
"""Characters of a title that are kept. The longest honest headline in recorded feeds has 270."""

_RAW_LIMIT = 120_000  # characters of markup looked at for one text; beyond it lies nothing a first paragraph needs
_MARKUP = re.compile(r"<[A-Za-z/!]")
_TAG = re.compile(r"<(?:!--.{0,2000}?--|[A-Za-z/!][^<>]{0,2000})>", re.DOTALL)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});")
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_SPACE = re.compile(r"\s+")
_WORDPRESS_TAIL = re.compile(
    r"\s*The post .{1,400} (?:appeared first on|first appeared on) [^.]{1,120}\.?\s*$", re.DOTALL
)
_DRESS = frozenset(("b", "i", "em", "strong", "sub", "sup", "u", "font", "small", "mark", "tt", "code", "big"))
_MUTE = frozenset(("script", "style", "template", "noscript", "iframe", "object", "svg"))


def clean(text: str) -> str:
    """One line without control, zero-width and bidirectional characters; no-break spaces become spaces."""
    return _SPACE.sub(" ", _INVISIBLE.sub("", text)).strip()


def plain(markup: str, limit: int = _RAW_LIMIT) -> str:
    """The text of an HTML fragment, entities decoded (twice where a feed escaped twice), as one clean line.

    Never raises: what no parser takes is cleaned as it stands. ``limit`` bounds the characters looked at.
    """
    text = markup[: min(limit, _RAW_LIMIT)]
    for _ in range(2):
        if _MARKUP.search(text):
            text = _strip_tags(text)
        decoded = html.unescape(text) if _ENTITY.search(text) else text
        if decoded == text:
            break
        text = decoded
    return clean(text)


def cut(text: str, limit: int) -> str:
    """At most ``limit`` characters, cut at a word, with an ellipsis that says so."""
    if len(text) <= limit:
        return text
    head = text[: limit - 1]
    space = head.rfind(" ")
    if space > limit * 2 // 3:
        head = head[:space]
    return head.rstrip(" ,;:-") + "…"


def title_of(markup: str) -> str:
    """A headline: text of the markup, bounded before and after parsing (a 10 MB title costs nothing)."""
    return cut(plain(markup, 16_000), TITLE_LIMIT)


def summary_of(summary: str, content: str, title: str, limit: int) -> str:
    """The first words of an entry: its summary, or its content where the summary is missing or only its start."""
    first = _WORDPRESS_TAIL.sub("", plain(summary))
    whole = _WORDPRESS_TAIL.sub("", plain(content)) if content else ""
    stem = first.rstrip(" .…[]").removesuffix("Read more").rstrip(" .…[]")
    if whole and (len(first) < 60 or whole.startswith(stem[:200])):
        first = whole
    return "" if first == title else cut(first, limit)


def _strip_tags(markup: str) -> str:
    try:
        root = lxml.html.fragment_fromstring(markup.replace("\x00", ""), create_parent="div")
        text = "".join(_pieces(root))
    except (lxml.etree.LxmlError, ValueError):
        text = ""
    # libxml2 gives up on thousands of nested tags and then drops the text below: fall back to cutting tags out.
    return text if text.strip() else _TAG.sub(" ", markup)


def _pieces(root: lxml.html.HtmlElement) -> Iterator[str]:
    """Text runs and the separators between them, in document order."""
    tags = 0  # tags since the last text run
    loose = False  # ... one of which separates by itself
    last = ""
    for event, node in lxml.etree.iterwalk(root, events=("start", "end", "comment", "pi")):
        if event in ("comment", "pi"):
            text = node.tail
        else:
            name = node.tag if isinstance(node.tag, str) else ""
            if node is not root:
                tags += 1
                loose = loose or name not in _DRESS
            text = (node.text if name not in _MUTE else None) if event == "start" else node.tail
            if node is root and event == "end":
                text = None
        if not text:
            continue
        if tags and (loose or tags > 1) and _would_glue(last, text, loose):
            yield " "
        yield text
        last, tags, loose = text, 0, False


def _would_glue(left: str, right: str, loose: bool) -> bool:
    """Whether two runs would read as one word. A link or span before ``'s`` or a comma needs no space."""
    if not left or left[-1].isspace() or right[0].isspace():
        return False
    return right[0].isalnum() or (loose and right[0] in '("“‘$€£#@&')
