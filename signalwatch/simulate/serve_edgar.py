"""The SEC's two hosts as a poller meets them: latest filings, daily indexes, archives on one; submissions on the other.

Quirks kept: one Atom entry per party, 503 with an HTML page past the end of the window, a ``type`` filter that matches
prefixes, S3 error documents for missing files (404 on week-ends, 403 on holidays and for files to come), index files only
from 22:05 New York time, a few filings that never show up in the latest-filings window.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Mapping
from datetime import date, datetime, timedelta

import msgspec

from signalwatch.simulate import workdays
from signalwatch.simulate.cast import Company
from signalwatch.simulate.happenings import Publication
from signalwatch.simulate.render_edgar import (
    atom_entries,
    atom_feed,
    documents_of,
    index_page,
    master_index,
    submission_text,
    submissions,
)
from signalwatch.simulate.web import Reply, Request, etag_of
from signalwatch.simulate.world import World

WINDOW = 1500
"""Entries the latest-filings feed can be paged through before it answers 503 (the real one: about 5,000)."""
JSON_LAG = timedelta(minutes=6)
_FOLDER = re.compile(r"^/Archives/edgar/data/(\d+)/(\d{18})/(.*)$")
_FLAT = re.compile(r"^/Archives/edgar/data/(\d+)/(\d{10}-\d\d-\d{6})\.txt$")
_DAILY = re.compile(r"^/Archives/edgar/daily-index/(\d{4})/QTR([1-4])/master\.(\d{8})\.idx$")
_MISSING = (
    b'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>NoSuchKey</Code><Message>The specified key does not exist.</Message>'
    b"<RequestId>SIMULATED</RequestId></Error>"
)
_DENIED = (
    b'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>AccessDenied</Code><Message>Access Denied</Message>'
    b"<RequestId>SIMULATED</RequestId></Error>"
)
_UNAVAILABLE = (
    b'<!DOCTYPE html>\n<html lang="en"><head><title>SEC.gov | File Unavailable</title></head><body><h1>File Unavailable</h1>'
    b"<p>This page is temporarily unavailable.</p></body></html>"
)


_UNDECLARED = (
    b"<!DOCTYPE html><html><head><title>SEC.gov | Your Request Originates from an Undeclared Automated Tool</title></head><body>"
    b"<h1>Your Request Originates from an Undeclared Automated Tool</h1><p>Please declare your traffic by updating your user "
    b"agent to include company specific information.</p></body></html>"
)


def _undeclared(request: Request) -> Reply | None:
    """The SEC refuses programs whose User-Agent holds no address."""
    agent = next((v for k, v in request.headers.items() if k.lower() == "user-agent"), "")
    return None if "@" in agent else Reply(403, _UNDECLARED, "text/html")


def _missing() -> Reply:
    return Reply(404, _MISSING, "application/xml")


class Filings:
    """All filings of a world with the look-ups both hosts need."""

    def __init__(self, world: World) -> None:
        self.all = world.by_source("edgar")
        self.times = [f.visible_at for f in self.all]
        self.by_accession = {f.key.replace("-", ""): f for f in self.all}
        self.by_day: dict[date, list[Publication]] = {}
        self.by_cik: dict[int, list[Publication]] = {}
        for filing in self.all:
            self.by_day.setdefault(date.fromisoformat(str(filing.meta["filed"])), []).append(filing)
            for cik in {party[1] for party in filing.meta["parties"]}:
                self.by_cik.setdefault(cik, []).append(filing)
        self.companies: Mapping[int, Company] = {c.cik: c for c in world.cast.companies}
        self.former = {c.cik: c.old_name.upper() for c in world.cast.companies if c.old_name}


class SecWww:
    """www.sec.gov."""

    def __init__(self, filings: Filings) -> None:
        self._filings = filings
        self._seen = 0
        self._entries: list[str] = []  # newest first, one per party
        self._forms: list[str] = []
        self._rendered: dict[str, str] = {}

    def __call__(self, request: Request) -> Reply:
        """Answer one request."""
        if (refused := _undeclared(request)) is not None:
            return refused
        path = request.path
        if path == "/cgi-bin/browse-edgar":
            return self._current(request)
        if match := _DAILY.match(path):
            return self._index(match, request.now)
        if match := _FLAT.match(path):
            return self._file(match.group(2).replace("-", ""), f"{match.group(2)}.txt", request.now)
        if match := _FOLDER.match(path):
            return self._file(match.group(2), match.group(3), request.now)
        return _missing()

    # --- latest filings -----------------------------------------------------------------------------------------

    def _refresh(self, now: datetime) -> None:
        count = bisect_right(self._filings.times, now)
        if count == self._seen:
            return
        newest = [f for f in self._filings.all[max(0, count - WINDOW) : count] if f.meta["in_current"]]
        newest.sort(key=lambda f: (f.published_at, f.key), reverse=True)
        self._seen = count
        entries: list[str] = []
        forms: list[str] = []
        for filing in newest:
            text = self._rendered.get(filing.key)
            if text is None:
                text = self._rendered[filing.key] = atom_entries(filing)
            for part in text.split("<entry>")[1:]:
                entries.append(f"<entry>{part}")
                forms.append(filing.form)
            if len(entries) >= WINDOW:
                break
        self._entries, self._forms = entries[:WINDOW], forms[:WINDOW]

    def _current(self, request: Request) -> Reply:
        query = request.query
        if query.get("action") != "getcurrent" or query.get("output") != "atom":
            return Reply(200, b"<html><body>EDGAR search</body></html>", "text/html")
        self._refresh(request.now)
        try:
            start, count = int(query.get("start") or 0), int(query.get("count") or 40)
        except ValueError:
            return Reply(400, b"<html><body>Bad request</body></html>", "text/html")
        count = min((c for c in (10, 20, 40, 80, 100) if c >= count), default=100)
        entries = self._entries
        if kind := query.get("type", ""):
            entries = [e for e, form in zip(entries, self._forms, strict=True) if form.startswith(kind)]
        if start >= max(len(entries), 1):
            return Reply(503, _UNAVAILABLE, "text/html")
        body = atom_feed(entries[start : start + count], request.now)
        return Reply(200, body, "application/atom+xml", headers={"Cache-Control": "no-cache"}, gzip=True)

    # --- indexes and files --------------------------------------------------------------------------------------

    def _index(self, match: re.Match[str], now: datetime) -> Reply:
        try:
            day = date(int(match.group(3)[:4]), int(match.group(3)[4:6]), int(match.group(3)[6:]))
        except ValueError:
            return _missing()
        if str(day.year) != match.group(1) or (day.month + 2) // 3 != int(match.group(2)):
            return _missing()
        if day.weekday() >= 5:
            return _missing()
        ready = workdays.eastern(day, 22, 5)
        if not workdays.is_business_day(day) or now < ready:
            return Reply(403, _DENIED, "application/xml")
        body = master_index(day, self._filings.by_day.get(day, []))
        return Reply(200, body, "text/plain", etag=etag_of(body), changed_at=ready, gzip=True)

    def _file(self, accession: str, name: str, now: datetime) -> Reply:
        filing = self._filings.by_accession.get(accession)
        if filing is None or filing.visible_at > now:
            return _missing()
        if name == f"{filing.key}.txt":
            return Reply(200, submission_text(filing, self._filings.former), "text/plain", gzip=True)
        if name in ("", f"{filing.key}-index.htm", f"{filing.key}-index.html"):
            return Reply(200, index_page(filing), "text/html")
        if name == "index.json":
            return self._listing(filing)
        for kind, document, text in documents_of(filing):
            if name == document:
                content = "text/xml" if document.endswith(".xml") else "text/html"
                return Reply(
                    200, text.encode("latin-1", "xmlcharrefreplace"), content, headers={"X-Document-Type": kind}
                )
        return _missing()

    @staticmethod
    def _listing(filing: Publication) -> Reply:
        stamp = f"{filing.published_at.astimezone(workdays.NEW_YORK):%Y-%m-%d %H:%M:%S}"
        items = [
            {"last-modified": stamp, "name": n, "type": "text.gif", "size": str(len(t))}
            for _, n, t in documents_of(filing)
        ]
        items.append({"last-modified": stamp, "name": f"{filing.key}.txt", "type": "text.gif", "size": ""})
        folder = f"/Archives/edgar/data/{filing.meta['parties'][0][1]}/{filing.key.replace('-', '')}"
        return Reply(
            200,
            msgspec.json.encode(
                {"directory": {"item": items, "name": folder, "parent-dir": folder.rpartition("/")[0]}}
            ),
            "application/json",
        )


class SecData:
    """data.sec.gov."""

    def __init__(self, filings: Filings) -> None:
        self._filings = filings

    def __call__(self, request: Request) -> Reply:
        """Answer one request."""
        if (refused := _undeclared(request)) is not None:
            return refused
        match = re.match(r"^/submissions/CIK(\d{10})\.json$", request.path)
        company = self._filings.companies.get(int(match.group(1))) if match else None
        if company is None:
            return _missing()
        latest = request.now - JSON_LAG
        visible = [f for f in self._filings.by_cik.get(company.cik, ()) if f.visible_at <= latest]
        return Reply(200, msgspec.json.encode(submissions(company, visible)), "application/json", gzip=True)
