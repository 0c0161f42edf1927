"""How the invented publishers write: titles, leads and item texts per happening and outlet style.

Written after the habits of real wires, trade press and filings, and on purpose without looking at the detection
patterns. A key is an event type, or ``type/stage`` where one happening is told in steps.
"""

from __future__ import annotations

from signalwatch.model import Struct


class Style(Struct, frozen=True):
    """Templates of one happening (or one stage of it) in three outlet styles."""

    wire: tuple[str, ...]
    wire_lead: tuple[str, ...]
    trade: tuple[str, ...]
    trade_lead: tuple[str, ...]
    filing: tuple[str, ...] = ()


def style(key: str) -> Style:
    """The templates of ``type`` or ``type/stage``; raises KeyError for an unknown one."""
    from signalwatch.simulate.wording import clinical, corporate, money, regulatory

    for words in (money.WORDING, corporate.WORDING, clinical.WORDING, regulatory.WORDING):
        if key in words:
            return words[key]
    raise KeyError(key)


def all_keys() -> tuple[str, ...]:
    """Every key that has wording."""
    from signalwatch.simulate.wording import clinical, corporate, money, regulatory

    return (*money.WORDING, *corporate.WORDING, *clinical.WORDING, *regulatory.WORDING)
