"""Reading one organisation field: who is named, who owns it, what it was called, how many are named.

Registries and filings put sentences into a name field ("X, Inc., a wholly owned subsidiary of Y", "X (formerly Y)",
"X/Y Alliance", "Y investigator site"). ``read`` takes such a field apart by its wording alone; which part is an account is
decided in ``names``.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from signalwatch.resolve.lexicon import COUNTRIES, LEGAL, PERSON_TITLES, PLACES
from signalwatch.resolve.text import keys


class Reading(NamedTuple):
    """The parts of a name field. ``names`` are ways to write the one organisation meant, best first."""

    names: tuple[str, ...]
    owners: tuple[str, ...] = ()
    several: tuple[str, ...] = ()  # parts, when the field may list several organisations
    person: bool = False


_KIND = r"(?:subsidiar(?:y|ies)|affiliate|division|unit|company|member|business|part|brand|arm|sponsor)"
_WHITE = re.compile(r"\s+")
# EDGAR state and status tags: "/DE/", "/NEW/", "\CA\", "/ MA", "INC/DE", "/ADR/", "/Cayman Islands" stays a place.
_TAG = re.compile(r"\s*[/\\]\s*(?:[A-Za-z]{2,3}|new|old|adr|can|fi)\s*[/\\]?\s*$", re.IGNORECASE)
_FORM = re.compile(r"^.*\bto (?:form|become|create)\s+(?P<name>[A-Z].+?)\.?$")
_OF = re.compile(
    r"^(?P<unit>.+?)[\s,;:(\[–-]+(?:is |was |as )?(?:now )?(?:(?:an? |the )?(?:[a-z-]+ ){0,3}?" + _KIND + r" of|"
    r"(?:was )?acquired by|(?:was )?(?:merged|incorporated|absorbed) (?:with|into)|owned by|now part of|part of)"
    r"(?: the)?\s+(?P<owner>.+)$",
    re.IGNORECASE,
)
_A = re.compile(
    r"^(?P<unit>.+?)[\s,;:(\[–-]+(?:an?|the)\s+(?P<owner>[^,;]+?)['’]?s?\s+(?:group |healthcare )?"
    r"(?:company|affiliate|subsidiary|business)[)\].]*$",
    re.IGNORECASE,
)
_FORMERLY = re.compile(
    r"^(?P<now>.+?)[\s,;:(\[–-]+(?:formerly|previously|as successor to|successor to|f/?k/?a|"
    r"prior sponsor|former|formally|legacy|earlier|ex)\b[\s,:]*"
    r"(?:known as |called |named )?(?P<old>.+?)[)\].]*$",
    re.IGNORECASE,
)
_NOW = re.compile(
    r"^(?P<old>.+?)[\s,;:(\[–-]+(?:now|currently|n/?k/?a|renamed(?: to)?)\s+"
    r"(?:known as |called |named )?(?P<now>[^,]+?)[)\].]*$",
    re.IGNORECASE,
)
_DBA = re.compile(
    r"^(?P<one>.+?)[\s,(]+(?:dba|d/b/a|doing business as|trading as|t/a|aka|a/k/a|also known as)[\s:]+(?P<two>.+?)[)]*$",
    re.IGNORECASE,
)
_SITE = re.compile(
    r"[\s,:;-]*\b(?:(?:clinical|masked|central)\s+)?(?:investigat(?:or|ive|ional|ors|ion)|study|research|trial|clinical trial)\s+"
    r"site\b.*$",
    re.IGNORECASE,
)
_SITE_CODE = re.compile(
    r"[\s,:;(#-]*\b(?:site|study cent(?:er|re)|research facility|local institution)\s*"
    r"(?:no\.?|number|nr\.?|id|code)?[\s:#-]*(?:[A-Z]{1,3}-?)?\d[\d-]*\)?.*$"
    r"|[\s,:;(-]+(?:clinical site|investigat(?:ional|ive|or|ion) (?:cent(?:er|re)|location|facility|unit)s?|research facility"
    r"|local institution)\)?$",
    re.IGNORECASE,
)
_ROLE = re.compile(
    r"^(?P<unit>.+?)(?:\s*,|\s+-|\s*\()\s*(?P<owner>[^,;()]+?)['’]?s?\s+(?:group|company|affiliate|subsidiary|division|business)"
    r"[)\].]*$",
    re.IGNORECASE,
)
_FORMERLY_FIRST = re.compile(
    r"^(?:formerly|previously)\s+(?:known as |called |named )?(?P<old>.+?)[\s,;:(–-]+(?:now|currently)\s+"
    r"(?:known as |called |named )?(?P<now>.+?)[)\].]*$",
    re.IGNORECASE,
)
_CARE_OF = re.compile(r"[\s,;(]+(?:c/o|attn\.?|attention)[\s:].*$", re.IGNORECASE)
_CALL = re.compile(
    r"[\s,:;-]+(?:ct\.?gov|(?:clinical trials?|trial|study|medical) (?:information|transparency|contact|call)|call cent"
    r"|contact cent|transparency)(?:er|re)?(?:\s+(?:ct\.?gov|clinical|trials?|call|contact|center|centre|information"
    r"|transparency|study|desk|registry|department|dept|team))*\s*\d*$",
    re.IGNORECASE,
)
_ACTING = re.compile(
    r"[\s,;(]+(?:acting (?:through|by|via|as|on behalf of)|represented by|by its agent)\b.*$", re.IGNORECASE
)
_PARENS = re.compile(r"\s*[(\[]([^()\[\]]*)[)\]]\s*")
_TITLE = re.compile(
    r"(?:^|[\s,.])(" + "|".join(r"\.?".join(t) for t in sorted(PERSON_TITLES)) + r")\.?\s*(?:,|$|\))", re.IGNORECASE
)
_LIST = re.compile(r"\s*(?:;|(?<!\b[A-Za-z])/(?![A-Za-z]\b)|\s\|\s|\s\+\s)\s*")
_AND = re.compile(r"\s+(?:and|with|in collaboration with|together with)\s+", re.IGNORECASE)
_PLAIN = re.compile(r"[A-Za-z0-9 ]+(?:,? (?:Inc|Ltd|Corp|LLC|Co|S\.A|N\.V|LP))?\.?\Z", re.ASCII)
_TELLING = re.compile(
    r"\b(?:a|an|the|and|of|to|is|now|by|formerly|previously|former|legacy|dba|aka|site|investigat\w*|acting|represented|facility|local|attn|attention|renamed|nka|with|call|contact|information|ctgov|md|phd|transparency)\b",
    re.IGNORECASE,
)
_LETTERS = re.compile(r"[^\W\d_]")


def _person(text: str) -> bool:
    """A person with an academic or medical title after the name ("Jane Roe, MD, PhD")."""
    return any(match[1].replace(".", "").lower() in PERSON_TITLES for match in _TITLE.finditer(text)) and not any(
        key in LEGAL and key != "pa" for key in keys(text)
    )


def _without_tags(text: str) -> str:
    text = text.replace("\\new", "").strip().strip("\"'“”")
    previous = None
    while previous != text:
        previous = text
        cut = _TAG.sub("", text)
        if cut and not re.search(r"[aA]$", cut[-1:] if re.search(r"\b[aAoO]/[sS]\s*$", text) else ""):
            text = cut
    return text


def _closed(text: str) -> str:
    """Without the bracket that closes one opened further left."""
    text = text.rstrip(". ")
    while text.endswith((")", "]")) and text.count("(") + text.count("[") < text.count(")") + text.count("]"):
        text = text[:-1].rstrip(". ")
    return text


def _forms(text: str) -> list[str]:
    """The name without its brackets, with their words in place, and what stands inside them."""
    inside = [part.strip() for part in _PARENS.findall(text)]
    bare = _WHITE.sub(" ", _PARENS.sub(" ", text)).strip(" ,;")
    if not inside:
        return [text.strip(" ,;")]
    forms = []
    if _LETTERS.search(bare):
        forms.append(bare)
    inline = _WHITE.sub(" ", re.sub(r"[()\[\]]", " ", text)).strip(" ,;")
    if inline not in forms and _LETTERS.search(bare):
        forms.append(inline)
    for part in inside:
        if _LETTERS.search(part) and not all(k in COUNTRIES or k in PLACES for k in keys(part)):
            forms.append(part)
    return forms


def read(field: str) -> Reading:
    """Take an organisation field apart."""
    text = _WHITE.sub(" ", field).strip()
    if _PLAIN.match(text) and not _TELLING.search(text):
        return Reading((text,))  # nine fields in ten: a name and nothing else
    text = _ACTING.sub("", _without_tags(text)) or text
    masked = _SITE_CODE.sub("", _CARE_OF.sub("", _SITE.sub("", text))).strip(" ,;:-(")
    if masked != text:
        text = masked
    if not text:
        return Reading(())
    if _person(text):
        return Reading((), person=True)
    if match := _FORM.match(text):
        return Reading(tuple(_forms(match["name"])))
    for pattern in (_OF, _A):
        if match := pattern.match(text):
            return Reading(tuple(_forms(match["unit"])), tuple(_forms(_closed(match["owner"]))))
    if match := _FORMERLY_FIRST.match(text) or _FORMERLY.match(text):
        return Reading((*_forms(match["now"]), *_forms(match["old"])))
    if match := _DBA.match(text):
        return Reading((*_forms(match["two"]), *_forms(match["one"])))
    if match := _NOW.match(text):
        return Reading((*_forms(match["now"]), *_forms(match["old"])))
    if match := _ROLE.match(text):
        return Reading((*_forms(text), *_forms(match["unit"])), tuple(_forms(match["owner"])))
    names = tuple(_forms(_CALL.sub("", text) or text))
    several = [part.strip(" ,") for part in _LIST.split(text)]
    if len(several) == 1:
        several = [part.strip(" ,") for part in _AND.split(text)]
    if len(several) == 1:
        several = [part.strip(" ,") for part in text.split(" & ")]
    if len(several) > 1:
        several = [
            re.sub(r"\s+(?:alliance|collaboration|partnership|joint venture)$", "", part, flags=re.IGNORECASE)
            for part in several
        ]
        return Reading(names, several=tuple(part for part in several if part))
    return Reading(names)
