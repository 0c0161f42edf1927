"""The life of one drug program over the simulated span: cleared, started, read out, stopped, filed, decided."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

from signalwatch.model import Json
from signalwatch.simulate.cast import Company, Program
from signalwatch.simulate.chronicle import Span, activity, make, moment, words_of
from signalwatch.simulate.happenings import DESIGNATIONS, Happening, article, phase_words

WHY_STOPPED: tuple[tuple[str, str], ...] = (
    ("for strategic business reasons", "Sponsor decision based on portfolio prioritization; not related to safety"),
    ("after an interim analysis showed it was unlikely to succeed", "Lack of efficacy at the planned interim analysis"),
    ("because of slow recruitment", "Slow enrollment"),
    ("following a safety review", "Unfavorable benefit-risk profile observed by the data monitoring committee"),
    ("to conserve cash", "Lack of funding"),
)


NEXT_PHASE = {"1": "2", "1/2": "2", "2": "3"}


class ProgramLife:
    """Invents what happens to one program. Rates are per year and scaled to the span."""

    def __init__(self, rng: random.Random, company: Company, program: Program, span: Span) -> None:
        self._rng = rng
        self._company = company
        self._program = program
        self._span = span
        self._share = span.days / 365 * activity(company)
        self._out: list[Happening] = []

    def run(self) -> list[Happening]:
        """Its happenings, in no particular order."""
        rng = self._rng
        if self._program.phase == "0":
            if rng.random() < 0.6 * min(1.0, self._share * 1.3):
                cleared = self._day(0.05, 0.7)
                self._tell("ind_clearance", cleared, phase="1")
                self._tell("trial_start", self._after(cleared, 35, 90), phase="1")
        else:
            self._in_the_clinic()
        if rng.random() < 0.22 * self._share:
            self._tell("regulatory_designation", self._day(0.05, 0.95))
        return self._out

    def _day(self, low: float, high: float) -> datetime:
        """A moment between two fractions of the span."""
        return moment(self._rng, self._span.first + timedelta(days=int(self._span.days * self._rng.uniform(low, high))))

    def _after(self, at: datetime, low: int, high: int) -> datetime:
        """A moment some days after (or, with negative numbers, before) another."""
        return moment(self._rng, at.date() + timedelta(days=self._rng.randint(low, high)))

    def _in_the_clinic(self) -> None:
        """A program whose trial is under way."""
        rng, share = self._rng, self._share
        if rng.random() < 0.12 * share:
            variant = rng.choice(("hold", "discontinued"))
            self._tell("trial_setback", self._day(0.1, 0.95), variant=variant)
            if variant == "discontinued":
                return
        if rng.random() < 0.45 * share:
            self._read_out()
        elif self._program.phase in ("3", "2/3") and rng.random() < 0.6 * share:
            decision = "regulatory_approval" if rng.random() < 0.68 else "regulatory_rejection"
            self._tell(decision, self._day(0.1, 0.95))
        for kind, rate, low, high in (
            ("trial_delay", 0.3, 0.05, 0.5), ("trial_expansion", 0.22, 0.5, 0.95), ("results_posted", 0.1, 0.3, 0.95),
            ("sponsor_change", 0.03, 0.2, 0.9),
        ):  # fmt: skip
            if rng.random() < rate * share:
                self._tell(kind, self._day(low, high))

    def _read_out(self) -> None:
        """Data, and what follows from them: the next phase or an application."""
        rng = self._rng
        at = self._day(0.1, 0.8)
        good = rng.random() < 0.72
        self._tell("trial_results", at, variant="positive" if good else "negative")
        if rng.random() < 0.5:
            self._tell("trial_completed", self._after(at, -40, -10))
        if good and self._program.phase in NEXT_PHASE:
            self._tell("trial_start", self._after(at, 50, 120), phase=NEXT_PHASE[self._program.phase])
        elif good:
            self._tell("regulatory_submission", self._after(at, 60, 110))

    def _tell(self, kind: str, at: datetime, *, phase: str = "", variant: str = "") -> None:
        """Add one happening, unless it lies beyond the span."""
        if at.date() > self._span.last:
            return
        rng, program = self._rng, self._program
        phase = phase or program.phase
        words = words_of(rng, self._company, program, at)
        words["phase"], words["phl"] = phase_words(phase)
        words["phl_cap"] = words["phl"].capitalize()
        attributes: dict[str, Json] = {"phase": phase}
        stages: list[tuple[str, datetime]] = []
        if kind == "trial_start":
            registered = (
                at - timedelta(days=rng.randint(8, 40))
                if rng.random() < 0.6
                else at + timedelta(days=rng.randint(4, 20))
            )
            stages = sorted([("started", at), ("registered", registered)], key=lambda s: s[1])
        elif kind == "trial_results":
            attributes["outcome"] = variant
        elif kind == "trial_setback":
            words["why"], reason = rng.choice(WHY_STOPPED)
            attributes["reason"] = reason
        elif kind == "regulatory_designation":
            words["desig"], words["desig_l"], attributes["designation"] = rng.choice(DESIGNATIONS)
            attributes.pop("phase")
        elif kind in ("regulatory_submission", "regulatory_approval", "regulatory_rejection"):
            biologic = program.modality.intervention in ("BIOLOGICAL", "GENETIC")
            words["app"] = "BLA" if biologic else "NDA"
            words["app_long"] = "Biologics License Application" if biologic else "New Drug Application"
            words["a_app"] = f"{article(words['app'])} {words['app']}"
            words["brand"] = rng.choice(("Zyn", "Vel", "Ory", "Kal", "Tre", "Ilu")) + rng.choice(
                ("davo", "trix", "mera", "quento", "lyra", "siva")
            )
            attributes = {"kind": words["app"]}
            if kind == "regulatory_approval":
                attributes = {"agency": "FDA", "stage": "approved"}
            elif kind == "regulatory_rejection":
                attributes = {"kind": "crl"}
            else:
                stages = [
                    ("submitted", at),
                    ("accepted", self._after(at, 55, 70)),
                ]
        self._out.append(
            make(
                self._company, kind, at, words, variant=variant, attributes=attributes, program=program, stages=stages,
                suffix=f":{phase}",
            )
        )  # fmt: skip
