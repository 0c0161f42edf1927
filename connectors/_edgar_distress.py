"""Going-concern statements in annual and quarterly reports: said of the company, in the right section.

Risk factors repeat the words every year as a possibility, and the accounting standard is quoted in every note
("evaluates whether there is substantial doubt"), so a match of the phrase proves nothing. Counted is a sentence that
asserts the doubt, in the auditor's report, the discussion of liquidity or the notes, unless the report concludes that the
doubt was alleviated.
"""

from __future__ import annotations

import re

import msgspec

_DOUBT = re.compile(r"(?:substantial|significant) doubt", re.IGNORECASE)
_ASSERTS = re.compile(
    r"(?:rais(?:e|es|ed|ing)|cast(?:s|ing)?|creat(?:e|es|ed|ing)|giv(?:es?|en|ing) rise to|indicat(?:e|es|ed|ing)|"
    r"there (?:is|was|exists|continues to be|remains)|(?:was|were|are|is|have been|has been) (?:identified )?|concluded that|"
    r"expressed?|express(?:es|ing)|ha(?:ve|s)|in|result(?:s|ed)? in|about which)\s+(?:a |an |the |its |their |there (?:is|was) )?"
    r"(?:continued |significant )?substantial doubt"
    r"|substantial doubt (?:exists|existed|is raised|was raised|remains|has been raised)"
    r"|substantial doubt(?: is deemed to exist)? (?:about|as to|regarding|over|with respect to)",
    re.IGNORECASE,
)
_HEDGED = re.compile(
    r"\b(?:whether|could|(?-i:may)|might|would|if|should we|unless|evaluat\w+|assess\w*|alleviat\w+|mitigat\w+|remov\w+|"
    r"eliminat\w+|overcom\w+|resolved|in the event|requires? (?:management|us|the company)|"
    r"accounting standards? (?:update|codification)|asu \d+|asc 205|guidance|forward-looking|previously|"
    r"prior (?:year|period)|no longer)\b",
    re.IGNORECASE,
)
_CONCLUDES = re.compile(
    r"\b(?:concluded|determined|identified|believes?|has found|therefore|accordingly)\b", re.IGNORECASE
)
_DENIED = re.compile(r"\b(?:no|not|never|neither|nor|without)\b(?:\W+\w+){0,2}\W*$", re.IGNORECASE)
_UNDONE = re.compile(
    r"\b(?:alleviated|mitigated|no longer|(?:is|was|are|were|has|have|been) not|not (?:exist|present))\b", re.IGNORECASE
)
_GOING = re.compile("going[ -]concern", re.IGNORECASE)
_UNCERTAIN = re.compile(
    r"material uncertaint(?:y|ies)\b[^.]{0,120}\b(?:cast|raise|creat)\w*\s+(?:a\s+)?(?:significant|substantial) doubt",
    re.IGNORECASE,
)
"""How reports under IFRS state it: "may cast" is the standard's own wording there, not a supposition."""

_STANDS = re.compile(
    r"\b(?:do|does|did|have|has|had)(?:\s+not|n.t)\s+(?:fully\s+|been\s+)?alleviated?\b[^.]{0,40}\bsubstantial doubt|"
    r"\bsubstantial doubt\b[^.]{0,120}\b(?:has|have|was|is|were)\s+not\s+(?:been\s+)?alleviated",
    re.IGNORECASE,
)
"""The plans were weighed and found wanting."""

_SUPPOSED = re.compile(r"\b(?:if|could|might|would|whether|unless|no|not|in the event)\b", re.IGNORECASE)
_RELIEVED = re.compile(
    r"\balleviat(?:e[sd]?|ing)\b[^.]{0,100}\b(?:substantial )?doubt|\bdoubt\b[^.]{0,160}\balleviated|"
    r"\bno longer\b[^.]{0,80}\bsubstantial doubt|\bsubstantial doubt\b[^.]{0,120}\b(?:no longer|not) (?:exists?|present)|"
    r"\b(?:do|does|did)(?: not|n.t) (?:raise|exist|give rise to)\b[^.]{0,30}\bsubstantial doubt|\bthere is no substantial doubt",
    re.IGNORECASE,
)
_UNRELIEVED = re.compile(
    r"\b(?:not|cannot|neither|nor|unable|insufficient|inadequate|no assurance|fail\w*|could|might|would|if|whether|(?-i:may)|"
    r"until|unless|intend\w*|inten(?:t|ds)|designed|order|required?|considers?|evaluat\w+|assess\w*)\b[^.]{0,120}\balleviat",
    re.IGNORECASE,
)
_ITEM_HEAD = r"^[\W_]{0,4}(?:part\s+i{1,3}\W{1,4})?item\s*\d{1,2}\s*(?:[a-d]\b)?[\s.:)\u2013\u2014-]*(?:[a-d]\.\s*)?"
_BARE_HEAD = r"^[\W_]{0,4}(?:[a-d\d]{1,2}\.\s*)?"
_REST = r"\s*(?:\([^)\n]{0,40}\))?\s*[.:]?$"


def _head(words: str) -> re.Pattern[str]:
    """A heading: the words after an item's number, or alone on their line."""
    return re.compile(rf"{_ITEM_HEAD}(?:{words})|{_BARE_HEAD}(?:{words}){_REST}", re.IGNORECASE | re.MULTILINE)


_STRONG_HEADS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("risk", _head(r"(?:summary\s+(?:of\s+)?)?(?:principal\s+|material\s+)?risk\s+factors?(?:\s+summary)?|"
                   r"summary\s+of\s+(?:principal\s+|material\s+)?risks?(?:\s+factors?)?|risks\s+related\s+to\s+[^\n]{3,60}")),
    ("liquidity", _head(r"management.s\s+discussion\s+and\s+analysis(?:\s+of\s+financial\s+condition[^\n]{0,60})?|"
                        r"management.s\s+discussion|operating\s+and\s+financial\s+review[^\n]{0,40}")),
    ("auditor", _head(r"reports?\s+of\s+(?:the\s+)?independent\s+(?:registered\s+|certified\s+)?(?:public\s+)?"
                      r"(?:account\w+|auditors?)(?:\s+firm)?|independent\s+(?:registered\s+)?(?:public\s+)?"
                      r"(?:auditor.?s?.?|accountant.?s?.?)\s+report")),
    ("notes", _head(r"(?:condensed\s+)?(?:notes\s+to\s+)?(?:the\s+)?(?:unaudited\s+)?(?:condensed\s+)?(?:interim\s+)?"
                    r"(?:consolidated\s+)?financial\s+statements(?:\s+and\s+supplementary\s+data)?(?:\s*\(?unaudited\)?)?")),
)  # fmt: skip
_WEAK_HEADS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("liquidity", _head(r"liquidity(?:,?\s+(?:and\s+)?capital\s+resources)?(?:,?\s+(?:and\s+)?going\s+concern)?")),
    ("notes", re.compile(r"^[\W_]{0,4}note\s+\d{1,2}\b[^\n]{0,80}$", re.IGNORECASE | re.MULTILINE)),
)
"""Headings that do not end the risk factors, where the same words may stand over a paragraph."""

_OTHER_ITEM = re.compile(
    _ITEM_HEAD
    + r"(?=business|unresolved|cybersecurity|properties|legal|mine|market|selected|quantitative|changes|controls|"
    r"other|directors|executive|security|certain|principal|exhibits?|form|unregistered|defaults|key\s+information|"
    r"information\s+on|\[?reserved|submission|offer|history|description)"
    r"|^[\W_]{0,4}part\s+i{2,3}\b[^\n]{0,30}$",
    re.IGNORECASE | re.MULTILINE,
)
_FORWARD_HEAD = re.compile(
    r"^.{0,60}(?:forward[- ]looking (?:statements?|information)).{0,60}$", re.IGNORECASE | re.MULTILINE
)
_AUDITED = re.compile(
    r"\b(?:auditors?|accounting firm|accountants?)\b[^.]{0,160}\b(?:report|opinion|paragraph|express\w*)\b",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"(?<=[.;!?])[\"\u201d)]?\s+(?=[A-Z\u201c\"(])|\n")
_ABBREVIATED = re.compile(r"(?:\b(?:Inc|Corp|Co|Ltd|No|Mr|Ms|Dr|U\.S|Jr|vs|Nos)\.)$")

REACH = 1000
"""A sentence is looked for at most this far on either side."""

LIMIT = 6
"""Passages kept of one report."""


FORWARD = 2500
"""Characters after a "forward-looking statements" heading that list possibilities."""

COUNTED = ("auditor", "liquidity", "notes", "")
"""Sections whose statements count, most telling first; "" is a document without headings that we know."""


class Passage(msgspec.Struct, frozen=True):
    """A sentence that asserts doubt, and the section it stands in."""

    text: str
    section: str


def headings(text: str) -> list[tuple[int, str]]:
    """Where sections begin, in order: risk, forward, liquidity, auditor, notes or other."""
    found = [(m.start(), "other") for m in _OTHER_ITEM.finditer(text)]
    found += [(m.start(), name) for name, pattern in _STRONG_HEADS for m in pattern.finditer(text)]
    found += [(m.start(), "forward") for m in _FORWARD_HEAD.finditer(text) if m.end() - m.start() < 140]
    found += [(m.start(), f"~{name}") for name, pattern in _WEAK_HEADS for m in pattern.finditer(text)]
    return sorted(found)


def section_at(marks: list[tuple[int, str]], at: int) -> str:
    """The section an offset stands in; "" before the first heading."""
    section, back, until = "", "", 0
    for start, name in marks:
        if start > at:
            break
        if section == "forward" and start > until:
            section = back
        if name == "forward":
            section, back, until = name, section if section != "forward" else back, start + FORWARD
        elif not name.startswith("~"):
            section = name
        elif section not in ("risk", "forward"):
            section = name[1:]
    return back if section == "forward" and at > until else section


def going_concern_passages(text: str) -> list[Passage]:
    """Sentences that assert substantial doubt about the company's going concern, as written, once each.

    They stand in the auditor's report, in the discussion of liquidity or in the notes. Nothing is said where the report
    concludes that the doubt was alleviated and its auditor does not say otherwise.
    """
    marks = headings(text)
    found: dict[str, Passage] = {}
    relieved = False
    for match in _DOUBT.finditer(text):
        section = section_at(marks, match.start())
        if section not in COUNTED or _GOING.search(text, max(0, match.start() - REACH), match.end() + REACH) is None:
            continue
        sentence = sentence_at(text, match.start())
        relieved = relieved or is_relieved(sentence)
        if sentence not in found and asserts_doubt(sentence):
            found[sentence] = Passage(sentence, section)
    if relieved and not any(_by_auditor(p) for p in found.values()):
        return []
    return sorted(found.values(), key=lambda p: COUNTED.index(p.section))[:LIMIT]


def _by_auditor(passage: Passage) -> bool:
    return passage.section == "auditor" or _AUDITED.search(passage.text) is not None


def is_relieved(sentence: str) -> bool:
    """Whether a sentence concludes that there is no doubt (any more)."""
    return _RELIEVED.search(sentence) is not None and _UNRELIEVED.search(sentence) is None


def sentence_at(text: str, at: int) -> str:
    """The sentence around an offset, within its line and within `REACH`."""
    start = max(0, text.rfind("\n", max(0, at - REACH), at) + 1, at - REACH)
    end = text.find("\n", at, at + REACH)
    end = min(len(text), at + REACH) if end < 0 else end
    for cut in _SENTENCE_END.finditer(text, start, end):
        if _ABBREVIATED.search(text, start, cut.start()):
            continue
        if cut.start() <= at:
            start = cut.end()
        else:
            end = cut.start()
            break
    return text[start:end].strip()


def asserts_doubt(sentence: str) -> bool:
    """Whether a sentence says that there is doubt, rather than asks, supposes, denies or quotes the standard."""
    if _GOING.search(sentence) is None or len(sentence) > 1500:
        return False
    uncertain = _UNCERTAIN.search(sentence)
    if uncertain is not None and _SUPPOSED.search(sentence, 0, uncertain.start()) is None:
        return True
    stands = _STANDS.search(sentence)
    if (
        stands is not None
        and re.search(r"\b(?:if|could|might|would)\b", sentence[: stands.start()], re.IGNORECASE) is None
    ):
        return True
    found = _ASSERTS.search(sentence)
    if found is None:
        return False
    before = sentence[: found.start()]
    hedges = list(_HEDGED.finditer(sentence, max(0, found.start() - 220), found.end()))
    if hedges and not _CONCLUDES.search(sentence, hedges[-1].end(), found.end()):
        return False
    return _DENIED.search(before[-60:]) is None and _UNDONE.search(sentence, found.end(), found.end() + 120) is None
