"""What a person is asked: held names, and unmatched companies that might belong on the list."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast

from msgspec import ValidationError
from msgspec.json import Decoder
from sqlalchemy import Connection, Row, bindparam, select, text, update

from signalwatch.clock import aware
from signalwatch.errors import UsageError
from signalwatch.model import Candidate
from signalwatch.store import codec
from signalwatch.store.accounts import counted
from signalwatch.store.base import Topic, many
from signalwatch.store.records import ReviewItem, Sighting, Suggestion
from signalwatch.store.sql import among, insert, storable_key, upsert
from signalwatch.store.tables import ReviewEventRow, ReviewRow, SuggestionRow, table_of

review, review_event, suggestion = table_of(ReviewRow), table_of(ReviewEventRow), table_of(SuggestionRow)

SIGHTINGS_KEPT = 40
"""Events a suggestion remembers; the latest win."""
LOOKED_AT = 2000
"""Suggestions that are ranked at most: those with the most stories."""

_sightings = Decoder(tuple[Sighting, ...]).decode
_candidates = Decoder(tuple[Candidate, ...]).decode
_put_review = insert(review)
_put_review = _put_review.on_conflict_do_update(
    index_elements=["review_id"],
    set_={name: _put_review.excluded[name] for name in ("candidates", "reason", "context")},
    where=review.c.state == "open",
)
_put_event = insert(review_event).on_conflict_do_nothing()
_put_suggestion = upsert(suggestion, keep=("state",))
_suggested = select(suggestion).where(among(suggestion.c.key, "keys"))


def write_reviews(tx: Connection, items: Sequence[ReviewItem], now: datetime) -> None:
    """Ask about names, or add events to questions already asked. An answered question stays answered."""
    rows = {
        item.review_id: {
            "review_id": item.review_id,
            "mention": codec.clean(item.mention),
            "context": codec.clean(item.context),
            "candidates": codec.clean_json(item.candidates),
            "reason": codec.clean(item.reason),
            "state": item.state,
            "answer": codec.clean(item.answer),
            "created_at": item.created_at or now,
            "answered_by": "",
            "answered_at": None,
        }
        for item in items
    }
    events = [{"review_id": item.review_id, "event_id": e} for item in items for e in item.event_ids]
    many(tx, _put_review, list(rows.values()))
    many(tx, _put_event, events)


def merge_suggestions(tx: Connection, items: Sequence[Suggestion], now: datetime) -> None:
    """Add what a batch found. An event that was assessed before takes the place of what it said then."""
    if not items:
        return
    keys = [storable_key(item.key) for item in items]
    names: dict[str, str] = {}
    known: dict[str, dict[str, Sighting]] = {}
    for row in tx.execute(_suggested, {"keys": keys}):
        names[row.key] = row.name
        known[row.key] = {s.event_id: s for s in _seen(row.evidence)}
    for key, item in zip(keys, items, strict=True):
        names.setdefault(key, codec.clean(item.name))
        known.setdefault(key, {}).update((s.event_id, s) for s in item.sightings)
    rows = []
    for key, seen in known.items():
        kept = sorted(seen.values(), key=lambda s: (s.at, s.event_id), reverse=True)[:SIGHTINGS_KEPT]
        rows.append(
            {
                "key": key,
                "name": names[key],
                "events": len(kept),
                "score": float(len({s.story_id or s.event_id for s in kept})),
                "last_at": kept[0].at if kept else now,
                "evidence": codec.clean_json(tuple(kept)),
                "state": "open",
            }
        )
    many(tx, _put_suggestion, rows)


def _seen(evidence: str) -> tuple[Sighting, ...]:
    """What a row remembers; rows written by versions that kept links only remember nothing that can be ranked."""
    try:
        return _sightings(evidence)
    except ValidationError:
        return ()


def _review_of(row: Row[Any], events: tuple[str, ...]) -> ReviewItem:
    return ReviewItem(
        review_id=row.review_id,
        mention=row.mention,
        context=row.context,
        candidates=_candidates(row.candidates),
        reason=row.reason,
        event_ids=events,
        state=cast(Any, row.state),
        answer=row.answer,
        created_at=row.created_at,
    )


class Reviews(Topic):
    """Questions to people."""

    def reviews(self, state: str | None = "open", limit: int = 1000) -> list[ReviewItem]:
        """Questions in one state (None: all), the oldest first, each with the events that wait for it."""
        r = review.c
        statement = select(review).order_by(r.created_at, r.review_id).limit(limit)
        if state is not None:
            statement = statement.where(r.state == state)
        with self._db.read() as connection:
            rows = connection.execute(statement).all()
            waiting: defaultdict[str, list[str]] = defaultdict(list)
            of = select(review_event).where(among(review_event.c.review_id, "ids"))
            for row in connection.execute(of.order_by(text("event_id")), {"ids": [row.review_id for row in rows]}):
                waiting[row.review_id].append(row.event_id)
        return [_review_of(row, tuple(waiting[row.review_id])) for row in rows]

    def review(self, review_id: str) -> ReviewItem | None:
        """One question, or None."""
        with self._db.read() as connection:
            row = connection.execute(select(review).where(review.c.review_id == review_id)).first()
            if row is None:
                return None
            of = select(review_event.c.event_id).where(review_event.c.review_id == review_id)
            return _review_of(row, tuple(connection.scalars(of.order_by(review_event.c.event_id))))

    def answer_review(self, review_id: str, state: str, answer: str, by: str, at: datetime) -> ReviewItem:
        """Answer a question (``confirmed`` with the account id, or ``rejected``); the item with its waiting events.

        Raises:
            UsageError: there is no such question, or ``state`` is neither confirmed nor rejected.
        """
        if state not in ("confirmed", "rejected"):
            raise UsageError(f"a review is confirmed or rejected, not {state!r}")
        statement = update(review).where(review.c.review_id == bindparam("b_id"))
        statement = statement.values(
            state=state, answer=codec.clean(answer), answered_by=codec.clean(by), answered_at=aware(at)
        )
        with self._db.write() as tx:
            if tx.execute(statement, {"b_id": review_id}).rowcount != 1:
                raise UsageError(f"there is no review {review_id!r}; signalwatch review list shows them all")
            counted(tx, names=True)  # names mean something else now
        found = self.review(review_id)
        assert found is not None
        return found

    def answers(self) -> dict[str, str]:
        """What people answered: name -> account id, "" where it was none of the candidates."""
        statement = select(review.c.mention, review.c.answer).where(review.c.state != "open")
        with self._db.read() as connection:
            return {row.mention: row.answer for row in connection.execute(statement)}

    def suggestions(self, limit: int = LOOKED_AT, state: str = "open") -> list[Suggestion]:
        """Companies that might belong on the list, the one with the most stories first (`assess.rank` ranks them)."""
        s = suggestion.c
        statement = select(suggestion).where(s.state == state)
        statement = statement.order_by(s.score.desc(), s.events.desc(), s.key).limit(limit)
        with self._db.read() as connection:
            return [
                Suggestion(name=row.name, key=row.key, sightings=_seen(row.evidence))
                for row in connection.execute(statement)
            ]

    def suggestion(self, key: str) -> Suggestion | None:
        """One suggestion in whatever state, or None."""
        with self._db.read() as connection:
            row = connection.execute(select(suggestion).where(suggestion.c.key == storable_key(key))).first()
        return None if row is None else Suggestion(name=row.name, key=row.key, sightings=_seen(row.evidence))

    def close_suggestion(self, key: str, state: str) -> bool:
        """Take a suggestion off the list (``added`` or ``dismissed``); False when there is none."""
        with self._db.write() as tx:
            which = suggestion.c.key == storable_key(key)
            return tx.execute(update(suggestion).where(which).values(state=state)).rowcount == 1
