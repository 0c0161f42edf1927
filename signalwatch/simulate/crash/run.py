"""The run itself: one world, two services in lockstep, one of them killed again and again."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, Any

import msgspec
import yaml

from signalwatch import config
from signalwatch.accounts import write_csv
from signalwatch.simulate import dice
from signalwatch.simulate.crash import evidence
from signalwatch.simulate.crash.killer import KINDS, Killer, draw
from signalwatch.simulate.demo import GROUPED, START, STEP, WATCH
from signalwatch.simulate.simulation import Simulation
from signalwatch.simulate.sinks import HttpSink, SlackSink, SmtpSink
from signalwatch.simulate.world import World

_LEFT_OVER = (timedelta(hours=3),) * 8 + (timedelta(days=1),) * 8
"""How time goes on after the world's end, until all that was grouped, deferred or put into a digest has gone out."""
_MOST_RESTARTS_OF_A_STEP = 50


class Broken(RuntimeError):
    """The service ended by itself, or cannot be restarted: that is a failed test, not a difference."""


class Sinks:
    """Where the messages of one service arrive."""

    def __init__(self, sim: Simulation, stack: ExitStack, *, own: bool) -> None:
        self.slack, self.hook, self.mail = (
            (SlackSink(sim.clock, throttle_every=25), HttpSink(sim.clock), SmtpSink(sim.clock))
            if own
            else (sim.slack, sim.webhook, sim.mail)
        )
        if own:
            for sink in (self.slack, self.hook, self.mail):
                stack.enter_context(sink)

    def on_arrival(self, call: Callable[[], None]) -> None:
        """Call this when a message was taken and not answered yet."""
        for sink in (self.slack, self.hook, self.mail):
            sink.on_arrival(call)

    def received(self) -> list[evidence.Received]:
        """What arrived so far."""
        return evidence.received(self.slack, self.hook, self.mail)


def settings(sim: Simulation, sinks: Sinks, folder: Path) -> dict[str, Any]:
    """Settings of one service: the world's sources, and three channels that tell message ids apart."""
    return {
        "contact": "crash@signalwatch.example",
        "database": f"sqlite:///{(folder / 'service.db').resolve()}",
        "rules": str(config.starter_rules()),
        "accounts": str((folder / "accounts.csv").resolve()),
        **sim.world.settings(sim.urls),
        "channels": {
            "slack": {"notifier": "slack", "token": "xoxb-simulated", "api_base": sinks.slack.api_base},
            "mail": {
                "notifier": "email",
                "host": sinks.mail.host,
                "port": sinks.mail.port,
                "tls": "none",
                "sender": "Signalwatch <alerts@signalwatch.example>",
            },
            "hook": {"notifier": "webhook", "url": f"{sinks.hook.url}/hook", "secret": "simulated-secret-of-the-hook"},
        },
        "service": {"listen": "off"},
        "log": {"level": "error"},
    }


class Service:
    """One service process and its folder. ``start`` may be called again after its death."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.database = folder / "service.db"
        self.restarts = -1
        self._process: subprocess.Popen[str] | None = None

    def start(self, now: datetime) -> int:
        """Start a process; its pid."""
        command = [sys.executable, "-m", "signalwatch.simulate.crash", "--child", str(self.folder / "signalwatch.yaml")]
        with (self.folder / "service.log").open("a") as log:
            self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
                [*command, "--now", now.isoformat()],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        self.restarts += 1
        return self._process.pid

    @property
    def running(self) -> bool:
        """Whether there is a process that has not been waited for."""
        return self._process is not None

    def say(self, line: str) -> bool:
        """Send a command and wait for the answer; False when the process died over it."""
        process = self._process
        assert process is not None
        assert process.stdin is not None
        try:
            process.stdin.write(line + "\n")
            process.stdin.flush()
        except OSError:
            return False
        return self.hear()

    def hear(self) -> bool:
        """Wait for one answer; False when the process died instead."""
        process = self._process
        assert process is not None
        assert process.stdout is not None
        return process.stdout.readline().endswith("\n")

    def bury(self) -> int:
        """Wait for a process that died; its exit code."""
        process = self._process
        assert process is not None
        _close(process.stdin)
        code = process.wait(timeout=60)
        _close(process.stdout)
        self._process = None
        return code

    def stop(self) -> None:
        """End the process in peace. Raises Broken when it does not end well."""
        if self._process is not None and (code := self.bury()):
            raise Broken(f"the service ended with {code}; see {self.folder / 'service.log'}")


def _close(pipe: IO[str] | None) -> None:
    if pipe is not None:
        try:
            pipe.close()
        except OSError:
            return  # what was still to be written went to a dead process


class Crash:
    """A calm and a killed service on one world."""

    def __init__(self, sim: Simulation, calm: Service, killed: Service, killer: Killer) -> None:
        self.sim, self.calm, self.killed, self.killer = sim, calm, killed, killer
        self.leftovers: list[evidence.Leftover] = []
        self._number = 0

    def command(self, word: str) -> None:
        """Let both services do one thing at this instant; the killed one again and again until it got through."""
        now = self.sim.clock.now()
        line = f"{word} {now.isoformat()}"
        if not self.calm.running:
            self.calm.start(now)
            if not self.calm.hear():
                raise Broken(f"the calm service does not start; see {self.calm.folder / 'service.log'}")
        if not self.calm.say(line):
            raise Broken(f"the calm service died; see {self.calm.folder / 'service.log'}")
        for _ in range(_MOST_RESTARTS_OF_A_STEP):
            if not self.killed.running:
                self.killer.started(self.killed.start(now))
                if not self.killed.hear():
                    self._bury()
                    continue
            self.killer.step(self._number)
            self._number += word == "gather"
            if self.killed.say(line):
                return
            self._number -= word == "gather"
            self._bury()
        raise Broken(f"{line}: killed {_MOST_RESTARTS_OF_A_STEP} times in a row, no progress")

    def _bury(self) -> None:
        self.killer.gone()
        code = self.killed.bury()
        if code != -9:
            raise Broken(f"the service ended by itself with {code}; see {self.killed.folder / 'service.log'}")
        self.leftovers.append(evidence.leftover(self.killed.database))

    def go(self) -> None:
        """The world from its opening to its end, and until nothing waits any more."""
        watched = self.sim.world.opens_at
        for now in self.sim.steps(STEP):
            self.command("gather")
            self.sim.clock.advance(GROUPED)
            self.command("send")
            if now - watched >= WATCH:
                self.command("watch")
                watched = now
        self.killer.hurry()
        rounds = 0
        while rounds < len(_LEFT_OVER) or self.killer.left:
            self.sim.clock.advance(_LEFT_OVER[min(rounds, len(_LEFT_OVER) - 1)])
            self.command("gather")
            self.command("send")
            rounds += 1
        for service in (self.calm, self.killed):
            self.killer.gone()
            service.stop()


def run_crash(
    *, kills: int, seed: int, folder: Path, days: int = 40, companies: int = 120, faults: bool = True
) -> dict[str, Any]:
    """Run both services through the world and compare them.

    Args:
        kills: how many times the second service is killed.
        seed: of the world and of the kills.
        folder: for both databases, settings, logs and ``differences.json``; must be empty or new.
        days, companies, faults: the world.

    Raises:
        Broken: a service ended by itself or makes no progress.
    """
    started = time.perf_counter()
    world = World(seed, START, days, companies)
    services = [Service(folder / name) for name in ("calm", "killed")]
    with Simulation(world, faults=faults) as sim, ExitStack() as stack:
        sinks = [Sinks(sim, stack, own=own) for own in (True, False)]
        for service, sink in zip(services, sinks, strict=True):
            service.folder.mkdir(parents=True)
            (service.folder / "accounts.csv").write_text(write_csv(world.accounts()), "utf-8")
            text = yaml.safe_dump(settings(sim, sink, service.folder), sort_keys=False)
            (service.folder / "signalwatch.yaml").write_text(text, "utf-8")
        calm, killed = services
        rng: random.Random = dice.stream(seed, "kills")
        killer = Killer(draw(rng, kills, _steps(world)), killed.database.with_name("service.db-wal"))
        sinks[1].on_arrival(killer.arrival)
        crash = Crash(sim, calm, killed, killer)
        crash.go()
        arrivals = [sink.received() for sink in sinks]
    report = summarise(crash, arrivals[0], arrivals[1], folder)
    report["wall_s"] = round(time.perf_counter() - started, 1)
    return report


def _steps(world: World) -> int:
    """How many steps the world takes at most."""
    sim_steps = Simulation(world, faults=False).steps(STEP)
    return sum(1 for _ in sim_steps)


def summarise(
    crash: Crash, calm_got: list[evidence.Received], killed_got: list[evidence.Received], folder: Path
) -> dict[str, Any]:
    """The report; what differs goes to ``differences.json``."""
    differences = evidence.compare(evidence.rows_of(crash.calm.database), evidence.rows_of(crash.killed.database))
    calm_out, killed_out = evidence.outgoing(crash.calm.database), evidence.outgoing(crash.killed.database)
    sends = evidence.judge_sends(killed_got, killed_out, crash.leftovers)
    told = {(a.channel, row) for a in calm_got for row in calm_out.messages.get(a.message_id, ())}
    heard = {(a.channel, row) for a in killed_got for row in killed_out.messages.get(a.message_id, ())}
    missing = sorted(told - heard)
    damaged = [one.damage for one in crash.leftovers if one.damage]
    details = {"store": differences, "missing_alerts": missing, "sends": sends, "damage": damaged}
    (folder / "differences.json").write_bytes(msgspec.json.format(msgspec.json.encode(details), indent=1))
    counted = evidence.rows_of(crash.killed.database)
    return {
        "kills": sum(crash.killer.done.values()),
        "kills_by_kind": {kind: crash.killer.done[kind] for kind in KINDS},
        "restarts": crash.killed.restarts,
        "kills_with_sends_in_flight": sum(1 for one in crash.leftovers if one.sending),
        "kills_with_sources_held": sum(1 for one in crash.leftovers if one.leased_sources),
        **{
            name: len(counted[name])
            for name in ("document", "event", "story", "signal", "recommendation", "decision", "outbox")
        },
        "lost": sum(len(d.lost) for d in differences.values()),
        "doubled_in_store": sum(len(d.doubled) for d in differences.values()),
        "changed_in_store": sum(len(d.changed) for d in differences.values()),
        "differing_tables": sorted(differences),
        "damaged_databases": len(damaged),
        "alerts_calm": len(told),
        "missing_alerts": len(missing),
        "sent_but_never_received": len(sends.never_received),
        "messages_received": sends.received,
        "doubled_sends": sends.doubled,
        "doubled_in_flight": sends.doubled_in_flight,
        "doubled_unexplained": len(sends.unexplained),
        "doubled_unmarked": len(sends.unmarked),
        "repeated_under_another_id": len(sends.unknown),
    }


def passed(report: dict[str, Any]) -> bool:
    """Whether a report says that nothing was lost and nothing doubled but sends in flight."""
    return not any(
        report[name]
        for name in (
            "lost", "doubled_in_store", "changed_in_store", "damaged_databases", "missing_alerts", "sent_but_never_received",
            "doubled_unexplained", "doubled_unmarked", "repeated_under_another_id",
        )
    )  # fmt: skip
