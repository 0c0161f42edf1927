"""accounts import|export|list|show|match|enrich|suggest and review list|confirm|reject."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from signalwatch.clock import SystemClock
from signalwatch.commands.common import (
    cell,
    found,
    json_option,
    known_account,
    listing,
    open_app,
    opened_store,
    show_json,
)
from signalwatch.errors import UsageError
from signalwatch.stories import name_words

if TYPE_CHECKING:
    from signalwatch.store import Store
    from signalwatch.store.records import ReviewItem


@click.group()
def accounts() -> None:
    """Import, export, list, show, match, enrich and suggest accounts."""


@accounts.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Say what would change and write nothing.")
@json_option
@click.pass_context
def import_(ctx: click.Context, file: Path, dry_run: bool, as_json: bool) -> int:
    """Import a CSV: bad rows are reported and skipped, good rows kept. Upserts by id, CIK or domain."""
    from signalwatch.accounts import merge, read_csv

    result = read_csv(file)
    with opened_store(ctx) as store:
        plan = merge(store.accounts(), result.accounts, given=result.given, file=file.name)
        if not dry_run and (plan.added or plan.changed):
            changed = [c.after for c in plan.changed]
            store.upsert_accounts([*plan.added, *changed], SystemClock().now(), by="import")
    counts = {
        "added": len(plan.added), "changed": len(plan.changed), "unchanged": len(plan.unchanged),
        "problems": len(result.problems) + len(plan.conflicts), "dry_run": dry_run,
    }  # fmt: skip
    if as_json:
        show_json({**counts, "details": [str(p) for p in (*result.problems, *plan.conflicts)]})
    else:
        for problem in (*result.problems, *plan.conflicts):
            click.echo(str(problem))
        click.echo(
            ("would be: " if dry_run else "") + "  ".join(f"{k} {v}" for k, v in counts.items() if k != "dry_run")
        )
    return 1 if any(p.severity == "error" for p in result.problems) else 0


@accounts.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.pass_context
def export(ctx: click.Context, file: Path) -> int:
    """Write all accounts as CSV (safe to open in a spreadsheet)."""
    from signalwatch.accounts import write_csv

    with opened_store(ctx) as store:
        rows = store.accounts()
    file.write_text(write_csv(rows), "utf-8", newline="")
    click.echo(f"wrote {len(rows)} accounts to {file}")
    return 0


@accounts.command("list")
@click.option("--tier", type=click.IntRange(0, 3))
@click.option("--limit", default=100, show_default=True)
@json_option
@click.pass_context
def list_(ctx: click.Context, tier: int | None, limit: int, as_json: bool) -> int:
    """Accounts, by tier and name."""
    with opened_store(ctx) as store:
        rows = [a for a in store.accounts() if tier is None or a.tier == tier]
    rows.sort(key=lambda a: (a.tier, a.name.casefold()))
    listing(
        rows[:limit], as_json, ["id", "name", "tier", "owner", "cik", "ticker", "country", "kind"],
        lambda a: [a.account_id, a.name, a.tier, a.owner, a.cik, a.ticker, a.country, a.kind],
    )  # fmt: skip
    return 0


@accounts.command()
@click.argument("account_id")
@click.pass_context
def show(ctx: click.Context, account_id: str) -> int:
    """One account with its tier history, programs and newest signals."""
    with opened_store(ctx) as store:
        account = known_account(store, account_id)
        show_json({
            "account": account,
            "tier_history": store.tier_history(account_id),
            "programs": store.programs(account_id),
            "signals": store.signals(account_id=account_id, limit=20),
        })  # fmt: skip
    return 0


@accounts.command()
@click.argument("name")
@click.option("--context", default="", help="The sentence the name stands in.")
@click.option("--headline", is_flag=True, help="NAME is a headline: find every account named in it.")
@json_option
@click.pass_context
def match(ctx: click.Context, name: str, context: str, headline: bool, as_json: bool) -> int:
    """What NAME would be matched to, and how."""
    with open_app(ctx) as app:
        resolver = app.knowledge().resolver
        if headline:
            mentions = resolver.find(name, context=context)
            listing(mentions, as_json, ["account", "text", "how"], lambda m: [m.account_id, m.text, m.method])
            return 0
        answer = resolver.resolve_name(name, context=context)
    if as_json:
        show_json(answer)
    else:
        click.echo(f"{answer.status}: {answer.account_id or answer.reason}")
        for one in answer.candidates:
            click.echo(f"  {one.account_id} {one.score:.2f} by {one.method} {one.evidence}")
    return 0


@accounts.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True)
@click.pass_context
def enrich(ctx: click.Context, folder: Path, dry_run: bool) -> int:
    """Add former names, tickers and SIC codes from SEC company files in FOLDER to accounts with a CIK."""
    from signalwatch.accounts import enrichment

    with opened_store(ctx) as store:
        result = enrichment(store.accounts(), folder)
        if result.changed and not dry_run:
            store.upsert_accounts([c.after for c in result.changed], SystemClock().now(), by="enrich")
    for problem in result.problems:
        click.echo(str(problem))
    for account_id, name in result.doubted:
        click.echo(f"doubted: {name!r} as a former name of {account_id}; add it as an alias if it is one")
    word = "would gain" if dry_run else "gained"
    click.echo(f"{len(result.changed)} of {len(result.accounts)} accounts {word} names, tickers or SIC codes")
    return 0


@accounts.command()
@click.option("--limit", default=20, show_default=True)
@click.option("--dismiss", metavar="KEY", help="Never suggest this one again (KEY or name, as listed).")
@json_option
@click.pass_context
def suggest(ctx: click.Context, limit: int, dismiss: str | None, as_json: bool) -> int:
    """Companies with signals that are no account yet: those that fit the ICP first, by recent activity."""
    from signalwatch.assess import rank

    if dismiss is not None:
        with opened_store(ctx) as store:
            key = dismiss if store.suggestion(dismiss) is not None else " ".join(name_words(dismiss))
            if not store.close_suggestion(key, "dismissed"):
                raise UsageError(f"there is no suggestion {dismiss!r}; signalwatch accounts suggest lists them")
        click.echo(f"{key} will not be suggested again")
        return 0
    with open_app(ctx) as app:
        known = app.knowledge()
        ranked = rank(app.store.suggestions(), known.pack, app.clock.now())
        rows = [r for r in ranked if known.resolver.resolve_name(r.name).status != "matched"][:limit]
    if as_json:
        show_json(rows)
        return 0
    for row in rows:
        click.echo(f"{row.name}  [{row.key}]\n  {row.why} (last {cell(row.last_at)})")
        for link in row.evidence[:3]:
            click.echo(f"  {link}")
        click.echo(f"  {row.command}")
    if not rows:
        click.echo("nothing")
    return 0


@accounts.command()
@click.argument("name")
@click.option("--tier", type=click.IntRange(0, 3), default=3, show_default=True)
@click.option("--owner", default="")
@click.option("--cik", type=int)
@click.pass_context
def add(ctx: click.Context, name: str, tier: int, owner: str, cik: int | None) -> int:
    """Add one account; events that named it are assessed again."""
    from signalwatch.accounts import account_id_of
    from signalwatch.model import Account

    now = SystemClock().now()
    with opened_store(ctx) as store:
        account_id = account_id_of(name)
        if not account_id:
            raise UsageError(f"{name!r} is no name: it needs a Latin letter or a digit, which its id is made of")
        if any(a.account_id == account_id for a in store.accounts()):
            raise UsageError(f"there is an account {account_id!r} already")
        account = Account(account_id=account_id, name=name, tier=tier, owner=owner, cik=cik, tier_since=now)
        store.upsert_accounts([account], now, by="suggestion")
        again = store.requeue_unmatched(name)
        suggested = store.suggestion(" ".join(name_words(name)))
        if suggested is not None:  # it may have been spelled otherwise in some of its events
            again += store.requeue_events([s.event_id for s in suggested.sightings], decided=True)
            store.close_suggestion(suggested.key, "added")
    click.echo(f"added {account_id} in tier {tier}; {again} event(s) that named it will be assessed again")
    return 0


@click.group()
def review() -> None:
    """Held matches: list, confirm, reject."""


@review.command("list")
@click.option("--state", type=click.Choice(["open", "confirmed", "rejected"]), default="open", show_default=True)
@json_option
@click.pass_context
def list_reviews(ctx: click.Context, state: str, as_json: bool) -> int:
    """Names that might mean an account; confirm or reject each once."""
    with opened_store(ctx) as store:
        rows = store.reviews(state)
    if as_json:
        show_json(rows)
        return 0
    for row in rows:
        click.echo(f"{row.mention}  [{row.review_id}]  {len(row.event_ids)} event(s)")
        click.echo(f"  in      {row.context}")
        for one in row.candidates:
            click.echo(f"  maybe   {one.account_id}  {one.score:.2f} by {one.method} {one.evidence}".rstrip())
        click.echo(f"  why     {row.reason}" if state == "open" else f"  answer  {row.answer or 'none of them'}")
    if not rows:
        click.echo("nothing")
    return 0


def _open_review(store: Store, review_id: str) -> ReviewItem:
    """A question that nobody answered yet; UsageError otherwise."""
    item: ReviewItem = found("review", review_id, store.review(review_id))
    if item.state != "open":
        raise UsageError(f"{item.mention!r} is answered already: {item.answer or 'none of them'}")
    return item


@review.command()
@click.argument("review_id")
@click.argument("account_id", required=False)
@click.option("--by", required=True)
@click.pass_context
def confirm(ctx: click.Context, review_id: str, account_id: str | None, by: str) -> int:
    """The name means this account (default: the only candidate). It becomes an alias; held events are assessed again."""
    with opened_store(ctx) as store:
        item = _open_review(store, review_id)
        if account_id is None:
            if len(item.candidates) != 1:
                raise UsageError(f"name one of {', '.join(c.account_id for c in item.candidates)}")
            account_id = item.candidates[0].account_id
        known_account(store, account_id)
        store.answer_review(review_id, "confirmed", account_id, by=by, at=SystemClock().now())
        store.add_alias(account_id, item.mention)
        store.requeue_events(item.event_ids, decided=True)
    click.echo(f"{item.mention!r} is {account_id} from now on; {len(item.event_ids)} event(s) will be assessed again")
    return 0


@review.command()
@click.argument("review_id")
@click.option("--by", required=True)
@click.pass_context
def reject(ctx: click.Context, review_id: str, by: str) -> int:
    """The name means none of the candidates."""
    with opened_store(ctx) as store:
        item = _open_review(store, review_id)
        store.answer_review(review_id, "rejected", "", by=by, at=SystemClock().now())
        store.requeue_events(item.event_ids)
    click.echo(f"{item.mention!r} is none of them")
    return 0
