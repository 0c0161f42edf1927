"""Corporate families: who owns whom today, what companies were called, and short names everybody uses.

``rules/families.yaml`` is a list of companies, each with the names it is known by and dated, sourced facts about units and
predecessors. The loader reports every problem with its line and refuses contradictions: a unit with two owners at
once, and circles. Which account a fact leads to is decided against the account list (``Families.today``): the
nearest owner that has an account wins.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from signalwatch import yamlsrc
from signalwatch.errors import ConfigError, Problem
from signalwatch.ids import digest
from signalwatch.resolve.text import normalise

KINDS = ("owned", "renamed", "merged", "division", "spun_off", "split", "shell")
_SINCE = re.compile(r"(?:19|20)\d\d(?:-(?:0[1-9]|1[0-2]))?\Z")
_COMPANY_KEYS = {"company", "names", "press", "shared", "clues", "facts", "tickers"}
_FACT_KEYS = {"name", "kind", "since", "source", "with", "cik"}


@dataclass(frozen=True, slots=True)
class Fact:
    """One dated fact: ``name`` belongs to, became or is part of ``company`` since ``since`` (year, or year-month).

    ``owned`` bought or majority-owned; ``renamed`` the same company under its old name; ``merged`` went into it;
    ``division`` a unit or brand of it; ``spun_off`` left its old owner and is on its own (``company`` is itself);
    ``split`` the name stands for ``company`` and for ``others`` (never decided by name alone); ``shell`` an unrelated
    old business or SPAC whose listing the company took over (never decided by name alone). ``cik`` is the unit's own SEC
    number, where it had one.
    """

    name: str
    kind: str
    company: str
    since: str
    source: str
    others: tuple[str, ...] = ()
    cik: int | None = None
    line: int = 0


@dataclass(frozen=True, slots=True)
class Group:
    """A company with units: other names for it, short forms the press uses, words that give it away, its tickers.

    ``press`` forms count in running text only. ``shared`` forms are in use by another company as well, on the list or not:
    by themselves they are never decided, in running text only next to one of the ``clues``. ``tickers`` are written
    ``EXCHANGE:SYMBOL``; without exchange it is a ticker the company used to have.
    """

    company: str
    names: tuple[str, ...] = ()
    press: tuple[str, ...] = ()
    shared: tuple[str, ...] = ()
    clues: tuple[str, ...] = ()
    tickers: tuple[str, ...] = ()
    line: int = 0


@dataclass(frozen=True)
class Families:
    """All facts, found by the normal form of their name."""

    groups: tuple[Group, ...] = ()
    facts: tuple[Fact, ...] = ()
    version: str = ""
    _owner: Mapping[str, Fact] = field(default_factory=dict)
    _group: Mapping[str, Group] = field(default_factory=dict)

    def fact(self, name: str) -> Fact | None:
        """The fact about exactly this name, if there is one."""
        return self._owner.get(normalise(name))

    def group(self, name: str) -> Group | None:
        """The company entry that carries this name (its own or one of ``names``)."""
        return self._group.get(normalise(name))

    def group_by_key(self, normal: str) -> Group | None:
        """Like ``group``, for a name that is in normal form already."""
        return self._group.get(normal)

    def called(self) -> dict[str, str]:
        """Every name that is the same company as a listed one, and every ticker it has today (``$BDX``): name -> company.

        Units and companies that were bought are others, and short forms of the press or of two companies mean too much.
        """
        found: dict[str, str] = {}
        for group in self.groups:
            names = [name for name in (group.company, *group.names) if name not in group.shared]
            tickers = [f"${symbol.partition(':')[2]}" for symbol in group.tickers if ":" in symbol]
            found.update(dict.fromkeys((*names, *tickers), group.company))
        for fact in self.facts:
            if fact.kind == "renamed":
                found.setdefault(fact.name, fact.company)
        return found

    def facts_of(self, group: Group) -> list[Fact]:
        """The facts whose subject is the company itself, under any of its names."""
        found = (self.fact(name) for name in (group.company, *group.names))
        return [fact for fact in found if fact is not None]

    def owners(self, name: str) -> Iterator[str]:
        """Today's chain of owners of ``name``, nearest first; the loader has made sure that it ends."""
        fact = self.fact(name) or self._fact_of_company(name)
        while fact is not None and fact.kind != "spun_off":
            yield fact.company
            fact = self._fact_of_company(fact.company)

    def _fact_of_company(self, company: str) -> Fact | None:
        """What is said about a company that is itself an owner, under any of its names."""
        group = self.group(company)
        names = (company, *((group.company, *group.names) if group else ()))
        for fact in map(self.fact, names):
            if fact is not None and fact.company != company and (group is None or fact.company != group.company):
                return fact
        return None

    def today(self, name: str, account_of: Callable[[str], str | None]) -> str | None:
        """The account that holds ``name`` today: the nearest owner for which ``account_of`` knows one."""
        for owner in self.owners(name):
            group = self.group(owner)
            for alias in (owner, *(group.names if group else ())):
                found = account_of(alias)
                if found is not None:
                    return found
        return None


def load(text: str | bytes, file: str = "families.yaml") -> Families:
    """Read the pack. Raises ConfigError with every problem: unknown keys, bad dates, doubles, circles."""
    source = yamlsrc.load(text, file)
    problems: list[Problem] = []
    groups: list[Group] = []
    facts: list[Fact] = []
    data = source.data
    if data is None:
        data = []
    if not isinstance(data, list):
        raise ConfigError(
            [source.problem((), "expected a list of companies", hint="start each with '- company: NAME'")]
        )
    for number, item in enumerate(data):
        _company(source, number, item, groups, facts, problems)
    owner, group = _check(groups, facts, file, problems)
    if problems:
        raise ConfigError(problems)
    version = digest(
        [(f.name, f.kind, f.company, f.since, *f.others) for f in facts],
        [(g.company, g.names, g.press, g.shared, g.clues, g.tickers) for g in groups],
    )
    return Families(tuple(groups), tuple(facts), version, owner, group)


def _texts(source: Any, path: tuple[str | int, ...], value: Any, problems: list[Problem]) -> tuple[str, ...]:
    if value is None:
        return ()
    if not isinstance(value, list) or not all(isinstance(v, str) and v.strip() for v in value):
        problems.append(source.problem(path, f"{path[-1]} should be a list of texts", hint="write [A, B]"))
        return ()
    return tuple(value)


def _company(
    source: Any, number: int, item: Any, groups: list[Group], facts: list[Fact], problems: list[Problem]
) -> None:
    path: tuple[str | int, ...] = (number,)
    if not isinstance(item, dict) or not isinstance(item.get("company"), str):
        problems.append(source.problem(path, "expected a mapping with 'company: NAME'"))
        return
    for key in item:
        if key not in _COMPANY_KEYS:
            problems.append(
                source.problem((*path, key), f"unknown key {key!r}", hint=f"known: {', '.join(sorted(_COMPANY_KEYS))}")
            )
    company = item["company"]
    lists = {
        key: _texts(source, (*path, key), item.get(key), problems)
        for key in ("names", "press", "shared", "clues", "tickers")
    }
    groups.append(Group(company, **lists, line=source.where(path)[0]))
    rows = item.get("facts") or []
    if not isinstance(rows, list):
        problems.append(source.problem((*path, "facts"), "facts should be a list"))
        return
    for index, row in enumerate(rows):
        here = (*path, "facts", index)
        fact = _fact(source, here, company, row, problems)
        if fact is not None:
            facts.append(fact)


def _fact(source: Any, path: tuple[str | int, ...], company: str, row: Any, problems: list[Problem]) -> Fact | None:
    if not isinstance(row, dict):
        problems.append(source.problem(path, "expected {name: ..., kind: ..., since: ..., source: ...}"))
        return None
    before = len(problems)
    for key in row:
        if key not in _FACT_KEYS:
            problems.append(
                source.problem((*path, key), f"unknown key {key!r}", hint=f"known: {', '.join(sorted(_FACT_KEYS))}")
            )
    for key in ("name", "source"):
        if not isinstance(row.get(key), str) or not row[key].strip():
            problems.append(source.problem(path, f"{key} is missing"))
    if row.get("kind") not in KINDS:
        problems.append(source.problem(path, f"kind should be one of {', '.join(KINDS)}"))
    since = str(row.get("since", ""))
    if not _SINCE.match(since):
        problems.append(source.problem(path, "since should be a year or year-month, such as 2019 or 2019-11"))
    others = _texts(source, (*path, "with"), row.get("with"), problems)
    if row.get("kind") == "split" and not others:
        problems.append(source.problem(path, "a split needs 'with: [other companies]'"))
    cik = row.get("cik")
    if cik is not None and (not isinstance(cik, int) or isinstance(cik, bool) or not 0 < cik < 10**10):
        problems.append(source.problem((*path, "cik"), "cik should be a number of up to ten digits"))
    if len(problems) > before:
        return None
    return Fact(row["name"], row["kind"], company, since, row["source"], others, cik, source.where(path)[0])


def _check(
    groups: list[Group], facts: list[Fact], file: str, problems: list[Problem]
) -> tuple[dict[str, Fact], dict[str, Group]]:
    group_of: dict[str, Group] = {}
    for group in groups:
        for name in (group.company, *group.names):
            other = group_of.setdefault(normalise(name), group)
            if other is not group:
                problems.append(
                    Problem(file, group.line, 1, f"{name!r} is also a name of {other.company} (line {other.line})")
                )
    owner: dict[str, Fact] = {}
    for fact in facts:
        key = normalise(fact.name)
        other_fact = owner.setdefault(key, fact)
        if other_fact is not fact:
            problems.append(
                Problem(
                    file,
                    fact.line,
                    1,
                    f"{fact.name!r} is already said to belong to {other_fact.company} (line {other_fact.line})",
                )
            )
        own = group_of.get(key)
        if (
            own is not None
            and own.company == fact.company
            and fact.kind != "spun_off"
            and normalise(fact.company) == key
        ):
            problems.append(Problem(file, fact.line, 1, f"{fact.name!r} cannot belong to itself"))
    families = Families(_owner=owner, _group=group_of)
    for fact in facts:
        seen = {normalise(fact.name)}
        for step in families.owners(fact.name):
            key = normalise(step)
            if key in seen and step != fact.company:
                text = f"{fact.name!r}: the owners run in a circle through {step!r}"
                problems.append(Problem(file, fact.line, 1, text))
                break
            seen.add(key)
            if len(seen) > len(facts):
                break
    return owner, group_of
