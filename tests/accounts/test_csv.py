"""The account list as CSV: good rows are kept whatever the bad ones hold."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signalwatch.accounts import COLUMNS, read_csv, write_csv
from signalwatch.errors import ConfigError
from signalwatch.model import Account

HEADER = "account_id,name,legal_name,website_domain,cik,ticker,aliases,parent_account_id,country,kind,tier,owner,modality,size\n"
GOOD = 'abc,Abc Bio,"Abc Bio, Inc.",www.abc-bio.com/about,0001234567,nvrx,Abc;ABC Labs,,us,biotech,2,jo@example.com,cell therapy;RNA,250\n'


def test_a_good_row() -> None:
    result = read_csv(HEADER + GOOD)

    assert result.ok
    assert result.problems == ()
    assert result.accounts == (
        Account(
            account_id="abc", name="Abc Bio", legal_name="Abc Bio, Inc.", website_domain="abc-bio.com", cik=1234567, ticker="NVRX",
            aliases=("Abc", "ABC Labs"), country="US", kind="biotech", tier=2, owner="jo@example.com",
            attributes={"modality": ["cell therapy", "RNA"], "size": 250},
        ),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("abc,Other,,,,,,,,,,,,", "was already given in line 2"),
        ("d,Other,,,1234567,,,,,,,,,", "CIK 1234567 already belongs to 'abc' (line 2)"),
        ("d,Other,,,12x,,,,,,,,,", "cik: '12x' is no CIK"),
        ("d,Other,,,0,,,,,,,,,", "is no CIK"),
        ("d,Other,,,,N V R X,,,,,,,,", "ticker: 'N V R X' is no ticker symbol"),
        ("d,Other,,,,,,,USA,,,,,", "country: 'USA' is no country code"),
        ("d,Other,,,,,,,,,5,,,", "tier: '5' is no tier"),
        ("d,Other,,not a domain,,,,,,,,,,", "is no domain"),
        ("d,,,,,,,,,,,,,", "name: is empty"),
        ("d e,Other,,,,,,,,,,,,", "is no id"),
        ("d,Other,,,,,,d,,,,,,", "its own parent"),
        ("d,...,,,,,,,,,,,,", "holds no letter or digit"),
        ("d,Other,,,,,,,,,,,,,,,", "has 17 cells"),
        ("d,Oth\x07er,,,,,,,,,,,,", "control characters"),
    ],
)
def test_a_bad_row_is_named_and_skipped_and_the_good_ones_kept(row: str, message: str) -> None:
    result = read_csv(HEADER + GOOD + row + "\n" + "last,Last One,,,,,,,,,,,,\n", file="list.csv")

    assert [a.account_id for a in result.accounts] == ["abc", "last"]
    assert result.skipped == 1
    assert not result.ok
    assert message in str(result.problems[0])
    assert str(result.problems[0]).startswith("list.csv:3:")


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbfname,country\r\nGr\xc3\xbcn,DE\r\n",
        "name;country\r\nGrün;DE\r\n".encode(),
        "name\tcountry\nGrün\tDE\n".encode(),
        "Name , Country\nGrün,de\n".encode("utf-16"),
        '"name","country"\n"Grün","DE"\n'.encode(),
        "company_name,country\n\nGrün,DE\n\n".encode(),
    ],
)
def test_spreadsheets_write_many_kinds_of_csv(content: bytes) -> None:
    result = read_csv(content)

    assert [(a.account_id, a.name, a.country) for a in result.accounts] == [("grun", "Grün", "DE")]
    assert result.problems == ()


def test_another_encoding_is_read_with_a_warning_that_names_the_line() -> None:
    result = read_csv("name\nPlain\nGrün\n".encode("cp1252"), file="x.csv")

    assert [a.name for a in result.accounts] == ["Plain", "Grün"]
    assert result.problems[0].severity == "warning"
    assert result.problems[0].line == 3
    assert result.ok


def test_a_torn_quote_costs_what_it_swallows_and_is_told() -> None:
    result = read_csv('name,country\nGood,DE\n"Bad"x,US\nAlso Good,FR\n')

    assert [a.name for a in result.accounts] == ["Good", "Also Good"]
    assert "line" not in str(result.problems[0]) or result.problems[0].line == 3


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b"id,nam\nx,y\n", "no column 'name'"),
        (b"name,Name\nx,y\n", "two columns are called 'name'"),
        (b"name\nx\0y\n", "NUL"),
    ],
)
def test_a_file_that_is_no_list_is_refused_in_words(content: bytes, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read_csv(content)

    assert message in str(caught.value)


def test_a_missing_file_is_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        read_csv(tmp_path / "nowhere.csv")

    assert "nowhere.csv" in str(caught.value)


def test_parents_that_are_not_there_and_circles_are_warnings() -> None:
    result = read_csv("account_id,name,parent_account_id\na,A,zzz\nb,B,c\nc,C,b\n")

    assert len(result.accounts) == 3
    assert result.ok
    assert {p.severity for p in result.problems} == {"warning"}
    assert "'zzz' is not in this file" in str(result.problems[0])
    assert any("circle" in str(p) for p in result.problems)


def test_short_rows_count_as_empty_with_a_warning() -> None:
    result = read_csv("name,country\nShort\n")

    assert result.accounts[0].name == "Short"
    assert result.problems[0].severity == "warning"


def test_export_disarms_formulas_and_import_restores_them() -> None:
    evil = Account(
        account_id="e", name="=HYPERLINK(1)", owner="@sum", aliases=("+1 Bio", "-x"), attributes={"note": "=1+1", "size": -5, "share": 0.5}
    )  # fmt: skip

    text = write_csv([evil])

    assert "\r\n" in text
    for cell in text.splitlines()[1].split(","):
        assert cell.strip('"')[:1] not in ("=", "@", "+")
        assert not cell.startswith("-x")
    assert read_csv(text).accounts == (evil,)


NAMES = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp", "Cf")), min_size=1, max_size=20
).map(lambda s: "A" + " ".join(s.replace(";", "").split()))


@given(
    st.lists(
        st.builds(
            Account,
            account_id=st.from_regex(r"[a-z0-9][a-z0-9-]{0,12}", fullmatch=True),
            name=NAMES,
            legal_name=NAMES | st.just(""),
            cik=st.none(),
            ticker=st.just("") | st.from_regex(r"[A-Z]{1,5}", fullmatch=True),
            aliases=st.lists(NAMES, max_size=2, unique=True).map(tuple),
            country=st.sampled_from(["", "US", "DE"]),
            tier=st.integers(0, 3),
            tier_since=st.none() | st.just(datetime(2026, 3, 1, tzinfo=UTC)),
        ),
        max_size=6,
        unique_by=lambda a: a.account_id,
    )
)
def test_what_is_written_is_read_back(accounts: list[Account]) -> None:
    import unicodedata

    plain = [
        a for a in accounts if all(unicodedata.is_normalized("NFC", t) for t in (a.name, a.legal_name, *a.aliases))
    ]

    result = read_csv(write_csv(plain))

    assert list(result.accounts) == plain
    assert result.problems == ()


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused_in_words(data: bytes) -> None:
    try:
        result = read_csv(b"name\n" + data)
    except ConfigError:
        return  # refused in words; anything else would be a traceback

    assert all(isinstance(a, Account) for a in result.accounts)


def test_the_columns_of_the_export_are_the_documented_ones() -> None:
    assert write_csv([]).strip().split(",") == list(COLUMNS)
