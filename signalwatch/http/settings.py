"""Settings of the HTTP door: plain structs that ``config.py`` fills."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType

from signalwatch.model import Struct


class HostPolicy(Struct, frozen=True, kw_only=True):
    """How one host wants to be treated.

    Hosts with the same ``group`` share one pace, one budget and one freeze; an empty group means the host alone.
    ``user_agent``: None sends the default one, ``""`` sends none at all (some fronts refuse any).
    ``tls_max``: "" or "1.2", for fronts that dislike the newer handshake.
    """

    min_interval: float = 0.0  # seconds between the starts of two requests
    daily_budget: int | None = None  # requests per UTC day
    user_agent: str | None = None
    group: str = ""
    contact_required: bool = False
    tls_max: str = ""


class HostState(Struct, frozen=True, kw_only=True):
    """What must survive a restart about one group of hosts."""

    frozen_until: datetime | None = None
    blocked: bool = False  # frozen because we were refused (not because we were asked to come back later)
    reason: str = ""
    next_at: datetime | None = None
    day: str = ""  # UTC day that ``used`` counts
    used: int = 0


class HttpSettings(Struct, frozen=True, kw_only=True):
    """All that can be set about the network. Sizes in bytes, times in seconds.

    ``hosts`` is looked up by ``host:port`` (when the port is not the scheme's own), then by ``host``; ``default`` rules
    the rest. ``allow_private`` opens loopback only (demo and tests); other private ranges stay closed.
    """

    user_agent: str = "signalwatch"
    contact: str = ""
    allow_private: bool = False
    max_bytes: int = 25_000_000
    connect_timeout: float = 10.0
    read_timeout: float = 30.0
    total_timeout: float = 180.0  # for one answer, headers and body together, however slowly they drip
    max_wait: float = 20.0  # longest time a worker sleeps for a server; beyond it the source's due time moves
    tries: int = 3
    max_redirects: int = 5
    proxy: str = ""
    ca_bundle: str = ""
    default: HostPolicy = HostPolicy()
    hosts: Mapping[str, HostPolicy] = MappingProxyType({})

    @property
    def agent(self) -> str:
        """The User-Agent that names us and how to reach us, as the SEC asks for it."""
        if not self.contact or self.contact in self.user_agent:
            return self.user_agent
        return f"{self.user_agent} {self.contact}"


def default_hosts() -> dict[str, HostPolicy]:
    """Policies for the hosts of the built-in connectors; settings may override each.

    SEC: at most 10 requests a second in total over all its hosts, with a contact (sec.gov "Accessing EDGAR Data");
    5 a second keeps clear of its undocumented rolling window. ClinicalTrials.gov publishes no limit; its robots.txt
    says ``Crawl-delay: 1``.
    """
    sec = HostPolicy(min_interval=0.2, group="sec", contact_required=True)
    return {
        "www.sec.gov": sec,
        "data.sec.gov": sec,
        "efts.sec.gov": sec,
        "clinicaltrials.gov": HostPolicy(min_interval=1.0),
    }
