"""Every key that the loader reads, with what it means: one table per kind of mapping.

The loader refuses other keys by these tables, the JSON Schema (``schema``) shows their texts while writing, and the reference
pages (``reference``) print them. So none of the three can know a key that the others do not. Keys of a rule are in
``rules.RULE_KEYS``, of conditions in ``conditions``, of triggers in ``signalwatch.detect.keys``.
"""

from __future__ import annotations

from collections.abc import Mapping

FROM = "practice (what account-based practice teaches) or ours (our choice, to be tuned), details after a comma"

UNHEEDED: Mapping[tuple[str, str], str] = {
    ("rule.propose", "auto_approve"): "a person decides every proposal",
    ("tiers", "acknowledge"): "nobody is reminded",
    ("tiers", "act"): "nobody is reminded; rules backtest --approve all answers after it",
    ("tiers", "contact_stale"): "no contact is checked",
    ("routes.route", "group_interval"): "a message waits for group_wait only",
    (
        "routes.route",
        "repeat_interval",
    ): "a happening is told once, and then again only when something about it changes",
    ("routes.attention", "per_week"): "backtest and shadow count what is above it; the service holds nothing back",
}
"""What the loader reads and the service does not act on, by kind of mapping and key: what happens instead. Lint says so."""


def _not_yet(table: str, key: str) -> str:
    return f"(read, not yet acted on: {UNHEEDED[table, key]})"


KEYS: Mapping[str, Mapping[str, str]] = {
    # rules, beside rules.RULE_KEYS
    "rule.propose": {
        "tier": "the tier to propose; 0 proposes exclusion",
        "play": "id of plays.yaml: what to do once the account is there",
        "auto_approve": "true: the proposal says that it needs no person (default false) "
        + _not_yet("rule.propose", "auto_approve"),
    },
    "rule.cooldown": {
        "for": "how long the rule keeps silent after it fired",
        "per": "account (default), or program: silent for the same program only",
    },
    "event.distinct": {"field": "the field whose different values are counted", "gte": "at least so many"},
    "event.changed": {
        "field": "the field that moved",
        "from": "value, or values, before; any when left out",
        "to": "value, or values, after; any when left out",
    },
    "event.absent_for": {"event": "what must not have come: an event, perhaps with tests", "for": "for how long"},
    "example": {
        "given": "what happened, in any order",
        "expect": "silent, or {fires: MOMENT}",
        "account": "what is known of the account; what it leaves out of 'for' counts as met",
        "until": "how long the example goes on, for absent_for",
        "note": "what the example shows",
    },
    "example.expect": {
        "fires": "the moment, or moments, at which the rule fires",
        "late": "true: the alert says that it is late",
        "because": "the sentence as people read it",
    },
    "example.change": {"field": "the field that moved", "from": "its value before", "to": "its value after"},
    # scoring.yaml
    "scoring": {
        "default": "what events count that are not named below",
        "events": "points of each event type",
        "engagement": "points of what people at the account did with us; a new name here is a new event type",
        "breadth": "how much more engagement counts when several personas take part",
        "qualified": "when an account counts as qualified (MQA); the rule qualified-account asks for the same",
        "floor": "signals that count less than this are left out of the arithmetic",
        "currencies": "rough USD value of one unit, for thresholds on amounts only",
    },
    "scoring.points": {
        "points": "points on the day of the event; negative ones net against positive ones",
        "half_life": "after this time half of the points is left",
        "polarity": "what it means for a vendor",
        "cap": "the most one type can add up to, or take away",
        "cases": "other points for events that pass tests; the first case that does wins",
        "from": FROM,
    },
    "scoring.case": {
        "when": "tests of fields, all must hold",
        "points": "points of such an event",
        "half_life": "its half-life, if another",
        "polarity": "its polarity, if another",
        "from": FROM,
    },
    "scoring.breadth": {
        "bonus": "share added for each further persona (0.25: a quarter)",
        "most": "the most engagement can be multiplied by",
        "from": FROM,
    },
    "scoring.qualified": {
        "engagement": "points of engagement", "personas": "personas that engaged", "from": FROM,
    },
    # groups.yaml
    "group": {
        "title": "what the events have in common",
        "events": "event types or groups written above, perhaps with tests",
        "from": FROM,
    },
    # tiers.yaml
    "tiers": {
        "tiers": "the tiers: 0 (excluded), 1, 2, 3",
        "dwell": "how long an account stays in a tier before it may leave",
        "cool_down": "the least time between two proposals for one account",
        "expires": "an open proposal nobody answered is closed after this time",
        "acknowledge": f"how soon a proposal should be looked at {_not_yet('tiers', 'acknowledge')}",
        "act": f"how soon a proposal should be decided {_not_yet('tiers', 'act')}",
        "late_after": "first seen so long after it happened, an event counts as late",
        "stale_after": "older than this when it becomes known, an event is scored but told to nobody",
        "contact_stale": f"contact data older than this should be checked {_not_yet('tiers', 'contact_stale')}",
        "distress": "what trouble at an account does",
    },
    "tiers.tier": {
        "name": "what people call the tier",
        "capacity": "how many accounts fit in",
        "enter": "from which fit and activity on a move into the tier is proposed",
        "leave": "below which activity, and after how long, a step down is proposed",
        "play": "id of plays.yaml, for moves that no rule gives a play",
        "from": FROM,
    },
    "tiers.capacity": {
        "max": "at most so many accounts; more become swaps or wait",
        "share": "at most this share of the list",
        "never_above": "no approval fills the tier above this number",
        "from": FROM,
    },
    "tiers.enter": {"fit": "least fit, 0 to 1", "activity": "least activity", "from": FROM},
    "tiers.leave": {"activity": "activity below this", "for": "for so long", "from": FROM},
    "tiers.wait": {"is": "the time", "from": FROM},
    "tiers.distress": {
        "group": "group of groups.yaml that counts as trouble",
        "inhibit_for": "no elevation is proposed for so long after it",
        "lowers_priority": "true: alerts of the account say that its priority is low",
        "from": FROM,
    },
    # icp.yaml
    "icp": {
        "attributes": "what can be known of an account, and the columns it is read from",
        "segments": "kinds of ideal customer; the best-fitting one counts",
        "exclude": "negative ICP: never approached, still recorded",
        "unknown": "where a fit starts before anything is known",
    },
    "icp.attribute": {
        "kind": "kind of value",
        "values": "the values it can have",
        "columns": "columns of the account list, the first that says something counts",
        "title": "what people call it",
        "from": FROM,
    },
    "icp.segment": {"id": "unique name", "title": "what people read", "criteria": "what makes a good fit", "from": FROM},
    "icp.criterion": {
        "is": "tests of the account; all hold: 1, else 'otherwise'",
        "attribute": "an attribute whose values are worth something, with 'scores'",
        "scores": "0 to 1 for each value",
        "otherwise": "what any other known value is worth (default 0)",
        "weight": "how much the criterion weighs (default 1)",
        "from": FROM,
    },
    "icp.exclude": {"is": "tests of the account, all must hold", "because": "why, as people read it", "from": FROM},
    "icp.unknown": {"score": "fit before anything is known", "weight": "how much that weighs against the criteria", "from": FROM},
    # personas.yaml, plays.yaml
    "personas": {"personas": "who takes part in buying", "buying_group": "personas without whom a group is not complete"},
    "persona": {
        "id": "unique name",
        "title": "what people read",
        "titles": "phrases of job titles, whole words; the longest that fits wins",
        "role": "what this person does in a purchase",
        "from": FROM,
    },
    "personas.buying_group": {"needs": "ids of personas", "from": FROM},
    "play": {
        "id": "unique name",
        "title": "what people read",
        "first_step": "one sentence a rep can do today; shown with every alert",
        "steps": "what comes after",
        "personas": "whom to talk to",
        "tiers": "tiers the play is for",
        "from": FROM,
    },
    # routes.yaml
    "routes": {
        "receivers": "names for channel and recipient",
        "schedules": "digests: daily or weekly at a local time ('immediate' and 'hourly' are there already)",
        "quiet_hours": "times at which nothing is sent; messages wait, none is lost",
        "route": "the tree: a message starts here and goes to the first of its routes that matches",
        "mutes": "alerts that nobody wants for a while, and why",
        "fallback": "receiver for accounts without an owner",
        "attention": "how many messages a person should get",
    },
    "routes.receiver": {
        "channel": "a channel of signalwatch.yaml, or 'default'",
        "recipient": "'owner' (default), or an address or channel id as written",
        "from": FROM,
    },
    "routes.schedule": {
        "every": "how often", "at": 'time of day, "08:30"', "day": "weekday of a weekly schedule", "zone": "IANA time zone",
        "from": FROM,
    },
    "routes.quiet": {
        "start": 'time of day, "19:00"', "end": 'time of day; may be the next morning', "days": "weekdays on which it begins",
        "zone": "IANA time zone", "from": FROM,
    },
    "routes.mute": {
        "match": "which messages", "because": "why, as people read it", "since": "from this day on",
        "until": "to the end of this day",
    },
    "routes.route": {
        "match": "which messages; all matchers must hold",
        "receivers": "names of receivers",
        "group_by": "what travels in one message",
        "group_wait": "how long a message waits for company",
        "group_interval": f"least time between two messages of one group {_not_yet('routes.route', 'group_interval')}",
        "repeat_interval": f"least time before the same is said again {_not_yet('routes.route', 'repeat_interval')}",
        "schedule": "name of a schedule: the message waits for it",
        "quiet": "names of quiet hours",
        "continue": "true: routes below are tried too",
        "mute": "a reason: nothing is sent",
        "routes": "routes inside this one",
        "from": FROM,
    },
    "routes.attention": {"per_week": f"messages per person and week {_not_yet('routes.attention', 'per_week')}", "from": FROM},
}  # fmt: skip
"""Keys by kind of mapping, each with one sentence."""
