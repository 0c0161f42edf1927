"""What every happening needs: a span, a plausible minute, the words of a company, and the struct itself."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from datetime import date, datetime

from signalwatch.model import Json, Struct
from signalwatch.simulate import lexicon as lex
from signalwatch.simulate import workdays
from signalwatch.simulate.cast import Company, Program
from signalwatch.simulate.happenings import ACCEPTED, Happening, company_words, program_words, time_words

BUSY = 2.2
"""How much more happens at a target account than elsewhere: lists are made of companies that move."""


def activity(company: Company) -> float:
    """Factor on the yearly rates of a company."""
    return BUSY if company.is_account else 1.0


class Span(Struct, frozen=True):
    """From when to when happenings are invented (the first weeks lie before the service starts)."""

    first: date
    last: date

    @property
    def days(self) -> int:
        """Length in days, both ends included."""
        return (self.last - self.first).days + 1


def moment(rng: random.Random, day: date) -> datetime:
    """When companies tell things: mostly before the US market opens, else after it closes."""
    day = workdays.on_business_day(day)
    draw = rng.random()
    if draw < 0.4:
        return workdays.eastern(day, 7, rng.choice((0, 0, 0, 5, 30)))
    if draw < 0.7:
        return workdays.eastern(day, 8, rng.choice((0, 0, 1, 15, 30)))
    if draw < 0.9:
        return workdays.eastern(day, 16, rng.randint(1, 15))
    return workdays.eastern(day, rng.randint(9, 15), rng.randint(0, 59))


def words_of(rng: random.Random, company: Company, program: Program | None, at: datetime) -> dict[str, str]:
    """All slots a text about ``company`` (and one of its programs) at ``at`` may use."""
    lead, second = rng.sample(lex.INVESTORS, 2)
    person = f"{rng.choice(lex.FIRST_NAMES)} {rng.choice(lex.LAST_NAMES)}"
    place = rng.choice([c for c in lex.CITIES if c[3] == "US"])
    words = {
        **company_words(company, rng), **program_words(program, company, rng), **time_words(at), "lead": lead, "lead2": second,
        "bank": rng.choice(lex.BANKS), "person": person, "last": person.rpartition(" ")[2],
        "place": f"{place[0]}, {place[1]}" if place[1] else place[0], "count": str(rng.randint(12, 380)),
        "pct": str(rng.choice((12, 15, 18, 20, 25, 30, 35, 40, 45, 60))), "price": f"${rng.randint(3, 24)}.{rng.choice(('00', '50', '25'))}",
    }  # fmt: skip
    words["use"] = rng.choice(
        (
            f"advance {words['asset'] or 'its lead program'} into {words['phl']} testing",
            "expand its team and fund operations into 2028",
            f"fund a {words['phl']} trial in {words['ind']}",
        )
    )
    return words


def make(
    company: Company, kind: str, at: datetime, words: Mapping[str, str], *, variant: str = "",
    attributes: Mapping[str, Json] | None = None, program: Program | None = None,
    stages: Sequence[tuple[str, datetime]] = (), counterparties: Sequence[str] = (), suffix: str = "",
) -> Happening:  # fmt: skip
    """One happening with its id: type, place (program or company) and day."""
    place = program.program_id if program is not None else company.company_id
    return Happening(
        happening_id=f"{kind}:{place}:{at:%Y%m%d}{suffix}", type=kind, company_id=company.company_id, occurs_at=at,
        accepted=ACCEPTED.get(kind, ()), counterparties=tuple(counterparties), attributes=attributes or {},
        stages=tuple(stages) or (("", at),), program_id=program.program_id if program is not None else "",
        variant=variant, words=words,
    )  # fmt: skip
