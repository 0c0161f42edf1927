"""Recorded payloads as servers of the past: what each source would have answered at a given moment.

Reads any folder with the layout of the recorded data (clinicaltrials/, edgar/, news/). Everything served is a recorded
payload or, for a daily index, recorded index rows put back into the file of their day.
"""

from __future__ import annotations

import base64
import csv
import gzip
import html
import io
import json
import re
import zlib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from signalwatch.clock import Clock
from signalwatch.errors import ConfigError, Problem

_RANGE = re.compile(r"AREA\[LastUpdatePostDate\]RANGE\[([0-9-]+|MIN),\s*([0-9-]+|MAX)\]")
_ACCESSION = re.compile(r"(\d{10}-\d{2}-\d{6})")
_POLL = re.compile(r"^(\d{4}-\d{2}-\d{2}T\d{6}Z)_all$")
_S3_DENIED = (
    b'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>'
)
_S3_MISSING = b'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>NoSuchKey</Code><Message>The specified key does not exist.</Message></Error>'
_MASTER_HEAD = (
    "Description:           Daily Index of EDGAR Dissemination Feed\nLast Data Received:    {day}\n\n"
    "CIK|Company Name|Form Type|Date Filed|File Name\n" + "-" * 80 + "\n"
)


def read_bytes(path: Path) -> bytes:
    """A file's payload, decompressed when it is stored as .gz."""
    data = path.read_bytes()
    try:
        return gzip.decompress(data) if path.suffix == ".gz" else data
    except (OSError, EOFError, zlib.error) as error:
        raise ConfigError([Problem(str(path), 0, 0, f"cannot be unpacked: {error}")]) from error


def _lines(path: Path) -> Iterator[bytes]:
    if path.exists():
        yield from read_bytes(path).splitlines()


@contextmanager
def _row(path: Path, number: int) -> Iterator[None]:
    """What goes wrong inside is an error of this row; raises ConfigError."""
    try:
        yield
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        what = f"lacks {error}" if isinstance(error, KeyError) else str(error)
        raise ConfigError([Problem(str(path), number, 1, f"no recorded row: {what}")]) from error


def _rows(path: Path) -> Iterator[tuple[int, Any]]:
    """The rows of a JSON Lines file with their line numbers; nothing when there is no such file."""
    for number, line in enumerate(_lines(path), 1):
        if line.strip():
            with _row(path, number):
                row = json.loads(line)
            yield number, row


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server says."""

    status: int = 200
    body: bytes = b""
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class StudyVersion:
    """A study as it stood from ``seen`` on."""

    seen: datetime
    updated: str
    raw: bytes


class Registry:
    """The trial registry: studies and their versions, in the order in which they were observed."""

    def __init__(self, folder: Path) -> None:
        self.studies: dict[str, list[StudyVersion]] = defaultdict(list)
        path = folder / "study_versions.jsonl.gz"
        versions = list(_rows(path))
        with _row(path, 0):
            versions.sort(key=lambda pair: (pair[1]["nctId"], pair[1]["seq"]))
        for number, row in versions:
            with _row(path, number):
                self._add(row["study"], datetime.fromisoformat(str(row["observedAt"]).replace("Z", "+00:00")))
        dated = set(self.studies)
        path = folder / "studies_full.jsonl.gz"
        for number, study in _rows(path):
            with _row(path, number):
                if study["protocolSection"]["identificationModule"]["nctId"] not in dated:
                    self._add(study, None)
        for found in self.studies.values():
            found.sort(key=lambda v: v.seen)

    def _add(self, study: dict[str, Any], seen: datetime | None) -> None:
        protocol = study["protocolSection"]
        nct = protocol["identificationModule"]["nctId"]
        updated = protocol["statusModule"].get("lastUpdatePostDateStruct", {}).get("date", "1999-01-01")
        posted = datetime.combine(date.fromisoformat(updated), time(13, 0), tzinfo=UTC)
        study.pop("resultsSection", None)
        moment = posted if seen is None else (seen if seen.tzinfo else seen.replace(tzinfo=UTC))
        before = self.studies[nct][-1] if self.studies[nct] else None
        if before is None or before.updated != updated:
            moment = posted  # the registry showed it on the day it posted it; our recording merely came later
        raw = json.dumps(study, separators=(",", ":"), ensure_ascii=False).encode()
        earliest = posted if before is None else max(posted, before.seen + timedelta(hours=1))
        self.studies[nct].append(StudyVersion(max(moment, earliest), updated, raw))

    def moments(self) -> list[datetime]:
        """When something new could be seen."""
        return sorted({v.seen for versions in self.studies.values() for v in versions})

    def stamp(self, now: datetime) -> str:
        """dataTimestamp: the newest version visible."""
        newest = max((v.seen for vs in self.studies.values() for v in vs if v.seen <= now), default=now)
        return newest.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")

    def current(self, nct: str, now: datetime) -> StudyVersion | None:
        """The version of a study that stands at ``now``."""
        visible = [v for v in self.studies.get(nct, ()) if v.seen <= now]
        return visible[-1] if visible else None

    def answer(self, path: str, query: Mapping[str, Sequence[str]], now: datetime) -> Answer:
        """One request to the API."""
        if path.endswith("/version"):
            return Answer(body=json.dumps({"apiVersion": "2.0.5", "dataTimestamp": self.stamp(now)}).encode())
        if match := re.search(r"/studies/(NCT\d{8})$", path):
            version = self.current(match.group(1), now)
            return Answer(body=version.raw) if version else Answer(404, b"NCT number not found", "text/plain")
        if not path.endswith("/studies"):
            return Answer(404, b"<html>404</html>", "text/html")
        low, high = "0000", "9999"
        if match := _RANGE.search(query.get("filter.advanced", [""])[0]):
            low = match.group(1) if match.group(1) != "MIN" else low
            high = match.group(2) if match.group(2) != "MAX" else high
        wanted = [i for v in query.get("filter.ids", []) for i in re.split(r"[|,]", v) if i]
        chosen = [v for n in (wanted or self.studies) if (v := self.current(n, now)) and low <= v.updated <= high]
        chosen.sort(key=lambda v: v.updated)
        size = int(query.get("pageSize", ["10"])[0])
        start, stamp = 0, self.stamp(now)
        if token := query.get("pageToken", [""])[0]:
            said, _, offset = base64.urlsafe_b64decode(token).decode().partition("|")
            if said != stamp:
                return Answer(400, b"pageToken is not valid any more", "text/plain")
            start = int(offset)
        page = chosen[start : start + size]
        parts = [b'"studies":[' + b",".join(v.raw for v in page) + b"]"]
        if query.get("countTotal") == ["true"] and not start:
            parts.insert(0, b'"totalCount":%d' % len(chosen))
        if len(page) == size and size:
            token = base64.urlsafe_b64encode(f"{stamp}|{start + size}".encode()).decode()
            parts.append(b'"nextPageToken":' + json.dumps(token).encode())
        return Answer(body=b"{" + b",".join(parts) + b"}")


@dataclass(frozen=True, slots=True)
class Row:
    """One line of an index."""

    cik: str
    name: str
    form: str
    day: date
    path: str


def index_rows(data: bytes) -> Iterator[Row]:
    """Rows of a master, company, form or crawler index, whichever its header says."""
    lines = data.decode("latin-1").splitlines()
    start = next((i + 1 for i, line in enumerate(lines) if line.startswith("-----")), len(lines))
    for line in lines[start:]:
        if "|" in line:
            parts = line.split("|")
        else:
            parts = re.split(r"\s{2,}", line.strip())
            if len(parts) == 5 and parts[2].isdigit():
                first_is_form = bool(re.match(r"^[A-Z0-9/ .-]{1,17}$", parts[0])) and len(parts[0]) <= 12
                name, form = (parts[1], parts[0]) if first_is_form else (parts[0], parts[1])
                parts = [parts[2], name, form, parts[3], parts[4]]
        if len(parts) != 5 or not parts[0].strip().isdigit():
            continue
        text = parts[3].replace("-", "")
        path = parts[4].strip()
        if path.startswith("http"):
            path = re.sub(r"^https?://[^/]+/Archives/", "", path).replace("-index.htm", ".txt")
        try:
            day = date(int(text[:4]), int(text[4:6]), int(text[6:8]))
        except ValueError:
            continue
        yield Row(parts[0].strip(), parts[1].strip(), parts[2].strip(), day, path)


_HEADER = {
    "form": re.compile(rb"CONFORMED SUBMISSION TYPE:\s*([^\r\n]+)"),
    "filed": re.compile(rb"FILED AS OF DATE:\s*(\d{8})"),
    "name": re.compile(rb"COMPANY CONFORMED NAME:\s*([^\r\n]+)"),
    "cik": re.compile(rb"CENTRAL INDEX KEY:\s*(\d+)"),
}


class Edgar:
    """EDGAR: latest-filings polls, indexes, submissions and filing bodies, as far as recorded."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.polls: list[tuple[datetime, Path]] = []
        for path in sorted((folder / "getcurrent").glob("*_all")) if (folder / "getcurrent").exists() else []:
            if match := _POLL.match(path.name):
                self.polls.append((datetime.strptime(match.group(1), "%Y-%m-%dT%H%M%SZ").replace(tzinfo=UTC), path))
        self.days: dict[date, dict[tuple[str, str, str], Row]] = defaultdict(dict)
        self.bodies: dict[str, Path] = {}
        self.submissions: dict[str, list[tuple[str, Path]]] = defaultdict(list)
        for path in [*folder.glob("index/*.idx*"), *folder.glob("index/daily/*.idx*")]:
            if path.name.startswith("xbrl"):
                continue
            for row in index_rows(read_bytes(path)):
                self._add(row)
        for path in [*folder.glob("filings/**/*"), *folder.glob("formd/*")]:
            if path.is_file() and (match := _ACCESSION.search(path.name)):
                self.bodies[match.group(1)] = path
                self._from_header(match.group(1), path)
        for path in folder.glob("submissions/CIK*.json*"):
            cik, _, rest = path.name.partition(".")
            self.submissions[cik].append((rest[:10], path))
        for found in self.submissions.values():
            found.sort()

    def _add(self, row: Row) -> None:
        self.days[row.day].setdefault((row.cik, row.form, row.path), row)

    def _from_header(self, accession: str, path: Path) -> None:
        """Index rows of a recorded submission whose day's index was not recorded: the facts of its own header."""
        head = read_bytes(path)[:20_000]
        found = {name: pattern.search(head) for name, pattern in _HEADER.items()}
        if not all(found.values()):
            return
        text = {name: match.group(1).decode("latin-1").strip() for name, match in found.items() if match}
        filed = text["filed"]
        cik = text["cik"].lstrip("0")
        day = date(int(filed[:4]), int(filed[4:6]), int(filed[6:]))
        self._add(Row(cik, text["name"], text["form"], day, f"edgar/data/{cik}/{accession}.txt"))

    def moments(self) -> list[datetime]:
        """When something new could be seen: the morning after each indexed day, and each poll."""
        mornings = [datetime.combine(d + timedelta(days=1), time(12, 0), tzinfo=UTC) for d in self.days]
        return sorted([*mornings, *(m for m, _ in self.polls)])

    def answer(self, path: str, query: Mapping[str, Sequence[str]], now: datetime) -> Answer:
        """One request to www.sec.gov or data.sec.gov."""
        if "browse-edgar" in path:
            return self._latest(query, now)
        if match := re.search(r"/submissions/(CIK\d{10})\.json$", path):
            known = [p for day, p in self.submissions.get(match.group(1), ()) if day <= now.date().isoformat()]
            return Answer(body=read_bytes(known[-1])) if known else Answer(404, _S3_MISSING, "application/xml")
        if match := re.search(r"/daily-index/\d{4}/QTR\d/master\.(\d{8})\.idx$", path):
            return self._daily(match.group(1), now)
        if "/full-index/" in path or "/daily-index/" in path:
            return Answer(403, _S3_DENIED, "application/xml")
        flat = re.search(r"/(\d{10})(\d{2})(\d{6})/", path)
        accession = "-".join(flat.groups()) if flat else (m.group(1) if (m := _ACCESSION.search(path)) else "")
        body = self.bodies.get(accession)
        if body is None or path.endswith(("-index.htm", "-index.html")):
            return Answer(404, _S3_MISSING, "application/xml")
        data = read_bytes(body)
        if path.endswith("primary_doc.xml") and b"<edgarSubmission" in data:
            inner = data[data.index(b"<edgarSubmission") : data.index(b"</edgarSubmission>") + 18]
            return Answer(body=b'<?xml version="1.0"?>\n' + inner, content_type="text/xml")
        return Answer(body=data, content_type="text/plain")

    def _latest(self, query: Mapping[str, Sequence[str]], now: datetime) -> Answer:
        current = [p for at, p in self.polls if at <= now]
        start = int(query.get("start", ["0"])[0] or 0)
        if not current:
            stamp = now.isoformat()
            empty = f'<?xml version="1.0" encoding="ISO-8859-1" ?>\n<feed xmlns="http://www.w3.org/2005/Atom"><title>Latest Filings</title><updated>{stamp}</updated></feed>'
            return Answer(body=empty.encode(), content_type="application/atom+xml")
        for pattern in (f"start{start:04d}_count100.atom.gz", f"start{start:04d}_count100.html.gz"):
            path = current[-1] / pattern
            if path.exists():
                good = pattern.endswith("atom.gz")
                return Answer(200 if good else 503, read_bytes(path), "application/atom+xml" if good else "text/html")
        return Answer(503, b"<html><title>SEC.gov | File Unavailable</title></html>", "text/html")

    def _daily(self, text: str, now: datetime) -> Answer:
        day = datetime.strptime(text, "%Y%m%d").replace(tzinfo=UTC).date()
        rows = self.days.get(day)
        if not rows:
            status, body = (404, _S3_MISSING) if day.weekday() >= 5 else (403, _S3_DENIED)
            return Answer(status, body, "application/xml")
        out = io.StringIO()
        out.write(_MASTER_HEAD.format(day=day.strftime("%b %d, %Y")))
        for row in rows.values():
            out.write(f"{row.cik}|{row.name}|{row.form}|{text}|{row.path}\n")
        return Answer(body=out.getvalue().encode("latin-1", "replace"), content_type="text/plain")


class News:
    """Labelled headlines as one RSS feed per publisher."""

    WINDOW = 50

    def __init__(self, folder: Path) -> None:
        self.feeds: dict[str, list[tuple[datetime, dict[str, Any]]]] = defaultdict(list)
        self.titles: dict[str, str] = {}
        path = folder / "labelled.jsonl"
        for number, item in _rows(path):
            with _row(path, number):
                publisher = str(item.get("source", "unknown")).split("/")[0].strip() or "unknown"
                slug = re.sub(r"[^a-z0-9]+", "-", publisher.casefold()).strip("-")[:60] or "unknown"
                moment = datetime.combine(date.fromisoformat(item["date"]), time(12, 0), tzinfo=UTC)
                item["id"], item["title"]  # both are served
                self.feeds[slug].append((moment, item))
                self.titles[slug] = publisher
        for items in self.feeds.values():
            items.sort(key=lambda pair: (pair[0], pair[1]["id"]))

    def moments(self, slug: str) -> list[datetime]:
        """When a feed has something new."""
        return sorted({moment for moment, _ in self.feeds[slug]})

    def answer(self, slug: str, now: datetime, *, window: int = 0) -> Answer:
        """The feed as it stood at ``now``."""
        if slug not in self.feeds:
            return Answer(404, b"no such feed", "text/plain")
        visible = [(m, i) for m, i in self.feeds[slug] if m <= now]
        today = sum(1 for m, _ in visible if m == visible[-1][0]) if visible else 0
        shown = visible[-max(self.WINDOW, window, today) :]
        out = [
            f'<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0"><channel><title>{html.escape(self.titles[slug])}</title><link>http://replay.invalid/{slug}</link><description>recorded headlines</description>'
        ]
        for moment, item in reversed(shown):
            out.append(
                f"<item><title>{html.escape(item['title'])}</title>"
                f"<link>http://replay.invalid/{slug}/{item['id']}</link>"
                f'<guid isPermaLink="false">{item["id"]}</guid>'
                f"<pubDate>{format_datetime(moment)}</pubDate>"
                f"<description>{html.escape(item.get('summary') or '')}</description></item>"
            )
        out.append("</channel></rss>")
        return Answer(body="".join(out).encode(), content_type="application/rss+xml")


class Recorded:
    """All recorded sources behind one address: /ctgov, /sec, /feeds."""

    def __init__(self, data: Path, clock: Clock) -> None:
        self.clock = clock
        self.registry = Registry(data / "clinicaltrials")
        self.edgar = Edgar(data / "edgar")
        self.news = News(data / "news")
        self.requests: dict[str, int] = defaultdict(int)

    def answer(self, target: str) -> Answer:
        """One GET."""
        parts = urlsplit(target)
        query = parse_qs(parts.query)
        now = self.clock.now()
        root, _, rest = parts.path.lstrip("/").partition("/")
        self.requests[root] += 1
        if root == "ctgov":
            return self.registry.answer("/" + rest, query, now)
        if root == "sec":
            return self.edgar.answer("/" + rest, query, now)
        if root == "feeds":
            return self.news.answer(rest.removesuffix(".xml"), now)
        return Answer(404, b"known roots: /ctgov /sec /feeds", "text/plain")


def accounts_file(data: Path) -> Path | None:
    """The account list of a data folder, or the one beside it that is shared."""
    for candidate in (data / "matching" / "accounts_small.csv", Path("../shared/data/matching/accounts_small.csv")):
        if candidate.exists():
            return candidate
    return None


def count_rows(path: Path) -> int:
    """Rows of a CSV file, header left out."""
    with path.open(encoding="utf-8-sig", newline="") as handle:
        return max(0, sum(1 for _ in csv.reader(handle)) - 1)
