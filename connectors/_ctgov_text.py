"""Text of the registry as people should see it, and as it is compared."""

from __future__ import annotations

import html
import re
import unicodedata

_ESCAPE = re.compile(r"\\([\\`*_{}\[\]()#+\-.!|<>~&^$=:;,'\"/?@%])")
_SPACE = re.compile(r"[\s\u00a0\u200b\ufeff\x00-\x1f]+")
_NOT_ALNUM = re.compile(r"[\W_]+")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z]{2,31});")


def any_of(words: str) -> re.Pattern[str]:
    """A caseless pattern of alternatives: separated by white space, with ``_`` for a space inside one."""
    return re.compile("(?i)" + "|".join(words.split()).replace("_", " "))


def clean(text: str | None) -> str:
    r"""``text`` without Markdown escapes (``\>``), HTML entities (``&#x2F;``) and stray white space.

    The public API escapes Markdown, the web site's own endpoint escapes HTML: the same words must come out of both.
    """
    if not text:
        return ""
    if "\\" in text:
        text = _ESCAPE.sub(r"\1", text)
    if "&" in text and _ENTITY.search(text):
        text = html.unescape(text)
    return _SPACE.sub(" ", text).strip()


def folded(text: str) -> str:
    """``text`` as compared: no case, accents, punctuation or spacing."""
    plain = text.lower() if text.isascii() else unicodedata.normalize("NFKD", text).casefold()
    return _NOT_ALNUM.sub("", plain)


def words(name: str) -> list[str]:
    """The words of a name, without case, accents and punctuation."""
    plain = unicodedata.normalize("NFKD", name.casefold())
    return re.findall(r"\w+", "".join(c for c in plain if not unicodedata.combining(c)))
