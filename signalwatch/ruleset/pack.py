"""A rule pack: everything under rules/ that decides, read as one and swapped as one."""

from __future__ import annotations

import stat
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from signalwatch import ids, yamlsrc
from signalwatch.errors import ConfigError, Problem, RuleSetError
from signalwatch.model import RuleOutcome, Signal
from signalwatch.ruleset import evaluate as evaluation
from signalwatch.ruleset import policy_files, routes_file
from signalwatch.ruleset.conditions import MEASURES, Alternatives, Context
from signalwatch.ruleset.fields import SILENCE, Fields
from signalwatch.ruleset.logic import lengths
from signalwatch.ruleset.nodes import Env, Tree, View
from signalwatch.ruleset.policy import Icp, Personas, Play, Scoring, Tiers
from signalwatch.ruleset.reader import IDENTIFIER, NAMES_OF, Reader
from signalwatch.ruleset.routes import Routes
from signalwatch.ruleset.rules import Rule, Status, read_rules
from signalwatch.ruleset.screen import Screen, screen

ExtraTypes = Iterable[str] | Mapping[str, Iterable[str] | None]

SINGLE_FILES = ("scoring.yaml", "groups.yaml", "tiers.yaml", "icp.yaml", "personas.yaml", "plays.yaml", "routes.yaml")
"""Files of a pack beside elevation/*.yaml. All are required, so that nobody believes in a file that is not read."""
OTHERS = ("families.yaml", "triggers")
"""What lies in the same folder and is read by somebody else."""
MAX_FILES = 2000
_DECLARED_IN: Mapping[str, tuple[str, ...]] = {
    **{f"unknown-{what}": (file,) for what, file in NAMES_OF.items()},
    "unknown-event": ("groups.yaml", "scoring.yaml"), "account-field": ("icp.yaml",), "currency": ("scoring.yaml",),
}  # fmt: skip
"""Codes of problems that are no fault of the file they stand in when the file that declares such names is unreadable."""
EVERY_TYPE = "*"


@dataclass(frozen=True, slots=True, repr=False)
class Pack:
    """One consistent rule set. ``hash`` names it in every decision; ``warnings`` did not stop it."""

    hash: str
    rules: tuple[Rule, ...]
    groups: Mapping[str, Alternatives]
    scoring: Scoring
    tiers: Tiers
    icp: Icp
    personas: Personas
    plays: Mapping[str, Play]
    routes: Routes
    fields: Fields
    warnings: tuple[Problem, ...] = ()
    files: Mapping[str, str] = field(default_factory=dict)  # file name → digest of its text
    texts: Mapping[str, str] = field(default_factory=dict)  # file name → its text, as hashed
    index: Mapping[str, tuple[Rule, ...]] = field(default_factory=dict)
    anywhere: tuple[Rule, ...] = ()  # rules on activity: considered for every scored event
    screens: Mapping[str, Screen] = field(default_factory=dict)  # the index with first tests, by type

    def __repr__(self) -> str:
        return f"Pack({ids.short(self.hash)}, {len(self.rules)} rules)"

    def rule(self, rule_id: str) -> Rule | None:
        """A rule by id."""
        return next((r for r in self.rules if r.rule_id == rule_id), None)

    @property
    def longest_window(self) -> timedelta:
        """How far back any rule, cool-down or policy of this pack looks; scores fade by their half-lives instead."""
        leave = [t.leave_for for t in self.tiers.tiers.values() if t.leave_for is not None]
        cooldowns = [r.cooldown.length for r in self.rules if r.cooldown is not None]
        windows = [w for r in self.rules for part in (r.when, *r.unless) for w in lengths(part)]
        return max([self.tiers.inhibit_for, *leave, *cooldowns, *windows])

    def considered(self, trigger: Signal) -> tuple[Rule, ...]:
        """Rules an event of this type can affect, in the order of the files. Rules that are off are not among them.

        A silence concerns only the rule that waited for it.
        """
        chosen = self.index.get(trigger.type, self.anywhere)
        if trigger.type == SILENCE:
            return tuple(r for r in chosen if r.rule_id == trigger.attributes.get("rule"))
        return chosen

    def evaluate(self, view: View) -> tuple[RuleOutcome, ...]:
        """What every considered rule says, fired or not."""
        env = Env(view)
        late_after = self.tiers.late_after
        return tuple(evaluation.outcome(rule, env, late_after) for rule in self.considered(view.trigger))

    def fired(self, view: View) -> list[Rule]:
        """Only the rules that fire: the fast way, without reasons (backtests)."""
        trigger = view.trigger
        screen = self.screens.get(trigger.type)
        if screen is None:
            screen = self.screens[EVERY_TYPE]
        env: Env | None = None
        out: list[Rule] = []
        for screened, rule in screen.candidates(trigger):
            if trigger.type == SILENCE and rule.rule_id != trigger.attributes.get("rule"):
                continue
            if env is None:
                env = Env(view)
            if evaluation.would_fire(rule, env, screened=screened):
                out.append(rule)
        return out

    def explain(self, rule: Rule | str, view: View) -> Tree:
        """The condition tree of one rule with its values. Raises KeyError for an unknown id."""
        found = self.rule(rule) if isinstance(rule, str) else rule
        if found is None:
            raise KeyError(rule)
        return evaluation.explain(found, view)

    def silences(self, history: Sequence[Signal], after: datetime, until: datetime) -> tuple[Signal, ...]:
        """Dated signals of nothing having happened that came due in ``(after, until]``."""
        return evaluation.silences((r for r in self.rules if r.status != "off"), history, after, until)


def with_status(pack: Pack, statuses: Mapping[str, Status]) -> Pack:
    """The pack with other statuses of some rules, as if the files said so (to try out what promoting a rule would do)."""
    rules = tuple(replace(r, status=statuses.get(r.rule_id, r.status)) for r in pack.rules)
    index, anywhere = _index(rules, pack.fields)
    return replace(
        pack,
        hash=ids.digest(pack.hash, sorted(statuses.items())),
        rules=rules,
        index=index,
        anywhere=anywhere,
        screens=_screens(index, anywhere),
    )


def folder_texts(folder: Path) -> dict[str, bytes]:
    """The texts of a folder's rule files by relative name, as far as they can be read; what is wrong is for `load_pack`."""
    return _read_folder(folder, [])


def is_rule_file(name: str) -> bool:
    """Whether a relative name is that of a rule file of a pack."""
    return name in SINGLE_FILES or (_is_elevation(name) and not _ignored(Path(name)))


def load_pack(folder: Path, extra_types: ExtraTypes = ()) -> Pack:
    """Read a folder of rule files.

    Args:
        folder: holds SINGLE_FILES and elevation/*.yaml.
        extra_types: event types that ops added in triggers/ (names, or names with their attributes). Names of files in
            triggers/ are added by themselves.

    Raises:
        RuleSetError: with every problem of the whole set.
    """
    problems: list[Problem] = []
    texts = _read_folder(folder, problems)
    extra = dict(extra_types) if isinstance(extra_types, Mapping) else dict.fromkeys(extra_types)
    for name in trigger_types(folder):
        extra.setdefault(name, None)
    return load_pack_texts(texts, extra_types=extra, problems=problems)


def load_pack_texts(
    files: Mapping[str, str | bytes], extra_types: ExtraTypes = (), problems: Sequence[Problem] = ()
) -> Pack:
    """Build a pack from texts by relative name (``elevation/rules.yaml``). ``problems`` found earlier are reported too.

    Raises:
        RuleSetError: with every problem of the whole set.
    """
    found = list(problems)
    pack = _Loading(files, extra_types, found).build()
    errors = [p for p in found if p.severity == "error"]
    if pack is None or errors:
        raise RuleSetError(sorted(found, key=lambda p: (p.file, p.line, p.column)))
    return pack


class _Loading:
    """One load. Files are read in the order of their dependencies; a broken one is replaced by an empty one."""

    def __init__(self, files: Mapping[str, str | bytes], extra_types: ExtraTypes, problems: list[Problem]) -> None:
        self.files = files
        self.extra_types = extra_types
        self.problems = problems

    def build(self) -> Pack | None:
        known_places = {(p.file, p.line) for p in self.problems}
        sources: dict[str, yamlsrc.Source] = {}
        for name in sorted(self.files):
            if name not in SINGLE_FILES and not _is_elevation(name):
                hint = yamlsrc.expected(name, [*SINGLE_FILES, "elevation/NAME.yaml"])
                self.problems.append(Problem(name, 0, 0, "not a rule file", hint=hint, code="unknown-file"))
                continue
            try:
                sources[name] = yamlsrc.load(self.files[name], name)
            except ConfigError as error:
                self.problems += error.problems
        for name in SINGLE_FILES:
            if name not in self.files and (name, 0) not in known_places:
                self.problems.append(Problem(name, 0, 0, "missing", hint="signalwatch init writes a starter set"))
        elevation = [name for name in sorted(self.files) if _is_elevation(name)]
        if not elevation:
            message = "elevation/*.yaml matches no file: there are no rules"
            self.problems.append(Problem("elevation", 0, 0, message, hint="add a file with a list of rules"))
        pack = self._assemble(sources, elevation)
        lost = {name for name in SINGLE_FILES if name not in sources}
        self.problems[:] = [p for p in self.problems if not _follows(p, lost)]
        return pack

    def _reader(self, sources: Mapping[str, yamlsrc.Source], name: str, empty: Any) -> tuple[Reader, Any]:
        """Reader and data of a file; an absent or broken one reads as ``empty`` and its own problems are dropped."""
        source = sources.get(name)
        if source is not None:
            return Reader(source, self.problems), source.data
        stand_in = yamlsrc.load("null", name, allow_empty=True)
        return Reader(stand_in, []), empty

    def _assemble(self, sources: Mapping[str, yamlsrc.Source], elevation: Sequence[str]) -> Pack | None:
        reader, scoring_data = self._reader(sources, "scoring.yaml", {"events": {}})
        rates = policy_files.currencies(reader, scoring_data)
        persona_reader, persona_data = self._reader(sources, "personas.yaml", {"personas": []})
        personas = policy_files.personas(persona_reader, persona_data)
        icp_reader, icp_data = self._reader(sources, "icp.yaml", {"attributes": {}})
        declared = {"persona": tuple(personas.personas), **policy_files.declared_values(icp_data)}
        event_fields = Fields(self.extra_types, policy_files.engagement_types(scoring_data), declared)
        measures = {m.name: m for m in MEASURES}
        ctx = Context(reader, event_fields, {}, measures, rates)
        scoring = policy_files.scoring(ctx, scoring_data)
        group_reader, group_data = self._reader(sources, "groups.yaml", {})
        groups = policy_files.groups(group_reader, group_data, event_fields, rates)
        play_reader, play_data = self._reader(sources, "plays.yaml", [])
        plays = policy_files.plays(play_reader, play_data, personas.personas)
        tier_reader, tier_data = self._reader(sources, "tiers.yaml", {"tiers": {"1": {}, "2": {}, "3": {}}})
        tiers = policy_files.tiers(tier_reader, tier_data, groups, plays)
        polarity = {name: rule.polarity for name, rule in scoring.by_type.items()}
        ctx = Context(icp_reader, event_fields, groups, measures, rates, polarity)
        icp = policy_files.icp(ctx, icp_data)
        for name in icp.attributes:
            if name in groups or event_fields.known(name):
                icp_reader.error(("attributes", name), f'"{name}" is an event type or group already', key=True)
        rules: list[Rule] = []
        ids_seen: dict[str, tuple[str, int]] = {}
        for name in elevation:
            if name in sources:
                ctx.reader = Reader(sources[name], self.problems)
                rules += read_rules(ctx, sources[name].data, plays, ids_seen)
        route_reader, route_data = self._reader(sources, "routes.yaml", {"receivers": {}, "route": {}})
        ctx.reader = route_reader
        segments = tuple(s.segment_id for s in icp.segments)
        known = routes_file.matchers(ctx, plays, segments)
        routes = routes_file.routes(ctx, route_data, known)
        if any(p.severity == "error" for p in self.problems):
            return None
        digests = {name: ids.digest_bytes(_canonical(text)) for name, text in self.files.items()}
        index, anywhere = _index(rules, event_fields)
        return Pack(
            hash=ids.digest("ruleset", digests, sorted(event_fields.types)),
            rules=tuple(rules),
            groups=groups,
            scoring=scoring,
            tiers=tiers,
            icp=icp,
            personas=personas,
            plays=plays,
            routes=routes,
            fields=event_fields,
            warnings=tuple(p for p in self.problems if p.severity == "warning"),
            files=digests,
            texts={name: _canonical(text).decode("utf-8") for name, text in self.files.items()},
            index=index,
            anywhere=anywhere,
            screens=_screens(index, anywhere),
        )


def _screens(index: Mapping[str, tuple[Rule, ...]], anywhere: tuple[Rule, ...]) -> dict[str, Screen]:
    """The index with first tests."""
    return {t: screen(chosen, t) for t, chosen in index.items()} | {EVERY_TYPE: screen(anywhere, EVERY_TYPE)}


def _follows(problem: Problem, lost: set[str]) -> bool:
    """Whether a problem only says that a file could not be read. An event with a near relative is a typo all the same."""
    typo = problem.code == "unknown-event" and problem.hint.startswith("did you mean")
    return not typo and not lost.isdisjoint(_DECLARED_IN.get(problem.code, ()))


def _is_elevation(name: str) -> bool:
    folder, _, file = name.partition("/")
    return folder == "elevation" and file.endswith(".yaml") and "/" not in file


def _canonical(text: str | bytes) -> bytes:
    """Text without byte-order mark and with plain line ends: a checkout on Windows has the same hash."""
    raw = text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")
    return raw.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n")


def _index(rules: Sequence[Rule], fields: Fields) -> tuple[dict[str, tuple[Rule, ...]], tuple[Rule, ...]]:
    """Rules by the type of event that can trigger them."""
    active = [r for r in rules if r.status != "off"]
    on_activity = tuple(r for r in active if "activity" in r.measures)
    index: dict[str, tuple[Rule, ...]] = {}
    for event_type in (*fields.types, SILENCE):
        engagement = event_type in fields.engagement
        chosen = tuple(
            r
            for r in active
            if event_type in r.types
            or (event_type != SILENCE and "activity" in r.measures)
            or (engagement and not r.measures.isdisjoint(("engagement", "personas")))
        )
        if chosen != on_activity or event_type == SILENCE:
            index[event_type] = chosen
    return index, on_activity


def trigger_types(folder: Path) -> list[str]:
    """Event types that a folder's own triggers add, by the names of their files."""
    try:
        return sorted(p.stem for p in (folder / "triggers").glob("*.yaml") if IDENTIFIER.match(p.stem))
    except OSError:
        return []


def _read_folder(folder: Path, problems: list[Problem]) -> dict[str, bytes]:
    """Texts of all rule files. Foreign names, links that lead out of the folder and unreadable files are problems."""
    texts: dict[str, bytes] = {}
    try:
        top = sorted(folder.iterdir())
        root = folder.resolve(strict=True)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        problems.append(Problem(str(folder), 0, 0, f"the rules folder cannot be read: {reason}"))
        return {}
    for path in top:
        if path.name in SINGLE_FILES:
            _read_file(path, path.name, root, texts, problems)
        elif path.name == "elevation":
            for inner in _children(path, problems):
                if inner.suffix == ".yaml":
                    _read_file(inner, f"elevation/{inner.name}", root, texts, problems)
                elif not _ignored(inner):
                    hint = "rule files end in .yaml"
                    problems.append(Problem(f"elevation/{inner.name}", 0, 0, "not a rule file", hint=hint))
        elif path.name not in OTHERS and not _ignored(path):
            hint = yamlsrc.expected(path.name, [*SINGLE_FILES, "elevation", *OTHERS])
            problems.append(Problem(path.name, 0, 0, "not a rule file", hint=hint, code="unknown-file"))
    return texts


def _children(path: Path, problems: list[Problem]) -> list[Path]:
    try:
        children = sorted(path.iterdir())
    except OSError as error:
        reason = error.strerror or type(error).__name__
        problems.append(Problem(path.name, 0, 0, f"cannot be read: {reason}"))
        return []
    if len(children) > MAX_FILES:
        problems.append(Problem(path.name, 0, 0, f"more than {MAX_FILES} files"))
        return []
    return children


def _ignored(path: Path) -> bool:
    name = path.name
    return name.startswith((".", "_")) or name.endswith((".md", ".json", ".py", ".txt")) or name == "packs"


def _read_file(path: Path, name: str, root: Path, texts: dict[str, bytes], problems: list[Problem]) -> None:
    try:
        target = path.resolve(strict=True)
        if not target.is_relative_to(root):
            hint = "copy the file here"
            problems.append(Problem(name, 0, 0, "a link that leads out of the rules folder", hint=hint))
            return
        info = target.stat()
        if not stat.S_ISREG(info.st_mode):
            problems.append(Problem(name, 0, 0, "not a regular file"))
        elif info.st_size > yamlsrc.MAX_BYTES:
            problems.append(Problem(name, 0, 0, f"too large: {info.st_size:,} of at most {yamlsrc.MAX_BYTES:,} bytes"))
        else:
            texts[name] = target.read_bytes()
    except (OSError, RuntimeError) as error:
        reason = getattr(error, "strerror", None) or type(error).__name__
        problems.append(Problem(name, 0, 0, f"cannot be read: {reason}"))
