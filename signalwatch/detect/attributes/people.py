"""People, jobs, places, payers and products."""

from __future__ import annotations

import re
from typing import Any

from signalwatch.detect import facts
from signalwatch.detect.attributes.context import Context, story
from signalwatch.detect.issuers import item_title

_STAFF_SENTENCE = re.compile(
    r"staff|workforce|employees|jobs|workers|headcount|positions|lay off|layoff|roles|laid off"
)
_LOOSE_SHARE = re.compile(
    r"(\d{1,2}(?:\.\d+)?) ?(?:%|percent|per cent) (?:of|reduction|workforce|cut|staff)|by "
    r"(?:about |approximately |roughly |around )?(\d{1,2}) ?(?:%|percent)"
)


def headcount(context: Context) -> dict[str, Any]:
    """``percent`` and ``count`` of the jobs that go."""
    doc = context.doc
    start, end = context.clause
    out: dict[str, Any] = {}
    share = facts.staff_percent(doc.norm, start, end)
    count = facts.staff_count(doc.norm, start, end)
    if share is None and count is None and doc.in_title(context.start) and ";" not in doc.raw[: doc.title_end]:
        share = facts.staff_percent(doc.norm, 0, doc.title_end)
        count = facts.staff_count(doc.norm, 0, doc.title_end)
    if share is None or count is None:
        first, last = context.lead
        at = first
        while at < last:
            a, b = doc.clause(at)
            a, b = max(a, first), min(b, last)
            if _STAFF_SENTENCE.search(doc.norm, a, b):
                if share is None and count is None:
                    count = facts.staff_count(doc.norm, a, b)
                if share is None:
                    m = _LOOSE_SHARE.search(doc.norm, a, b)
                    share = facts.number(m.group(1) or m.group(2)) if m else None
            at = max(b, at) + 1
    if share is not None and 0 < share <= 100:
        out["percent"] = share
    if count is not None:
        out["count"] = count
    return out


_ROLE_WORDS = re.compile(
    r"(?<![a-z])((?:(?:interim|acting|executive|senior|global|chief|co|vice|deputy|non-executive|founding) )*(?:"
    r"chief [a-z&, ]{3,40}? officer|ceo|cfo|coo|cmo|cso|cto|cbo|cco|president(?: and ceo)?|chair(?:man|woman|"
    r"person)?(?: of the board)?|general manager|managing director|"
    r"vice president[a-z ,]{0,30}|evp|svp|general counsel|board of directors|board chair|head of [a-z& ]{3,30}|"
    r"country (?:lead|manager|head)|board))(?![a-z])"
)
_SHORT_ROLES = (
    ("chief executive officer", "CEO"),
    ("chief financial officer", "CFO"),
    ("chief medical officer", "CMO"),
    ("chief operating officer", "COO"),
)


def role(context: Context) -> dict[str, Any]:
    """``role``: the office, as the text words it (free text)."""
    m = _ROLE_WORDS.search(context.doc.norm, *context.clause)
    if not m:
        return {}
    text = m.group(1).strip(" ,")
    for long, short in _SHORT_ROLES:
        text = text.replace(long, short)
    if text.startswith("board"):
        return {"role": "board chair" if "chair" in text else "board director"}
    return {"role": text.upper() if len(text) == 3 else text}


_BOTH = re.compile(
    r"(?<![a-z])(?:succeed(?:s|ing)?|replac(?:es|ing|ed)|swaps?|swapped|succession|transition(?!ing to)|transitions|"
    r"named successor|takes over from|hands? (?:over|off)|"
    r"(?:hands?|pass(?:es)?|give[sn]?) (?:over )?(?:the |ceo |cfo )?(?:reins|baton|torch|top job|keys|helm|gavel)|"
    r"change at the top|c-suite (?:shake|switch|swap)|"
    r"makes way for)(?![a-z])"
)
_FOLLOWING = re.compile(
    r"(?<![a-z])(?:following|after|upon|due to|with) (?:the )?(?:retirement|departure|resignation|passing) of|"
    r"(?<![a-z])(?:who (?:is|will be) "
    r"(?:retiring|leaving|stepping down|departing))(?![a-z])"
)
_LEAVES = re.compile(
    r"(?<![a-z])(?:retire(?:s|ment|d)?|resign(?:s|ation|ed)?|depart(?:s|ure|ed|ing)?|steps? down|stepping down|"
    r"leaves?|leaving|exits?|ouster|ousted|ousts|out as|fired|fires|dies|passing|terminated)(?![a-z])"
)
_JOINS = re.compile(
    r"(?<![a-z])(?:appoint(?:s|ed|ment|ments)?|names?|named|hires?|hired|elects?|elected|enlists?|poach(?:es|ed)|"
    r"install(?:s|ed)|picks|promot(?:es|ed|ion)|joins?|joined|recruits?|new (?:ceo|chief|cfo|head|chair)|taps?|tapped|"
    r"welcomes?|adds?)(?![a-z])"
)


def direction(context: Context) -> dict[str, Any]:
    """``direction`` of a change in leadership: joins, leaves or both."""
    doc = context.doc
    start, end = story(context) or context.clause
    if doc.in_title(context.start) and not item_title(doc):
        start, end = 0, doc.title_end
    clause = doc.norm[start:end]
    if _BOTH.search(clause):
        return {"direction": "both"}
    if doc.in_title(context.start) and _FOLLOWING.search(doc.norm, doc.body, min(len(doc.norm), doc.body + 500)):
        return {"direction": "both"}
    leaves, joins = bool(_LEAVES.search(clause)), bool(_JOINS.search(clause))
    if leaves and joins:
        return {"direction": "both"}
    if leaves:
        return {"direction": "leaves"}
    if joins:
        return {"direction": "joins"}
    return {}


_PERSON = re.compile(r"((?:[A-Z][\w'’\-]+|[A-Z]\.)(?: (?:[A-Z][\w'’\-]+|[A-Z]\.|de|van|von|der|la|bin|al)){1,3})")
_NOT_PERSON = re.compile(
    r"\b(?:Chief|Officer|President|Board|Directors|Vice|Senior|Executive|Chair|Chairman|Head|Director|Therapeutics|"
    r"Pharma|Bio|Inc|Leadership|Medical|General|"
    r"Global|Appointments?|Global|Financial|Scientific|Operating|Commercial|Business|Key|New|Industry|Veteran|Leader)\b"
)


def person(context: Context) -> dict[str, Any]:
    """``person``: a run of capitalised words that is no office and no company (free text, best effort)."""
    doc = context.doc
    raw = doc.raw[context.start : context.clause[1]]
    for m in _PERSON.finditer(raw):
        text = m.group(1).strip()
        if _NOT_PERSON.search(text):
            text = _NOT_PERSON.split(text)[0].strip()
            if len(text.split()) < 2:
                continue
        text = re.sub(r"^(?:Dr|Mr|Ms|Mrs|Prof)\.? ", "", text)
        if len(text.split()) >= 2:
            return {"person": text}
    return {}


_PLACE = re.compile(r"\b(?:in|at|near|to|for) (?:the )?((?:[A-Z][\w.’'\-]+)(?:,? (?:[A-Z][\w.’'\-]+|upon|of)){0,4})")


def location(context: Context) -> dict[str, Any]:
    """``location``: the place named after "in" or "at" (free text)."""
    doc = context.doc
    for start, end in (context.clause, context.lead):
        if doc.in_title(context.start) or start == context.clause[0]:
            m = _PLACE.search(doc.raw, start, end)
            if m:
                return {"location": m.group(1).strip(" ,.")}
    return {}


def funder(context: Context) -> dict[str, Any]:
    """``funder`` (grants) or ``agency`` (contracts): who pays."""
    doc = context.doc
    key = "agency" if context.type == "contract_award" else "funder"
    places = [context.clause]
    if doc.in_title(context.start):
        places += [(0, doc.title_end), context.lead]
    for start, end in places:
        for name in context.finder.book.authorities(doc, start, end):
            if name.kind == "funder" or name.label in {"EC", "FDA"}:
                return {key: name.label}
    return {}


_PRODUCT = re.compile(r"([A-Z][\w\-]*(?:[A-Z0-9][\w\-]*)*)\s?[®™]|\b([A-Z]{4,}[\w\-]*)\b")


def product(context: Context) -> dict[str, Any]:
    """``product``: a word with a trademark sign or in capitals, else the words after the verb (free text)."""
    doc = context.doc
    raw = doc.raw[context.clause[0] : context.clause[1]]
    m = _PRODUCT.search(raw)
    if m:
        return {"product": m.group(1) or m.group(2)}
    behind = doc.raw[context.start : context.clause[1]].split()
    if len(behind) > 1:
        return {"product": " ".join(behind[1:8]).strip(" ,.;:-–")}
    return {}
