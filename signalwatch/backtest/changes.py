"""What changed between two rule sets, read off their texts: rules and policy by field. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from signalwatch import yamlsrc
from signalwatch.errors import ConfigError
from signalwatch.model import Struct

_SHOWN = 300


class Edit(Struct, frozen=True, kw_only=True, omit_defaults=False):
    """One field of one rule or policy file, before and after ("" where there was, or is, none)."""

    what: str  # "rule NAME" or a file
    field: str
    before: str = ""
    after: str = ""


class Changes(Struct, frozen=True, kw_only=True, omit_defaults=False):
    """Rules added, removed and edited, and edits of the other files. Examples are left out: they decide nothing."""

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    edits: tuple[Edit, ...] = ()


def changes(old: Mapping[str, bytes | str], new: Mapping[str, bytes | str]) -> Changes:
    """Compare two sets of rule files by name. Files that cannot be read count as empty: loading them says why."""
    before, after = _rules(old), _rules(new)
    edits: list[Edit] = []
    for rule_id in before:
        if rule_id in after:
            edits += _edits(f"rule {rule_id}", before[rule_id], after[rule_id])
    for name in sorted({*old, *new}):
        if not name.startswith("elevation/"):
            edits += _edits(name, _data(old, name), _data(new, name))
    return Changes(
        added=tuple(r for r in after if r not in before),
        removed=tuple(r for r in before if r not in after),
        edits=tuple(edits),
    )


def _data(files: Mapping[str, bytes | str], name: str) -> Any:
    if name not in files:
        return None
    try:
        return yamlsrc.load(files[name], name).data
    except ConfigError:
        return None


def _rules(files: Mapping[str, bytes | str]) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for name in sorted(files):
        data = _data(files, name) if name.startswith("elevation/") else None
        for item in data if isinstance(data, list) else ():
            if isinstance(item, dict) and item.get("id"):
                out[str(item["id"])] = {k: v for k, v in item.items() if k != "examples"}
    return out


def _edits(what: str, before: Any, after: Any, path: str = "") -> Iterator[Edit]:
    """Where two documents differ, as deep as both have the same shape."""
    if before == after:
        return
    if isinstance(before, dict) and isinstance(after, dict):
        for key in dict.fromkeys((*before, *after)):
            yield from _edits(what, before.get(key), after.get(key), f"{path}.{key}" if path else str(key))
    elif _listed(before) and _listed(after) and len(before) == len(after):
        for number, (one, other) in enumerate(zip(before, after, strict=True)):
            name = one.get("id") if isinstance(one, dict) else None
            yield from _edits(what, one, other, f"{path}[{name or number}]")
    else:
        yield Edit(what=what, field=path or "(all)", before=_shown(before), after=_shown(after))


def _listed(value: Any) -> bool:
    """Whether it is a list of more than plain values."""
    return isinstance(value, list) and any(isinstance(one, dict | list) for one in value)


def _shown(value: Any) -> str:
    """A value on one line, about as it is written in a rule file."""
    if value is None:
        return ""
    if isinstance(value, dict):
        text = "{" + ", ".join(f"{k}: {_shown(v)}" for k, v in value.items()) + "}"
    elif isinstance(value, list):
        text = "[" + ", ".join(map(_shown, value)) + "]"
    else:
        text = str(value).lower() if isinstance(value, bool) else str(value)
    return text[:_SHOWN]
