"""Settings of feeds, how one section holds many of them, and the shipped list to start from."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from importlib import resources
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import yaml
from pydantic import BeforeValidator, Field, field_validator, model_validator

from signalwatch.sdk import ConfigError, PluginConfig, Problem, digest

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}


def _duration(value: Any) -> Any:
    """``90s``, ``15m``, ``2h``, ``1d``, ``1w`` to a timedelta; anything else is pydantic's to judge."""
    if isinstance(value, str) and re.fullmatch(r"\d{1,6}[smhdw]", value.strip()):
        value = value.strip()
        return timedelta(seconds=int(value[:-1]) * _UNITS[value[-1]])
    return value


Duration = Annotated[timedelta, BeforeValidator(_duration)]


class FeedConfig(PluginConfig):
    """Settings of one feed."""

    url: str = Field(pattern=r"^https?://\S+$", max_length=2_000)
    name: str = Field(default="", max_length=120)
    """What people call it: "Fierce Biotech"."""
    title_must_contain: tuple[str, ...] = ()
    """Words of which the channel title must hold one. Some wires answer another feed for a wrong address."""
    publisher: Literal["wire", "company", "trade", "agency"] = "trade"
    kind: Literal["news", "release"] | None = None
    """How detection reads it; default: releases on wires and company feeds, news elsewhere."""
    company: str = Field(default="", max_length=200)
    """The account name behind a company's own feed; its titles often do not say it."""
    ticker: str = Field(default="", pattern=r"^$|^[A-Za-z .&-]{2,25}: ?[A-Za-z0-9.\-]{1,10}$")
    timezone: str = "UTC"
    """Where dates without a zone are meant."""
    min_interval: Duration = timedelta(minutes=15)
    hint_cap: Duration = timedelta(hours=1)
    """The longest pause that the publisher's ttl and cache headers may cause."""
    text_limit: int = Field(default=1_500, ge=0, le=100_000)
    """Characters of text kept per entry. Mind the publisher's terms before raising it."""
    max_bytes: int = Field(default=10_000_000, ge=1_000, le=100_000_000)

    @field_validator("title_must_contain", mode="before")
    @classmethod
    def _one_or_many(cls, value: Any) -> Any:
        return (value,) if isinstance(value, str) else value

    @field_validator("timezone")
    @classmethod
    def _zone_exists(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise ValueError(f"no time zone is called {value!r}; write it like America/New_York") from error
        return value

    @model_validator(mode="after")
    def _company_is_named(self) -> FeedConfig:
        if self.publisher == "company" and not self.company:
            raise ValueError("a feed with publisher: company needs company: the account's name")
        return self

    @property
    def reads_as(self) -> str:
        """``release`` or ``news``."""
        return self.kind or ("release" if self.publisher in ("wire", "company") else "news")

    @property
    def origin(self) -> str:
        """Event.origin of what this feed states."""
        if self.publisher == "agency":
            return "agency"
        return "release" if self.reads_as == "release" else "press"


def expand(settings: Mapping[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """Settings with ``feeds: [{name, url, ...}, ...]`` become one source each: ``(suffix, settings)``.

    ``starter: true`` adds the feeds that ship with signalwatch. What stands beside is a default for all. Suffixes
    come from the names, so a reordered list keeps its sources. Raises ConfigError naming every entry without name
    or url, or with a name used twice.
    """
    if "feeds" not in settings and not settings.get("starter"):
        return [("", {k: v for k, v in settings.items() if k != "starter"})]
    common = {k: v for k, v in settings.items() if k not in ("feeds", "starter")}
    listed = settings.get("feeds") or []
    if not isinstance(listed, Sequence) or isinstance(listed, str):
        raise ConfigError("feeds: must be a list of feeds, each with a name and a url")
    if settings.get("starter"):
        listed = [*_starter_list(), *listed]
    problems: list[Problem] = []
    out: dict[str, dict[str, Any]] = {}
    for number, feed in enumerate(listed, 1):
        if not isinstance(feed, Mapping) or not feed.get("name") or not feed.get("url"):
            problems.append(Problem("feeds", 0, 0, f"feed {number} needs a name and a url"))
            continue
        suffix = re.sub(r"[^a-z0-9]+", "-", str(feed["name"]).casefold()).strip("-") or digest(feed["name"])[:8]
        if suffix in out:
            problems.append(Problem("feeds", 0, 0, f"feed {number}: the name {feed['name']!r} is used twice"))
            continue
        out[suffix] = {**common, **feed}
    if problems:
        raise ConfigError(problems)
    return list(out.items())


def _starter_list() -> list[Any]:
    """The shipped feeds as data; a feed of the settings with the same name would be a problem, so names are kept apart."""
    data = yaml.safe_load(starter_feeds())
    listed = data.get("feeds") if isinstance(data, Mapping) else data
    return list(listed or [])


def starter_feeds() -> str:
    """The text of the shipped feed list (YAML), for `signalwatch init`."""
    return resources.files("connectors").joinpath("starter_feeds.yaml").read_text("utf-8")
