"""Phase and outcome of trials."""

from __future__ import annotations

import re
from typing import Any

from signalwatch.detect import facts
from signalwatch.detect.attributes.context import Context, related, story


def phase(context: Context) -> dict[str, Any]:
    """``phase`` in LABELS spelling: nearest in the clause, else in the title's story, else what the text says of the study."""
    doc = context.doc
    part = story(context)
    in_text = [value for place in related(context) for _, value in facts.phases(doc.norm, *place)] if part else []
    for place in [context.clause, *([part] if part else [])]:
        found = facts.phases(doc.norm, *place)
        if found:
            value = min(found, key=lambda f: _distance(context, f[0]))[1]
            finer = next((v for v in in_text if v != value and v[:-1] == value and v[-1] in "ab"), value)
            return {"phase": finer}
    if in_text:
        return {"phase": in_text[0]}
    if facts.pivotal(doc.norm, *context.clause) is not None:
        return {"phase": "pivotal"}
    if part:
        start, end = context.lead
        stage = facts.stage_phase(doc.norm, start, end) or (
            facts.stage_phase(doc.norm, *context.clause) if end > start else None
        )
        if stage:
            return {"phase": stage[1]}
    return {}


def _distance(context: Context, position: int) -> int:
    if context.start <= position < context.end:
        return 0
    return context.start - position if position < context.start else position - context.end


_NEGATIVE = re.compile(
    r"(?<![a-z])(?:fail(?:s|ed|ure|ing)?|flunks?|flunked|miss(?:es|ed)?|did not meet|not meet|does not|didn't|did not|"
    r"negative|disappoint\w*|flops?|flopped|falls? short|"
    r"fell short|setback|futility|lackluster|underwhelm\w*|stumbl\w+|crater\w*|plung\w+|tumbl\w+|tanks?|tanked|"
    r"whiff\w*|unsuccessful|short of|no benefit|"
    r"lags?|trails?|comes up short|worse|busts?|fizzl\w+|sinks?|sank|slump\w*|nosediv\w*|crash\w*|without (?:benefit|"
    r"improving)|not met|comes? to nothing|came to nothing|not superior|inferior to|weak\w*)(?![a-z])"
)
_POSITIVE = re.compile(
    r"(?<![a-z])(?:positive|favou?rable|promising|encouraging|robust|strong|compelling|durable|superior\w*|success\w*|"
    r"succeeds?|significant\w*|meaningful\w*|improv\w+|"
    r"reduc\w+|benefit\w*|met|meets?|hits?|achiev\w+|wins?|promise|beats?|outperform\w*|soars?|surges?|jumps?|scores?|"
    r"potential|well[ \-]tolerated|unprecedented|"
    r"slowed|slows|best-in-class|effective\w*|efficacy|complete response|remission|sustained|tops|aces?|passes|"
    r"triumph|victory|upbeat|deep|rapid|higher?|"
    r"extend\w*|prolong\w*|cuts|lowers?|leading|support\w*|protect\w*|safe|home run|rises?|climbs?|rocket\w*|spikes?|"
    r"rall\w+|shines?|maintain\w*|delivers?|"
    r"delivered|jákvæð\w*|consistent|comparable|highlight\w*|non-?inferior\w*|eliminat\w+|restor\w+|prevent\w*|"
    r"clears?|cleared|early promise|lift\w*|"
    r"vielversprechend\w*|positiv\w*|responses|wider use|win|builds?|makes .{0,30}case|differentiat\w+|predictive)(?![a-z])"
)
_FAILED = re.compile(
    r"(?<![a-z])(?:fail(?:s|ed|ure|ing)?|flunks?|flunked|miss(?:es|ed)?(?! class)|did not|not meet|not met|does not|"
    r"doesn't|didn't|falls? short|fell short|futility|flops?|"
    r"disappoint\w*|comes? up short|comes? to nothing|came to nothing|unsuccessful|whiff\w*|underwhelm\w*|lackluster|"
    r"no benefit|no better|not superior|without benefit|negative|setback|"
    r"fizzl\w+|busts?|crash(?:es)? out)(?![a-z])"
)
_MIXED = re.compile(
    r"(?<![a-z])(?:mixed|but (?:fails|misses|failed|missed|falls)|despite missing|hits? .{0,40} but|misses .{0,60} "
    r"but|two of three|one of two|some endpoints)(?![a-z])"
)


def outcome(context: Context) -> dict[str, Any]:
    """``outcome`` of a readout: positive, negative, mixed or unclear, from the words of the clause, then of the text."""
    doc = context.doc
    clause = doc.norm[context.clause[0] : context.clause[1]]
    verdict = _judge(clause)
    part = story(context)
    if verdict is None and part:
        verdict = _judge(doc.norm[part[0] : part[1]])
        for place in related(context):
            verdict = verdict or _judge(doc.norm[place[0] : place[1]])
    return {"outcome": verdict or "unclear"}


def _judge(text: str) -> str | None:
    """A stated miss outweighs praise, praise outweighs how the shares moved."""
    if _MIXED.search(text):
        return "mixed"
    if _FAILED.search(text):
        return "negative"
    if _POSITIVE.search(text):
        return "positive"
    return "negative" if _NEGATIVE.search(text) else None
