"""The fast way (screen, ceilings, wake-ups) against deciding every step in full and looking at every account on every tick."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, note, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from signalwatch.backtest import run
from signalwatch.model import Signal
from signalwatch.past import Step
from signalwatch.ruleset import Pack
from tests.backtest.pasts import RULES, Reference, account, assumed, history_of, pack_of, step

pytestmark = pytest.mark.slow

NAMES = ("acme", "bolt", "crux")
KINDS = ("funding_round", "ind_clearance", "trial_start", "layoffs_restructuring", "webinar_attended")
ALL = pack_of()


@st.composite
def pasts(draw: st.DrawFn) -> list[Step]:
    out: list[Step] = []
    for number in range(draw(st.integers(4, 16))):
        day = draw(st.integers(0, 44)) / 2 + draw(st.sampled_from([0.0, 0.0, 0.01]))
        who = draw(st.sampled_from(NAMES))
        earlier = [s for s in out if s.account_id == who]
        effect = draw(st.sampled_from(["opened"] * 6 + ["evidence", "updated", "status_change", "corrected"]))
        if effect != "opened" and earlier:
            before = draw(st.sampled_from(earlier))
            again = step(before.signal.type, day, who, story=before.signal.story_id, effect=effect, event=f"n{number}",
                         same_document=draw(st.booleans()), **before.signal.attributes)  # fmt: skip
            out.append(again)
            continue
        attributes: dict[str, Any] = {
            "phase": draw(st.sampled_from(["1", "2"])),
            "amount": draw(st.sampled_from([10, 80])) * 10**6,
        }
        attributes |= {
            "currency": "USD",
            "persona": draw(st.sampled_from(["", "clinical", "executive"])),
            "person": "x",
        }
        out.append(step(draw(st.sampled_from(KINDS)), day, who, story=f"s{number}", event=f"n{number}",
                        late=draw(st.sampled_from([0.0, 0.0, 0.5, 4.0, 12.0])), quiet=draw(st.integers(0, 9)) == 0, **attributes))  # fmt: skip
    return _lawful(out)


def _lawful(steps: list[Step]) -> list[Step]:
    """In order of time a story is opened before it is told again."""
    current: dict[str, Signal] = {}
    out = []
    for one in sorted(steps, key=lambda s: s.decided_at):
        key = one.signal.signal_id
        if one.effect != "opened" and key not in current:
            continue
        if one.effect in ("evidence", "updated"):  # the signal stays as the last telling left it
            one = replace(one, signal=current[key])
        current[key] = replace(one.signal, active=one.signal.active and one.effect != "corrected")
        out.append(one)
    return out


tiers = st.tuples(*(st.sampled_from([1, 2, 3, 3]) for _ in NAMES))


def _agree(steps: list[Step], tier: tuple[int, ...], pack: Pack, approve: Any) -> None:
    accounts = [account(name, tier=number) for name, number in zip(NAMES, tier, strict=True)]
    history = history_of(steps, accounts)
    assume = assumed(approve=approve)
    reference = Reference(pack, history, assume).run()
    report = run(pack, history, assume=assume, reasons=False)

    note("\n".join(f"{s.decided_at:%d %H:%M} {s.account_id} {s.effect} {s.signal.type} of {s.signal.at:%d %H:%M} {s.signal.story_id}"
                   f" {'quiet' if s.quiet else ''} {dict(s.signal.attributes)}" for s in steps))  # fmt: skip
    alerts = [(a.at, a.account_id, a.story_id, a.kind, a.rules, tuple(sorted(a.recipients))) for a in report.alerts]
    moves = [(m.at, m.account_id, m.kind, m.from_tier, m.to_tier, m.rules, m.swap_with) for m in report.moves]
    assert alerts == reference.alerts
    assert sorted(moves, key=str) == sorted(reference.moves, key=str)


@settings(max_examples=120, deadline=None)
@given(pasts(), tiers, st.sampled_from(["none", "all"]))
def test_the_fast_way_agrees_with_deciding_everything(steps: list[Step], tier: tuple[int, ...], approve: str) -> None:
    _agree(steps, tier, ALL, approve)


@pytest.mark.slow
@settings(max_examples=1500, deadline=None)
@given(
    pasts(), tiers, st.sampled_from(["none", "all"]), st.sets(st.sampled_from(sorted(RULES)), min_size=1, max_size=4)
)
def test_the_fast_way_agrees_at_length(
    steps: list[Step], tier: tuple[int, ...], approve: str, chosen: set[str]
) -> None:
    _agree(steps, tier, pack_of(*sorted(chosen)), approve)
