"""Bad days of the simulated sources, drawn from a seed: overload, throttling, an HTML page with status 200, a cut body.

A fault belongs to one site and lasts from minutes to hours of simulated time; outside of it the site is well.
"""

from __future__ import annotations

import gzip
from datetime import datetime, timedelta
from typing import Literal

from signalwatch.model import Struct
from signalwatch.simulate import dice
from signalwatch.simulate.web import Reply

Kind = Literal["unavailable", "throttled", "html", "cut_gzip", "sec_block"]
KINDS: tuple[Kind, ...] = ("unavailable", "throttled", "html", "cut_gzip")
_PAGE = (
    b"<!DOCTYPE html><html><head><title>Scheduled maintenance</title></head><body><h1>We will be back soon</h1>"
    b"<p>The site is being improved.</p></body></html>"
)
_BLOCK = (
    b"<!DOCTYPE html><html><head><title>SEC.gov | Request Rate Threshold Exceeded</title></head><body><h1>Your Request "
    b"Originates from an Undeclared Automated Tool</h1><p>Request Rate Threshold Exceeded</p></body></html>"
)


class Window(Struct, frozen=True):
    """One fault: which site misbehaves how, from when to when."""

    site: str
    kind: Kind
    begins: datetime
    ends: datetime


class FaultPlan:
    """The faults of one simulation. Calling it gives the broken answer for a moment, or None."""

    def __init__(self, windows: list[Window]) -> None:
        self.windows = windows
        self._by_site: dict[str, list[Window]] = {}
        for window in windows:
            self._by_site.setdefault(window.site, []).append(window)

    @classmethod
    def draw(cls, seed: int, sites: list[str], begins: datetime, days: int, per_site_month: float = 2.0) -> FaultPlan:
        """About ``per_site_month`` faults per site in thirty days; the first day stays clean."""
        windows = []
        for site in sites:
            rng = dice.stream(seed, "faults", site)
            for _ in range(round(per_site_month * days / 30)):
                at = begins + timedelta(days=1) + timedelta(minutes=rng.randrange(max(1, (days - 1) * 1440)))
                kind = rng.choice((*KINDS, "sec_block")) if site.startswith("sec_") else rng.choice(KINDS)
                windows.append(Window(site, kind, at, at + timedelta(minutes=rng.choice((10, 25, 60, 150)))))
        return cls(sorted(windows, key=lambda w: (w.begins, w.site)))

    def __call__(self, site: str, now: datetime, reply: Reply) -> Reply | None:
        """The broken answer instead of ``reply``, when a fault of this site is on."""
        for window in self._by_site.get(site, ()):
            if window.begins <= now < window.ends:
                return _broken(window, now, reply)
        return None


def _broken(window: Window, now: datetime, reply: Reply) -> Reply:
    if window.kind == "unavailable":
        return Reply(503, b"<html><body>Service Unavailable</body></html>", "text/html")
    if window.kind == "throttled":
        left = max(1, int((window.ends - now).total_seconds()))
        return Reply(429, b"Too Many Requests", "text/plain", headers={"Retry-After": str(left)})
    if window.kind == "html":
        return Reply(200, _PAGE, "text/html; charset=utf-8")
    if window.kind == "sec_block":
        return Reply(403, _BLOCK, "text/html")
    packed = gzip.compress(reply.body or b" " * 2000, 1, mtime=0)
    return Reply(200, packed[: max(20, len(packed) * 2 // 3)], reply.content_type, headers={"Content-Encoding": "gzip"})
