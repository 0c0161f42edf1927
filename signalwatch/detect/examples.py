"""The examples in trigger files are tests: texts that must fire with these attributes, and texts that must stay silent."""

from __future__ import annotations

from collections.abc import Iterator

from signalwatch.detect.detector import Detector
from signalwatch.errors import Problem


def check_examples(detector: Detector) -> Iterator[Problem]:
    """Run every example of every trigger file; each one that does not hold is a problem with its file and line."""
    for kind in detector.pack.types.values():
        for example in kind.examples:
            found = detector.detect(example.title, example.text, kind=example.kind, publisher=example.publisher)
            mine = [event for event in found if event.type == kind.name]
            if not example.fires:
                if mine:
                    yield Problem(
                        example.file,
                        example.line,
                        1,
                        f"must not fire, but {mine[0].pattern} does: {example.title!r}",
                        code="example",
                    )
                continue
            if not mine:
                others = ", ".join(event.type for event in found) or "nothing"
                yield Problem(
                    example.file, example.line, 1, f"must fire, but gives {others}: {example.title!r}", code="example"
                )
                continue
            for name, value in example.expect.items():
                got = mine[0].attributes.get(name)
                if got != value and str(got) != str(value):
                    yield Problem(
                        example.file,
                        example.line,
                        1,
                        f"expected {name} {value!r}, got {got!r}: {example.title!r}",
                        code="example",
                    )
