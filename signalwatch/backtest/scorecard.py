"""Shadow rules weighed: what each would have said, what live rules said anyway, and whether to promote it. Pure."""

from __future__ import annotations

from collections import defaultdict

from signalwatch.backtest.compare import Difference
from signalwatch.backtest.report import Report, verdicts_of
from signalwatch.backtest.tally import ShadowFiring
from signalwatch.model import Struct
from signalwatch.past import History
from signalwatch.ruleset import Pack, Rule

ENOUGH = 3
"""Firings below which a rule has no record yet; verdicts below which they say nothing."""
GOOD_ENOUGH = 0.5
LOUD = 0.25
"""A rule that adds more than this share to everybody's alerts is not promoted without a look."""


class Score(Struct, frozen=True, kw_only=True, omit_defaults=False):
    """One shadow rule. ``alerts`` and ``moves``: what promoting it would have added and dropped, by a second backtest.

    ``overlap``: firings whose story and account a live rule told anyway; ``judged`` of them have a verdict, ``useful`` a
    good one. ``own``: firings that only this rule makes, newest first.
    """

    rule_id: str
    title: str
    file: str
    line: int
    firings: int
    per_week: float
    alerts_gained: int
    alerts_lost: int
    moves_gained: int
    moves_lost: int
    overlap: int
    judged: int
    useful: int
    own: tuple[ShadowFiring, ...]
    promote: bool
    reason: str


def firings_of(report: Report) -> dict[str, list[ShadowFiring]]:
    """Firings by rule."""
    out: defaultdict[str, list[ShadowFiring]] = defaultdict(list)
    for firing in report.shadows:
        out[firing.rule].append(firing)
    return dict(out)


def score(rule: Rule, base: Report, promoted: Difference, history: History, attention: int | None) -> Score:
    """Weigh one shadow rule.

    Args:
        rule: the rule.
        base: the backtest with the rule in shadow.
        promoted: what changes when it is live.
        history: with the verdicts.
        attention: alerts a person should get a week, if there is such a limit.
    """
    firings = firings_of(base).get(rule.rule_id, [])
    told = {(a.account_id, a.story_id) for a in base.alerts}
    said = verdicts_of(history)
    overlapping = [f for f in firings if (f.account_id, f.story_id) in told]
    verdicts = [said[f.account_id, f.story_id] for f in overlapping if (f.account_id, f.story_id) in said]
    own = [f for f in firings if (f.account_id, f.story_id) not in told]
    gained = {(h.alert.account_id, h.alert.event_id) for h in promoted.gained}
    lost = {(h.alert.account_id, h.alert.event_id) for h in promoted.lost}
    moves = len(promoted.moves_gained)
    promote, reason = _advice(len(firings), len(own), moves, verdicts, promoted, attention)
    return Score(
        rule_id=rule.rule_id,
        title=rule.title,
        file=rule.file,
        line=rule.line,
        firings=len(firings),
        per_week=len(firings) / base.length,
        alerts_gained=len(gained),
        alerts_lost=len(lost),
        moves_gained=moves,
        moves_lost=len(promoted.moves_lost),
        overlap=len(overlapping),
        judged=len(verdicts),
        useful=sum(verdicts),
        own=tuple(sorted(own, key=lambda f: f.at, reverse=True)),
        promote=promote,
        reason=reason,
    )


def _advice(
    firings: int, own: int, moves: int, verdicts: list[bool], promoted: Difference, attention: int | None
) -> tuple[bool, str]:
    if not firings:
        return False, "it never fired: see what fails with signalwatch rules lint --since"
    if firings < ENOUGH:
        return False, f"only {firings} firing{'s' if firings > 1 else ''} so far: wait for a record"
    if len(verdicts) >= ENOUGH and sum(verdicts) / len(verdicts) < GOOD_ENOUGH:
        return False, f"people found {sum(verdicts)} of {len(verdicts)} overlapping alerts useful"
    if not own and not moves:
        return False, "live rules tell everything it fires on: it would change nothing"
    louder = promoted.alerts_after - promoted.alerts_before
    if promoted.alerts_before and louder > LOUD * promoted.alerts_before:
        return False, f"it would add {louder} alerts to {promoted.alerts_before}: narrow it first"
    over = [
        row
        for row in promoted.load
        if row.recipient and attention and row.alerts_after > attention >= row.alerts_before
    ]
    if over:
        return (
            False,
            f"{over[0].recipient} would get {over[0].alerts_after:.1f} alerts a week, above the budget of {attention}",
        )
    proof = f", {sum(verdicts)} of {len(verdicts)} overlapping alerts were useful" if verdicts else ""
    return True, f"{own} firings of {firings} are told by no live rule{proof}"


def shadow_rules(pack: Pack) -> list[Rule]:
    """Rules in shadow."""
    return [r for r in pack.rules if r.status == "shadow"]
