"""Trigger files become typed, compiled objects at once; every problem of the whole folder is reported with its place.

File names: ``<type>.yaml`` defines an event type; ``_words.yaml`` word classes, ``_scope.yaml`` markers of plans and negation,
``_items.yaml`` kinds of items without news, ``_organisations.yaml`` what the finder of names knows, ``_common_words.txt`` words
that are no names.
The format is documented in rules/triggers/README.md.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from signalwatch import ids, yamlsrc
from signalwatch.detect import keys
from signalwatch.detect.attributes import EXTRACTORS
from signalwatch.detect.inflect import forms
from signalwatch.detect.namebook import NameBook
from signalwatch.detect.phrases import (
    Phrase,
    PhraseError,
    Vocabulary,
    check,
    compile_any,
    compile_guard,
    compile_phrase,
    tokens,
)
from signalwatch.detect.searching import Guard
from signalwatch.detect.text import normalise
from signalwatch.detect.triggers import Bucket, Entry, Example, Indexes, ItemClass, Pack, Pattern, Scope, TriggerType
from signalwatch.errors import ConfigError, Problem, RuleSetError

SCOPES = tuple(keys.SCOPES)
POLARITIES = tuple(keys.POLARITIES)
WHERE = tuple(keys.WHERE)
EFFECTS = ("none", "title_only")
_ITEM_KEYS = frozenset("effect title anywhere unless hard drop against favour".split())
_NAME = re.compile(r"[a-z][a-z0-9_]*\Z")


def load_texts(texts: Mapping[str, str]) -> Pack:
    """Compile a folder given as file name to content.

    Raises:
        RuleSetError: with every problem found, each with file, line, column and the nearest valid word.
    """
    return _Loader(texts).run()


class _Loader:
    def __init__(self, texts: Mapping[str, str]) -> None:
        self.texts = texts
        self.problems: list[Problem] = []
        self.words = Vocabulary({})
        self.names: list[str] = []
        self.words_broken = False

    def run(self) -> Pack:
        sources: dict[str, yamlsrc.Source] = {}
        for name in sorted(self.texts):
            if name.endswith((".yaml", ".yml")):
                try:
                    sources[name] = yamlsrc.load(self.texts[name], name)
                except ConfigError as error:
                    self.problems.extend(error.problems)
                    self.words_broken = self.words_broken or name == "_words.yaml"
        if not any(not n.startswith("_") for n in sources) and not self.problems:
            self.problems.append(
                Problem("triggers", 0, 0, "no trigger files (*.yaml) here", hint="point to the folder rules/triggers")
            )
        self._vocabulary(sources.get("_words.yaml"))
        self.names = [n.rsplit(".", 1)[0] for n in sources if not n.startswith("_")]
        types = {}
        for name, source in sources.items():
            if not name.startswith("_"):
                made = self._type(source)
                if made:
                    types[made.name] = made
            elif name not in {"_words.yaml", "_scope.yaml", "_items.yaml", "_organisations.yaml"}:
                self.problems.append(Problem(name, 0, 0, "unknown file", hint=yamlsrc.expected(name, _SPECIAL)))
        items = self._items(sources.get("_items.yaml"))
        scopes = self._scopes(sources.get("_scope.yaml"))
        book = self._book(sources.get("_organisations.yaml"), _acts(types.values(), self.words))
        if self.problems:
            raise RuleSetError(self.problems)
        digest = ids.digest("triggers", *sorted((n, ids.digest_bytes(t.encode())) for n, t in self.texts.items()))
        return Pack(types, items, scopes, book, _indexes(types.values(), items), digest)

    # --- small readers ------------------------------------------------------------------------------------------

    def _complain(
        self, source: yamlsrc.Source, path: tuple[str | int, ...], message: str, hint: str = "", key: bool = False
    ) -> None:
        self.problems.append(source.problem(path, message, hint=hint, key=key))

    def _mapping(
        self, source: yamlsrc.Source, value: Any, path: tuple[str | int, ...], keys: Iterable[str]
    ) -> dict[str, Any]:
        if not isinstance(value, dict):
            self._complain(source, path, "expected keys and values here")
            return {}
        for key in value:
            if key not in keys:
                self._complain(source, (*path, key), f"unknown key {key!r}", yamlsrc.expected(key, keys), key=True)
        return value

    def _text(self, source: yamlsrc.Source, value: Any, path: tuple[str | int, ...], default: str = "") -> str:
        if value is None:
            return default
        if not isinstance(value, str):
            self._complain(source, path, "expected text", "quote it")
            return default
        return value

    def _flag(self, source: yamlsrc.Source, value: Any, path: tuple[str | int, ...]) -> bool:
        if value is None or isinstance(value, bool):
            return bool(value)
        self._complain(source, path, "expected true or false")
        return False

    def _strings(
        self, source: yamlsrc.Source, value: Any, path: tuple[str | int, ...]
    ) -> list[tuple[str, tuple[str | int, ...]]]:
        if value is None:
            return []
        if not isinstance(value, list):
            self._complain(source, path, "expected a list", "write [ ... ] or lines that start with -")
            return []
        found = []
        for i, item in enumerate(value):
            if isinstance(item, int | float) and not isinstance(item, bool):
                item = str(item)
            if not isinstance(item, str) or not item.strip():
                self._complain(source, (*path, i), "expected a phrase", "quote it")
            else:
                found.append((item, (*path, i)))
        return found

    def _choices(
        self, source: yamlsrc.Source, value: Any, path: tuple[str | int, ...], valid: Iterable[str]
    ) -> list[str]:
        found = []
        options = list(valid)
        for text, where in self._strings(source, value, path):
            if text not in options:
                self._complain(source, where, f"unknown word {text!r}", yamlsrc.expected(text, options))
            else:
                found.append(text)
        return found

    def _phrases(self, source: yamlsrc.Source, value: Any, path: tuple[str | int, ...]) -> tuple[Phrase, ...]:
        found = []
        for text, where in self._strings(source, value, path):
            try:
                found.append(compile_phrase(text, self.words))
            except PhraseError as error:
                self._phrase_problem(source, where, error)
        return tuple(found)

    def _any(self, source: yamlsrc.Source, value: Any, path: tuple[str | int, ...]) -> re.Pattern[str] | None:
        return compile_any(self._plain(source, value, path), self.words)

    def _guard(self, source: yamlsrc.Source, value: Any, path: tuple[str | int, ...]) -> Guard | None:
        return compile_guard(self._plain(source, value, path), self.words)

    def _plain(self, source: yamlsrc.Source, value: Any, path: tuple[str | int, ...]) -> list[str]:
        """The phrases without roles of a list that compile; the others become problems."""
        good = []
        for text, where in self._strings(source, value, path):
            try:
                check(text, self.words)
                good.append(text)
            except PhraseError as error:
                self._phrase_problem(source, where, error)
        return good

    def _phrase_problem(self, source: yamlsrc.Source, where: tuple[str | int, ...], error: PhraseError) -> None:
        hint = ""
        m = re.search(r"unknown word class \{(.*?)\}", str(error))
        if m:
            hint = yamlsrc.expected(m.group(1), self.words.names())
            if self.words_broken:
                return  # _words.yaml itself is reported; every phrase that uses it would only repeat it
        self._complain(source, where, str(error), hint)

    # --- files --------------------------------------------------------------------------------------------------

    def _vocabulary(self, source: yamlsrc.Source | None) -> None:
        if source is None:
            return
        data = source.data if isinstance(source.data, dict) else {}
        classes = {}
        for name, value in data.items():
            classes[name] = tuple(text for text, _ in self._strings(source, value, (name,)))
        self.words = Vocabulary(classes)
        for name, rows in classes.items():
            for i, row in enumerate(rows):
                try:
                    check(row, self.words)
                except PhraseError as error:
                    self._phrase_problem(source, (name, i), error)

    def _type(self, source: yamlsrc.Source) -> TriggerType | None:
        data = self._mapping(source, source.data, (), keys.TYPE)
        name = self._text(source, data.get("type"), ("type",))
        if not _NAME.match(name):
            self._complain(
                source, ("type",), "a type is named in lower case with _", "for example: type: funding_round"
            )
            return None
        if source.file.rsplit("/", 1)[-1].rsplit(".", 1)[0] != name:
            self._complain(source, ("type",), f"the type {name!r} belongs into {name}.yaml")
        polarity = self._text(source, data.get("polarity"), ("polarity",), "neutral")
        if polarity not in POLARITIES:
            self._complain(
                source, ("polarity",), f"unknown polarity {polarity!r}", yamlsrc.expected(polarity, POLARITIES)
            )
        listed = self._text(source, data.get("listed"), ("listed",))
        if listed and listed not in self.names:
            self._complain(source, ("listed",), f"unknown event type {listed!r}", yamlsrc.expected(listed, self.names))
        allow = frozenset(self._choices(source, data.get("allow"), ("allow",), SCOPES))
        deny = frozenset(self._choices(source, data.get("deny"), ("deny",), SCOPES))
        attributes = tuple(self._choices(source, data.get("attributes"), ("attributes",), EXTRACTORS))
        each = self._text(source, data.get("each"), ("each",))
        patterns = self._patterns(source, data.get("patterns"), name)
        return TriggerType(
            name=name,
            polarity=polarity,
            about=self._text(source, data.get("about"), ("about",)),
            patterns=patterns,
            allow=(allow | {"progressive"}) - deny,
            attributes=attributes,
            listed=listed,
            parties=self._flag(source, data.get("parties"), ("parties",)),
            each=each,
            beats=frozenset(self._choices(source, data.get("beats"), ("beats",), self.names)),
            unless=self._guard(source, data.get("unless"), ("unless",)),
            unless_title=self._guard(source, data.get("unless_title"), ("unless_title",)),
            examples=self._examples(source, data.get("examples"), name),
        )

    def _patterns(self, source: yamlsrc.Source, value: Any, type_name: str) -> tuple[Pattern, ...]:
        if not isinstance(value, list) or not value:
            self._complain(source, ("patterns",), "a trigger type needs a list of patterns")
            return ()
        found: list[Pattern] = []
        for i, entry in enumerate(value):
            path: tuple[str | int, ...] = ("patterns", i)
            row = self._mapping(source, entry, path, keys.PATTERN)
            if not row:
                continue
            pattern_id = self._text(source, row.get("id"), (*path, "id"))
            if not pattern_id or any(p.id == pattern_id for p in found):
                self._complain(
                    source,
                    (*path, "id"),
                    "a pattern needs an id of its own" if not pattern_id else f"the id {pattern_id!r} is used twice",
                )
            where = self._text(source, row.get("where"), (*path, "where"), "any")
            if where not in WHERE:
                self._complain(source, (*path, "where"), f"unknown place {where!r}", yamlsrc.expected(where, WHERE))
            confidence = row.get("confidence", 0.9)
            if isinstance(confidence, bool) or not isinstance(confidence, int | float) or not 0 < confidence <= 1:
                self._complain(source, (*path, "confidence"), "confidence is a number above 0 and up to 1")
                confidence = 0.9
            fixed = row.get("set") or {}
            if not isinstance(fixed, dict):
                self._complain(source, (*path, "set"), "expected attribute: value")
                fixed = {}
            becomes = (
                self._mapping(source, row["becomes"], (*path, "becomes"), keys.BECOMES)
                if row.get("becomes") is not None
                else {}
            )
            other = self._text(source, becomes.get("type"), (*path, "becomes", "type"))
            if becomes and other not in self.names:
                self._complain(
                    source,
                    (*path, "becomes", "type"),
                    f"unknown event type {other!r}",
                    yamlsrc.expected(other, self.names),
                )
            phrases = self._phrases(source, row.get("any"), (*path, "any"))
            if not phrases and not self.problems:
                self._complain(source, (*path, "any"), "a pattern needs phrases", "any: [ ... ]")
            found.append(
                Pattern(
                    id=pattern_id,
                    type=type_name,
                    phrases=phrases,
                    where=where,
                    set=fixed,
                    allow=frozenset(self._choices(source, row.get("allow"), (*path, "allow"), SCOPES)),
                    unless=self._guard(source, row.get("unless"), (*path, "unless")),
                    unless_title=self._guard(source, row.get("unless_title"), (*path, "unless_title")),
                    needs=self._guard(source, row.get("needs"), (*path, "needs")),
                    confidence=float(confidence),
                    always=self._flag(source, row.get("always"), (*path, "always")),
                    only_listed=self._flag(source, row.get("only_listed"), (*path, "only_listed")),
                    proper=self._flag(source, row.get("proper"), (*path, "proper")),
                    beside=self._flag(source, row.get("beside"), (*path, "beside")),
                    alone=self._flag(source, row.get("alone"), (*path, "alone")),
                    becomes=other,
                    yields=frozenset(self._choices(source, row.get("yields"), (*path, "yields"), self.names)),
                    becomes_when=self._any(source, becomes.get("when"), (*path, "becomes", "when")),
                )
            )
        return tuple(found)

    def _examples(self, source: yamlsrc.Source, value: Any, type_name: str) -> tuple[Example, ...]:
        if value is None:
            return ()
        data = self._mapping(source, value, ("examples",), keys.EXAMPLES)
        found = []
        for key in ("fires", "silent"):
            rows = data.get(key) or []
            if not isinstance(rows, list):
                self._complain(source, ("examples", key), "expected a list of examples")
                continue
            for i, entry in enumerate(rows):
                path: tuple[str | int, ...] = ("examples", key, i)
                row = self._mapping(source, entry, path, keys.EXAMPLE)
                title = self._text(source, row.get("title"), (*path, "title"))
                expect = row.get("expect") or {}
                if not isinstance(expect, dict):
                    self._complain(source, (*path, "expect"), "expected attribute: value")
                    expect = {}
                found.append(
                    Example(
                        type=type_name, fires=key == "fires", title=title,
                        text=self._text(source, row.get("text"), (*path, "text")),
                        publisher=self._text(source, row.get("publisher"), (*path, "publisher")),
                        kind=self._text(source, row.get("kind"), (*path, "kind"), "news"), expect=expect,
                        file=source.file, line=source.where(path)[0],
                    )
                )  # fmt: skip
        return tuple(found)

    def _items(self, source: yamlsrc.Source | None) -> tuple[ItemClass, ...]:
        if source is None:
            return ()
        found = []
        for name, value in (source.data if isinstance(source.data, dict) else {}).items():
            row = self._mapping(source, value, (name,), _ITEM_KEYS)
            effect = self._text(source, row.get("effect"), (name, "effect"), "none")
            if effect not in EFFECTS:
                self._complain(
                    source, (name, "effect"), f"unknown effect {effect!r}", yamlsrc.expected(effect, EFFECTS)
                )
            anywhere = self._phrases(source, row.get("anywhere"), (name, "anywhere"))
            found.append(
                ItemClass(
                    name=name,
                    effect=effect,
                    phrases=self._phrases(source, row.get("title"), (name, "title")),
                    unless=self._guard(source, row.get("unless"), (name, "unless")),
                    hard=self._guard(source, row.get("hard"), (name, "hard")),
                    drop=frozenset(self._choices(source, row.get("drop"), (name, "drop"), self.names)),
                    anywhere=anywhere,
                    against=frozenset(
                        w.lower() for w, _ in self._strings(source, row.get("against"), (name, "against"))
                    ),
                    favour=frozenset(w.lower() for w, _ in self._strings(source, row.get("favour"), (name, "favour"))),
                )
            )
        return tuple(found)

    def _scopes(self, source: yamlsrc.Source | None) -> tuple[Scope, ...]:
        if source is None:
            return ()
        found = []
        for name, value in (source.data if isinstance(source.data, dict) else {}).items():
            if name not in SCOPES:
                self._complain(source, (name,), f"unknown scope {name!r}", yamlsrc.expected(name, SCOPES), key=True)
                continue
            row = self._mapping(source, value, (name,), ("words", "phrases"))
            words = row.get("words", 6)
            if isinstance(words, bool) or not isinstance(words, int) or not 1 <= words <= 20:
                self._complain(source, (name, "words"), "words is a number from 1 to 20")
                words = 6
            markers = self._guard(source, row.get("phrases"), (name, "phrases"))
            if markers:
                found.append(Scope(name, words, markers))
        return tuple(found)

    def _book(self, source: yamlsrc.Source | None, acts: frozenset[str]) -> NameBook:
        data: dict[str, Any] = {}
        if source is not None:
            data = self._mapping(source, source.data, (), _BOOK_KEYS)
            for key, value in data.items():
                if key in _BOOK_KEYS and not isinstance(value, dict if key in {"regulators", "funders"} else list):
                    self._complain(
                        source,
                        (key,),
                        "expected name: label" if key in {"regulators", "funders"} else "expected a list",
                    )
                    return NameBook({}, (), ())
        verbs: set[str] = set(acts)
        for text in data.get("lead_verbs") or []:
            entry = str(text)
            if entry.startswith("<"):
                for verb in entry.strip("<>").split("|"):
                    made = forms(verb)
                    verbs.update(made)
            else:
                verbs.add(entry.lower())
        common = [w.strip().lower() for w in self.texts.get("_common_words.txt", "").split() if w.strip()]
        return NameBook(data, common, verbs)


_VERBS = re.compile(r"<([^<>]+)>")


def _acts(types: Iterable[TriggerType], words: Vocabulary) -> frozenset[str]:
    """What the phrases say that somebody does: a capital does not make these a name (``FDA OKs``, ``Acme Designates``)."""
    sources = [p.source for kind in types for pattern in kind.patterns for p in pattern.phrases]
    sources += [row for rows in words.classes.values() for row in rows]
    named = {verb.strip().lower() for text in sources for group in _VERBS.findall(text) for verb in group.split("|")}
    made = (form for verb in named if verb and " " not in verb for form in forms(verb))
    return frozenset(form for form in made if form.endswith(("s", "ed")) and len(form) > 2)


_SPECIAL = ("_words.yaml", "_scope.yaml", "_items.yaml", "_organisations.yaml", "_common_words.txt")
_BOOK_KEYS = frozenset(
    "regulators funders institutions suffixes legal descriptors demonyms known not_names generic_heads drug_stems "
    "lead_verbs".split()
)


_MANY = 24
"""Phrases that are quicker to look at one by one."""


def _indexes(types: Collection[TriggerType], items: Iterable[ItemClass]) -> Indexes:
    """From a word to the phrases that need it; entries are numbered from the surest to the weakest."""
    rows: list[tuple[float, Pattern | ItemClass, Phrase]] = [
        (2.0, item, phrase) for item in items for phrase in item.phrases
    ]
    patterns = [pattern for kind in types for pattern in kind.patterns]
    for pattern in patterns:
        rows.extend((pattern.confidence + (0.005 if p.roles else 0.0), pattern, p) for p in pattern.phrases)
    rows.sort(key=lambda row: -row[0])  # stable: file order decides between equals
    common = _common(e for kind in types for e in kind.examples)
    entries: list[tuple[frozenset[str], Entry]] = []
    for order, (_, owner, phrase) in enumerate(rows):
        # looked up by the words that are rarest in texts of this kind
        groups = sorted(
            (phrase.anchors, *phrase.others), key=lambda g: (sum(common[w] + 0.1 for w in g), len(g), sorted(g))
        )
        entries.append((groups[0], Entry(order, owner, phrase, needed=tuple(groups[1:]))))
    alone = [(words, e) for words, e in entries if isinstance(e.owner, Pattern) and e.owner.alone]
    surer = [(words, e) for words, e in entries if isinstance(e.owner, ItemClass) or not e.owner.alone]
    spoken = [(words, e) for words, e in surer if isinstance(e.owner, Pattern) and e.owner.where != "title"]
    return Indexes(
        title=_index((words, e) for words, e in surer if isinstance(e.owner, ItemClass) or e.owner.where != "text"),
        text=_index(spoken),
        beside=_index((words, e) for words, e in spoken if isinstance(e.owner, Pattern) and e.owner.beside),
        alone=_index(alone),
    )


def _index(entries: Iterable[tuple[frozenset[str], Entry]]) -> dict[str, Bucket]:
    index: dict[str, list[Entry]] = {}
    for words, entry in entries:
        for word in sorted(words):
            index.setdefault(word, []).append(entry)
    return {word: _bucket(found) for word, found in index.items()}


_NOTHING: Mapping[str, tuple[Entry, ...]] = {}


def _bucket(entries: list[Entry]) -> Bucket:
    """What a word leads to; where that is much, most of it lies behind a second word."""
    if len(entries) <= _MANY:
        return Bucket(tuple(entries), _NOTHING, frozenset())
    plain: list[Entry] = []
    further: dict[str, list[Entry]] = {}
    for entry in entries:
        if not entry.needed:
            plain.append(entry)
            continue
        for word in sorted(entry.needed[0]):
            further.setdefault(word, []).append(entry)
    return Bucket(tuple(plain), {word: tuple(found) for word, found in further.items()}, frozenset(further))


def _common(examples: Iterable[Example]) -> Counter[str]:
    """How many of the pack's own examples each word stands in."""
    counted: Counter[str] = Counter()
    for example in examples:
        for text in (example.title, example.text):
            if text:
                norm = normalise(text)
                counted.update(tokens(norm, 0, len(norm)))
    return counted
