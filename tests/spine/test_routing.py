"""Routing: the tree is walked as documented; quiet hours and schedules defer and never drop."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signalwatch import routing
from signalwatch.errors import ConfigError
from signalwatch.model import Account, Dossier
from signalwatch.ruleset.routes import Quiet, Receiver, Route, Routes, Schedule, Target

NOW = datetime(2026, 3, 2, 22, 30, tzinfo=UTC)
NIGHT = Quiet("night", time(22, 0), time(7, 0), zone="Europe/Zurich")
CARD = Dossier(kind="alert", alert_id="a1", headline="h", story_id="s1")


def routes(root: Route, **extra: object) -> Routes:
    receivers = {
        "owner": Receiver("owner", (Target("mail", "owner"),)),
        "team": Receiver("team", (Target("slack", "#bd"),)),
    }
    return Routes(root=root, receivers=receivers, **extra)  # type: ignore[arg-type]


def deliver(tree: Routes, account: Account, now: datetime = NOW) -> list[routing.Delivery]:
    router = routing.Router(tree, channels=("mail", "slack"))
    return router.deliveries(routing.facts_of(CARD, account, None), CARD, now)


def test_the_owner_is_the_recipient() -> None:
    found = deliver(
        routes(Route("root", receivers=("owner",))), Account(account_id="x", name="X", owner="kim@example.com")
    )

    assert [(d.channel, d.recipient, d.due_at) for d in found] == [("mail", "kim@example.com", NOW)]


def test_without_an_owner_the_fallback_hears_of_it() -> None:
    tree = routes(Route("root", receivers=("owner",)), fallback="team")
    found = deliver(tree, Account(account_id="x", name="X"))

    assert [(d.channel, d.recipient) for d in found] == [("slack", "#bd")]


def test_a_child_takes_what_matches_and_inherits_the_rest() -> None:
    child = Route("child", receivers=("team",))
    found = deliver(
        routes(Route("root", receivers=("owner",), group_by=("account",), routes=(child,))),
        Account(account_id="x", name="X"),
    )

    assert [(d.channel, d.path) for d in found] == [("slack", "root/child")]
    assert "account=x" in found[0].group_key


def test_continue_reaches_later_children_too() -> None:
    children = (
        Route("a", receivers=("team",), carry_on=True),
        Route("b", receivers=("owner",)),
        Route("c", receivers=("team",)),
    )
    found = deliver(routes(Route("root", routes=children)), Account(account_id="x", name="X", owner="k"))

    assert [(d.channel, d.path) for d in found] == [("slack", "root/a"), ("mail", "root/b")]


def test_a_muted_node_sends_nothing() -> None:
    assert (
        deliver(routes(Route("root", receivers=("team",), mute="reorganisation")), Account(account_id="x", name="X"))
        == []
    )


def test_channel_default_means_every_configured_channel() -> None:
    tree = Routes(
        root=Route("root", receivers=("all",)), receivers={"all": Receiver("all", (Target("default", "bd"),))}
    )
    found = deliver(tree, Account(account_id="x", name="X"))

    assert [d.channel for d in found] == ["mail", "slack"]


def test_an_unknown_channel_is_refused_with_the_known_ones() -> None:
    tree = Routes(root=Route("root", receivers=("r",)), receivers={"r": Receiver("r", (Target("pager", "x"),))})

    with pytest.raises(ConfigError, match=r"pager.*not configured"):
        routing.Router(tree, channels=("mail",)).check()


def test_quiet_hours_over_midnight_defer_to_their_end() -> None:
    tree = routes(Route("root", receivers=("team",), quiet=("night",)), quiet={"night": NIGHT})
    found = deliver(tree, Account(account_id="x", name="X"))

    assert found[0].due_at == datetime(2026, 3, 3, 6, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        # the night of the spring change has no 02:30; the autumn night has two of them
        (datetime(2026, 3, 29, 0, 30, tzinfo=UTC), datetime(2026, 3, 29, 5, 0, tzinfo=UTC)),
        (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 10, 25, 6, 0, tzinfo=UTC)),
        (datetime(2026, 10, 25, 1, 30, tzinfo=UTC), datetime(2026, 10, 25, 6, 0, tzinfo=UTC)),
    ],
)
def test_quiet_hours_through_a_clock_change(at: datetime, expected: datetime) -> None:
    assert routing.after_quiet(at, [NIGHT]) == expected


@given(st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)), st.times(), st.times())
def test_quiet_hours_never_pull_forward_and_end_within_a_day(moment: datetime, start: time, end: time) -> None:
    at = moment.replace(tzinfo=UTC)
    period = Quiet("q", start.replace(microsecond=0), end.replace(microsecond=0), zone="America/New_York")
    moved = routing.after_quiet(at, [period])

    assert at <= moved <= at + timedelta(days=1, hours=2)


def test_a_daily_digest_comes_at_its_local_time() -> None:
    daily = Schedule("digest", "daily", time(8, 0), zone="America/New_York")

    assert routing.scheduled(NOW, daily).astimezone(ZoneInfo("America/New_York")).strftime("%d %H:%M") == "03 08:00"


def test_a_weekly_digest_comes_on_its_day() -> None:
    weekly = Schedule("w", "weekly", time(8, 0), day="fri", zone="Europe/Zurich")
    moved = routing.scheduled(NOW, weekly)

    assert (moved.weekday(), moved - NOW < timedelta(days=7)) == (4, True)


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)),
    st.times(),
    st.sampled_from(["hourly", "daily", "weekly"]),
)
def test_schedules_always_lie_ahead(moment: datetime, at: time, every: str) -> None:
    now = moment.replace(tzinfo=UTC)
    due = routing.scheduled(now, Schedule("s", every, at, day="sun", zone="Europe/Berlin"))  # type: ignore[arg-type]

    assert now < due <= now + timedelta(days=8)
