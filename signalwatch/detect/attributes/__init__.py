"""Attribute extractors, by the names that trigger files use. Each reads one match in its clause and answers what it found."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from signalwatch.detect.attributes.clinical import outcome, phase
from signalwatch.detect.attributes.context import Context
from signalwatch.detect.attributes.money import (
    amount,
    deal_amounts,
    ipo_status,
    ma_status,
    offering_status,
    series,
)
from signalwatch.detect.attributes.people import (
    direction,
    funder,
    headcount,
    location,
    person,
    product,
    role,
)
from signalwatch.detect.attributes.regulatory import agency, approval_stage, designation, designations, submission

__all__ = ["EXTRACTORS", "Context", "Extractor", "designations"]

Extractor = Callable[[Context], dict[str, Any]]

EXTRACTORS: dict[str, Extractor] = {
    "agency": agency, "amount": amount, "approval_stage": approval_stage, "deal_amounts": deal_amounts,
    "designation": designation, "direction": direction, "funder": funder, "headcount": headcount, "ipo_status": ipo_status,
    "location": location, "ma_status": ma_status, "offering_status": offering_status, "outcome": outcome, "person": person,
    "phase": phase, "product": product, "role": role, "series": series, "submission": submission,
}  # fmt: skip
