"""Amounts, financing series and the status of money events."""

from __future__ import annotations

import re
from typing import Any

from signalwatch.detect import facts
from signalwatch.detect.attributes.context import Context, story
from signalwatch.detect.money import Money, find_money

_OTHER_MONEY = {
    "merger_acquisition": r"(?:financing|offering|private placement|series|loan|raise|grant|round|milestone|revenue|sales)",
    "facility_expansion": r"(?:deal|pledge|series|round|financing|offering|ipo|in sales|revenue)",
    "funding_round": r"(?:ipo|grant|upfront|(?<!debt )(?<!loan )(?<!royalty )(?<!financing )deal|buyout|acquisition|"
    r"valuation|milestone|fund\b)",
    "public_offering": r"(?:upfront|(?<!bought )deal|acquisition|term loan|loan|revenue|valuation|market cap)",
    "ipo": r"(?:series|upfront|deal|revenue|valuation|market)",
    "grant_award": r"(?:series|round|financing)",
    "contract_award": r"(?:series|round|financing)",
    "partnership": r"(?:series|round|financing|grant|ipo)",
    "licensing_deal": r"(?:series|round|financing|grant|ipo|milestone payment)",
}
_OTHER = {k: re.compile(rf"^[ \-]*(?:(?!to )[a-z]+[ \-]+){{0,4}}?{v}(?![a-z])") for k, v in _OTHER_MONEY.items()}
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
    "merger_acquisition": re.compile(
        r"(?:acqui|buy|bought|deal|purchase|merger|worth|upfront|takeover|transaction|values|will pay|in cash|divest|credit bid)"
    ),
    "facility_expansion": re.compile(r"(?:facility|plant|site|invest|project|campus|expan|construction)"),
    "partnership": re.compile(
        r"(?:deal|upfront|milestone|worth|invest|agreement|collaborat|partner|total of|contracted)"
    ),
    "licensing_deal": re.compile(r"(?:deal|upfront|milestone|worth|agreement|licen|rights)"),
}
_TEXT_NOT = re.compile(
    r"(?:cash and cash equivalents|cash position|revenue|net sales|full-year|runway|market value|peak sales|valuation|"
    r"acquired in|over \$|to date|more than \$)"
)


_ADDED = re.compile(r"(?<![a-z])(?:adds?|added|tacks on|tacked on) (?:another |an? (?:extra|additional) )?$")


def _of_another(context: Context, money: Money) -> bool:
    """Does the word behind an amount say that it belongs to another kind of event?"""
    rule = _OTHER.get(context.type)
    return bool(rule and rule.match(context.doc.norm[money.end : money.end + 60]))


def _near(context: Context, found: list[Money]) -> Money | None:
    """The amount nearest to the match; a conversion in brackets right behind another amount is passed over."""
    best: tuple[int, Money] | None = None
    previous: Money | None = None
    for money in found:
        if previous is not None and money.start - previous.end <= 3 and money.currency != previous.currency:
            continue
        previous = money
        if _of_another(context, money):
            continue
        if _ADDED.search(context.doc.norm, max(context.clause[0], money.start - 24), money.start):
            return money
        if context.start <= money.start < context.end:
            # the noun that names an offering ends the match: the figure next to it is its amount
            distance = context.end - money.end if context.type == "public_offering" else 0
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
            found.extend(
                m for m in find_money(context.doc.norm, max(first, start), last) if not _of_another(context, m)
            )
        at = max(last, at) + 1
    return found


def amount(context: Context) -> dict[str, Any]:
    """``amount`` and ``currency``: the figure nearest to the match in its clause, else one the text gives for it."""
    found = _near(context, find_money(context.doc.norm, *context.clause))
    if found is None and context.doc.in_title(context.start):
        part = story(context)
        found = _near(context, find_money(context.doc.norm, *part)) if part else None
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
        exact = next(
            (
                m.amount
                for m in _text_money(context)
                if m.currency == found.currency and 0 < abs(m.amount - exact) <= exact * 0.012
            ),
            exact,
        )
    return {"amount": exact, "currency": found.currency}


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
_UPFRONT_AT = re.compile(r"upfront(?: payment)?(?: of)? ?(?:about |around |nearly )?$")
_UPFRONT_BEFORE = re.compile(
    r"(?:upfront(?: payment)?(?: of)?|<pay>|pays|to pay|paying|pay [a-z ]{0,20}|initial payment of|hands over|puts "
    r"up) ?(?:[a-z&.]+ ){0,3}$"
)
_TOTAL = re.compile(
    r"^ ?(?:(?!(?:to|for|on|upfront) )[a-z\-]+ ){0,5}?(?:deal|pact|agreement|collaboration|collab|tie-up|partnership|"
    r"alliance|contract|biobucks|in milestones|in total|wager|bet|investment)"
)
_TOTAL_BEFORE = re.compile(
    r"(?:worth|valued at|up to|potential|potentially|total of|totaling|as much as|could be worth|deal|pact|investment "
    r"of|making an?) ?(?:up to |as much as |nearly |about |around |over |more than )?$"
)


_THEN_MILESTONES = re.compile(
    r"^ ?(?:deal|pact|agreement|payment)? ?(?:with|plus|and) (?:potential )?milestones (?:worth |of )?(?:over|up to|of)"
)
_MORE = re.compile(r"^ ?(?:more|additional|extra|further) ")  # on top of what was named: not a total


def deal_amounts(context: Context) -> dict[str, Any]:
    """``upfront`` (paid at signing) and ``total`` ("up to", milestones included) with their currency."""
    found = find_money(context.doc.norm, *context.clause)
    titled = context.doc.in_title(context.start)
    if not found and titled:
        found = _text_money(context)
    out: dict[str, Any] = {}
    for money in found:
        behind = context.doc.norm[money.end : money.end + 60]
        before = context.doc.norm[max(0, money.start - 50) : money.start]
        if _of_another(context, money) or (out and _MORE.match(behind)):
            continue
        if _UPFRONT.match(behind) or _UPFRONT_AT.search(before) or _THEN_MILESTONES.match(behind):
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
    if titled and "total" in out and "upfront" not in out:
        out.update(_told_upfront(context, out["total"], out["currency"]))
    return out


def _told_upfront(context: Context, total: int, currency: str) -> dict[str, Any]:
    """The payment at signing that the text adds to a headline which gives the total only."""
    norm = context.doc.norm
    for money in _text_money(context):
        said = _UPFRONT.match(norm[money.end : money.end + 60]) or _UPFRONT_AT.search(
            norm[max(0, money.start - 50) : money.start]
        )
        if said and money.currency == currency and money.amount < total:
            return {"upfront": money.amount}
    return {}


_WITHDRAWN = re.compile(
    r"(?:withdr[ae]w|withdrawal|terminat|cancel|pull(?:s|ed)(?! in| off)|scraps|abandon|postpone|shelves)[a-z]*"
    r"(?: [^ \n]+){0,6}? "
    r"(?:offering|placement|issue|sale|follow-on|atm|raise|pipe|placing)"
)
_CLOSED = re.compile(
    r"(?:closing of|closing for|closes|closed|close of|completes|completed|completion|concludes|successful completion|"
    r"final closing|full exercise|sold shares|sold \d)"
)
_PROPOSED = re.compile(
    r"(?:propos|launch|commence|commencement|intends|plans|intention|files|filing|to offer|offers|may offer|seeks|"
    r"targets|eyes|aims|"
    r"sales agreement|may from time|resolve[sd]? (?:on|to)[^\n]{0,40}rights issue)"
)
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


_LISTED = re.compile(
    r"(?:shares (?:soar|jump|spike|pop|rise|fall|slide|surge|open|sink|climb|close)|begins? trading|starts? trading|"
    r"debut|(?<!to )(?:goes|went|go) public|first (?:day|trades?)|opens (?:at|above|below|flat|up|down)|trading|"
    r"lists (?:on|in)|(?:onto|hits) (?:nasdaq|nyse|wall street))"
)
_FILED = re.compile(
    r"(?:files?|filed|filing|plans?|plots?|seeks?|seeking|eyes|lines up|terms|aims?|targets?|heads|launch|hopes|looks|"
    r"sets sights|proposed|gear|queue|pitch|outlines|maps|moves|moving|confidential|lodges?|registers?|submit|paperwork|papers|"
    r"prospectus|registration|tees up|readies|"
    r"sees(?! [^\n]{0,30}(?:ipo|offering) as )|expects|pencil|s-1|f-1|roadshow|to go public|documents)"
)


def ipo_status(context: Context) -> dict[str, Any]:
    """``status`` of an initial public offering: filed, priced, closed or listed."""
    clause = context.doc.norm[context.clause[0] : context.clause[1]]
    if re.search(
        r"(?<![a-z])(?:plans|aims|seeks|looks|set|sets|eyes|wants|files|filed|hopes) to |to go public", clause
    ):
        return {"status": "filed"}
    if _LISTED.search(clause):
        return {"status": "listed"}
    if re.search(r"clos(?:es|ing|ed)|complet", clause) and re.search(r"ipo|initial public offering", clause):
        return {"status": "closed"}
    return {"status": "filed" if _FILED.search(clause) else "priced"}


def ma_status(context: Context) -> dict[str, Any]:
    """``status`` of an acquisition: announced, completed, proposed or terminated."""
    clause = context.doc.norm[context.clause[0] : context.clause[1]]
    if re.search(
        r"(?:terminat|calls? off|called off|scraps|scrapped|abandon|walks away|mutual(?:ly)? agree to end|scuttle|"
        r"collapse)",
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
