"""What the SEC's company data knows of accounts with a CIK: former names, tickers, line of business, seat.

Reads recorded files, never the network: name histories (``*filer_names*.csv``, ``*former-names*.json``), metadata
(``*filer_metadata*.csv``), ``company_tickers*.json`` and ``CIK*.json`` submissions, gzipped or not, anywhere below the
folder. Nothing an account already says is overwritten.
"""

from __future__ import annotations

import csv
import gzip
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from signalwatch.accounts.merging import AccountChange
from signalwatch.errors import ConfigError, Problem
from signalwatch.model import Account, Json
from signalwatch.resolve.index import strip_legal
from signalwatch.resolve.lexicon import CARE, DRUG, NOT_COMPANY, OTHER_TRADE, RESEARCH, VENTURES
from signalwatch.resolve.text import keys, normalise

csv.field_size_limit(10_000_000)
# Parts of words by which life-science companies show what they do; a former name with none of them and no descriptor
# may be an unrelated business whose listing was taken over, so it is not believed.
_TRADE = re.compile(
    r"bio|pharm|thera|medic|\bmed|gen(?:e|o|ix|ics)|cell|immun|onco|vacc?in|vax|neuro|cyt[eo]|derm|cardi|vascul|surg|health|"
    r"scien|diagn|clinic|protein|peptid|virus|viro|vir\b|rx\b|molec|nano|lab|optic|ophthal|dent|ortho|spin[ae]|hepat|nephr|drug|cure|"
    r"heal|life|antibod|\brna|\bdna|enzym|aesthet|implant|device|device|hemo|plasma|tissue|stem|lipid|toxin|rad[ios]o"
)


_REMARK = re.compile(r"[\s,]*\((?:formerly|f/k/a|fka|previously)\b[^()]*\)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class EnrichResult:
    """The enriched list, what changed in it, former names that were not believed, and files that could not be read."""

    accounts: tuple[Account, ...]
    changed: tuple[AccountChange, ...] = ()
    doubted: tuple[tuple[str, str], ...] = ()
    problems: tuple[Problem, ...] = ()


@dataclass(slots=True)
class _Filer:
    names: list[str] = field(default_factory=list)  # newest first, the current one leading
    former: list[str] = field(default_factory=list)
    tickers: list[str] = field(default_factory=list)
    facts: dict[str, Json] = field(default_factory=dict)


def enrich(accounts: Iterable[Account], folder: Path) -> list[Account]:
    """The accounts in their order, enriched; see ``enrichment`` for what changed and what was doubted."""
    return list(enrichment(accounts, folder).accounts)


def enrichment(accounts: Iterable[Account], folder: Path) -> EnrichResult:
    """Add what the recorded SEC data in ``folder`` says about every account that has a CIK.

    Former names become ``former_names``, a missing ticker and legal name are filled, ``sic``, ``sic_description``, ``hq_city``
    and ``hq_state`` become attributes. A former name that somebody else carries today, or that shows no trace of the
    industry, is left out and listed as doubted.

    Raises:
        ConfigError: there is no such folder, or nothing in it can be used.
    """
    if not folder.is_dir():
        raise ConfigError(
            [Problem(str(folder), 0, 0, "is no folder", hint="give the folder with the SEC's company files")]
        )
    accounts = list(accounts)
    filers: dict[int, _Filer] = {a.cik: _Filer() for a in accounts if a.cik is not None}
    today: dict[str, int] = {}  # current stripped name -> CIK, of every filer
    problems: list[Problem] = []
    files = 0
    for path in sorted(folder.rglob("*")):
        reader = next((r for pattern, r in _READERS if pattern.search(path.name)), None)
        if reader is None or not path.is_file():
            continue
        try:
            reader(_load(path), filers, today)
            files += 1
        except (OSError, EOFError, ValueError, KeyError, TypeError, AttributeError, csv.Error) as error:
            problems.append(Problem(path.name, 0, 0, f"cannot be used: {error}", "warning"))
    if not files:
        raise ConfigError(
            [
                Problem(str(folder), 0, 0, "holds no SEC company files", hint="see the manual of accounts enrich"),
                *problems,
            ]
        )
    own = _names_in_use(accounts)
    result: list[Account] = []
    changed: list[AccountChange] = []
    doubted: list[tuple[str, str]] = []
    for account in accounts:
        filer = filers.get(account.cik) if account.cik is not None else None
        after = account if filer is None else _enriched(account, filer, today, own, doubted)
        result.append(after)
        if after != account:
            fields = ("former_names", "ticker", "legal_name", "attributes")
            changed.append(
                AccountChange(account, after, tuple(f for f in fields if getattr(account, f) != getattr(after, f)))
            )
    return EnrichResult(tuple(result), tuple(changed), tuple(doubted), tuple(problems))


def _names_in_use(accounts: Iterable[Account]) -> dict[str, str]:
    names: dict[str, str] = {}
    for account in accounts:
        for name in (account.name, account.legal_name, *account.aliases):
            if name:
                names.setdefault(_stripped(name), account.account_id)
    return names


def _enriched(
    account: Account, filer: _Filer, today: Mapping[str, int], own: Mapping[str, str], doubted: list[tuple[str, str]]
) -> Account:
    known = {
        _stripped(name) for name in (account.name, account.legal_name, *account.aliases, *account.former_names) if name
    }
    former = list(account.former_names)
    legal_name = account.legal_name or (filer.names[0] if filer.names else "")
    known.add(_stripped(legal_name))
    for name in filer.former + filer.names:
        stripped = _stripped(name)
        if stripped in known:
            continue
        known.add(stripped)
        taken = (
            today.get(stripped, account.cik) != account.cik
            or own.get(stripped, account.account_id) != account.account_id
        )
        if taken or not (_believable(name) or _kin(name, account)):
            doubted.append((account.account_id, name))
            continue
        former.append(_readable(name))
    values = {f: getattr(account, f) for f in account.__struct_fields__}
    values["former_names"] = tuple(former)
    values["ticker"] = account.ticker or (filer.tickers[0] if filer.tickers else "")
    values["legal_name"] = legal_name
    values["attributes"] = {**filer.facts, **account.attributes}
    return Account(**values)


def _stripped(name: str) -> str:
    if not name:
        return ""
    return " ".join(strip_legal(keys(_readable(name))))


def _believable(name: str) -> bool:
    """Whether a former name looks like the same business: no shell, some trace of the industry."""
    words = set(strip_legal(keys(name)))
    if words & (NOT_COMPANY | VENTURES) or (words & OTHER_TRADE and not words & (DRUG | CARE)):
        return False
    return bool(words & (DRUG | CARE | RESEARCH)) or bool(_TRADE.search(normalise(name)))


def _kin(name: str, account: Account) -> bool:
    """Whether a former name begins like today's: "Allurion Technologies Holdings", "Adaptive TCR"."""
    first = next(iter(strip_legal(keys(name))), "")
    return len(first) >= 6 and any(
        first == next(iter(strip_legal(keys(n))), "") for n in (account.name, account.legal_name) if n
    )


def _readable(name: str) -> str:
    return re.sub(r"\s*[/\\].{1,5}[/\\]?$", "", _without_remark(name)).strip()


def _without_remark(name: str) -> str:
    """``Aptose Biosciences Inc., (Formerly Lorus Therapeutics Inc.)`` without what stands in brackets."""
    return _REMARK.sub("", name)


# --- files ------------------------------------------------------------------------------------------------------------


def _load(path: Path) -> bytes:
    data = path.read_bytes()
    return gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data


def _rows(data: bytes) -> Iterator[dict[str, str]]:
    return csv.DictReader(io.StringIO(data.decode("utf-8-sig", errors="replace")))


def _cik(value: Any) -> int:
    return int(str(value).strip() or "0")


def _read_names(data: bytes, filers: dict[int, _Filer], today: dict[str, int]) -> None:
    for row in sorted(_rows(data), key=lambda r: r.get("start_date") or "", reverse=True):
        cik, current = _cik(row["cik"]), not (row.get("end_date") or "").strip()
        if current:
            today.setdefault(_stripped(row["name"]), cik)
        filer = filers.get(cik)
        if filer is not None:
            (filer.names if current else filer.former).append(row["name"])


def _read_former(data: bytes, filers: dict[int, _Filer], today: dict[str, int]) -> None:
    for name, cik in msgspec.json.decode(data, type=list[tuple[str, str | int]]):
        filer = filers.get(_cik(cik))
        if filer is not None:
            filer.former.append(name.title() if name.islower() else name)


def _read_metadata(data: bytes, filers: dict[int, _Filer], today: dict[str, int]) -> None:
    for row in _rows(data):
        filer = filers.get(_cik(row["cik"]))
        if filer is None:
            continue
        filer.tickers += re.findall(r"[A-Z0-9.-]+", row.get("tickers") or "")
        _facts(
            filer,
            row.get("sic"),
            row.get("sicDescription"),
            row.get("business_city"),
            row.get("business_stateOrCountry"),
        )


def _read_tickers(data: bytes, filers: dict[int, _Filer], today: dict[str, int]) -> None:
    content = msgspec.json.decode(data)
    if "fields" in content:
        places = {name: place for place, name in enumerate(content["fields"])}
        pairs = [(row[places["cik"]], row[places["ticker"]]) for row in content["data"]]
    else:
        pairs = [(row["cik_str"], row["ticker"]) for row in content.values()]
    for cik, ticker in pairs:
        filer = filers.get(int(cik))
        if filer is not None and ticker not in filer.tickers:
            filer.tickers.append(ticker)


def _read_submission(data: bytes, filers: dict[int, _Filer], today: dict[str, int]) -> None:
    content = msgspec.json.decode(data)
    filer = filers.get(_cik(content.get("cik", 0)))
    if filer is None:
        return
    filer.names.append(content["name"])
    filer.former += [entry["name"] for entry in content.get("formerNames") or ()]
    filer.tickers += content.get("tickers") or []
    seat = (content.get("addresses") or {}).get("business") or {}
    _facts(filer, content.get("sic"), content.get("sicDescription"), seat.get("city"), seat.get("stateOrCountry"))


def _facts(filer: _Filer, sic: str | None, description: str | None, city: str | None, state: str | None) -> None:
    found = {"sic": sic, "sic_description": description, "hq_city": city and city.title(), "hq_state": state}
    if state and not state.isalpha():
        found["hq_state"] = None  # the SEC's code of a place abroad ("C3"), no state
    for key, value in found.items():
        if value:
            filer.facts.setdefault(key, value)


_READERS = (
    (re.compile(r"filer_names.*\.csv(?:\.gz)?$"), _read_names),
    (re.compile(r"former-names.*\.json(?:\.gz)?$"), _read_former),
    (re.compile(r"filer_metadata.*\.csv(?:\.gz)?$"), _read_metadata),
    (re.compile(r"company_tickers.*\.json(?:\.gz)?$"), _read_tickers),
    (re.compile(r"^CIK\d{10}(?!-submissions).*\.json(?:\.gz)?$"), _read_submission),
)
