"""The account list as a CSV file: strict, forgiving reading and safe writing.

A file from a CRM has wrong rows. Each is reported with its line and left out; the good ones are kept.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

from signalwatch.errors import ConfigError, Problem
from signalwatch.model import Account, Json
from signalwatch.yamlsrc import did_you_mean

COLUMNS = (
    "account_id", "name", "legal_name", "website_domain", "cik", "ticker", "aliases", "former_names", "parent_account_id",
    "country", "kind", "tier", "tier_since", "owner",
)  # fmt: skip
"""Columns with a meaning of their own; every other column becomes an attribute of the account."""

_SYNONYMS = {
    "id": "account_id", "account": "account_id", "accountid": "account_id", "company": "name", "company_name": "name",
    "account_name": "name", "domain": "website_domain", "website": "website_domain", "alias": "aliases",
    "former_name": "former_names", "parent": "parent_account_id", "parent_id": "parent_account_id",
    "account_owner": "owner", "type": "kind",
}  # fmt: skip
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,119}\Z")
_CIK = re.compile(r"(?:CIK)?\s*0*([1-9][0-9]{0,9})(?:\.0+)?\Z", re.IGNORECASE | re.ASCII)
_TICKER = re.compile(r"(?:[A-Za-z .]{2,20}:\s*)?([A-Za-z0-9]{1,10}(?:[.-][A-Za-z0-9]{1,3})?)\Z", re.ASCII)
_DOMAIN = re.compile(r"(?=.{4,253}\Z)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}\Z")
_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]{0,17})\Z", re.ASCII)
_DECIMAL = re.compile(r"-?(?:0|[1-9][0-9]{0,15})\.[0-9]{1,15}\Z", re.ASCII)
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_ISO_3166 = """
    AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY
    BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK
    FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR
    IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK
    ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM
    PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF
    TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW XK
"""
_COUNTRIES = frozenset(_ISO_3166.split())
_MAX_BYTES = 64_000_000
_MAX_CELL = 20_000


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What a file gave. ``given`` names, per account id, the fields whose cell was not empty; ``skipped`` counts rows."""

    accounts: tuple[Account, ...] = ()
    problems: tuple[Problem, ...] = ()
    skipped: int = 0
    given: Mapping[str, frozenset[str]] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """True when nothing was wrong enough to leave a row out."""
        return not any(p.severity == "error" for p in self.problems)


# --- reading ----------------------------------------------------------------------------------------------------------


def read_csv(source: Path | str | bytes, *, file: str = "") -> ImportResult:
    """Read an account list.

    Args:
        source: a path, or the content itself as text or bytes.
        file: the name to show in problems when ``source`` is content.

    Raises:
        ConfigError: the file cannot be read at all, or its header cannot be used. Wrong rows never raise.
    """
    if isinstance(source, Path):
        file = file or source.name
        try:
            source = source.read_bytes()
        except OSError as error:
            raise ConfigError([Problem(file, 0, 0, f"cannot be read: {error.strerror or error}")]) from error
    file = file or "accounts.csv"
    if len(source) > _MAX_BYTES:
        raise ConfigError([Problem(file, 0, 0, f"larger than {_MAX_BYTES // 1_000_000} MB", hint="split the file")])
    problems: list[Problem] = []
    text = _decode(source, file, problems) if isinstance(source, bytes) else source.removeprefix("\ufeff")
    if "\0" in text:
        line = text[: text.index("\0")].count("\n") + 1
        raise ConfigError(
            [Problem(file, line, 0, "holds NUL bytes, so it is no CSV text", hint="export it as CSV UTF-8")]
        )
    rows = _rows(text, file, problems)
    header = next(rows, None)
    if header is None:
        raise ConfigError(
            [Problem(file, 1, 0, "is empty", hint=f"the first line names the columns: {','.join(COLUMNS[:2])},...")]
        )
    columns = _columns(header[1], file)
    return _accounts(rows, columns, file, problems)


def _decode(raw: bytes, file: str, problems: list[Problem]) -> str:
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if raw.startswith(mark):
            try:
                return raw.decode(encoding)
            except UnicodeDecodeError:
                break
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        problems.append(
            Problem(
                file,
                line,
                0,
                "is not UTF-8; read as Windows-1252",
                "warning",
                hint="check accented letters, or save it as CSV UTF-8",
            )
        )
        return raw.decode("cp1252", errors="replace")


def _rows(text: str, file: str, problems: list[Problem]) -> Iterator[tuple[int, list[str]]]:
    """(line, cells) of every non-empty row; a row that csv cannot read is reported and left out."""
    first = text.lstrip("\r\n").split("\n", 1)[0]
    bare = re.sub(r'"[^"]*"', "", first)
    delimiter = max(",;\t|", key=bare.count)
    reader = csv.reader(
        io.StringIO(text, newline=""), delimiter=delimiter if bare.count(delimiter) else ",", strict=True
    )
    line = 1
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            problems.append(Problem(file, line, 0, f"this row cannot be read: {error}", hint="check its quotes"))
            continue
        if any(cell.strip() for cell in cells):
            yield line, cells


def _columns(header: Sequence[str], file: str) -> list[str]:
    names = []
    problems = []
    for position, cell in enumerate(header, 1):
        name = re.sub(r"[^a-z0-9]+", "_", unicodedata.normalize("NFKC", cell).strip().lower()).strip("_")
        name = _SYNONYMS.get(name, name)
        if not name:
            name = f"column_{position}"
        if name in names:
            problems.append(Problem(file, 1, position, f"two columns are called {name!r}"))
        names.append(name)
    if "name" not in names:
        near = did_you_mean("name", names)
        problems.append(
            Problem(file, 1, 0, f"there is no column 'name' among: {', '.join(names)[:200]}", hint=near.strip(" ()"))
        )
    if problems:
        raise ConfigError(problems)
    return names


class _RowError(Exception):
    """One cell is wrong: which column, what, what was expected."""

    def __init__(self, column: str, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.column, self.message, self.hint = column, message, hint


def _accounts(
    rows: Iterable[tuple[int, list[str]]], columns: Sequence[str], file: str, problems: list[Problem]
) -> ImportResult:
    accounts: dict[str, Account] = {}
    lines: dict[str, int] = {}
    given: dict[str, frozenset[str]] = {}
    ciks: dict[int, str] = {}
    for line, cells in rows:
        try:
            account, filled = _account(cells, columns)
            if account.account_id in accounts:
                raise _RowError(
                    "account_id", f"{account.account_id!r} was already given in line {lines[account.account_id]}"
                )
            if account.cik is not None and account.cik in ciks:
                raise _RowError(
                    "cik",
                    f"CIK {account.cik} already belongs to {ciks[account.cik]!r} (line {lines[ciks[account.cik]]})",
                )
        except _RowError as error:
            column = columns.index(error.column) + 1 if error.column in columns else 0
            problems.append(Problem(file, line, column, f"{error.column}: {error.message}", hint=error.hint))
            continue
        if len(cells) < len(columns):
            problems.append(
                Problem(
                    file,
                    line,
                    0,
                    f"has {len(cells)} of {len(columns)} cells; the missing ones count as empty",
                    "warning",
                )
            )
        accounts[account.account_id] = account
        lines[account.account_id] = line
        given[account.account_id] = filled
        if account.cik is not None:
            ciks[account.cik] = account.account_id
    skipped = sum(p.severity == "error" for p in problems)
    problems.extend(_parents(accounts, lines, columns, file))
    problems.sort(key=lambda p: p.line)
    return ImportResult(tuple(accounts.values()), tuple(problems), skipped, given)


def _parents(
    accounts: Mapping[str, Account], lines: Mapping[str, int], columns: Sequence[str], file: str
) -> list[Problem]:
    found = []
    for account in accounts.values():
        parent = account.parent_account_id
        if not parent:
            continue
        column = columns.index("parent_account_id") + 1
        line = lines[account.account_id]
        if parent not in accounts:
            message = f"parent_account_id: {parent!r} is not in this file"
            found.append(Problem(file, line, column, message, "warning", hint="fine when it is in the list already"))
            continue
        seen = {account.account_id}
        while parent and parent in accounts and parent not in seen:
            seen.add(parent)
            parent = accounts[parent].parent_account_id
        if parent == account.account_id:
            found.append(
                Problem(file, line, column, f"parent_account_id: the parents of {parent!r} run in a circle", "warning")
            )
    return found


def _clean(cell: str) -> str:
    cell = unicodedata.normalize("NFC", cell).replace("\u00a0", " ").strip()
    if cell.startswith("'") and cell[1:2] in _FORMULA and cell[1:2]:
        cell = cell[1:]  # what ``write_csv`` put before a formula sign
    return cell


def _account(cells: Sequence[str], columns: Sequence[str]) -> tuple[Account, frozenset[str]]:
    if len(cells) > len(columns):
        raise _RowError(
            columns[-1], f"has {len(cells)} cells, the header {len(columns)}", "quote cells that hold the separator"
        )
    row: dict[str, str] = {}
    for column, cell in zip(columns, cells, strict=False):
        value = _clean(cell)
        if len(value) > _MAX_CELL:
            raise _RowError(column, f"is longer than {_MAX_CELL} characters")
        if any(unicodedata.category(c) == "Cc" for c in value if c not in "\n\t\r"):
            raise _RowError(column, "holds control characters")
        if value:
            row[column] = re.sub(r"\s+", " ", value)
    if "name" not in row:
        raise _RowError("name", "is empty")
    identity = row.get("account_id") or account_id_of(row["name"])
    if not _ID.match(identity):
        raise _RowError(
            "account_id", f"{identity!r} is no id", "letters, digits, dot, dash and underscore, at most 120"
        )
    if not any(c.isalnum() for c in row["name"]):
        raise _RowError("name", f"{row['name']!r} holds no letter or digit")
    account = Account(
        account_id=identity,
        name=row["name"],
        legal_name=row.get("legal_name", ""),
        website_domain=_domain(row.get("website_domain", "")),
        cik=_cik(row.get("cik", "")),
        ticker=_ticker(row.get("ticker", "")),
        aliases=_list(row.get("aliases", "")),
        former_names=_list(row.get("former_names", "")),
        parent_account_id=_parent(row.get("parent_account_id", ""), identity),
        country=_country(row.get("country", "")),
        kind=row.get("kind", ""),
        tier=_tier(row.get("tier", "")),
        tier_since=_since(row.get("tier_since", "")),
        owner=row.get("owner", ""),
        attributes={key: _value(text) for key, text in row.items() if key not in COLUMNS},
    )
    filled = frozenset(key if key in COLUMNS else f"attributes.{key}" for key in row)
    return account, filled


def account_id_of(name: str) -> str:
    """The id made from a name when a row gives none: lower-case letters and digits with dashes between."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:120]


def _list(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(part.strip() for part in text.split(";") if part.strip()))


def _domain(text: str) -> str:
    if not text:
        return ""
    domain = re.sub(r"^[a-z]+://", "", text.lower()).split("/")[0].split("?")[0].removeprefix("www.").rstrip(".")
    if not domain.isascii():
        try:
            domain = domain.encode("idna").decode()
        except UnicodeError:
            raise _RowError("website_domain", f"{text!r} is no domain", "such as example.com") from None
    if not _DOMAIN.match(domain):
        raise _RowError("website_domain", f"{text!r} is no domain", "such as example.com")
    return domain


def _cik(text: str) -> int | None:
    if not text:
        return None
    match = _CIK.match(text)
    if not match:
        raise _RowError("cik", f"{text!r} is no CIK", "up to ten digits, not zero")
    return int(match[1])


def _ticker(text: str) -> str:
    if not text:
        return ""
    match = _TICKER.match(text)
    if not match:
        raise _RowError("ticker", f"{text!r} is no ticker symbol", "letters and digits, such as VRTX or BRK.B")
    return match[1].upper()


def _country(text: str) -> str:
    code = text.upper()
    code = {"UK": "GB", "EL": "GR"}.get(code, code)
    if code and code not in _COUNTRIES:
        raise _RowError("country", f"{text!r} is no country code", "two letters of ISO 3166, such as US or DE")
    return code


def _tier(text: str) -> int:
    if not text:
        return 3
    match = re.match(r"(?:tier\s*)?([0-3])(?:\.0)?\Z", text, re.IGNORECASE)
    if not match:
        raise _RowError("tier", f"{text!r} is no tier", "1, 2, 3, or 0 for excluded")
    return int(match[1])


def _since(text: str) -> datetime | None:
    if not text:
        return None
    try:
        day = datetime.fromisoformat(text)
    except ValueError:
        raise _RowError("tier_since", f"{text!r} is no date", "such as 2026-03-01") from None
    return day.replace(tzinfo=UTC) if day.tzinfo is None else day.astimezone(UTC)


def _parent(text: str, own: str) -> str:
    if text == own:
        raise _RowError("parent_account_id", "an account cannot be its own parent")
    if text and not _ID.match(text):
        raise _RowError("parent_account_id", f"{text!r} is no account id")
    return text


def _value(text: str) -> Json:
    """An attribute cell: a number, a list (parts between ``;``) or text."""
    if _INTEGER.match(text):
        return int(text)
    if _DECIMAL.match(text):
        return float(text)
    if ";" in text:
        return list(_list(text))
    return text


# --- writing ----------------------------------------------------------------------------------------------------------


def write_csv(accounts: Iterable[Account]) -> str:
    """The list as CSV that ``read_csv`` reads back to the same accounts.

    A cell that a spreadsheet would run as a formula gets a leading apostrophe, which reading takes off again.
    """
    accounts = list(accounts)
    extra = sorted({key for account in accounts for key in account.attributes})
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([*COLUMNS, *(_safe(key) for key in extra)])
    for account in accounts:
        values: list[Json] = [getattr(account, column) for column in COLUMNS]
        values += [account.attributes.get(key) for key in extra]
        writer.writerow([_safe(_text(value)) for value in values])
    return out.getvalue()


def _text(value: Json) -> str:
    if value is None:
        return ""
    if isinstance(value, (tuple, list)):
        return ";".join(_text(part) for part in value)
    if isinstance(value, datetime):
        moment = value.astimezone(UTC)
        return moment.date().isoformat() if moment.time() == datetime.min.time() else moment.isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


def _safe(text: str) -> str:
    if text.startswith(_FORMULA) and not _INTEGER.match(text) and not _DECIMAL.match(text):
        return "'" + text
    return text
