"""Stage 3, deliver: due outbox rows are claimed, grouped, rendered, sent, and marked *after* sending.

At least once, with a stable id. A row found "sending" by a later claim means its sender died in flight: it is sent
again under the same id and says that it may be a duplicate. A send whose outcome is unknown while we are alive is
repeated only to a channel that can recognise the repeat (``deduplicates``); elsewhere it is marked ``uncertain`` and
the operator is told (`signalwatch outbox retry`).
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from signalwatch import ids
from signalwatch.errors import DeliveryError
from signalwatch.model import Dossier, Message, Receipt
from signalwatch.store.records import DeliveryResult, OutboxRow

if TYPE_CHECKING:
    from signalwatch.clock import Clock
    from signalwatch.sdk import Http
    from signalwatch.store import Store

MAX_ATTEMPTS = 12
FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(hours=2)
STORM = 20
"""More alerts than this due to one recipient at once travel as one summary (design.md section 3, guarantee 7)."""
POSSIBLE_DUPLICATE = "This may be a duplicate: the first attempt was interrupted while sending."


@dataclass(frozen=True, slots=True)
class SendContext:
    """What a notifier may use."""

    clock: Clock
    http: Http
    log: Any


@dataclass(slots=True)
class DeliveryReport:
    """One message, as the canonical log line tells it."""

    channel: str
    recipient: str
    state: str
    alerts: int
    attempts: int
    error: str = ""
    channel_down: bool = False
    seconds: float = 0.0


def backoff(attempts: int, rng: random.Random, retry_after: timedelta | None = None) -> timedelta:
    """Full jitter over a doubling wait, never shorter than what the server asked for."""
    ceiling = min(FIRST_WAIT * (2 ** min(attempts, 12)), LONGEST_WAIT)
    wait: timedelta = ceiling * rng.random()
    return max(wait, retry_after) if retry_after is not None else wait


def group(rows: Sequence[OutboxRow]) -> list[list[OutboxRow]]:
    """Rows that travel in one message: same channel, recipient and group key; a storm collapses to one.

    What was tried once stays together: its group key became its message id (`Store.mark_sending`).
    """
    by_recipient: dict[tuple[str, str], list[OutboxRow]] = {}
    for row in rows:
        by_recipient.setdefault((row.item.channel, row.item.recipient), []).append(row)
    out: list[list[OutboxRow]] = []
    for waiting in by_recipient.values():
        parts: dict[tuple[str, str, int], list[OutboxRow]] = {}
        for row in waiting:
            # What was tried before travels apart from what is new, so that a repeat carries the same rows and id.
            parts.setdefault((row.item.group_key or row.item.outbox_id, row.state, row.attempts), []).append(row)
        groups = list(parts.values())
        fresh = [g for g in groups if all(r.state == "pending" and r.attempts == 0 for r in g)]
        if sum(len(g) for g in fresh) > STORM:
            out.extend(g for g in groups if g not in fresh)
            out.append([row for g in fresh for row in g])
        else:
            out.extend(groups)
    return out


class Deliver:
    """Sends what is due. ``channels``: name -> notifier."""

    def __init__(
        self,
        store: Store,
        http: Http,
        clock: Clock,
        channels: Mapping[str, Any],
        *,
        lease: timedelta,
        log: Any,
        rng: random.Random,
        render: Callable[[str, str, Sequence[Dossier]], tuple[str, str, str]],
        operator: Callable[[str, str, str], None],
        resolved: Callable[[str, str], None] | None = None,
        stop: threading.Event | None = None,
    ) -> None:
        self._store = store
        self._clock = clock
        self._channels = channels
        self._lease = lease
        self._log = log
        self._rng = rng
        self._render = render
        self._operator = operator
        self._resolved = resolved or self._resolve
        self._stop = stop or threading.Event()
        self._context = SendContext(clock=clock, http=http, log=log)

    def run(self, owner: str, *, limit: int = 200) -> list[DeliveryReport]:
        """Claim what is due, send it, record each outcome in its own transaction.

        When the service stops, what was claimed and not begun is left to `Store.release_outbox`.
        """
        rows = self._store.claim_outbox(self._clock.now(), owner=owner, lease=self._lease, limit=limit)
        reports: list[DeliveryReport] = []
        for rows_of_message in group(rows):
            if self._stop.is_set():
                break
            reports.append(self.send(rows_of_message, owner))
        return reports

    def message(self, rows: Sequence[OutboxRow]) -> Message:
        """Render the rows of one message. The id depends on the outbox rows alone, so a retry repeats it."""
        first = rows[0].item
        dossiers = tuple(row.item.dossier for row in rows)
        if any(row.state == "sending" for row in rows):
            dossiers = tuple(replace(d, notes=(*d.notes, POSSIBLE_DUPLICATE)) for d in dossiers)
        kind = first.kind if len(rows) == 1 else "summary"
        subject, text, html = self._render(kind, first.recipient, dossiers)
        thread_key = first.thread_key if len({row.item.thread_key for row in rows}) == 1 else ""
        reference = self._store.thread_ref(first.channel, first.recipient, thread_key) if thread_key else ""
        return Message(
            message_id=first.outbox_id if len(rows) == 1 else ids.combine(row.item.outbox_id for row in rows),
            recipient=first.recipient,
            subject=subject,
            text=text,
            html=html,
            thread_key=thread_key,
            thread_ref=reference or "",
            kind=kind,
            dossiers=dossiers,
            created_at=min(row.item.created_at for row in rows),
        )

    def send(self, rows: Sequence[OutboxRow], owner: str) -> DeliveryReport:
        """Send one message and record what happened. Never raises for what a channel does."""
        started = time.perf_counter()
        first = rows[0].item
        outbox_ids = [row.item.outbox_id for row in rows]
        attempts = max(row.attempts for row in rows) + 1
        report = DeliveryReport(first.channel, first.recipient, "sent", len(rows), attempts)
        notifier = self._channels.get(first.channel)
        receipt = Receipt()
        message: Message | None = None
        due: datetime | None = None
        try:
            if notifier is None:
                raise DeliveryError(f"channel {first.channel!r} is not configured any more", permanent=True)
            message = self.message(rows)
            now, together = self._clock.now(), message.message_id
            held = set(self._store.mark_sending(outbox_ids, owner=owner, now=now, together=together))
            if held != set(outbox_ids):  # the lease ran out meanwhile and somebody else has them now
                report.state, report.error = "lost_lease", "somebody else holds these messages now"
                return report
            receipt = notifier.send(message, self._context)
        except DeliveryError as error:
            report.error, report.channel_down = error.reason, error.channel_down
            report.state, due = self._after(error, notifier, attempts)
        except Exception as error:  # noqa: BLE001 - a notifier's bug must not hold back the other channels
            self._log.exception("notifier_bug", channel=first.channel)
            failure = DeliveryError(f"unexpected {type(error).__name__}: {error}")
            report.error = failure.reason
            report.state, due = self._after(failure, notifier, attempts)
        self._store.record_delivery(
            DeliveryResult(
                outbox_ids=outbox_ids,
                owner=owner,
                now=self._clock.now(),
                state=report.state,  # type: ignore[arg-type]
                channel=first.channel,
                recipient=first.recipient,
                message_id=message.message_id if message is not None else "",
                reference=receipt.reference,
                error=report.error,
                due_at=due,
                thread_key=message.thread_key if message is not None else "",
            )
        )
        self._tell_operator(report)
        report.seconds = time.perf_counter() - started
        self._log.info(
            "delivery",
            channel=report.channel,
            state=report.state,
            alerts=report.alerts,
            attempt=attempts,
            message=message.message_id if message is not None else None,
            refused=dict(receipt.refused) or None,
            error=report.error or None,
            seconds=round(report.seconds, 3),
        )
        return report

    def _after(self, error: DeliveryError, notifier: Any, attempts: int) -> tuple[str, datetime | None]:
        """What to do with a failed send: try again later, leave it uncertain, or give up."""
        now = self._clock.now()
        if error.uncertain and not getattr(notifier, "deduplicates", False):
            return "uncertain", None
        if error.permanent and not error.channel_down:
            return "dead", None
        if attempts >= MAX_ATTEMPTS:
            return "dead", None
        wait = backoff(attempts, self._rng, error.retry_after)
        if error.channel_down:  # wrong credentials or a removed webhook: a person has to mend it first
            wait = max(wait, timedelta(minutes=30))
        return "retry", now + wait

    def _tell_operator(self, report: DeliveryReport) -> None:
        if report.state == "sent":
            self._resolved("failing_channel", report.channel)
            return
        # What only a person can mend (a removed webhook, wrong credentials) is said at the first attempt.
        if report.state in ("dead", "uncertain") or report.channel_down or report.attempts >= 3:
            self._operator("failing_channel", report.channel, f"{report.state}: {report.error}")

    def _resolve(self, kind: str, subject: str) -> None:
        """Close an operator alert without a word; the service passes something better."""
        self._store.resolve_operator_alert(kind, subject, self._clock.now())
