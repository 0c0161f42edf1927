"""Makes a shadow rule live in its file: one word changes, comments and layout stay."""

from __future__ import annotations

import difflib
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

from signalwatch import yamlsrc
from signalwatch.errors import UsageError
from signalwatch.ruleset import Pack, Rule, load_pack_texts
from signalwatch.ruleset.pack import folder_texts, trigger_types
from signalwatch.ruleset.trial import run_examples, shown_both_ways, text


@dataclass(frozen=True, slots=True)
class Promotion:
    """A promotion that may be written: the file, its new bytes, and the difference for people."""

    path: Path
    data: bytes
    diff: str


def promotion(folder: Path, pack: Pack, rule_id: str) -> Promotion:
    """Prepare the promotion of a rule, checked as a whole.

    Raises:
        UsageError: no such rule, it is not in shadow, it lacks examples, or one fails.
        RuleSetError: the changed set does not load.
    """
    rule = pack.rule(rule_id)
    if rule is None:
        hint = yamlsrc.did_you_mean(rule_id, [r.rule_id for r in pack.rules])
        raise UsageError(f"there is no rule {rule_id!r}" + (f"; {hint}" if hint else ""))
    if rule.status != "shadow":
        raise UsageError(f"rule {rule_id} is {rule.status}, not shadow ({rule.file}:{rule.line})")
    if not shown_both_ways(rule):
        raise UsageError(f"rule {rule_id} needs an example that fires and one that does not ({rule.file}:{rule.line})")
    texts = folder_texts(folder)
    before = texts[rule.file]
    after = _live(before, rule)
    changed = load_pack_texts({**texts, rule.file: after}, extra_types=trigger_types(folder))
    failed = [r for r in run_examples(changed) if not r.ok and r.rule_id == rule_id]
    if failed:
        raise UsageError(f"an example of {rule_id} fails:\n{text(failed[0])}")
    return Promotion(path=folder / rule.file, data=after, diff=_diff(before, after, rule.file))


def _live(data: bytes, rule: Rule) -> bytes:
    """The file with the rule's status changed, everything else to the byte as it was."""
    source = yamlsrc.load(data, rule.file)
    line, column = source.where((*rule.path, "status"))
    content = data.decode("utf-8-sig")
    mark = data[:3] if data.startswith(b"\xef\xbb\xbf") else b""
    lines = content.splitlines(keepends=True)
    old = lines[line - 1]
    at = column - 1 + (1 if old[column - 1 : column] in ("'", '"') else 0)
    if not old.startswith("shadow", at):
        raise UsageError(
            f"{rule.file}:{line}: the status of {rule.rule_id} is not where it was expected; change it by hand"
        )
    lines[line - 1] = f"{old[:at]}live{old[at + len('shadow') :]}"
    return mark + "".join(lines).encode()


def _diff(before: bytes, after: bytes, name: str) -> str:
    rows = difflib.unified_diff(
        before.decode("utf-8-sig").splitlines(),
        after.decode("utf-8-sig").splitlines(),
        f"a/{name}",
        f"b/{name}",
        lineterm="",
    )
    return "\n".join(rows)


def write(given: Promotion) -> None:
    """Replace the file in one step, with the permissions it had."""
    handle, name = tempfile.mkstemp(dir=given.path.parent, prefix=".promote-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(given.data)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(name, given.path.stat().st_mode & 0o7777)
        os.replace(name, given.path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
