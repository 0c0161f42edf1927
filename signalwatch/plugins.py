"""The one door to plugins: by entry point name, or by dotted path ``package.module:Class``. Nothing is scanned."""

from __future__ import annotations

import importlib
from importlib.metadata import entry_points
from typing import Any

from signalwatch.errors import ConfigError

CONNECTORS = "signalwatch.connectors"
NOTIFIERS = "signalwatch.notifiers"
_NEEDS = {CONNECTORS: ("Config", "poll", "events"), NOTIFIERS: ("Config", "send")}


def names(group: str) -> list[str]:
    """Names registered under an entry point group, sorted."""
    return sorted({point.name for point in entry_points(group=group)})


def load(group: str, name: str) -> type[Any]:
    """Return the plugin class called ``name``.

    Raises ConfigError when it is not registered, cannot be imported, or lacks what the protocol needs.
    """
    if ":" in name:
        module_name, _, attribute = name.partition(":")
        try:
            found: Any = getattr(importlib.import_module(module_name), attribute)
        except (ImportError, AttributeError) as error:
            raise ConfigError(f"plugin {name!r} cannot be loaded: {error}; expected package.module:Class") from error
    else:
        points = [point for point in entry_points(group=group) if point.name == name]
        if not points:
            known = ", ".join(names(group)) or "none (is signalwatch installed? run: make install)"
            raise ConfigError(f"there is no plugin {name!r} in {group}; known: {known}; or give package.module:Class")
        try:
            found = points[0].load()
        except ImportError as error:
            raise ConfigError(f"plugin {name!r} cannot be imported: {error}; install its extra") from error
    missing = [need for need in _NEEDS[group] if not hasattr(found, need)]
    if missing:
        raise ConfigError(f"plugin {name!r} lacks {', '.join(missing)}; see signalwatch.sdk")
    return found  # type: ignore[no-any-return]
