"""Where the recorded payloads are, when they are there."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


def data_root() -> Path:
    """The folder of recorded data: SIGNALWATCH_DATA, else ../shared/data beside the checkout."""
    return Path(os.environ.get("SIGNALWATCH_DATA", ROOT.parent / "shared" / "data"))


def data_path(relative: str) -> Path:
    """A recorded file; skips the calling test with the reason when it is absent."""
    path = data_root() / relative
    if not path.exists():
        pytest.skip(f"recorded data absent: {relative} (set SIGNALWATCH_DATA to the folder that holds it)")
    return path
