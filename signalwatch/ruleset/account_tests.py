"""Tests on an account: what stands under ``for``, in segments and exclusions of icp.yaml, and in matchers of routes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from signalwatch.ruleset import sense
from signalwatch.ruleset.compare import Comparison, comparison, split_key
from signalwatch.ruleset.conditions import Context
from signalwatch.ruleset.fields import Field
from signalwatch.yamlsrc import Path, expected


def account_tests(
    ctx: Context, path: Path, label: str, value: Any, known: Mapping[str, Field]
) -> tuple[Comparison, ...]:
    """Compile tests on an account (``for``, ICP, matchers): ``{NAME|OP: VALUE}``."""
    out: list[Comparison] = []
    for key, wanted in ctx.reader.mapping(path, value).items():
        name, op = split_key(key)
        place = (*path, key)
        if name not in known:
            hint = expected(name, known)
            ctx.reader.error(place, f'unknown account field "{name}"', hint, key=True, code="account-field")
            continue
        test = comparison(ctx.reader, place, f"{label}.{key}", known[name], op, wanted, ctx.rates)
        if test is not None:
            out.append(test)
    for name, several in sense.by_name(out).items():
        if sense.impossible(known[name], several):
            hint = "loosen one of them" if len(several) > 1 else _range(name)
            message = f"no account can pass all of: {sense.wanted(several)}"
            ctx.reader.error(path, message, hint, code="contradiction")
    return tuple(out)


def _range(name: str) -> str:
    low, high = sense.RANGES.get(name, (0.0, 0.0))
    return f"{name} lies between {low:g} and {high:g}" if high else ""
