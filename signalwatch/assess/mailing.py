"""Outbox rows of one alert. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from signalwatch import ids
from signalwatch.model import Account, Dossier, Program, Signal
from signalwatch.routing import facts_of
from signalwatch.store.records import OutboxItem

if TYPE_CHECKING:
    from signalwatch.routing import Router


def outbox_items(
    letter: Dossier, account: Account, signal: Signal, program: Program | None, router: Router, now: datetime,
    told: Sequence[OutboxItem] = (),
) -> list[OutboxItem]:  # fmt: skip
    """The messages of one alert.

    A correction or an update goes to exactly those who got the original, over the channel they got it on; routing only
    says when. Anything else goes to whom routing says, and to those who heard of the story before.
    """
    facts = facts_of(letter, account, signal, program.areas if program is not None else ())
    routed = {(d.channel, d.recipient): (d.group_key, d.due_at) for d in router.deliveries(facts, letter, now)}
    before = dict.fromkeys((i.channel, i.recipient) for i in told)
    if letter.kind in ("correction", "update"):
        wanted = sorted(before)
    else:
        wanted = [*routed, *sorted(t for t in before if t not in routed)]
    items = []
    for channel, recipient in wanted:
        group_key, due_at = routed.get((channel, recipient), ("", now))
        items.append(
            OutboxItem(
                outbox_id=ids.digest("outbox", letter.alert_id, channel, recipient),
                channel=channel,
                recipient=recipient,
                kind=letter.kind,
                dossier=letter,
                group_key=group_key,
                thread_key=f"{account.account_id}|{letter.program or letter.story_id}",
                due_at=due_at,
                created_at=now,
                account_id=account.account_id,
                story_id=letter.story_id,
                decision_id=letter.decision_id,
            )
        )
    return items
