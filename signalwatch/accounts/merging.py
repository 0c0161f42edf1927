"""Merging an account list into the one that is there: a plan first, so that a dry run is the plan printed.

Nothing here touches the database, and applying a plan twice changes nothing the second time.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from signalwatch.errors import Problem
from signalwatch.model import Account


@dataclass(frozen=True, slots=True)
class AccountChange:
    """One account before and after, with the names of the fields that differ."""

    before: Account
    after: Account
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MergePlan:
    """What merging would do. ``conflicts`` are incoming rows that belong to two accounts at once; they change nothing."""

    added: tuple[Account, ...] = ()
    changed: tuple[AccountChange, ...] = ()
    unchanged: tuple[str, ...] = ()
    conflicts: tuple[Problem, ...] = ()
    result: tuple[Account, ...] = ()


_PLAIN = (
    "name",
    "legal_name",
    "website_domain",
    "cik",
    "ticker",
    "parent_account_id",
    "country",
    "kind",
    "tier",
    "tier_since",
    "owner",
)


def merge(
    existing: Iterable[Account],
    incoming: Iterable[Account],
    *,
    given: Mapping[str, frozenset[str]] | None = None,
    file: str = "accounts.csv",
) -> MergePlan:
    """How ``incoming`` would change ``existing``.

    An incoming account is the existing one with the same id, else the same CIK, else the same domain (and then keeps
    the existing id). An empty cell says nothing, so it never erases. Aliases and former names are united, because
    confirmed review answers live there. ``given`` (from ``ImportResult``) tells a tier that was written from the default.
    Accounts that are only in ``existing`` stay as they are.
    """
    result = {account.account_id: account for account in existing}
    by_cik = {a.cik: a.account_id for a in result.values() if a.cik is not None}
    by_domain = {a.website_domain: a.account_id for a in result.values() if a.website_domain}
    added: list[str] = []
    changed: dict[str, AccountChange] = {}
    unchanged: list[str] = []
    conflicts: list[Problem] = []
    taken: dict[str, str] = {}
    for account in incoming:
        target = _target(account, result, by_cik, by_domain)
        clash = _clash(account, target, by_cik)
        if target is not None and target in taken and not clash:
            clash = f"{account.account_id!r} and {taken[target]!r} are both the account {target!r}"
        if clash:
            conflicts.append(Problem(file, 0, 0, clash, hint="give one of them another id, CIK or domain"))
            continue
        if target is None:
            result[account.account_id] = account
            added.append(account.account_id)
            target = account.account_id
        else:
            before = result[target]
            after = _united(before, account, None if given is None else given.get(account.account_id, frozenset()))
            fields = tuple(
                f for f in (*_PLAIN, "aliases", "former_names", "attributes") if getattr(before, f) != getattr(after, f)
            )
            if fields:
                result[target] = after
                changed[target] = AccountChange(before, after, fields)
            else:
                unchanged.append(target)
        taken[target] = account.account_id
        kept = result[target]
        if kept.cik is not None:
            by_cik[kept.cik] = target
        if kept.website_domain:
            by_domain.setdefault(kept.website_domain, target)
    return MergePlan(
        tuple(result[i] for i in added),
        tuple(changed.values()),
        tuple(unchanged),
        tuple(conflicts),
        tuple(result.values()),
    )


def _target(
    account: Account, result: Mapping[str, Account], by_cik: Mapping[int, str], by_domain: Mapping[str, str]
) -> str | None:
    if account.account_id in result:
        return account.account_id
    if account.cik is not None and account.cik in by_cik:
        return by_cik[account.cik]
    if account.website_domain and account.website_domain in by_domain:
        found = by_domain[account.website_domain]
        if account.cik is None or result[found].cik in (None, account.cik):
            return found
    return None


def _clash(account: Account, target: str | None, by_cik: Mapping[int, str]) -> str:
    owner = by_cik.get(account.cik) if account.cik is not None else None
    if owner is not None and target is not None and owner != target:
        return f"{account.account_id!r} carries the CIK {account.cik} of another account, {owner!r}"
    return ""


def _united(before: Account, account: Account, given: frozenset[str] | None) -> Account:
    values: dict[str, Any] = {}
    for name in _PLAIN:
        value = getattr(account, name)
        said = name in given if given is not None else value != getattr(_EMPTY, name)
        if said and value not in ("", None):
            values[name] = value
    for name in ("aliases", "former_names"):
        values[name] = tuple(dict.fromkeys((*getattr(before, name), *getattr(account, name))))
    values["attributes"] = {**before.attributes, **account.attributes}
    for name in (*_PLAIN, "aliases", "former_names", "attributes"):
        values.setdefault(name, getattr(before, name))
    return Account(account_id=before.account_id, **values)


_EMPTY = Account(account_id="-", name="")
