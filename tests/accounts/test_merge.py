"""Merging an import into the list that is there."""

from __future__ import annotations

from signalwatch.accounts import merge, read_csv
from signalwatch.model import Account

OLD = Account(
    account_id="abc", name="Abc", cik=77, website_domain="abc.com", tier=1, owner="jo", aliases=("Confirmed Name",)
)


def test_the_same_list_again_changes_nothing() -> None:
    plan = merge([OLD], [OLD])

    assert (plan.added, plan.changed, plan.unchanged, plan.conflicts) == ((), (), ("abc",), ())
    assert plan.result == (OLD,)


def test_by_id_then_cik_then_domain_and_the_existing_id_stays() -> None:
    for incoming in (
        Account(account_id="abc", name="Abc New"),
        Account(account_id="other-id", name="Abc New", cik=77),
        Account(account_id="other-id", name="Abc New", website_domain="abc.com"),
    ):
        plan = merge([OLD], [incoming])
        assert [c.after.account_id for c in plan.changed] == ["abc"]
        assert plan.changed[0].after.name == "Abc New"
        assert plan.changed[0].fields == ("name",)
        assert len(plan.result) == 1


def test_empty_cells_erase_nothing_and_aliases_are_united() -> None:
    after = merge([OLD], [Account(account_id="abc", name="Abc", aliases=("New Alias",))]).changed[0].after

    assert (after.tier, after.owner, after.cik) == (1, "jo", 77)
    assert after.aliases == ("Confirmed Name", "New Alias")


def test_a_tier_counts_only_when_its_cell_was_filled() -> None:
    silent = read_csv("account_id,name,tier\nabc,Abc,\n")
    said = read_csv("account_id,name,tier\nabc,Abc,3\n")

    assert merge([OLD], silent.accounts, given=silent.given).unchanged == ("abc",)
    assert merge([OLD], said.accounts, given=said.given).changed[0].after.tier == 3


def test_rows_that_belong_to_two_accounts_are_conflicts_and_change_nothing() -> None:
    other = Account(account_id="xyz", name="Xyz")

    plan = merge([OLD, other], [Account(account_id="xyz", name="Xyz", cik=77)])

    assert plan.changed == ()
    assert "77" in str(plan.conflicts[0])
    assert plan.result == (OLD, other)


def test_two_rows_for_one_account_are_a_conflict() -> None:
    plan = merge(
        [OLD],
        [Account(account_id="abc", name="Abc"), Account(account_id="n", name="Abc again", website_domain="abc.com")],
    )

    assert len(plan.conflicts) == 1


def test_applying_a_plan_twice_is_harmless() -> None:
    incoming = [Account(account_id="n1", name="New", cik=5), Account(account_id="abc", name="Abc 2")]
    first = merge([OLD], incoming)

    second = merge(first.result, incoming)

    assert [a.account_id for a in first.added] == ["n1"]
    assert (second.added, second.changed) == ((), ())
    assert second.result == first.result
