"""YAML comes in without surprises, with places, and with nothing but ConfigError when it is wrong."""

from __future__ import annotations

import time
from datetime import date

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from signalwatch import yamlsrc
from signalwatch.errors import ConfigError, Problem


def problems(text: str | bytes, **kwargs: int) -> list[Problem]:
    with pytest.raises(ConfigError) as caught:
        yamlsrc.load(text, "f.yaml", **kwargs)
    return list(caught.value.problems)


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("true", True), ("false", False), ("null", None), ("~", None), ("", None),
        ("True", "True"), ("yes", "yes"), ("no", "no"), ("on", "on"), ("off", "off"), ("NULL", "NULL"),
        ("7", 7), ("-7", -7), ("+7", 7), ("0", 0), ("012", "012"), ("0x1f", "0x1f"), ("1_000", "1_000"),
        ("0.5", 0.5), (".5", 0.5), ("-2.50", -2.5), ("1e6", 1e6), ("1.5e-3", 0.0015), ("00.5", "00.5"),
        ("1e999", "1e999"), (".inf", ".inf"), (".nan", ".nan"), ("-", "-"), (".", "."), ("1.2.3", "1.2.3"),
        ("12:30:00", "12:30:00"), ("2026-01-10", date(2026, 1, 10)), ("2026-01-10T12:00:00Z", "2026-01-10T12:00:00Z"),
        ("'7'", "7"), ('"true"', "true"), ("120d", "120d"), ("1/2", "1/2"), ("9" * 40, "9" * 40),
    ],
)  # fmt: skip
def test_scalars_mean_what_they_say(written: str, value: object) -> None:
    if written == "-":
        written = "'-'"
    data = yamlsrc.load(f"a: {written}\nb: 1\n", "f.yaml").data

    assert data == {"a": value, "b": 1}
    assert type(data["a"]) is type(value)


def test_keys_are_text_as_written() -> None:
    assert yamlsrc.load("1: a\non: b\nnull: c\n2026-01-01: d\n", "f").data == {
        "1": "a",
        "on": "b",
        "null": "c",
        "2026-01-01": "d",
    }


def test_places_of_keys_values_and_missing_things() -> None:
    source = yamlsrc.load("a: 1\nb:\n  - x\n  - {c|gte: 5, d: [7]}\n", "rules.yaml")

    assert source.where() == (1, 1)
    assert source.where(("a",)) == (1, 4)
    assert source.where(("b", 1, "c|gte")) == (4, 13)
    assert source.where(("b", 1, "c|gte"), key=True) == (4, 6)
    assert source.where(("b", 1, "d", 0)) == (4, 20)
    assert source.where(("b", 1, "absent", "deeper")) == (4, 5)


def test_a_problem_carries_its_line_and_can_hide_it() -> None:
    source = yamlsrc.load("password: hunter2\n", "s.yaml")

    shown = source.problem(("password",), "bad", hint="do x")
    hidden = source.problem(("password",), "bad", show=False)

    assert str(shown) == "s.yaml:1:11: error: bad (do x)\n    password: hunter2\n              ^"
    assert "hunter2" not in str(hidden)


@pytest.mark.parametrize(
    ("text", "line", "column", "words"),
    [
        ("a: 1\nb: 2\na: 3\n", 3, 1, "duplicate key"),
        ("x:\n  a: {b: 1, c: 2, b: 3}\n", 2, 19, "duplicate key"),
        ("a: &x 1\n", 1, 4, "anchor"),
        ("a: 1\nb: *x\n", 2, 4, "alias"),
        ("<<: {a: 1}\n", 1, 1, "merge key"),
        ("a: !!python/object:os.system x\n", 1, 4, "tag"),
        ("a: !x 1\n", 1, 4, "tag"),
        ("a:\n\t- b\n", 2, 1, "tab"),
        ("a:\n  b: 1\n\tc: 2\n", 3, 1, "tab"),
        ("a: 1\n---\nb: 2\n", 2, 1, "second document"),
        ("? [a]\n: b\n", 1, 3, "key that is itself"),
        ("a: b: c\n", 1, 5, "unexpected ':'"),
        ("a: 'abc\n", 1, 4, "never closed"),
        ("a: 1\nb: [1,\n  2\n", 2, 4, "not closed"),
        ("a: 2026-02-30\n", 1, 4, "not a date"),
        ("a: x\x00y\n", 1, 5, "NUL"),
        ("a: 1\r\nb: \x07\r\n", 2, 4, "U+0007"),
        ("a: 1\nb: x\ufeff\n", 2, 5, "U+FEFF"),
        (b"a: 1\nb: \xff\n", 2, 4, "not UTF-8"),
        ("a: 1\n".encode("utf-16"), 1, 1, "UTF-16"),
        ("[" * 1000, 1, 61, "nested more than"),
        ("- " * 1000, 1, 121, "nested more than"),
        ("", 0, 0, "empty"),
        ("# nothing\n", 0, 0, "empty"),
        (b"\xef\xbb\xbf", 0, 0, "empty"),
    ],
)
def test_what_is_wrong_is_said_where(text: str | bytes, line: int, column: int, words: str) -> None:
    found = problems(text)

    assert words in found[0].message
    assert (found[0].line, found[0].column) == (line, column)


def test_all_problems_at_once_and_the_syntax_error_last() -> None:
    found = problems("a: &x 1\na: *x\n<<: {}\nd: 2026-13-01\ne: f: 1\n")

    assert [p.line for p in found] == [1, 2, 2, 3, 4, 5]


def test_bom_crlf_and_bytes_are_fine() -> None:
    text = "\ufeffa: 1\r\nb:\r\n- x\r\n"

    assert yamlsrc.load(text, "f").data == yamlsrc.load(text.encode(), "f").data == {"a": 1, "b": ["x"]}


def test_an_empty_file_can_be_allowed() -> None:
    assert yamlsrc.load("# only a comment\n", "f", allow_empty=True).data is None


def test_too_large_is_refused_unread() -> None:
    found = problems("a" * 11, max_bytes=10)

    assert "too large" in found[0].message


@pytest.mark.slow
def test_bombs_cost_nothing() -> None:
    laughs = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
        f"{chr(98 + i)}: &{chr(98 + i)} [{','.join(['*' + chr(97 + i)] * 9)}]\n" for i in range(20)
    )
    flat = "[" + "a," * 2_000_000 + "]"
    deep = "{a: " * 500_000
    started = time.process_time()

    assert "anchor" in problems(laughs)[0].message
    assert "values" in problems(flat)[0].message
    assert "nested" in problems(deep)[0].message
    assert time.process_time() - started < 10


def test_words_near_and_far() -> None:
    words = ["trial_start", "trial_results", "ipo"]

    assert yamlsrc.did_you_mean("tril_start", words) == 'did you mean "trial_start"?'
    assert yamlsrc.did_you_mean("zzz", words) == ""
    assert yamlsrc.expected("zzz", words) == "one of: ipo, trial_results, trial_start"


@pytest.mark.parametrize(("word", "meant"), [("yes", True), ("Off", False), ("NO", False), ("maybe", None), (1, None)])
def test_boolean_words_are_recognised_for_messages(word: object, meant: bool | None) -> None:
    assert yamlsrc.looks_boolean(word) is meant


_yamlish = st.text(
    alphabet=st.sampled_from(list(" \t\n\r-:{}[],&*!|>'\"%@`#?ab01.\x00\x85\u2028\ufeffé~<=")), max_size=60
)


@settings(max_examples=400, deadline=None)
@given(st.one_of(_yamlish, st.text(max_size=40), st.binary(max_size=40)))
def test_fuzz_nothing_but_config_error(text: str | bytes) -> None:
    found: tuple[Problem, ...] = ()
    try:
        yamlsrc.load(text, "f.yaml")
    except ConfigError as error:
        found = error.problems or (Problem("f.yaml", -1, 0, "an error without a problem"),)

    assert all(p.line >= 0 and str(p) for p in found)


_characters = st.characters(codec="utf-8", exclude_categories=("Cc", "Cf", "Cn", "Cs")) | st.sampled_from("\n\t")
_values = st.recursive(
    st.one_of(st.booleans(), st.none(), st.integers(-(10**17), 10**17), st.text(_characters, max_size=12)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.text("abcxyz|_", min_size=1, max_size=5), inner, max_size=4)
    ),
    max_leaves=12,
)


@pytest.mark.slow
@settings(max_examples=200, deadline=None)
@given(_values)
def test_what_pyyaml_writes_comes_back(value: object) -> None:
    """Dumped with quotes around every text, the value survives and every leaf has a place."""

    class Quoting(yaml.SafeDumper):
        def ignore_aliases(self, data: object) -> bool:
            return True

    Quoting.add_representer(str, lambda dumper, text: dumper.represent_scalar("tag:yaml.org,2002:str", text, style='"'))
    text = yaml.dump(value, Dumper=Quoting, allow_unicode=False)

    source = yamlsrc.load(text, "f.yaml", allow_empty=True)

    assert source.data == value
    _every_leaf_has_a_place(source, value, ())


def _every_leaf_has_a_place(source: yamlsrc.Source, value: object, path: yamlsrc.Path) -> None:
    line, column = source.where(path)
    assert 1 <= line <= len(source.lines)
    assert 1 <= column <= len(source.lines[line - 1]) + 1
    if isinstance(value, dict):
        for key, inner in value.items():
            _every_leaf_has_a_place(source, inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            _every_leaf_has_a_place(source, inner, (*path, index))


@pytest.mark.parametrize("escape", [r"\0", r"\x07", r"\x1b[31m", r"\ufeff"])
def test_an_escape_cannot_smuggle_a_control_character_in(escape: str) -> None:
    """NUL breaks PostgreSQL texts, escape sequences paint over terminals, neither may stand in XML."""
    with pytest.raises(ConfigError, match="escape of a control character"):
        yamlsrc.load(f'a: "b{escape}c"\n', "f.yaml")
    with pytest.raises(ConfigError, match="escape of a control character"):
        yamlsrc.load(f'"b{escape}c": 1\n', "f.yaml")


def test_tabs_and_new_lines_may_be_escaped() -> None:
    assert yamlsrc.load(r'a: "b\n\tc"', "f.yaml").data == {"a": "b\n\tc"}


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a:\n      bc: [1, 2\n", "bc: [1, 2\n        ^"),
        ('a: {b: "日本", a: 1, a: 2}\n', 'a: {b: "日本", a: 1, a: 2}\n                         ^'),
        (f"a: {{ {'x' * 300}: 1, b: 1, b: 2, {'y' * 300}: 1 }}\n", "xx: 1, b: 1, b: 2, yy"),
        ("a:\t{b: 1, b: 2}\n", "a: {b: 1, b: 2}\n              ^"),
    ],
)
def test_a_caret_points_at_the_place(text: str, shown: str) -> None:
    """Below the very character: wide characters, tabs and long lines too."""
    with pytest.raises(ConfigError) as caught:
        yamlsrc.load(text, "f.yaml")

    said = str(caught.value.problems[0])
    _, line, caret = said.split("\n")
    assert shown in said
    assert len(line) < 200
    assert caret.strip() == "^"
    if "yy" in shown:
        assert line[caret.index("^") :].startswith("b: 2")


def test_a_problem_can_be_printed_anywhere() -> None:
    """File names with bytes that are no text, escape sequences, changes of writing direction."""
    said = str(Problem("a\udcff\x1b[2J\u202e.yaml", 1, 1, "x\x00y", excerpt="\x1b[31mred"))

    assert said == "a\\udcff\\x1b[2J\\u202e.yaml:1:1: error: x\\x00y\n    ?[31mred"
    said.encode("utf-8")
