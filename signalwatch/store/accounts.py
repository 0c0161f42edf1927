"""Accounts: the target list, its tiers and their history."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from sys import intern
from typing import Any

from msgspec.json import Decoder
from msgspec.structs import replace
from sqlalchemy import BigInteger, Connection, Text, bindparam, cast, delete, select, update

from signalwatch.clock import aware
from signalwatch.errors import UsageError
from signalwatch.ids import digest_bytes
from signalwatch.model import Account, Json
from signalwatch.store import codec
from signalwatch.store.base import Topic, many, unique
from signalwatch.store.records import TierChange
from signalwatch.store.sql import among, insert, upsert
from signalwatch.store.tables import AccountRow, MetaRow, TierChangeRow, table_of

account, tier_change, meta = table_of(AccountRow), table_of(TierChangeRow), table_of(MetaRow)
a = account.c

_decode = Decoder(Account).decode
_upsert = upsert(account, keep=("activity", "fit", "scored_at", "created_at"))
_COMPARED = ("fingerprint", "tier", "tier_since", "owner")
_compared = select(a.account_id, a.below_leave_since, *(a[name] for name in _COMPARED))
_compared = _compared.where(among(a.account_id, "ids"))
_CHUNK = 5000
_count_up = insert(meta)
_count_up = _count_up.on_conflict_do_update(
    index_elements=["key"], set_={"value": cast(cast(meta.c.value, BigInteger) + 1, Text)}
)
_changes = select(meta.c.value).where(meta.c.key == bindparam("b_key"))
_ANY, _NAMES = "accounts_changed", "account_names_changed"


@lru_cache(maxsize=4096)
def _shared(moment: datetime | None) -> datetime | None:
    """One object for equal instants: accounts of one import share theirs."""
    return moment


_NOTHING: Mapping[str, Json] = {}
"""One empty mapping for all accounts without attributes: a list of 100,000 is held in memory."""


def account_of(row: Any) -> Account:
    """An account row as the struct."""
    found = _decode(row.body)
    return replace(
        found,
        tier=row.tier,
        tier_since=_shared(row.tier_since),
        owner=intern(row.owner),
        country=intern(found.country),
        kind=intern(found.kind),
        attributes=found.attributes or _NOTHING,
    )


def counted(tx: Connection, *, names: bool) -> None:
    """Note that accounts changed, so that `Store.accounts_version` moves (and `Store.names_version`)."""
    many(tx, _count_up, [{"key": key, "value": "1"} for key in ((_ANY, _NAMES) if names else (_ANY,))])


def changes_of_accounts(connection: Connection, *, names: bool = False) -> str:
    """How often accounts changed, as text; ``names``: without tier moves."""
    return connection.scalar(_changes, {"b_key": _NAMES if names else _ANY}) or "0"


def change_tier(
    tx: Connection, account_id: str, tier: int, at: datetime, by: str, reason: str, recommendation_id: str = ""
) -> bool:
    """Move an account to a tier inside a transaction and write its history; False when it is there already.

    Raises:
        UsageError: there is no such account.
    """
    row = tx.execute(select(a.tier).where(a.account_id == account_id).with_for_update()).first()
    if row is None:
        raise UsageError(f"there is no account {account_id!r}; signalwatch accounts list shows them all")
    if row.tier == tier:
        return False
    values = {"tier": tier, "tier_since": aware(at), "below_leave_since": None, "updated_at": at}
    tx.execute(update(account).where(a.account_id == account_id).values(values))
    tx.execute(tier_change.insert(), _history(account_id, row.tier, tier, at, by, reason, recommendation_id))
    counted(tx, names=False)
    return True


def _history(
    account_id: str, old: int | None, new: int, at: datetime, by: str, reason: str, recommendation_id: str = ""
) -> dict[str, Any]:
    return {
        "account_id": account_id,
        "from_tier": old,
        "to_tier": new,
        "at": aware(at),
        "changed_by": codec.clean(by),
        "reason": codec.clean(reason),
        "recommendation_id": recommendation_id,
    }


def _body(given: Account) -> str:
    """What does not change with tier or owner, as JSON."""
    return codec.clean_json(replace(given, tier=3, tier_since=None, owner=""))


def _upsert_some(tx: Connection, items: Sequence[Account], now: datetime, by: str) -> tuple[int, int, bool]:
    """Write what is new or different of a chunk: added, changed, and whether names or attributes are among it."""
    known = {row.account_id: row for row in tx.execute(_compared, {"ids": [item.account_id for item in items]})}
    rows: list[dict[str, Any]] = []
    moves: list[dict[str, Any]] = []
    added = 0
    names = False
    for item in items:
        old = known.get(item.account_id)
        stays = old is not None and old.tier == item.tier
        since = None if old is None else old.tier_since if stays else now
        row: dict[str, Any] = {
            "account_id": item.account_id,
            "name": codec.clean(item.name),
            "tier": item.tier,
            "tier_since": item.tier_since or since,
            "owner": codec.clean(item.owner),
            "below_leave_since": old.below_leave_since if old is not None and stays else None,
            "activity": 0.0,
            "fit": None,
            "scored_at": None,
            "created_at": now,
            "updated_at": now,
            "body": _body(item),
        }
        row["fingerprint"] = digest_bytes(row["body"].encode())
        if old is not None and all(getattr(old, name) == row[name] for name in _COMPARED):
            continue
        added += old is None
        names = names or old is None or old.fingerprint != row["fingerprint"]
        if not stays:
            moves.append(_history(item.account_id, None if old is None else old.tier, item.tier, now, by, by))
        rows.append(row)
    many(tx, _upsert, rows)
    many(tx, tier_change.insert(), moves)
    return added, len(rows) - added, names


class Accounts(Topic):
    """The target list."""

    def accounts(self) -> list[Account]:
        """All accounts by id, the excluded ones (tier 0) too."""
        with self._db.read() as connection:
            statement = select(a.body, a.tier, a.tier_since, a.owner).order_by(a.account_id)
            rows = connection.execute(statement).yield_per(2000)
            return [account_of(row) for row in rows]

    def account(self, account_id: str) -> Account | None:
        """One account, or None."""
        with self._db.read() as connection:
            row = connection.execute(select(account).where(a.account_id == account_id)).first()
        return None if row is None else account_of(row)

    def accounts_version(self) -> str:
        """A short text that changes with every change of any account (tier moves and aliases too)."""
        with self._db.read() as connection:
            return changes_of_accounts(connection)

    def names_version(self) -> str:
        """A short text that changes when names, identifiers or attributes change, but not with tier moves."""
        with self._db.read() as connection:
            return changes_of_accounts(connection, names=True)

    def upsert_accounts(self, accounts: Iterable[Account], now: datetime, by: str = "import") -> tuple[int, int, int]:
        """Add or change accounts by id; the numbers added, changed and left as they were.

        The given tier counts: a different one moves the account and writes its history (``by``). ``tier_since`` is taken
        when given; else it is unknown (None) for a new account, which may have been in its tier for years, ``now`` for a
        move, and what it was for an unchanged tier. Scores are kept.
        """
        aware(now)
        given = list({item.account_id: item for item in accounts}.values())
        added = changed = 0
        names = False
        with self._db.write() as tx:
            for start in range(0, len(given), _CHUNK):
                new, other, renamed = _upsert_some(tx, given[start : start + _CHUNK], now, by)
                added, changed, names = added + new, changed + other, names or renamed
            if added or changed:
                counted(tx, names=names)
        return added, changed, len(given) - added - changed

    def remove_accounts(self, account_ids: Sequence[str]) -> int:
        """Take accounts off the list (their signals, decisions and tier history stay); how many were there."""
        with self._db.write() as tx:
            statement = delete(account).where(among(a.account_id, "ids"))
            removed = tx.execute(statement, {"ids": unique(account_ids)}).rowcount
            if removed:
                counted(tx, names=True)
        return int(removed)

    def set_tier(
        self, account_id: str, tier: int, at: datetime, by: str, reason: str, recommendation_id: str = ""
    ) -> bool:
        """Move an account to a tier and write its history; False when it is there already.

        Raises:
            UsageError: there is no such account.
        """
        with self._db.write() as tx:
            return change_tier(tx, account_id, tier, at, by, reason, recommendation_id)

    def tier_history(self, account_id: str) -> list[TierChange]:
        """The tier changes of an account, oldest first."""
        t = tier_change.c
        statement = select(tier_change).where(t.account_id == account_id).order_by(t.at, t.seq)
        with self._db.read() as connection:
            return [
                TierChange(
                    account_id=row.account_id,
                    from_tier=row.from_tier,
                    to_tier=row.to_tier,
                    at=row.at,
                    by=row.changed_by,
                    reason=row.reason,
                    recommendation_id=row.recommendation_id,
                )
                for row in connection.execute(statement)
            ]

    def add_alias(self, account_id: str, alias: str, now: datetime | None = None) -> bool:
        """Add an alias to an account; False when it has it already.

        Raises:
            UsageError: there is no such account.
        """
        with self._db.write() as tx:
            row = tx.execute(select(account).where(a.account_id == account_id).with_for_update()).first()
            if row is None:
                raise UsageError(f"there is no account {account_id!r}; signalwatch accounts list shows them all")
            found = account_of(row)
            alias = codec.clean(alias)
            if alias in found.aliases:
                return False
            body = _body(replace(found, aliases=(*found.aliases, alias)))
            values = {"body": body, "fingerprint": digest_bytes(body.encode()), "updated_at": now or row.updated_at}
            tx.execute(update(account).where(a.account_id == account_id).values(values))
            counted(tx, names=True)
        return True

    def set_below_leave(self, account_id: str, since: datetime | None) -> None:
        """Note since when an account's activity is below what its tier needs; None: it is not."""
        statement = update(account).where(a.account_id == bindparam("b_id")).values(below_leave_since=since)
        with self._db.write() as tx:
            tx.execute(statement, {"b_id": account_id})
