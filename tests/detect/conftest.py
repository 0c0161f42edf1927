"""One detector for all tests of this folder: loading takes half a second, detecting changes nothing in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from signalwatch.detect import Detector, load

TRIGGERS = Path(__file__).resolve().parents[2] / "rules" / "triggers"


@pytest.fixture(scope="session")
def detector() -> Detector:
    """The shipped trigger pack."""
    return load(TRIGGERS)
