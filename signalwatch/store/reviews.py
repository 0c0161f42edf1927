"""What a person is asked: held names, and unmatched companies that might belong on the list."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast

from msgspec.json import Decoder
from sqlalchemy import Connection, Row, bindparam, select, text, update

from signalwatch.clock import aware
from signalwatch.errors import UsageError
from signalwatch.model import Candidate
from signalwatch.store import codec
from signalwatch.store.accounts import counted
from signalwatch.store.base import Topic, many
from signalwatch.store.records import ReviewItem, Suggestion
from signalwatch.store.sql import among, insert, storable_key, upsert
from signalwatch.store.tables import ReviewEventRow, ReviewRow, SuggestionRow, table_of

review, review_event, suggestion = table_of(ReviewRow), table_of(ReviewEventRow), table_of(SuggestionRow)

EVIDENCE_KEPT = 5
"""Pieces of evidence a suggestion remembers; the latest win."""

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
    """Add up what a batch found: events and scores add up, the latest evidence wins."""
    if not items:
        return
    keys = [storable_key(item.key) for item in items]
    known: dict[str, dict[str, Any]] = {}
    for row in tx.execute(_suggested, {"keys": keys}):
        known[row.key] = {**row._mapping, "evidence": codec.decode_strings(row.evidence)}
    for key, item in zip(keys, items, strict=True):
        old = known.get(key)
        evidence = tuple(dict.fromkeys((*item.evidence, *(old["evidence"] if old else ()))))[:EVIDENCE_KEPT]
        last = item.last_at or now
        known[key] = {
            "key": key,
            "name": codec.clean(item.name),
            "events": item.events + (old["events"] if old else 0),
            "score": item.score + (old["score"] if old else 0.0),
            "last_at": max(last, old["last_at"]) if old else last,
            "evidence": evidence,
            "state": "open",
        }
    many(tx, _put_suggestion, [{**row, "evidence": codec.clean_json(row["evidence"])} for row in known.values()])


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

    def suggestions(self, limit: int = 50, state: str = "open") -> list[Suggestion]:
        """Companies that might belong on the list, the best first."""
        s = suggestion.c
        statement = select(suggestion).where(s.state == state)
        statement = statement.order_by(s.score.desc(), s.events.desc(), s.key).limit(limit)
        with self._db.read() as connection:
            return [
                Suggestion(
                    name=row.name,
                    key=row.key,
                    events=row.events,
                    score=row.score,
                    last_at=row.last_at,
                    evidence=codec.decode_strings(row.evidence),
                )
                for row in connection.execute(statement)
            ]

    def close_suggestion(self, key: str, state: str) -> bool:
        """Take a suggestion off the list (``added`` or ``dismissed``); False when there is none."""
        with self._db.write() as tx:
            which = suggestion.c.key == storable_key(key)
            return tx.execute(update(suggestion).where(which).values(state=state)).rowcount == 1
