"""What event types, fields and words mean, in one line each: hover texts of the JSON Schema and cells of the reference pages."""

from __future__ import annotations

from collections.abc import Mapping

from signalwatch.ruleset.fields import Field

EVENTS: Mapping[str, str] = {
    "funding_round": "money into a private company; debt, loans and royalties of any company",
    "ipo": "an initial offering was filed, priced, closed, listed or withdrawn",
    "public_offering": "a listed company sells shares or convertibles",
    "partnership": "a new or widened collaboration, option, supply, manufacturing or distribution agreement",
    "licensing_deal": "rights to a product, target or technology were granted",
    "merger_acquisition": "a company, unit, product line or stake is bought; merger; public offer",
    "ind_clearance": "an IND or CTA took effect: the trial may start",
    "trial_start": "a trial or a new part of it began; first site, first participant",
    "trial_results": "human data with a finding or a characterisation",
    "trial_setback": "hold, pause, early end, dropped programme",
    "regulatory_designation": "a special status was granted",
    "regulatory_submission": "an application was submitted, completed or accepted",
    "regulatory_approval": "approval, clearance, label expansion, positive opinion",
    "regulatory_rejection": "complete response, refusal, negative opinion, application withdrawn",
    "grant_award": "research money that need not be paid back, won by the organisation",
    "contract_award": "a government or multilateral contract",
    "leadership_change": "a chief officer, vice president, head of function or director comes or goes",
    "layoffs_restructuring": "job cuts, site closures, reorganisation to save cost",
    "facility_expansion": "a new or larger laboratory, plant or headquarters",
    "bankruptcy_distress": "insolvency, going-concern doubt, strategic review, wind-down, delisting decision",
    "product_launch": "a product or service can be bought",
    "trial_registered": "a study appeared in the registry",
    "trial_phase_advance": "a later phase of the same program was registered",
    "trial_status_change": "the status moved in another way than start, end or stop",
    "trial_delay": "planned dates of a study moved",
    "trial_expansion": "more participants, countries or sites than planned before",
    "trial_completed": "the study ended as planned",
    "results_posted": "results were posted in the registry",
    "sponsor_change": "a study has another lead sponsor",
    "filing": "a filing says that something happened, not what",
    "page_visit": "somebody at the account visited a page of ours",
    "application_note": "somebody at the account took an application note",
    "webinar_attended": "somebody at the account attended a webinar",
    "demo_request": "somebody at the account asked for a demo",
}

_FIELDS: Mapping[str, str] = {
    "added": "participants added",
    "agency": "the authority or government body, by its short name",
    "amendment": "true: the filing amends an earlier one",
    "amends": "what the filing amends",
    "by_registry": "true: the registry set the status, not the sponsor",
    "campaign": "campaign it belongs to",
    "condition": "conditions studied, as the registry names them",
    "days": "by how many days a date moved",
    "designation": "the special status",
    "direction": "which way it goes",
    "effective": "the day it takes effect",
    "exemption": "exemptions a Form D claims",
    "first_sale": "day of the first sale, of a Form D",
    "from": "before",
    "funder": "who pays",
    "increment": "money that is new since the filing before",
    "industry": "industry group, of a Form D",
    "investor": "named investors",
    "item": "items of an 8-K",
    "kind": "a closer word for it",
    "location": "where",
    "milestone": "which date",
    "new_country": "countries that are new",
    "new_sites": "sites added",
    "outcome": "how the data read",
    "page": "page or address",
    "partner": "companies that are new in the record",
    "percent": "by how many percent",
    "product": "product named",
    "reason": "why it stopped",
    "reason_detail": "the reason in other words",
    "resumed": "true: a stopped study goes on",
    "reverted": "true: an earlier change was taken back",
    "role": "job title, as stated",
    "series": "financing series, ordered",
    "sites": "number of sites",
    "sold": "money sold so far, of a Form D",
    "stage": "which kind of yes",
    "status": "how far it has come",
    "study_type": "kind of study",
    "to": "after",
    "topic": "topic of it",
    "total": "value of a deal with everything that may be paid later",
    "upfront": "money paid at once in a deal",
    "what": "what is bought",
}

VALUES: Mapping[str, str] = {
    # tiers
    "0": "excluded", "1": "strategic (one-to-one)", "2": "scale (one-to-few)", "3": "programmatic (one-to-many)",
    # polarity
    "positive": "good for a vendor", "neutral": "neither good nor bad for a vendor", "negative": "bad for a vendor",
    # kinds of messages
    "alert": "something happened", "update": "a told story moved on", "correction": "what was told is taken back",
    "recommendation": "a proposed tier move", "operator": "trouble of the service", "resolve": "that trouble is over",
    "digest": "gathered messages", "summary": "many messages at once, as one",
    # schedules and days
    "immediate": "at once", "hourly": "at the full hour", "daily": "once a day", "weekly": "once a week",
    "mon": "Monday", "tue": "Tuesday", "wed": "Wednesday", "thu": "Thursday", "fri": "Friday", "sat": "Saturday", "sun": "Sunday",
    # kinds of attributes
    "text": "any text", "list": "several values, separated by ; in a column", "enum": "one of 'values'", "number": "a number",
    "money": "an amount with its currency", "date": "a day", "boolean": "true or false", "phase": "a clinical phase, ordered",
    "series": "a financing series, ordered",
    # scopes
    "account": "the whole account", "program": "one asset in one indication", "person": "one person",
}  # fmt: skip
"""Words of files that are the same everywhere. Values of events explain themselves and have no entry here."""

KINDS: Mapping[str, str] = {
    "text": "text", "list": "list", "enum": "one of these", "number": "number", "money": "money", "date": "date",
    "duration": "duration", "boolean": "true or false", "any": "anything",
}  # fmt: skip


def field(found: Field) -> str:
    """What a field means."""
    return found.about or _FIELDS.get(found.name) or f"{found.name.replace('_', ' ')} of the event"


def event(name: str) -> str:
    """What an event type means."""
    return EVENTS.get(name, f"{name.replace('_', ' ')} (a type of this rule set)")
