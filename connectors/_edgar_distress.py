"""Going-concern statements in annual and quarterly reports: said of the company, in the right section.

Risk factors repeat the words every year as a possibility, and the accounting standard is quoted in every note
("evaluates whether there is substantial doubt"), so a match of the phrase proves nothing. Counted is a sentence that
asserts the doubt, outside the risk factors and the list of forward-looking statements.
"""

from __future__ import annotations

import re

_DOUBT = re.compile(r"substantial doubt", re.IGNORECASE)
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
_RISK_HEAD = re.compile(
    r"^[\W_]{0,4}(?:item\s*1\s*a\s*[.:\u2013\u2014-]*\s*)?(?:summary (?:of )?)?(?:principal )?risk factors?(?: summary)?\s*\.?$"
    r"|^[\W_]{0,4}item\s*1\s*a\s*[.:\u2013\u2014-]*\s*risk factors|^[\W_]{0,4}item\s*3\s*\.?\s*d\b.{0,4}\s*risk factors",
    re.IGNORECASE | re.MULTILINE,
)
_FORWARD_HEAD = re.compile(
    r"^.{0,60}(?:forward[- ]looking (?:statements?|information)).{0,60}$", re.IGNORECASE | re.MULTILINE
)
_NEXT_HEAD = re.compile(
    r"^[\W_]{0,4}(?:item\s*(?:1\s*b|1\s*c|2|3|4|5|6|7|8)\s*[.:\u2013\u2014-]|unresolved staff comments|part\s+i?i{1,2}\b)",
    re.IGNORECASE | re.MULTILINE,
)
_SENTENCE_END = re.compile(r"(?<=[.;!?])[\"\u201d)]?\s+(?=[A-Z\u201c\"(])|\n")
_ABBREVIATED = re.compile(r"(?:\b(?:Inc|Corp|Co|Ltd|No|Mr|Ms|Dr|U\.S|Jr|vs|Nos)\.)$")

REACH = 1000
"""A sentence is looked for at most this far on either side."""

LIMIT = 6
"""Passages kept of one report."""


def excluded_spans(text: str) -> list[tuple[int, int]]:
    """Where statements do not count: risk factors, and the paragraph after a "forward-looking statements" heading."""
    spans: list[tuple[int, int]] = []
    for head in _RISK_HEAD.finditer(text):
        if spans and head.start() < spans[-1][1]:
            continue
        following = _NEXT_HEAD.search(text, head.end() + 1)
        end = following.start() if following else len(text)
        if end - head.end() > 500:  # a line of the table of contents is shorter
            spans.append((head.start(), end))
    for head in _FORWARD_HEAD.finditer(text):
        if head.end() - head.start() < 140:
            spans.append((head.start(), min(len(text), head.end() + 2500)))
    return spans


def going_concern_passages(text: str) -> list[str]:
    """Sentences of the report that assert substantial doubt about its going concern, as written, once each."""
    excluded = excluded_spans(text)
    found: list[str] = []
    for match in _DOUBT.finditer(text):
        if any(a <= match.start() < b for a, b in excluded):
            continue
        sentence = sentence_at(text, match.start())
        if asserts_doubt(sentence) and sentence not in found:
            found.append(sentence)
        if len(found) >= LIMIT:
            break
    return found


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
    if "going concern" not in sentence.lower() or len(sentence) > 1500:
        return False
    found = _ASSERTS.search(sentence)
    if found is None:
        return False
    before = sentence[: found.start()]
    hedges = list(_HEDGED.finditer(sentence, max(0, found.start() - 220), found.end()))
    if hedges and not _CONCLUDES.search(sentence, hedges[-1].end(), found.end()):
        return False
    return _DENIED.search(before[-60:]) is None and _UNDONE.search(sentence, found.end(), found.end() + 120) is None
