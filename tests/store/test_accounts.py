"""Accounts, tiers and their history."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from signalwatch.errors import UsageError
from signalwatch.model import Account, Recommendation
from signalwatch.store import Store
from signalwatch.store.records import AssessWrite, TierChange
from tests.store.samples import DAY, HOUR, NOW

FULL = Account(
    account_id="A",
    name="Nimbelo Bio",
    legal_name="Nimbelo Biotherapeutics, Inc.",
    website_domain="nimbelo.example",
    cik=1234567,
    ticker="NMBL",
    aliases=("Nimbelo",),
    former_names=("Old Name Ltd",),
    parent_account_id="P",
    country="US",
    kind="biotech",
    tier=2,
    tier_since=NOW - 100 * DAY,
    owner="kim",
    attributes={"size": 120, "areas": ["oncology"]},
)


def test_an_account_comes_back_as_it_was(store: Store) -> None:
    """Every field."""
    assert store.upsert_accounts([FULL], NOW) == (1, 0, 0)
    assert store.accounts() == [FULL]
    assert store.account("A") == FULL
    assert store.account("zz") is None


def test_importing_again_counts_what_changed(store: Store) -> None:
    """Added, changed, unchanged; the version moves only when something changed."""
    store.upsert_accounts([FULL, replace(FULL, account_id="B")], NOW)
    before = store.accounts_version()

    assert store.upsert_accounts([FULL, replace(FULL, account_id="B")], NOW + DAY) == (0, 0, 2)
    assert store.accounts_version() == before
    changed = [FULL, replace(FULL, account_id="B", owner="lee"), replace(FULL, account_id="C")]
    assert store.upsert_accounts(changed, NOW + DAY) == (1, 1, 1)
    assert store.accounts_version() != before
    assert [a.owner for a in store.accounts()] == ["kim", "lee", "kim"]


def test_names_version_ignores_tier_moves(store: Store) -> None:
    """So that the name index of a large list is not rebuilt when a tier changes."""
    store.upsert_accounts([FULL], NOW)
    names, any_change = store.names_version(), store.accounts_version()

    store.set_tier("A", 1, NOW, "me", "because")
    assert (store.names_version(), store.accounts_version() != any_change) == (names, True)
    store.add_alias("A", "NBI")
    assert store.names_version() != names


def test_a_tier_in_the_import_is_history(store: Store) -> None:
    """The first tier and every later one, with who and when."""
    store.upsert_accounts([replace(FULL, tier_since=None)], NOW)
    assert store.accounts()[0].tier_since is None  # it may have been in that tier for years: unknown is unknown
    store.upsert_accounts([replace(FULL, tier_since=None, tier=1)], NOW + DAY, by="crm")
    store.upsert_accounts([replace(FULL, tier_since=None, tier=1, owner="lee")], NOW + 2 * DAY)

    assert store.tier_history("A") == [
        TierChange(account_id="A", from_tier=None, to_tier=2, at=NOW, by="import", reason="import"),
        TierChange(account_id="A", from_tier=2, to_tier=1, at=NOW + DAY, by="crm", reason="crm"),
    ]
    account = store.account("A")
    assert account is not None
    assert (account.tier, account.tier_since, account.owner) == (1, NOW + DAY, "lee")


def test_set_tier_writes_history_once(store: Store) -> None:
    """Setting the tier it has already is no change; an unknown account is an error of use."""
    store.upsert_accounts([FULL], NOW)

    assert store.set_tier("A", 1, NOW + DAY, "kim", "Series C", "r1")
    assert not store.set_tier("A", 1, NOW + DAY, "kim", "again")
    with pytest.raises(UsageError, match="there is no account 'zz'"):
        store.set_tier("zz", 1, NOW, "kim", "")

    assert store.tier_history("A")[-1] == TierChange(
        account_id="A", from_tier=2, to_tier=1, at=NOW + DAY, by="kim", reason="Series C", recommendation_id="r1"
    )
    assert len(store.tier_history("A")) == 2


def test_an_alias_is_added_once(store: Store) -> None:
    """A confirmed match makes one; nothing else of the account changes."""
    store.upsert_accounts([FULL], NOW)

    assert store.add_alias("A", "NBI")
    assert not store.add_alias("A", "NBI")
    with pytest.raises(UsageError, match="there is no account"):
        store.add_alias("zz", "x")
    assert store.account("A") == replace(FULL, aliases=("Nimbelo", "NBI"))


def test_removing_keeps_history(store: Store) -> None:
    """The list forgets the account, the record does not."""
    store.upsert_accounts([FULL], NOW)
    version = store.names_version()

    assert store.remove_accounts(["A", "zz"]) == 1
    assert store.accounts() == []
    assert store.names_version() != version
    assert len(store.tier_history("A")) == 1
    assert store.remove_accounts(["A"]) == 0


def recommend(store: Store, **more: object) -> None:
    """Write one open recommendation "r" for account A to tier 1."""
    values: dict[str, object] = {"kind": "elevate", "from_tier": 2, "to_tier": 1, "because": "Series C", **more}
    given = Recommendation(recommendation_id="r", account_id="A", **values)  # type: ignore[arg-type]
    with store.assessing(NOW) as tx:
        tx.write(AssessWrite(now=NOW, recommendations=[given]))


def test_approving_moves_the_account(store: Store) -> None:
    """Status, tier and history in one transaction, with who and why."""
    store.upsert_accounts([FULL], NOW)
    recommend(store)

    decided = store.decide_recommendation("r", "approved", "kim", NOW + HOUR, "go")

    assert (decided.status, decided.decided_by, decided.decided_at, decided.note) == (
        "approved",
        "kim",
        NOW + HOUR,
        "go",
    )
    assert store.tier_history("A")[-1] == TierChange(
        account_id="A", from_tier=2, to_tier=1, at=NOW + HOUR, by="kim", reason="Series C", recommendation_id="r"
    )
    assert store.recommendations(status="open") == []
    assert [r.recommendation_id for r in store.recommendations(status="approved", account_id="A")] == ["r"]


def test_approving_a_swap_steps_the_other_down(store: Store) -> None:
    """Both moves carry the recommendation."""
    store.upsert_accounts([FULL, replace(FULL, account_id="B", tier=1)], NOW)
    recommend(store, kind="swap", swap_with="B")

    store.decide_recommendation("r", "approved", "kim", NOW)

    assert [a.tier for a in store.accounts()] == [1, 2]
    assert store.tier_history("B")[-1].recommendation_id == "r"


def test_no_approval_fills_a_tier_above_its_hard_limit(store: Store) -> None:
    """The move is taken back with its history; the recommendation stays open, and a swap still works."""
    others = [replace(FULL, account_id=f"B{i}", tier=1) for i in range(3)]
    store.upsert_accounts([FULL, *others], NOW)
    recommend(store)

    with pytest.raises(UsageError, match="tier 1 holds 3 accounts and never more than 3: step one down first"):
        store.decide_recommendation("r", "approved", "kim", NOW, most=3)
    found = store.recommendation("r")
    assert found is not None
    assert (found.status, store.account("A").tier) == ("open", 2)  # type: ignore[union-attr]

    assert store.decide_recommendation("r", "approved", "kim", NOW, most=4).status == "approved"


def test_a_swap_needs_no_room(store: Store) -> None:
    """One in, one out."""
    store.upsert_accounts([FULL, replace(FULL, account_id="B", tier=1)], NOW)
    recommend(store, kind="swap", swap_with="B")

    assert store.decide_recommendation("r", "approved", "kim", NOW, most=1).status == "approved"


def test_other_answers_do_not_move_the_account(store: Store) -> None:
    """Snoozed can still be decided; dismissed is final; unknown ones are errors of use."""
    store.upsert_accounts([FULL], NOW)
    recommend(store)

    store.decide_recommendation("r", "snoozed", "kim", NOW)
    store.decide_recommendation("r", "dismissed", "kim", NOW, "no budget")

    with pytest.raises(UsageError, match="is dismissed already"):
        store.decide_recommendation("r", "approved", "kim", NOW)
    with pytest.raises(UsageError, match="there is no recommendation"):
        store.decide_recommendation("zz", "approved", "kim", NOW)
    with pytest.raises(UsageError, match="cannot become 'perhaps'"):
        store.decide_recommendation("r", "perhaps", "kim", NOW)
    assert store.accounts() == [FULL]


def test_an_approval_that_cannot_move_the_account_changes_nothing(store: Store) -> None:
    """The account is gone: the recommendation stays open."""
    store.upsert_accounts([FULL], NOW)
    recommend(store)
    store.remove_accounts(["A"])

    with pytest.raises(UsageError, match="there is no account 'A'"):
        store.decide_recommendation("r", "approved", "kim", NOW)

    found = store.recommendation("r")
    assert found is not None
    assert found.status == "open"


def test_below_leave_is_remembered_until_the_tier_changes(store: Store) -> None:
    """Dwell is counted from there."""
    store.upsert_accounts([FULL], NOW)
    store.set_below_leave("A", NOW - DAY)
    with store.assessing(NOW) as tx:
        assert tx.tier_states(["A"])["A"].below_leave_since == NOW - DAY
    store.set_tier("A", 3, NOW, "kim", "")
    with store.assessing(NOW) as tx:
        assert tx.tier_states(["A"])["A"].below_leave_since is None


def test_recommendations_expire(store: Store) -> None:
    """Open ones whose time is over; a decided one stays as it was."""
    store.upsert_accounts([FULL], NOW)
    recommend(store, expires_at=NOW + DAY)

    assert store.expire_recommendations(NOW + HOUR) == 0
    assert store.expire_recommendations(NOW + DAY) == 1
    assert [(r.status, r.decided_at) for r in store.recommendations()] == [("expired", NOW + DAY)]
    assert store.expire_recommendations(NOW + 2 * DAY) == 0
