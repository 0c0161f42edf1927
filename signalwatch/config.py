"""The one door to settings: ``signalwatch.yaml``, read once, strictly, with every problem at once.

Secrets come by ``${NAME}`` from the environment or by ``*_file`` keys; they are never printed. A missing secret stops
the start. Durations are written with a unit: ``30s``, ``15m``, ``2h``, ``4d``, ``1w``.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, field_validator

from signalwatch import plugins, yamlsrc
from signalwatch.errors import ConfigError, Problem

_LONGEST = 100 * 366 * 86400
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_DURATION = re.compile(r"^\s*(\d+(?:\.\d+)?)\s*([smhdw])\s*$")
_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_SECRET_FILE = re.compile(r"^(password|username|token|secret|signing_secret|webhook_url|url|api_key)_file$")
_CONTACT = re.compile(r"^[^@\s]+@[^@\s]+\.[^@\s]+$")


def duration(value: object) -> timedelta:
    """Read ``15m`` style text; raises ValueError with the accepted forms."""
    if isinstance(value, timedelta):
        return value
    match = _DURATION.match(value) if isinstance(value, str) else None
    if match is None:
        raise ValueError(f"{value!r} is not a duration: write a number and a unit, like 30s, 15m, 2h, 4d, 1w")
    seconds = float(match.group(1)) * _UNITS[match.group(2)]
    if seconds > _LONGEST:
        raise ValueError(f"{value!r} is longer than a hundred years")
    return timedelta(seconds=seconds)


Duration = Annotated[timedelta, BeforeValidator(duration)]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


class HostSettings(_Model):
    """How politely one host is asked."""

    min_interval: Duration = timedelta(seconds=1)
    daily_budget: int | None = None
    user_agent: str | None = None
    group: str = ""
    tls_max: str = Field(default="", pattern=r"^(|1\.2)$")


class HttpSection(_Model):
    """The HTTP door. ``allow_private`` opens loopback only, for demos and tests."""

    user_agent: str = ""
    allow_private: bool = False
    max_bytes: int = Field(default=25_000_000, ge=10_000)
    connect_timeout: float = Field(default=10.0, gt=0)
    read_timeout: float = Field(default=30.0, gt=0)
    total_timeout: float = Field(default=180.0, gt=0)
    proxy: str = ""
    ca_bundle: str = ""
    max_wait: Duration = timedelta(seconds=20)
    hosts: Mapping[str, HostSettings] = {}


class SourceSection(_Model):
    """One place that is polled. ``settings`` belong to the connector."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9_.:/-]{0,120}$")
    connector: str
    title: str = ""
    every: Duration = timedelta(minutes=15)
    cadence: Duration | None = None
    backfill: bool = False
    enabled: bool = True
    settings: Mapping[str, Any] = {}


class OperatorSection(_Model):
    """Where operator alerts go: never to BD."""

    channel: str = ""
    recipient: str = ""


class ServiceSection(_Model):
    """The service's own habits. ``listen`` serves /livez, /readyz and /metrics; ``off`` serves nothing."""

    listen: str = "127.0.0.1:8787"
    workers: int = Field(default=4, ge=1, le=64)
    tick: Duration = timedelta(seconds=5)
    assess_batch: int = Field(default=400, ge=1, le=5000)
    lease: Duration = timedelta(minutes=10)
    stop_within: Duration = timedelta(seconds=10)
    silent_rule_after: Duration = timedelta(days=90)

    @field_validator("listen")
    @classmethod
    def _an_address(cls, value: str) -> str:
        _, colon, port = value.rpartition(":")
        if value != "off" and not (colon and port.isdecimal() and int(port) < 65536):
            raise ValueError(f"{value!r} is no address: write host:port like 127.0.0.1:8787, or off")
        return value


class LogSection(_Model):
    """Log lines on stdout."""

    level: str = Field(default="info", pattern="^(debug|info|warning|error)$")
    style: str = Field(default="json", pattern="^(json|text)$")


class Settings(_Model):
    """All of signalwatch.yaml. ``contact`` is an address the asked servers can write to."""

    contact: str = ""
    database: str = "sqlite:///signalwatch.db"
    rules: str = "rules"
    accounts: str = ""
    timezone: str = "UTC"
    http: HttpSection = HttpSection()
    sources: tuple[SourceSection, ...] = ()
    channels: Mapping[str, Mapping[str, Any]] = {}
    default_channels: tuple[str, ...] = ()
    operator: OperatorSection = OperatorSection()
    service: ServiceSection = ServiceSection()
    log: LogSection = LogSection()


@dataclass(frozen=True, slots=True)
class ConfiguredSource:
    """A source with its connector built and its settings checked."""

    source_id: str
    title: str
    connector_name: str
    connector: Any
    every: timedelta
    cadence: timedelta | None
    backfill: bool
    settings: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Configuration:
    """Settings, plus everything fallible that was built from them."""

    settings: Settings
    folder: Path
    sources: tuple[ConfiguredSource, ...] = ()
    channels: Mapping[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    @property
    def rules_folder(self) -> Path:
        """The folder of rule files."""
        return self.folder / self.settings.rules

    @property
    def database_url(self) -> str:
        """The database URL, with a relative SQLite path resolved against the settings file."""
        return database_url(self.settings.database, self.folder)


def database_url(url: str, folder: Path) -> str:
    """Resolve ``sqlite:///relative.db`` against ``folder``; other URLs are returned as they are."""
    prefix = "sqlite:///"
    if url.startswith(prefix) and not url.startswith("sqlite:////") and url != "sqlite:///:memory:":
        return prefix + str((folder / url.removeprefix(prefix)).resolve())
    return url


def starter_rules() -> Path:
    """The rule files that ship with the product."""
    import rules

    return Path(rules.__file__).parent


def _substitute(
    value: Any, path: tuple[str | int, ...], source: yamlsrc.Source, env: Mapping[str, str], folder: Path,
    problems: list[Problem],
) -> Any:  # fmt: skip
    """Replace ${NAME} and ``*_file`` keys all the way down, collecting problems."""
    if isinstance(value, str):

        def replace(match: re.Match[str]) -> str:
            name = match.group(1)
            if name not in env:
                problems.append(
                    source.problem(
                        path, f"environment variable {name} is not set", hint=f"export {name}=... and start again"
                    )
                )
                return ""
            return env[name]

        return _VARIABLE.sub(replace, value)
    if isinstance(value, dict):
        out: dict[str, Any] = {}
        for key, item in value.items():
            item = _substitute(item, (*path, key), source, env, folder, problems)
            if isinstance(key, str) and _SECRET_FILE.match(key) and path[:1] in (("channels",), ("sources",)):
                target = key.removesuffix("_file")
                try:
                    out[target] = (folder / str(item)).read_text("utf-8").strip()
                except OSError as error:
                    problems.append(
                        source.problem((*path, key), f"secret file cannot be read: {error.strerror}: {item}")
                    )
                continue
            out[key] = item
        return out
    if isinstance(value, list):
        return [_substitute(v, (*path, i), source, env, folder, problems) for i, v in enumerate(value)]
    return value


def _choices(model: type[BaseModel], loc: tuple[str | int, ...]) -> list[str]:
    """Field names valid at ``loc`` of a model, for "did you mean"."""
    current: Any = model
    for part in loc[:-1]:
        fields = getattr(current, "model_fields", {})
        if isinstance(part, str) and part in fields:
            current = fields[part].annotation
            args = [a for a in getattr(current, "__args__", ()) if isinstance(a, type) and issubclass(a, BaseModel)]
            current = args[0] if args else current
    return list(getattr(current, "model_fields", {}))


def problems_of(
    error: ValidationError, source: yamlsrc.Source, model: type[BaseModel], prefix: tuple[str | int, ...] = ()
) -> list[Problem]:
    """Turn a pydantic error into problems at file:line:column. Values are not repeated: they may be secrets."""
    out = []
    for item in error.errors(include_url=False, include_input=False, include_context=False):
        loc = tuple(item["loc"])
        if item["type"] == "extra_forbidden":
            hint = yamlsrc.did_you_mean(str(loc[-1]), _choices(model, loc))
            out.append(source.problem((*prefix, *loc), f"unknown key {loc[-1]!r}", hint=hint, key=True))
        elif item["type"] == "missing":
            out.append(source.problem((*prefix, *loc[:-1]), f"{loc[-1]!r} is missing"))
        else:
            message = str(item["msg"]).removeprefix("Value error, ")
            out.append(source.problem((*prefix, *loc), f"{'.'.join(map(str, loc))}: {message}"))
    return out


def _sources(settings: Settings, source: yamlsrc.Source, problems: list[Problem]) -> list[ConfiguredSource]:
    out: list[ConfiguredSource] = []
    seen: set[str] = set()
    for index, section in enumerate(settings.sources):
        here: tuple[str | int, ...] = ("sources", index)
        if not section.enabled:
            continue
        try:
            plugin = plugins.load(plugins.CONNECTORS, section.connector)
        except ConfigError as error:
            problems.append(source.problem((*here, "connector"), error.problems[0].message))
            continue
        expand: Callable[[Mapping[str, Any]], list[tuple[str, Mapping[str, Any]]]] | None
        expand = getattr(plugin, "expand", None)
        try:
            parts = expand(dict(section.settings)) if expand else [("", section.settings)]
        except (ConfigError, ValueError, TypeError, KeyError) as error:
            problems.append(source.problem((*here, "settings"), f"settings of {section.id}: {error}"))
            continue
        for suffix, part in parts:
            source_id = f"{section.id}/{suffix}" if suffix else section.id
            if source_id in seen:
                problems.append(source.problem((*here, "id"), f"source {source_id!r} is configured twice"))
                continue
            seen.add(source_id)
            try:
                connector = plugin(plugin.Config.model_validate(dict(part)))
            except ValidationError as error:
                prefix = (*here, "settings")
                problems.extend(problems_of(error, source, plugin.Config, prefix))
                continue
            every = getattr(connector.Config.model_validate(dict(part)), "min_interval", None)
            out.append(
                ConfiguredSource(
                    source_id=source_id,
                    title=section.title or str(part.get("name") or source_id),
                    connector_name=section.connector,
                    connector=connector,
                    every=max(section.every, every) if isinstance(every, timedelta) else section.every,
                    cadence=section.cadence,
                    backfill=section.backfill,
                    settings=part,
                )
            )
    return out


def _channels(settings: Settings, source: yamlsrc.Source, problems: list[Problem]) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for name, raw in settings.channels.items():
        here: tuple[str | int, ...] = ("channels", name)
        options = dict(raw)
        kind = options.pop("notifier", None)
        if not isinstance(kind, str):
            problems.append(
                source.problem(
                    here, f"channel {name!r} names no notifier", hint="notifier: slack | email | webhook | console"
                )
            )
            continue
        try:
            plugin = plugins.load(plugins.NOTIFIERS, kind)
        except ConfigError as error:
            problems.append(source.problem((*here, "notifier"), error.problems[0].message))
            continue
        try:
            out[name] = plugin(plugin.Config.model_validate(options))
        except ValidationError as error:
            problems.extend(problems_of(error, source, plugin.Config, here))
    return out


def rules_folder_of(path: Path) -> Path | None:
    """The rules folder that a settings file names, whatever else is wrong in it; None when that much cannot be read."""
    try:
        data = yamlsrc.load(path.read_bytes(), str(path)).data
        named = data.get("rules", Settings.model_fields["rules"].default) if isinstance(data, dict) else None
    except (OSError, ConfigError):
        return None
    found = path.resolve().parent / named if isinstance(named, str | Path) and "${" not in str(named) else None
    return found if found is not None and found.is_dir() else None


def load(path: Path, *, env: Mapping[str, str] | None = None) -> Configuration:
    """Read a settings file and build connectors and notifiers from it.

    Raises ConfigError with every problem (file:line:column) when anything is wrong.
    """
    try:
        text = path.read_bytes()
    except OSError as error:
        raise ConfigError(
            [Problem(str(path), 0, 0, f"settings file cannot be read: {error.strerror}", hint="run: signalwatch init")]
        ) from error
    return load_text(text, str(path), path.resolve().parent, env=env)


def load_text(text: str | bytes, name: str, folder: Path, *, env: Mapping[str, str] | None = None) -> Configuration:
    """As `load`, for settings already in memory; relative paths are resolved against ``folder``."""
    env = os.environ if env is None else env
    source = yamlsrc.load(text, name)
    problems: list[Problem] = []
    data = source.data if source.data is not None else {}
    if not isinstance(data, dict):
        raise ConfigError(
            [source.problem((), "settings are a mapping of keys, like 'database: sqlite:///signalwatch.db'")]
        )
    data = _substitute(data, (), source, env, folder, problems)
    try:
        settings = Settings.model_validate(data)
    except ValidationError as error:
        raise ConfigError([*problems, *problems_of(error, source, Settings)]) from error
    sources = _sources(settings, source, problems)
    channels = _channels(settings, source, problems)
    if settings.contact and not _CONTACT.match(settings.contact):
        problems.append(source.problem(("contact",), f"{settings.contact!r} is no e-mail address"))
    if not settings.contact and any(s.connector_name == "edgar" for s in sources):
        problems.append(
            source.problem(
                (),
                "contact is missing: the SEC refuses programs that do not say who they are",
                hint="contact: you@your-company.com",
            )
        )
    for index, name in enumerate(settings.default_channels):
        if name not in settings.channels:
            hint = yamlsrc.did_you_mean(name, list(settings.channels))
            problems.append(source.problem(("default_channels", index), f"there is no channel {name!r}", hint=hint))
    if settings.operator.channel and settings.operator.channel not in settings.channels:
        hint = yamlsrc.did_you_mean(settings.operator.channel, list(settings.channels))
        problems.append(
            source.problem(("operator", "channel"), f"there is no channel {settings.operator.channel!r}", hint=hint)
        )
    errors = [p for p in problems if p.severity == "error"]
    if errors:
        raise ConfigError(problems)
    notes = tuple(str(p) for p in problems)
    return Configuration(settings=settings, folder=folder, sources=tuple(sources), channels=channels, notes=notes)
