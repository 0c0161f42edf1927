"""Core types: what travels between the stages. Frozen structs, JSON-able, no behaviour beyond small views.

Times are aware UTC datetimes. Money is an integer of the currency unit (USD 75000000, not 75). Durations are timedelta.
Four times are kept apart everywhere: *event* (``occurred_at``), *published*, *first seen* and *decided*.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Literal

import msgspec

Json = Any
Role = Literal["subject", "counterparty", "investor", "regulator", "other"]
Polarity = Literal["positive", "neutral", "negative"]

NEWS_TYPES: tuple[str, ...] = (
    "funding_round", "ipo", "public_offering", "partnership", "licensing_deal", "merger_acquisition", "ind_clearance",
    "trial_start", "trial_results", "trial_setback", "regulatory_designation", "regulatory_submission",
    "regulatory_approval", "regulatory_rejection", "grant_award", "contract_award", "leadership_change",
    "layoffs_restructuring", "facility_expansion", "bankruptcy_distress", "product_launch",
)  # fmt: skip
SOURCE_TYPES: tuple[str, ...] = (
    "trial_registered", "trial_phase_advance", "trial_status_change", "trial_delay", "trial_expansion",
    "trial_completed", "results_posted", "sponsor_change", "filing",
)  # fmt: skip
EVENT_TYPES: tuple[str, ...] = NEWS_TYPES + SOURCE_TYPES
"""The taxonomy of docs/reference/events.md. Ops may add types in rules/triggers; those are strings as well."""


class Struct(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Base of all core types."""


# --- documents and events ---------------------------------------------------------------------------------------


class Document(Struct, frozen=True, kw_only=True):
    """One thing a source published, in one version.

    ``key`` is what makes it the same thing in every version (NCT number, accession number, entry identity).
    ``version`` digests the meaningful content; ``fingerprint`` is a cheap digest of the raw bytes, used only to skip
    unchanged records before they are decoded. ``payload`` is the raw record. ``meta`` is what the parser already
    knows (small, JSON). ``filing_form``/``publisher`` style facts belong into ``meta``.
    """

    connector: str
    key: str
    version: str
    kind: str = "entry"  # study | filing | entry
    fingerprint: str = ""
    url: str = ""
    title: str = ""
    text: str = ""
    payload: bytes = b""
    content_type: str = ""
    published_at: datetime | None = None
    meta: Mapping[str, Json] = {}


class Organisation(Struct, frozen=True, kw_only=True):
    """An organisation as an event names it, with the role it plays and the identifiers that came with it."""

    name: str
    role: Role = "subject"
    cik: int | None = None
    ticker: str = ""  # without exchange
    exchange: str = ""
    domain: str = ""
    kind: str = ""  # registry sponsor class (INDUSTRY, OTHER, NIH, ...), where the source says it


class Span(Struct, frozen=True, kw_only=True):
    """Where in the document's text a statement stands: ``text == document.<field>[start:end]``."""

    field: str = "title"  # title | text | body | a registry path
    start: int = 0
    end: int = 0
    text: str = ""


class Change(Struct, frozen=True, kw_only=True):
    """Before and after of one field, as shown to people."""

    field: str
    before: Json = None
    after: Json = None


class ProgramRef(Struct, frozen=True, kw_only=True):
    """What an event says about the asset it is about."""

    nct_ids: tuple[str, ...] = ()
    assets: tuple[str, ...] = ()
    indications: tuple[str, ...] = ()
    phase: str = ""  # 1, 1/2, 2, 2/3, 3, 4 ... (LABELS.md section 8)
    areas: tuple[str, ...] = ()
    modalities: tuple[str, ...] = ()


class Event(Struct, frozen=True, kw_only=True):
    """One typed life-science happening that a document states.

    Connectors fill everything but ``event_id``, ``document_id``, ``source_id``, ``first_seen_at`` and ``quiet``, which
    ingest sets. ``discriminator`` tells two events of one type in one document apart and must be stable over versions.
    ``correction`` marks an amendment, withdrawal or reverted status of something said before.
    """

    type: str
    discriminator: str = ""
    event_id: str = ""
    document_id: str = ""
    source_id: str = ""
    connector: str = ""
    document_key: str = ""
    occurred_at: datetime | None = None
    published_at: datetime | None = None
    first_seen_at: datetime | None = None
    title: str = ""
    text: str = ""  # the lead of the document (at most 400 characters): context for people and for clustering
    url: str = ""
    organisations: tuple[Organisation, ...] = ()
    attributes: Mapping[str, Json] = {}
    program: ProgramRef | None = None
    changes: tuple[Change, ...] = ()
    span: Span = Span()
    pattern: str = ""
    confidence: float = 1.0
    correction: bool = False
    quiet: bool = False
    origin: str = (
        ""  # who states it: filing | release (a company's own) | registry | agency | press; stories weigh by it
    )

    @property
    def at(self) -> datetime:
        """Event time as rules see it: when it happened, else when it was published, else when we saw it."""
        when = self.occurred_at or self.published_at or self.first_seen_at
        if when is None:
            raise ValueError(f"event {self.event_id or self.type} carries no time at all")
        return when

    @property
    def subject(self) -> Organisation | None:
        """The first organisation whose account should be looked at."""
        return next((o for o in self.organisations if o.role == "subject"), None)


class Detection(Struct, frozen=True, kw_only=True):
    """One event found in text, before it is tied to a document."""

    type: str
    organisations: tuple[Organisation, ...] = ()
    attributes: Mapping[str, Json] = {}
    program: ProgramRef | None = None
    span: Span = Span()
    pattern: str = ""
    confidence: float = 1.0
    occurred_at: datetime | None = None


# --- accounts and matching --------------------------------------------------------------------------------------


class Account(Struct, frozen=True, kw_only=True):
    """A company on the target list. ``attributes`` are free fit attributes (segment columns of the CSV)."""

    account_id: str
    name: str
    legal_name: str = ""
    website_domain: str = ""
    cik: int | None = None
    ticker: str = ""
    aliases: tuple[str, ...] = ()
    former_names: tuple[str, ...] = ()
    parent_account_id: str = ""
    country: str = ""
    kind: str = ""
    tier: int = 3
    tier_since: datetime | None = None
    owner: str = ""
    attributes: Mapping[str, Json] = {}


class Candidate(Struct, frozen=True, kw_only=True):
    """One account a name might mean, with how it was found."""

    account_id: str
    score: float = 1.0
    method: str = ""  # cik | ticker | domain | exact | short_name | alias | former_name | family | fuzzy | headline
    evidence: str = ""


class Match(Struct, frozen=True, kw_only=True):
    """The answer to "which account is this?". ``held`` and ``ambiguous`` go to the review queue and never alert."""

    status: Literal["matched", "held", "ambiguous", "none"]
    account_id: str = ""
    candidates: tuple[Candidate, ...] = ()
    reason: str = ""
    mention: str = ""
    role: Role = "subject"


class Mention(Struct, frozen=True, kw_only=True):
    """An account named in running text."""

    account_id: str
    start: int
    end: int
    text: str
    method: str = ""
    score: float = 1.0


# --- stories and programs ---------------------------------------------------------------------------------------


class StoryState(Struct, frozen=True, kw_only=True):
    """The one real-world happening behind several events, as far as known.

    ``keys`` are the blocking keys it can be found by. ``events`` are the briefs of what told it, oldest first.
    ``status`` moves on (announced, completed; proposed, priced, closed; submitted, accepted; started; terminated).
    """

    story_id: str
    type: str
    keys: tuple[str, ...] = ()
    opened_at: datetime
    last_at: datetime
    status: str = ""
    attributes: Mapping[str, Json] = {}
    events: tuple[Event, ...] = ()


class StoryIntent(Struct, frozen=True, kw_only=True):
    """What an event does to the stories: open one, or join one (silently, as news, or as a correction)."""

    story_id: str
    effect: Literal["opened", "evidence", "updated", "status_change", "corrected"]
    story: StoryState
    reason: str = ""
    disagreements: tuple[Change, ...] = ()


class Program(Struct, frozen=True, kw_only=True):
    """An asset x indication x phase inside an account."""

    program_id: str
    account_id: str
    asset: str = ""
    indication: str = ""
    phase: str = ""
    nct_ids: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()
    modalities: tuple[str, ...] = ()


# --- signals, scores, decisions -----------------------------------------------------------------------------------


class Signal(Struct, frozen=True, kw_only=True):
    """A story attributed to an account (and program), with points that decay. Also the history item rules see.

    ``engagement`` signals have ``type`` page_visit, application_note, webinar_attended, demo_request and a ``person``.
    """

    signal_id: str
    account_id: str
    type: str
    at: datetime
    story_id: str = ""
    event_id: str = ""
    program_id: str = ""
    published_at: datetime | None = None
    first_seen_at: datetime | None = None
    decided_at: datetime | None = None
    attributes: Mapping[str, Json] = {}
    changes: tuple[Change, ...] = ()
    person: str = ""
    persona: str = ""
    engagement: bool = False
    points: float = 0.0
    half_life: timedelta | None = None
    polarity: Polarity = "neutral"
    active: bool = True
    quiet: bool = False
    title: str = ""
    url: str = ""


class ScoreLine(Struct, frozen=True, kw_only=True):
    """One line of the arithmetic an alert shows: "Phase 2 start +40 (12 d ago, counts 36.5)"."""

    label: str
    points: float
    counts: float
    at: datetime | None = None
    signal_id: str = ""


class Fit(Struct, frozen=True, kw_only=True):
    """How well an account matches the ICP, 0 to 1. Unknown attributes neither add nor subtract and are listed."""

    score: float
    segment: str = ""
    parts: Mapping[str, float] = {}
    unknown: tuple[str, ...] = ()
    excluded: str = ""  # reason, when the negative ICP matches


class Activity(Struct, frozen=True, kw_only=True):
    """Decayed sum of points, with its arithmetic."""

    total: float
    engagement: float = 0.0
    lines: tuple[ScoreLine, ...] = ()
    personas: tuple[str, ...] = ()


class RuleOutcome(Struct, frozen=True, kw_only=True):
    """What one considered rule said, and why. Every considered rule leaves one."""

    rule_id: str
    fired: bool
    status: str = "live"  # live | shadow
    title: str = ""
    because: str = ""
    points: float = 0.0
    propose_tier: int | None = None
    play: str = ""
    alert: bool = True
    late: bool = False
    signals: tuple[str, ...] = ()  # ids of the history items that made it true
    failed: str = ""  # path of the first failing condition, e.g. "when.all[1].trial_start.phase|gte"
    missed_by: str = ""  # how far, in words: "phase 1 < 2"
    file: str = ""
    line: int = 0


class TierState(Struct, frozen=True, kw_only=True):
    """What tier policy needs to know of one account and of its list."""

    tier: int = 3
    since: datetime | None = None
    last_proposal_at: datetime | None = None
    open_recommendation: str = ""
    below_leave_since: datetime | None = None
    counts: Mapping[str, int] = {}  # accounts per tier: {"1": 4, "2": 80, "3": 316}
    total_accounts: int = 0
    weakest: Mapping[str, tuple[str, float]] = {}  # per full tier: (account_id, activity) that a swap would step down


class Recommendation(Struct, frozen=True, kw_only=True):
    """A proposed tier move, swap or new account, with its whole reason. A person decides."""

    recommendation_id: str
    account_id: str
    kind: Literal["elevate", "lower", "swap", "waiting_list", "new_account", "exclude"]
    from_tier: int | None = None
    to_tier: int | None = None
    swap_with: str = ""
    rule_ids: tuple[str, ...] = ()
    play: str = ""
    first_step: str = ""
    because: str = ""
    status: str = "open"  # open | approved | dismissed | snoozed | expired | superseded
    created_at: datetime | None = None
    expires_at: datetime | None = None
    decision_id: str = ""
    story_id: str = ""
    decided_by: str = ""  # who approved, dismissed ...; filled by the store
    decided_at: datetime | None = None
    note: str = ""
    auto_approve: bool = False  # every rule behind it says so: the service may approve it by itself


class Case(Struct, frozen=True, kw_only=True):
    """Everything one decision is a function of. ``history`` is sorted by ``at`` and includes ``signal`` itself.

    ``extra_history`` style look-ups do not exist: what is not in here cannot influence a decision.
    """

    now: datetime
    event: Event
    account: Account
    match: Match
    story: StoryIntent
    signal: Signal
    history: tuple[Signal, ...] = ()
    program: Program | None = None
    programs: tuple[Program, ...] = ()
    tier: TierState = TierState()
    told: bool = False  # somebody got an alert for this story and account before
    restated: bool = False  # a correction leaves it standing with other facts: it is scored again, not taken back


class AlertIntent(Struct, frozen=True, kw_only=True):
    """Somebody should hear about this. Routing turns it into outbox rows."""

    kind: Literal["alert", "update", "correction", "recommendation"]
    account_id: str
    story_id: str
    rule_ids: tuple[str, ...] = ()
    reason: str = ""


class Decision(Struct, frozen=True, kw_only=True):
    """The whole answer for one event and one account, stored as a record that can be replayed.

    ``stopped_by`` names what kept a fired rule from alerting: quiet (first contact), held match, cap, cool-down, dwell,
    inhibited (distress), excluded (negative ICP), duplicate (evidence only), shadow.
    """

    decision_id: str
    decided_at: datetime
    event_id: str
    account_id: str
    story_id: str = ""
    signal: Signal | None = None
    outcomes: tuple[RuleOutcome, ...] = ()
    fit: Fit | None = None
    activity: Activity | None = None
    activity_before: float = 0.0
    recommendation: Recommendation | None = None
    alerts: tuple[AlertIntent, ...] = ()
    stopped_by: str = ""
    notes: tuple[str, ...] = ()
    hashes: Mapping[str, str] = {}  # ruleset, accounts, payload, case


# --- alerts -------------------------------------------------------------------------------------------------------


class Evidence(Struct, frozen=True, kw_only=True):
    """A checkable source of a statement: link and quoted span."""

    title: str
    url: str = ""
    quote: str = ""
    source: str = ""
    published_at: datetime | None = None


class Action(Struct, frozen=True, kw_only=True):
    """A button: approve, dismiss, snooze, wrong_company, not_useful, open."""

    action_id: str
    label: str
    url: str = ""
    style: str = ""
    value: str = ""


class Dossier(Struct, frozen=True, kw_only=True):
    """One alert as data; rendering turns it into Slack blocks, e-mail and text. Nothing in it is generated prose."""

    kind: Literal["alert", "update", "correction", "recommendation", "operator", "resolve", "digest", "summary"]
    alert_id: str
    headline: str
    what: str = ""
    account_id: str = ""
    account_name: str = ""
    owner: str = ""
    tier: int | None = None
    proposed_tier: int | None = None
    recommendation: Recommendation | None = None
    event_type: str = ""
    polarity: Polarity = "neutral"
    program: str = ""
    changes: tuple[Change, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    disagreements: tuple[Change, ...] = ()
    fit: Fit | None = None
    arithmetic: tuple[ScoreLine, ...] = ()
    activity: float | None = None
    activity_before: float | None = None
    threshold: float | None = None
    rules: tuple[RuleOutcome, ...] = ()
    play: str = ""
    first_step: str = ""
    personas_known: tuple[str, ...] = ()
    personas_missing: tuple[str, ...] = ()
    occurred_at: datetime | None = None
    published_at: datetime | None = None
    first_seen_at: datetime | None = None
    decided_at: datetime | None = None
    late: bool = False
    actions: tuple[Action, ...] = ()
    story_id: str = ""
    decision_id: str = ""
    ruleset: str = ""
    notes: tuple[str, ...] = ()


class Message(Struct, frozen=True, kw_only=True):
    """What a notifier gets: one message for one recipient, already rendered, with a stable id."""

    message_id: str  # stable over retries: digest of outbox row(s); Message-ID and Idempotency-Key derive from it
    recipient: str  # address, channel id, URL name - as the receiver in routes.yaml says
    subject: str
    text: str
    html: str = ""
    thread_key: str = ""  # story or program; replies go under the first message with the same key
    thread_ref: str = ""  # the receipt reference of that first message (Slack ts, Message-ID), when known
    kind: str = "alert"
    dossiers: tuple[Dossier, ...] = ()
    created_at: datetime | None = None


class Receipt(Struct, frozen=True, kw_only=True):
    """What a channel answered to a successful send."""

    reference: str = ""  # Slack ts, SMTP reply, HTTP status
    detail: str = ""
    refused: Mapping[str, str] = {}  # recipients refused while others got it


# --- polling ------------------------------------------------------------------------------------------------------


class Validators(Struct, frozen=True, kw_only=True):
    """ETag (with its quotes) and Last-Modified, byte for byte, of one URL."""

    etag: str = ""
    last_modified: str = ""


class Quarantined(Struct, frozen=True, kw_only=True):
    """A record that could not be understood: kept with its reason, next to nothing being lost."""

    key: str
    reason: str
    payload: bytes = b""
    url: str = ""


class Notice(Struct, frozen=True, kw_only=True):
    """Something the operator should know about a source: window overflow, moved URL, mostly empty answer."""

    kind: str
    message: str


class Page(Struct, frozen=True, kw_only=True):
    """One page of a poll. Documents, cursor and validators are committed together.

    ``cursor`` is the connector's own JSON and describes the state *after* this page. ``not_before`` asks for the next
    poll no earlier. ``validators`` maps URL to what the server said, stored only with this commit. ``unchanged``
    counts records that were skipped because nothing in them changed; ``read_keys`` names those of them that were read
    on purpose (a slow re-read), so that their last-read time moves.
    """

    documents: Sequence[Document] = ()
    cursor: Mapping[str, Json] = {}
    not_before: datetime | None = None
    validators: Mapping[str, Validators] = {}
    quarantined: Sequence[Quarantined] = ()
    notices: Sequence[Notice] = ()
    unchanged: int = 0
    read_keys: Sequence[str] = ()


class Known(Struct, frozen=True, kw_only=True):
    """What the store remembers of a key: enough to skip an unchanged record."""

    version: str
    fingerprint: str = ""
    published_at: datetime | None = None
