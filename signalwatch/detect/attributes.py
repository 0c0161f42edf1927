"""Attribute extractors, by the names that trigger files use. Each reads one match in its clause and answers what it found.

Conventions are LABELS sections 6 and 8: an attribute that is not stated is left out. The text after the title is consulted only
where the title leaves a gap.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from signalwatch.detect import facts
from signalwatch.detect.money import Money, find_money
from signalwatch.detect.names import _ITEM_TITLE, Finder, Name
from signalwatch.detect.text import Doc


@dataclass(frozen=True, slots=True)
class Context:
    """What an extractor may look at: the document, the match and its clause."""

    doc: Doc
    finder: Finder
    type: str
    start: int
    end: int
    clause: tuple[int, int]
    fixed: Mapping[str, Any]
    regulators: tuple[Name, ...] = ()

    @property
    def lead(self) -> tuple[int, int]:
        """The first sentences of the text (about 700 characters)."""
        start = self.doc.body
        return start, min(len(self.doc.norm), start + 700)


Extractor = Callable[[Context], dict[str, Any]]

_OTHER_MONEY = {
    "merger_acquisition": r"(?:financing|offering|private placement|series|loan|raise|grant|round|milestone|revenue|sales|in debt)",
    "facility_expansion": r"(?:deal|pledge|series|round|financing|offering|ipo|in sales|revenue)",
    "funding_round": r"(?:ipo|grant|upfront|deal|buyout|acquisition|valuation|milestone|fund\b)",
    "public_offering": r"(?:upfront|deal|acquisition|term loan|loan|revenue|valuation|market cap)",
    "ipo": r"(?:series|upfront|deal|revenue|valuation|market)",
    "grant_award": r"(?:series|round|financing)",
    "contract_award": r"(?:series|round|financing)",
    "partnership": r"(?:series|round|financing|grant|ipo)",
    "licensing_deal": r"(?:series|round|financing|grant|ipo|milestone payment)",
}
_OTHER = {k: re.compile(rf"^[ \-]+(?:[a-z]+[ \-]+){{0,4}}?{v}(?![a-z])") for k, v in _OTHER_MONEY.items()}
_TEXT_CUES = {
    "funding_round": re.compile(
        r"(?:series|seed|financing|funding|round|raise|raised|loan|facility|secured|investment|royalty)"
    ),
    "public_offering": re.compile(
        r"(?:offering|placement|gross proceeds|financing|purchase agreement|aggregate|proceeds|transaction)"
    ),
    "ipo": re.compile(r"(?:ipo|initial public|offering|raise|raising|proceeds)"),
    "grant_award": re.compile(r"(?:grant|award|funding)"),
    "contract_award": re.compile(r"(?:contract|award|funding|budget|agreement|barda|order)"),
    "merger_acquisition": re.compile(r"(?:acqui|buy|bought|deal|purchase|merger|worth|upfront|takeover|transaction|values|will pay|in cash)"),
    "facility_expansion": re.compile(r"(?:facility|plant|site|invest|project|campus|expan|construction)"),
    "partnership": re.compile(r"(?:deal|upfront|milestone|worth|invest|agreement|collaborat|partner)"),
    "licensing_deal": re.compile(r"(?:deal|upfront|milestone|worth|agreement|licen|rights)"),
}
_TEXT_NOT = re.compile(
    r"(?:cash and cash equivalents|cash position|revenue|net sales|full-year|runway|market value|peak sales|valuation|acquired in|over \$|to date|more than \$)"
)


def _near(context: Context, found: list[Money]) -> Money | None:
    """The amount nearest to the match; a conversion in brackets right behind another amount is passed over."""
    best: tuple[int, Money] | None = None
    previous: Money | None = None
    for money in found:
        if previous is not None and money.start - previous.end <= 3 and money.currency != previous.currency:
            continue
        previous = money
        rule = _OTHER.get(context.type)
        if rule and rule.match(context.doc.norm[money.end : money.end + 60]):
            continue
        if context.start <= money.start < context.end:
            distance = 0
        else:
            distance = context.start - money.end if money.end <= context.start else money.start - context.end
        if best is None or distance < best[0]:
            best = (distance, money)
    return best[1] if best else None


def _text_money(context: Context) -> list[Money]:
    """Amounts in the first sentences of the text that speak of this event."""
    start, end = context.lead
    cue = _TEXT_CUES.get(context.type)
    found: list[Money] = []
    at = start
    while at < end:
        first, last = context.doc.clause(at)
        last = min(last, end)
        sentence = context.doc.norm[max(first, start) : last]
        if (cue is None or cue.search(sentence)) and not _TEXT_NOT.search(sentence):
            found.extend(find_money(context.doc.norm, max(first, start), last))
        at = max(last, at) + 1
    return found


def amount(context: Context) -> dict[str, Any]:
    """``amount`` and ``currency``: the figure nearest to the match in its clause, else one the text gives for it."""
    found = _near(context, find_money(context.doc.norm, *context.clause))
    if found is None and context.doc.in_title(context.start):
        story = _story(context)
        found = _near(context, find_money(context.doc.norm, *story)) if story else None
        if found is None:
            listed = _text_money(context)
            found = listed[0] if listed else None
    elif found is None:
        titled = find_money(context.doc.norm, 0, context.doc.title_end)
        found = titled[0] if len(titled) == 1 else None
    if found is None:
        return {}
    exact = found.amount
    if context.doc.in_title(context.start):  # the text may give the same figure to the last digit
        exact = next((m.amount for m in _text_money(context) if m.currency == found.currency and 0 < abs(m.amount - exact) <= exact * 0.012), exact)
    return {"amount": exact, "currency": found.currency}


def _story(context: Context) -> tuple[int, int] | None:
    """The story of the title that the match stands in (what ``;`` separates); None for a match in the text."""
    for start, end in context.doc.stories():
        if start <= context.start < end:
            return start, end
    return None


def _related(context: Context) -> list[tuple[int, int]]:
    """Sentences of the text that speak of the same thing: all of the first ones for a single story, else those that share a name."""
    doc = context.doc
    single = len(doc.stories()) == 1
    wanted = set() if single else {w for w in re.findall(r"[A-Z][\w’']{3,}", doc.raw[context.clause[0] : context.clause[1]])}
    start, end = context.lead
    found = []
    at = start
    while at < end:
        first, last = doc.clause(at)
        first, last = max(first, start), min(last, end)
        if last > first and (single or any(w in doc.raw[first:last] for w in wanted)):
            found.append((first, last))
        at = max(last, at) + 1
    return found


def series(context: Context) -> dict[str, Any]:
    """``series`` of a financing; ``unspecified`` when none is named."""
    value = facts.series(context.doc.norm, *context.clause)
    if "series" in context.fixed and value is None:
        if re.search(r"royalt", context.doc.norm[context.clause[0] : context.clause[1]]):
            return {"series": "unspecified"}
        return {}
    if value is None and context.doc.in_title(context.start):
        start, end = context.lead
        value = facts.series(context.doc.norm, start, min(end, start + 400))
    return {"series": value or "unspecified"}


_UPFRONT = re.compile(r"^[ a-z,]{0,18}(?:up[ \-]?front|at signing|initial payment|in cash upfront)")
_UPFRONT_BEFORE = re.compile(
    r"(?:upfront(?: payment)?(?: of)?|<pay>|pays|to pay|paying|pay [a-z ]{0,20}|initial payment of|hands over|puts up) ?(?:[a-z&.]+ ){0,3}$"
)
_TOTAL = re.compile(
    r"^ ?(?:[a-z\-]+ ){0,5}?(?:deal|pact|agreement|collaboration|collab|tie-up|partnership|alliance|contract|biobucks|in milestones|in total|wager|bet|investment)"
)
_TOTAL_BEFORE = re.compile(
    r"(?:worth|valued at|up to|potential|potentially|total of|totaling|as much as|could be worth|deal|pact|investment of|making an?) ?(?:up to |as much as |nearly |about |around |over |more than )?$"
)


def deal_amounts(context: Context) -> dict[str, Any]:
    """``upfront`` (paid at signing) and ``total`` ("up to", milestones included) with their currency."""
    found = find_money(context.doc.norm, *context.clause)
    if not found and context.doc.in_title(context.start):
        found = _text_money(context)
    out: dict[str, Any] = {}
    for money in found:
        rule = _OTHER.get(context.type)
        behind = context.doc.norm[money.end : money.end + 60]
        before = context.doc.norm[max(0, money.start - 50) : money.start]
        if rule and rule.match(behind):
            continue
        if _UPFRONT.match(behind) or re.search(r"upfront(?: payment)?(?: of)? ?(?:about |around |nearly )?$", before):
            key = "upfront"
        elif money.up_to or _TOTAL.match(behind) or _TOTAL_BEFORE.search(before):
            key = "total"
        elif _UPFRONT_BEFORE.search(before):
            key = "upfront"
        else:
            key = "total"
        if key not in out:
            out[key] = money.amount
            out.setdefault("currency", money.currency)
    return out


def deal_total(context: Context) -> dict[str, Any]:
    """``amount``: the headline figure of an acquisition."""
    return amount(context)


_WITHDRAWN = re.compile(r"(?:withdraw|withdrew|terminat|cancel|pulls|scraps|abandons|postpones)")
_CLOSED = re.compile(
    r"(?:closing of|closing for|closes|closed|close of|completes|completed|completion|concludes|successful completion|final closing|full exercise|sold shares|sold \d)"
)
_PROPOSED = re.compile(r"(?:propos|launch|commence|commencement|intends|plans|intention|files|filing|to offer|offers|may offer|seeks|sales agreement|may from time)")
_PRICED = re.compile(r"(?:pric(?:es|ed|ing)|upsized and priced)")


def offering_status(context: Context) -> dict[str, Any]:
    """``status`` of an offering: proposed, priced, closed or withdrawn; a bare announcement of terms is ``priced``."""
    clause = context.doc.norm[context.clause[0] : context.clause[1]]
    if _WITHDRAWN.search(clause):
        return {"status": "withdrawn"}
    if _CLOSED.search(clause):
        return {"status": "closed"}
    if _PRICED.search(clause) and "at-the-market under" not in clause[: clause.find("pric") + 40]:
        return {"status": "priced"}
    if _PROPOSED.search(clause):
        return {"status": "proposed"}
    start, end = context.lead
    if re.search(
        r"successful completion|has completed|has closed|today closed", context.doc.norm[start : min(end, start + 450)]
    ):
        return {"status": "closed"}
    return {"status": "priced"}


def ipo_status(context: Context) -> dict[str, Any]:
    """``status`` of an initial public offering: filed, priced, closed or listed."""
    clause = context.doc.norm[context.clause[0] : context.clause[1]]
    if re.search(
        r"(?:shares (?:soar|jump|spike|pop|rise|fall|slide|surge|open|sink|climb|close)|begins? trading|starts? trading|debut|goes public|first day|opens at|trading)",
        clause,
    ):
        return {"status": "listed"}
    if re.search(r"clos(?:es|ing|ed)|complet", clause) and re.search(r"ipo|initial public offering", clause):
        return {"status": "closed"}
    if re.search(
        r"(?:files?|filed|filing|plans?|plots?|seeks?|eyes|lines up|terms|aims?|targets?|heads|launch|hopes|looks|sets sights|proposed|gear|queue|pitch|outlines|maps|moves|moving|confidential)",
        clause,
    ):
        return {"status": "filed"}
    return {"status": "priced"}


def ma_status(context: Context) -> dict[str, Any]:
    """``status`` of an acquisition: announced, completed, proposed or terminated."""
    clause = context.doc.norm[context.clause[0] : context.clause[1]]
    if re.search(
        r"(?:terminat|calls? off|called off|scraps|scrapped|abandon|walks away|mutual(?:ly)? agree to end|scuttle|collapse)",
        clause,
    ):
        return {"status": "terminated"}
    if re.search(
        r"(?:complet|closes|closed|closing of|finali[sz]|consummat|wraps up|concludes)", clause
    ) and not re.search(r"complete (?:response|remission)", clause):
        return {"status": "completed"}
    if re.search(r"(?:unsolicited|proposal|offers to|takeover bid|hostile|proposes|bids for|tender offer for)", clause):
        return {"status": "proposed"}
    return {"status": "announced"}


def agency(context: Context) -> dict[str, Any]:
    """``agency``: short name of the authority that decided."""
    named = [n for n in context.regulators if n.kind == "regulator"]
    if named:
        return {"agency": named[0].label}
    clause = context.doc.norm[context.clause[0] : context.clause[1]]
    for cue, value in _AGENCY_CUES:
        if cue.search(clause):
            return {"agency": value}
    return {}


_AGENCY_CUES = (
    (
        re.compile(
            r"emergency use authori|510 k|de novo|pre-?market approval|(?<![a-z])u\.?s\.? (?:approval|clearance|nod|authori)|nda\b|\bbla\b"
        ),
        "FDA",
    ),
    (
        re.compile(
            r"(?:endorsement|backing|positive (?:opinion|recommendation)|recommend).{0,40}(?:europe|(?<![a-z])eu(?![a-z]))|(?:europe|(?<![a-z])eu) .{0,20}(?:panel|endorse|backing)"
        ),
        "EMA",
    ),
    (
        re.compile(
            r"(?<![a-z])(?:eu|european union|europe) (?:approval|nod|green light|authori)|in the european union|in the eu\b"
        ),
        "EC",
    ),
    (re.compile(r"(?<![a-z])japan"), "PMDA"),
    (re.compile(r"(?<![a-z])uk (?:approval|nod)|in the uk\b|united kingdom"), "MHRA"),
    (re.compile(r"(?<![a-z])china"), "NMPA"),
    (re.compile(r"(?<![a-z])canad"), "Health Canada"),
    (re.compile(r"(?<![a-z])australia"), "TGA"),
)


def approval_stage(context: Context) -> dict[str, Any]:
    """``stage`` of an approval: approved, recommended, tentative or authorized (emergency use)."""
    clause = context.doc.norm[context.clause[0] : context.clause[1]]
    if re.search(
        r"chmp|cvmp|positive (?:opinion|recommendation)|endorsement|backing|positive recommendation|recommend(?:s|ed|ation)? .{0,60}(?:approv|authori)|recommended by|ema (?:backs|endorses|recommends|panel)|empfehlung",
        clause,
    ):
        if not re.search(r"european commission approves|ec approves", clause):
            return {"stage": "recommended"}
    if "tentative" in clause:
        return {"stage": "tentative"}
    if re.search(r"emergency use|(?<![a-z])eua(?![a-z])", clause) and not re.search(r"approv", clause):
        return {"stage": "authorized"}
    return {"stage": "approved"}


_KINDS = (
    (re.compile(r"(?<![a-z])snda(?![a-z])|supplemental new drug|supplementary new drug"), "sNDA"),
    (re.compile(r"(?<![a-z])sbla(?![a-z])|supplemental biologics"), "sBLA"),
    (re.compile(r"(?<![a-z])j-?nda(?![a-z])"), "J-NDA"),
    (re.compile(r"(?<![a-z])anda(?![a-z])|abbreviated new drug"), "ANDA"),
    (re.compile(r"(?<![a-z])nda(?![a-z])|new drug application"), "NDA"),
    (re.compile(r"(?<![a-z])blas?(?![a-z])|biologics license"), "BLA"),
    (
        re.compile(
            r"(?<![a-z])maa(?![a-z])|marketing authori[sz]ation|marketing application|(?<![a-z])ema(?![a-z])|type ii variation"
        ),
        "MAA",
    ),
    (re.compile(r"510 ?k"), "510(k)"),
    (re.compile(r"de novo"), "De Novo"),
    (re.compile(r"(?<![a-z])pma(?![a-z])|premarket approval|pre-market approval"), "PMA"),
    (re.compile(r"(?<![a-z])eua(?![a-z])|emergency use"), "EUA"),
    (re.compile(r"ukca"), "UKCA"),
    (re.compile(r"(?<![a-z])ce[ \-]mark"), "CE mark"),
    (re.compile(r"new drug submission|(?<![a-z])nds(?![a-z])"), "NDS"),
)


def submission(context: Context) -> dict[str, Any]:
    """``kind`` of application and ``status``: submitted, accepted or rolling."""
    doc = context.doc
    found = facts.first_in(doc.norm, *context.clause, _KINDS)
    if found is None:
        start, end = context.lead
        found = facts.first_in(doc.norm, start, end, _KINDS)
    out: dict[str, Any] = {"kind": found[1]} if found else {}
    clause = doc.norm[context.clause[0] : context.clause[1]]
    if (
        re.search(r"accept|validat|agrees to review|for review|receives (?:priority )?review", clause)
        and context.fixed.get("status") == "accepted"
    ):
        out["status"] = "accepted"
    elif "rolling" in clause and not re.search(r"complet", clause):
        out["status"] = "rolling"
    return out


_DESIGNATIONS = (
    (re.compile(r"fast[ \-]track(?!\w)"), "fast_track"),
    (
        re.compile(
            r"breakthrough (?:therapy|device|designation|status|therapies|tag)|breakthrough(?= (?:and|or|,|nod|from))|breakthrough-status"
        ),
        "breakthrough",
    ),
    (re.compile(r"orphan"), "orphan"),
    (re.compile(r"(?<![a-z])rmat(?![a-z])|regenerative medicine advanced"), "rmat"),
    (re.compile(r"priority review(?! voucher)"), "priority_review"),
    (re.compile(r"(?<![a-z])prime(?![a-z])|priority medicines?"), "prime"),
    (re.compile(r"(?<![a-z])qidp(?![a-z])|qualified infectious"), "qidp"),
    (re.compile(r"rare pa?ediatric"), "rare_pediatric"),
    (re.compile(r"accelerated assessment"), "accelerated_assessment"),
    (
        re.compile(
            r"innovation passport|(?<![a-z])ilap(?![a-z])|sakigake|platform technology|voucher|innovative (?:device|drug|medicine|licensing)|safer technologies|promising innovative|advanced therapy|emerging technology|humanitarian"
        ),
        "other",
    ),
)


def designations(context: Context) -> list[str]:
    """All designations that the clause of the match names, in order."""
    norm = context.doc.norm
    found: list[tuple[int, str]] = []
    for pattern, value in _DESIGNATIONS:
        m = pattern.search(norm, *context.clause)
        if m:
            found.append((m.start(), value))
    found.sort()
    values = [v for _, v in found]
    if len(values) > 1 and "other" in values and "voucher" not in norm[context.clause[0] : context.clause[1]]:
        values.remove("other")
    return values


def designation(context: Context) -> dict[str, Any]:
    """``designation``: the first one named; the detector makes one event of each."""
    values = designations(context)
    return {"designation": values[0]} if values else {}


def phase(context: Context) -> dict[str, Any]:
    """``phase`` in LABELS spelling: nearest in the clause, else in the story of the title, else what the text says of the study."""
    doc = context.doc
    story = _story(context)
    in_text = [value for part in _related(context) for _, value in facts.phases(doc.norm, *part)] if story else []
    for place in [context.clause, *([story] if story else [])]:
        found = facts.phases(doc.norm, *place)
        if found:
            value = min(found, key=lambda f: _distance(context, f[0]))[1]
            finer = next((v for v in in_text if v != value and v[:-1] == value and v[-1] in "ab"), value)
            return {"phase": finer}
    if in_text:
        return {"phase": in_text[0]}
    if facts.pivotal(doc.norm, *context.clause) is not None:
        return {"phase": "pivotal"}
    if story:
        start, end = context.lead
        stage = facts.stage_phase(doc.norm, start, end) or (facts.stage_phase(doc.norm, *context.clause) if end > start else None)
        if stage:
            return {"phase": stage[1]}
    return {}


def _distance(context: Context, position: int) -> int:
    if context.start <= position < context.end:
        return 0
    return context.start - position if position < context.start else position - context.end


_NEGATIVE = re.compile(
    r"(?<![a-z])(?:fail(?:s|ed|ure|ing)?|flunks?|flunked|miss(?:es|ed)?|did not meet|not meet|does not|didn't|did not|negative|disappoint\w*|flops?|flopped|falls? short|"
    r"fell short|setback|futility|lackluster|underwhelm\w*|stumbl\w+|crater\w*|plung\w+|tumbl\w+|tanks?|tanked|whiff\w*|unsuccessful|short of|no benefit|"
    r"lags?|trails?|comes up short|worse|busts?|fizzl\w+|sinks?|sank|slump\w*|nosediv\w*|crash\w*|without (?:benefit|improving)|not met|comes? to nothing|came to nothing|not superior|inferior to|weak\w*)(?![a-z])"
)
_POSITIVE = re.compile(
    r"(?<![a-z])(?:positive|favou?rable|promising|encouraging|robust|strong|compelling|durable|superior\w*|success\w*|succeeds?|significant\w*|meaningful\w*|improv\w+|"
    r"reduc\w+|benefit\w*|met|meets?|hits?|achiev\w+|wins?|promise|beats?|outperform\w*|soars?|surges?|jumps?|scores?|potential|well[ \-]tolerated|unprecedented|"
    r"slowed|slows|best-in-class|effective\w*|efficacy|complete response|remission|sustained|tops|aces?|passes|triumph|victory|upbeat|deep|rapid|higher?|"
    r"extend\w*|prolong\w*|cuts|lowers?|leading|support\w*|protect\w*|safe|home run|rises?|climbs?|rocket\w*|spikes?|rall\w+|shines?|maintain\w*|delivers?|"
    r"delivered|jákvæð\w*|consistent|comparable|highlight\w*|non-?inferior\w*|eliminat\w+|restor\w+|prevent\w*|clears?|cleared|early promise|lift\w*|"
    r"vielversprechend\w*|positiv\w*|responses|wider use|win|builds?|makes .{0,30}case|differentiat\w+|predictive)(?![a-z])"
)
_FAILED = re.compile(
    r"(?<![a-z])(?:fail(?:s|ed|ure|ing)?|flunks?|flunked|miss(?:es|ed)?(?! class)|did not|not meet|not met|does not|doesn't|didn't|falls? short|fell short|futility|flops?|"
    r"disappoint\w*|comes? up short|comes? to nothing|came to nothing|unsuccessful|whiff\w*|underwhelm\w*|lackluster|no benefit|no better|not superior|without benefit|negative|setback|"
    r"fizzl\w+|busts?|crash(?:es)? out)(?![a-z])"
)
_MIXED = re.compile(
    r"(?<![a-z])(?:mixed|but (?:fails|misses|failed|missed|falls)|despite missing|hits? .{0,40} but|misses .{0,60} but|two of three|one of two|some endpoints)(?![a-z])"
)


def outcome(context: Context) -> dict[str, Any]:
    """``outcome`` of a readout: positive, negative, mixed or unclear, from the words of the clause, then of the text."""
    doc = context.doc
    clause = doc.norm[context.clause[0] : context.clause[1]]
    verdict = _judge(clause)
    story = _story(context)
    if verdict is None and story:
        verdict = _judge(doc.norm[story[0] : story[1]])
        for part in _related(context):
            verdict = verdict or _judge(doc.norm[part[0] : part[1]])
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


def headcount(context: Context) -> dict[str, Any]:
    """``percent`` and ``count`` of the jobs that go."""
    doc = context.doc
    start, end = context.clause
    out: dict[str, Any] = {}
    share = facts.staff_percent(doc.norm, start, end)
    count = facts.staff_count(doc.norm, start, end)
    if share is None or count is None:
        first, last = context.lead
        at = first
        while at < last:
            a, b = doc.clause(at)
            a, b = max(a, first), min(b, last)
            sentence = doc.norm[a:b]
            if re.search(
                r"staff|workforce|employees|jobs|workers|headcount|positions|lay off|layoff|roles|laid off", sentence
            ):
                if share is None and count is None:
                    count = facts.staff_count(doc.norm, a, b)
                if share is None:
                    m = re.search(
                        r"(\d{1,2}(?:\.\d+)?) ?(?:%|percent|per cent) (?:of|reduction|workforce|cut|staff)|by (?:about |approximately |roughly |around )?(\d{1,2}) ?(?:%|percent)",
                        sentence,
                    )
                    if m:
                        share = float(m.group(1) or m.group(2))
                        share = int(share) if float(share).is_integer() else share
            at = max(b, at) + 1
    if share is not None and 0 < share <= 100:
        out["percent"] = share
    if count is not None:
        out["count"] = count
    return out


_ROLE_WORDS = re.compile(
    r"(?<![a-z])((?:(?:interim|acting|executive|senior|global|chief|co|vice|deputy|non-executive|founding) )*(?:"
    r"chief [a-z&, ]{3,40}? officer|ceo|cfo|coo|cmo|cso|cto|cbo|cco|president(?: and ceo)?|chair(?:man|woman|person)?(?: of the board)?|general manager|managing director|"
    r"vice president[a-z ,]{0,30}|evp|svp|general counsel|board of directors|board chair|head of [a-z& ]{3,30}|country (?:lead|manager|head)|board))(?![a-z])"
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
    r"(?<![a-z])(?:succeed(?:s|ing)?|replac(?:es|ing|ed)|swaps?|swapped|succession|transition(?!ing to)|transitions|named successor|takes over from|hands over|change at the top|c-suite (?:shake|switch|swap)|makes way for)(?![a-z])"
)
_FOLLOWING = re.compile(
    r"(?<![a-z])(?:following|after|upon|due to|with) (?:the )?(?:retirement|departure|resignation|passing) of|(?<![a-z])(?:who (?:is|will be) "
    r"(?:retiring|leaving|stepping down|departing))(?![a-z])"
)
_LEAVES = re.compile(
    r"(?<![a-z])(?:retire(?:s|ment|d)?|resign(?:s|ation|ed)?|depart(?:s|ure|ed|ing)?|steps? down|stepping down|leaves?|leaving|exits?|ouster|ousted|ousts|out as|fired|fires|dies|passing|terminated)(?![a-z])"
)
_JOINS = re.compile(
    r"(?<![a-z])(?:appoint(?:s|ed|ment|ments)?|names?|named|hires?|hired|elects?|elected|enlists?|poach(?:es|ed)|install(?:s|ed)|picks|promot(?:es|ed|ion)|joins?|joined|recruits?|new (?:ceo|chief|cfo|head|chair)|taps?|tapped|welcomes?|adds?)(?![a-z])"
)


def direction(context: Context) -> dict[str, Any]:
    """``direction`` of a change in leadership: joins, leaves or both."""
    doc = context.doc
    start, end = _story(context) or context.clause
    if doc.in_title(context.start) and not _ITEM_TITLE.match(doc.raw, 0, doc.title_end):
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
    r"\b(?:Chief|Officer|President|Board|Directors|Vice|Senior|Executive|Chair|Chairman|Head|Director|Therapeutics|Pharma|Bio|Inc|Leadership|Medical|General|"
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
        if len(text.split()) >= 2 and not any(
            n.kind == "company" and text.startswith(n.text) and len(n.text) > 3 and n.text in text for n in ()
        ):
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


def rejection_kind(context: Context) -> dict[str, Any]:
    """``kind`` of a rejection where the pattern left it open."""
    return {} if "kind" in context.fixed else {"kind": "other"}


def distress_kind(context: Context) -> dict[str, Any]:
    """``kind`` of distress; patterns set it."""
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


EXTRACTORS: dict[str, Extractor] = {
    "amount": amount, "series": series, "deal_amounts": deal_amounts, "deal_total": deal_total, "offering_status": offering_status,
    "ipo_status": ipo_status, "ma_status": ma_status, "agency": agency, "approval_stage": approval_stage, "submission": submission,
    "designation": designation, "phase": phase, "outcome": outcome, "headcount": headcount, "role": role, "direction": direction,
    "person": person, "location": location, "funder": funder, "rejection_kind": rejection_kind, "distress_kind": distress_kind,
    "product": product,
}  # fmt: skip
