"""The simulated trial registry: studies, their versions over time, and the noise of a registry's daily life."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta

from msgspec.structs import replace

from signalwatch.model import Struct
from signalwatch.simulate import dice, workdays
from signalwatch.simulate import lexicon as lex
from signalwatch.simulate.cast import Cast, Company, Program
from signalwatch.simulate.happenings import Happening, Publication

PUBLISHED_HOUR = 13
"""UTC hour at which a business day's data set becomes readable (the page says "generally by 9 a.m. Eastern")."""
SPONSORS_OUTSIDE: tuple[tuple[str, str], ...] = (
    ("Nordhavn Pharma A/S", "INDUSTRY"), ("Kitasawa Chemical Co., Ltd.", "INDUSTRY"), ("Banyu-Ridge Generics", "INDUSTRY"),
    ("Cooperative Lymphoma Group", "NETWORK"), ("National Institute of Allergy and Infectious Diseases (NIAID)", "NIH"),
    ("Department of Veterans Health", "FED"),
)  # fmt: skip


class Site(Struct, frozen=True):
    """One study site."""

    facility: str
    city: str
    country: str


class StudyState(Struct, frozen=True, kw_only=True):
    """One version of one study: what `render_ctgov` turns into the registry's JSON."""

    nct_id: str
    org_id: str
    title: str
    official: str
    sponsor: str
    sponsor_class: str
    collaborators: tuple[tuple[str, str], ...] = ()
    summary: str = ""
    disease: lex.Disease
    intervention: str
    intervention_type: str
    other_names: tuple[str, ...] = ()
    phases: tuple[str, ...] = ()
    interventional: bool = True
    status: str = "RECRUITING"
    last_known: str = ""
    why_stopped: str = ""
    verified: str = ""
    start: tuple[str, str] = ("", "")
    primary: tuple[str, str] = ("", "")
    completion: tuple[str, str] = ("", "")
    enrollment: tuple[int, str] = (0, "ESTIMATED")
    sites: tuple[Site, ...] = ()
    first_post: date
    update_post: date
    results_post: date | None = None
    contact: int = 0
    aliases: tuple[str, ...] = ()
    acronym: str = ""


class Version(Struct, frozen=True, kw_only=True):
    """A study's state from ``visible_at`` on."""

    visible_at: datetime
    state: StudyState
    publication_id: str


class Study:
    """One study with its versions, oldest first."""

    def __init__(self, state: StudyState, visible_at: datetime) -> None:
        self.nct_id = state.nct_id
        self.program_id = ""
        self.versions: list[Version] = []
        self.push(state, visible_at)

    @property
    def latest(self) -> StudyState:
        """The newest state there will be so far."""
        return self.versions[-1].state

    def push(self, state: StudyState, visible_at: datetime) -> str:
        """Add a version; returns its publication id."""
        publication_id = f"ctgov/{self.nct_id}/{len(self.versions)}"
        self.versions.append(Version(visible_at=visible_at, state=state, publication_id=publication_id))
        return publication_id

    def at(self, when: datetime) -> StudyState | None:
        """The state somebody reading at ``when`` gets; None before registration."""
        found: StudyState | None = None
        for version in self.versions:
            if version.visible_at > when:
                break
            found = version.state
        return found


def posting(day: date) -> tuple[date, datetime]:
    """The business day on or after ``day`` and the moment its data set becomes readable."""
    day = workdays.on_business_day(day)
    return day, datetime.combine(day, time(PUBLISHED_HOUR), UTC)


def data_timestamp(now: datetime) -> datetime:
    """The newest data set at ``now``: cut at 09:00:05 UTC of a business day, readable from 13:00 UTC."""
    day = now.date() if now.hour >= PUBLISHED_HOUR else now.date() - workdays.ONE_DAY
    while not workdays.is_business_day(day):
        day -= workdays.ONE_DAY
    return datetime.combine(day, time(9, 0, 5), UTC)


def phase_list(phase: str) -> tuple[str, ...]:
    """``1/2`` -> ("PHASE1", "PHASE2"), as the registry writes it."""
    return tuple(f"PHASE{part}" for part in phase.split("/") if part != "0") or ("NA",)


class Registry:
    """Builds all studies of a world. One random stream per study."""

    def __init__(self, seed: int, cast: Cast, first: date, last: date) -> None:
        self._seed = seed
        self._cast = cast
        self._companies = cast.by_id()
        self._first = first
        self._last = last
        self.studies: list[Study] = []
        self.publications: list[Publication] = []
        self._by_program: dict[str, Study] = {}
        self._older: dict[str, Study] = {}
        self._numbers = dice.stream(seed, "nct")
        self._next = 9_100_000

    def _nct(self) -> str:
        self._next += self._numbers.randint(3, 400)
        return f"NCT{self._next:08d}"

    # --- studies -----------------------------------------------------------------------------------------------

    def _sites(self, rng: random.Random, count: int, countries: Sequence[str]) -> tuple[Site, ...]:
        return tuple(
            Site(f"{rng.choice(('Clinical Research Site', 'Investigative Site', 'Research Center'))} {rng.randint(1, 400)}",
                 rng.choice(lex.CITIES)[0].split(",")[0], countries[n % len(countries)])
            for n in range(count)
        )  # fmt: skip

    def _draft(
        self, rng: random.Random, company: Company, program: Program, phase: str, *, begun: date, posted: date
    ) -> StudyState:
        ends = begun + timedelta(days=rng.randint(300, 900))
        design = rng.choice(
            ("A Randomized, Double-Blind, Placebo-Controlled", "An Open-Label, Multicenter", "A Dose-Escalation")
        )
        label = "/".join(f"Phase {p}" for p in phase.split("/"))
        names = tuple(n for n in (program.code,) if n != program.asset)
        collaborators: tuple[tuple[str, str], ...] = ()
        if rng.random() < 0.12:
            collaborators = ((rng.choice(lex.UNIVERSITIES), "OTHER"),)
        disease = program.disease
        sponsor = company.old_name or (company.legal if rng.random() < 0.4 else company.name)
        title = rng.choice(
            (
                f"{design.removeprefix('A ').removeprefix('An ')} Study of {program.asset} in {disease.name.capitalize()}",
                f"A Study of {program.asset} in Participants With {disease.name.capitalize()}",
                f"Safety and Efficacy of {program.asset} in {disease.name.capitalize()}",
            )
        )
        return StudyState(
            nct_id=self._nct(), org_id=f"{program.code}-{rng.randint(101, 399)}", title=title,
            official=f"{design} {label} Study to Evaluate the Safety and Efficacy of {program.asset} in Subjects With {disease.name.capitalize()}",
            sponsor=sponsor, sponsor_class="INDUSTRY", collaborators=collaborators,
            summary=f"The purpose of this study is to evaluate {program.asset} in people with {disease.name}.", disease=disease,
            intervention=program.asset, intervention_type=program.modality.intervention, other_names=names, phases=phase_list(phase),
            status="NOT_YET_RECRUITING", verified=f"{posted:%Y-%m}", start=(begun.strftime("%Y-%m"), "ESTIMATED"),
            primary=(ends.strftime("%Y-%m"), "ESTIMATED"), completion=((ends + timedelta(days=120)).strftime("%Y-%m"), "ESTIMATED"),
            enrollment=(rng.choice((24, 36, 48, 60, 90, 120, 240, 400)), "ESTIMATED"),
            sites=self._sites(rng, rng.randint(2, 6), rng.sample(lex.COUNTRIES, rng.randint(1, 3))), first_post=posted, update_post=posted,
            acronym="" if rng.random() < 0.6 else rng.choice(("RISE", "VISTA", "AURORA", "SUMMIT-2", "PATHWAY")),
        )  # fmt: skip

    def ongoing(self) -> None:
        """Studies that exist when the world begins: one per program in the clinic, and the academic ones."""
        for program in self._cast.programs:
            if program.phase == "0" or (program.device and len(program.program_id) % 3):
                continue
            rng = dice.stream(self._seed, "study", program.program_id)
            company = self._companies[program.company_id]
            begun = self._first - timedelta(days=rng.randint(120, 700))
            posted, _ = posting(begun - timedelta(days=30))
            update, _ = posting(self._first - timedelta(days=rng.randint(40, 200)))
            phase = program.phase if not program.device else "0"
            draft = self._draft(rng, company, program, phase, begun=begun, posted=posted)
            status = "RECRUITING" if rng.random() < 0.7 else "ACTIVE_NOT_RECRUITING"
            state = replace(draft, status=status, start=(begun.isoformat(), "ACTUAL"), update_post=max(update, posted))
            study = Study(state, datetime.combine(posted, time(PUBLISHED_HOUR), UTC))
            study.program_id = program.program_id
            self.studies.append(study)
            self._by_program[program.program_id] = study

    def academic(self, count: int) -> None:
        """Studies of hospitals, groups and outside sponsors: most of any registry."""
        for number in range(count):
            rng = dice.stream(self._seed, "academic", number)
            sponsor, kind = (
                (rng.choice(lex.UNIVERSITIES), "OTHER") if rng.random() < 0.75 else rng.choice(SPONSORS_OUTSIDE)
            )
            disease = rng.choice(lex.DISEASES)
            begun = self._first - timedelta(days=rng.randint(60, 1500))
            posted, _ = posting(begun - timedelta(days=20))
            ends = begun + timedelta(days=rng.randint(400, 1600))
            what, what_type = rng.choice(
                (("Mindfulness Training", "BEHAVIORAL"), ("Metformin", "DRUG"), ("Vitamin D", "DIETARY_SUPPLEMENT"), ("Exercise", "OTHER"),
                 ("Rituximab", "BIOLOGICAL"), ("Robotic Surgery", "PROCEDURE"), ("Ultrasound Imaging", "DEVICE"))
            )  # fmt: skip
            interventional = rng.random() < 0.7
            state = StudyState(
                nct_id=self._nct(), org_id=f"IRB-{rng.randint(1000, 9999)}", title=f"{what} in {disease.name.capitalize()}",
                official=f"Effect of {what} on Outcomes in Patients With {disease.name.capitalize()}: A Pilot Study", sponsor=sponsor,
                sponsor_class=kind, summary=f"This study looks at {what.lower()} in {disease.name}.", disease=disease, intervention=what,
                intervention_type=what_type, phases=rng.choice((("NA",), ("NA",), ("PHASE2",), ("PHASE4",))) if interventional else (),
                interventional=interventional, status=rng.choice(("RECRUITING", "RECRUITING", "NOT_YET_RECRUITING", "COMPLETED", "ACTIVE_NOT_RECRUITING")),
                verified=f"{posted:%Y-%m}", start=(begun.strftime("%Y-%m"), ""), primary=(ends.strftime("%Y-%m"), "ESTIMATED"),
                completion=(ends.strftime("%Y-%m"), "ESTIMATED"), enrollment=(rng.randint(20, 600), "ESTIMATED"),
                sites=self._sites(rng, rng.randint(1, 3), rng.sample(lex.COUNTRIES, 1)), first_post=posted,
                update_post=posting(self._first - timedelta(days=rng.randint(5, 900)))[0] if posted < self._first else posted,
                aliases=(f"NCT{9_000_000 + number:08d}",) if number % 40 == 7 else (),
            )  # fmt: skip
            state = replace(state, update_post=max(state.update_post, state.first_post))
            self.studies.append(Study(state, datetime.combine(posted, time(PUBLISHED_HOUR), UTC)))

    # --- changes -----------------------------------------------------------------------------------------------

    def _publish(
        self,
        study: Study,
        day: date,
        happening: Happening | None,
        states: tuple[str, ...],
        noise: str,
        **changes: object,
    ) -> bool:
        """Post a new version on or after ``day``; False when that lies beyond the world's end."""
        posted, visible = posting(max(day, study.versions[-1].visible_at.date() + workdays.ONE_DAY))
        if posted > self._last:
            return False
        state = replace(study.latest, update_post=posted, verified=f"{posted:%Y-%m}", **changes)
        self._record(study, study.push(state, visible), posted, visible, happening, states, noise)
        return True

    def _record(
        self,
        study: Study,
        publication_id: str,
        posted: date,
        visible: datetime,
        happening: Happening | None,
        states: tuple[str, ...],
        noise: str,
    ) -> None:
        self.publications.append(
            Publication(
                publication_id=publication_id, source="ctgov", kind="study", key=study.nct_id,
                url=f"https://clinicaltrials.gov/study/{study.nct_id}", published_at=datetime.combine(posted, time(0), UTC), visible_at=visible,
                title=study.latest.title, revision=len(study.versions) - 1, company_id=happening.company_id if happening is not None else "",
                happening_ids=(happening.happening_id,) if happening is not None else (), states=states, noise=noise,
                stage="registered" if states == ("trial_registered",) else "",
            )
        )  # fmt: skip

    def apply(self, happening: Happening) -> str:
        """Let a happening leave its trace; returns the NCT number concerned ("" when the registry shows nothing)."""
        rng = dice.stream(self._seed, "registry", happening.happening_id)
        if happening.type == "trial_start":
            return self._start(rng, happening)
        if happening.type == "results_posted":
            return self._results(rng, happening)
        study = self._by_program.get(happening.program_id)
        if study is None or study.latest.status in ("TERMINATED", "COMPLETED", "WITHDRAWN"):
            return ""
        state = study.latest
        day = happening.occurs_at.date() + timedelta(days=rng.randint(2, 24))
        done = False
        if happening.type == "trial_setback" and happening.variant == "discontinued":
            why = str(happening.attributes["reason"])
            done = self._publish(study, day, happening, ("trial_setback", "trial_status_change"), "", status="TERMINATED", why_stopped=why,
                                 primary=(day.isoformat(), "ACTUAL"), completion=(day.isoformat(), "ACTUAL"),
                                 enrollment=(max(4, state.enrollment[0] // 2), "ACTUAL"))  # fmt: skip
        elif happening.type == "trial_setback" and rng.random() < 0.6:
            why = "Clinical hold by the FDA"
            states = ("trial_setback", "trial_status_change")
            done = self._publish(study, day, happening, states, "", status="SUSPENDED", why_stopped=why)
            if done and rng.random() < 0.5:  # the hold is lifted: the status reverts
                again = day + timedelta(days=rng.randint(25, 60))
                self._publish(study, again, None, (), "registry_resumed", status="RECRUITING", why_stopped="")
        elif happening.type == "trial_completed":
            done = self._publish(study, day, happening, ("trial_completed", "trial_status_change"), "", status="COMPLETED",
                                 primary=(happening.occurs_at.date().isoformat(), "ACTUAL"),
                                 completion=(happening.occurs_at.date().isoformat(), "ACTUAL"), enrollment=(state.enrollment[0], "ACTUAL"))  # fmt: skip
        elif happening.type == "trial_delay":
            slip = timedelta(days=rng.randint(120, 400))
            done = self._publish(
                study,
                day,
                happening,
                ("trial_delay",),
                "",
                primary=_later(state.primary, slip),
                completion=_later(state.completion, slip),
            )
        elif happening.type == "trial_expansion":
            more = self._sites(rng, rng.randint(3, 6), rng.sample(lex.COUNTRIES, 3))
            done = self._publish(study, day, happening, ("trial_expansion",), "", enrollment=(int(state.enrollment[0] * rng.uniform(1.4, 2.2)), "ESTIMATED"),
                                 sites=(*state.sites, *more))  # fmt: skip
        elif happening.type == "sponsor_change":
            others = [
                c for c in self._cast.companies if c.kind == "big_pharma" and c.company_id != happening.company_id
            ]
            new = rng.choice(others)
            done = self._publish(study, day, happening, ("sponsor_change",), "", sponsor=new.name)
        return study.nct_id if done else ""

    def _start(self, rng: random.Random, happening: Happening) -> str:
        company = self._companies[happening.company_id]
        program = next(p for p in self._cast.programs if p.program_id == happening.program_id)
        started = dict(happening.stages)
        posted, visible = posting(started["registered"].date())
        if posted > self._last:
            return ""
        begun = started["started"].date()
        draft = self._draft(rng, company, program, str(happening.attributes["phase"]), begun=begun, posted=posted)
        late = posted >= begun
        state = replace(draft, status="RECRUITING", start=(begun.isoformat(), "ACTUAL")) if late else draft
        study = Study(state, visible)
        study.program_id = program.program_id
        self.studies.append(study)
        self._record(
            study,
            study.versions[0].publication_id,
            posted,
            visible,
            happening,
            ("trial_start", "trial_registered") if late else ("trial_registered",),
            "",
        )
        self._by_program[program.program_id] = study
        if not late:
            day = begun + timedelta(days=rng.randint(3, 25))
            self._publish(
                study,
                day,
                happening,
                ("trial_start", "trial_status_change"),
                "",
                status="RECRUITING",
                start=(begun.isoformat(), "ACTUAL"),
            )
        return study.nct_id

    def _results(self, rng: random.Random, happening: Happening) -> str:
        """Results of an older, completed study of the program."""
        company = self._companies[happening.company_id]
        program = next(p for p in self._cast.programs if p.program_id == happening.program_id)
        begun = self._first - timedelta(days=rng.randint(900, 1500))
        posted, visible = posting(begun - timedelta(days=20))
        ended = self._first - timedelta(days=rng.randint(200, 420))
        draft = self._draft(
            rng, company, program, "1" if program.phase in ("1", "1/2") else "2", begun=begun, posted=posted
        )
        state = replace(draft, status="COMPLETED", start=(begun.isoformat(), "ACTUAL"), primary=(ended.isoformat(), "ACTUAL"),
                        completion=(ended.isoformat(), "ACTUAL"), update_post=posting(ended + timedelta(days=20))[0])  # fmt: skip
        study = Study(state, visible)
        study.program_id = program.program_id
        day, _ = posting(happening.occurs_at.date())
        if not self._publish(study, day, happening, ("results_posted",), "", results_post=day):
            return ""
        self.studies.append(study)
        return study.nct_id

    def noise(self, count: int) -> None:
        """Updates without news: verified dates, contacts, reordered sites, the registry's own flips to UNKNOWN."""
        rng = dice.stream(self._seed, "registry-noise")
        span = (self._last - self._first).days
        touched = sorted(
            (self._first + timedelta(days=rng.randrange(span)), rng.randrange(len(self.studies))) for _ in range(count)
        )
        for day, number in touched:
            study = self.studies[number]
            if study.versions[-1].visible_at.date() >= day or study.latest.first_post >= day:
                continue
            state = study.latest
            draw = rng.random()
            if state.sponsor_class == "OTHER" and draw < 0.1 and state.status in ("RECRUITING", "NOT_YET_RECRUITING"):
                posted, visible = posting(day)
                flipped = replace(state, status="UNKNOWN", last_known=state.status)  # by itself: the update date stays
                self._record(study, study.push(flipped, visible), posted, visible, None, (), "registry_unknown")
            elif draw < 0.5:
                self._publish(study, day, None, (), "registry_verified")
            elif draw < 0.8:
                self._publish(study, day, None, (), "registry_contacts", contact=state.contact + 1)
            else:
                self._publish(study, day, None, (), "registry_sites", sites=tuple(reversed(state.sites)))

    def newcomers(self, count: int) -> None:
        """Studies of others, registered on days spread over the span."""
        rng = dice.stream(self._seed, "newcomers")
        offset = len(self.studies)
        span = (self._last - self._first).days
        for number in range(count):
            template = self.studies[rng.randrange(offset)].latest
            day, visible = posting(self._first + timedelta(days=rng.randrange(span)))
            if day > self._last:
                continue
            sponsor = rng.choice(lex.UNIVERSITIES)
            state = replace(
                template, nct_id=self._nct(), org_id=f"NEW-{number:04d}", title=f"Registry of {template.disease.name.capitalize()} Care",
                official=f"A Cohort Study of Routine Care in {template.disease.name.capitalize()}", sponsor=sponsor, sponsor_class="OTHER",
                collaborators=(), intervention="Routine Care", intervention_type="OTHER", other_names=(), phases=(), interventional=False,
                status="NOT_YET_RECRUITING", why_stopped="", last_known="", start=(day.strftime("%Y-%m"), "ESTIMATED"), first_post=day,
                update_post=day, results_post=None, aliases=(), acronym="", verified=f"{day:%Y-%m}",
                primary=((day + timedelta(days=500)).strftime("%Y-%m"), "ESTIMATED"), completion=((day + timedelta(days=600)).strftime("%Y-%m"), "ESTIMATED"),
            )  # fmt: skip
            study = Study(state, visible)
            self.studies.append(study)
            self._record(study, study.versions[0].publication_id, day, visible, None, (), "registry_academic")


def _later(moved: tuple[str, str], by: timedelta) -> tuple[str, str]:
    """Shift a partial date."""
    text, kind = moved
    if not text:
        return moved
    day = date.fromisoformat(text if len(text) == 10 else f"{text}-15") + by
    return (day.isoformat() if len(text) == 10 else day.strftime("%Y-%m")), kind
