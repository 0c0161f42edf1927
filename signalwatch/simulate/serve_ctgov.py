"""The registry's API v2, answering for the instant the simulated clock shows.

Emulated: ``/version``, ``/studies`` (``filter.advanced`` with AREA, RANGE, AND, OR, NOT; ``filter.ids``; ``fields``; ``sort``;
``pageSize``; opaque ``pageToken`` bound to query and data version; ``countTotal``), ``/studies/{id}`` with alias redirects.
Quirks kept: a token follows every full page, so the last one may lead to an empty page; one bad id fails the whole
``filter.ids``; errors are plain text.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time
from typing import Any

from signalwatch.ids import digest
from signalwatch.simulate.registry import PUBLISHED_HOUR, StudyState, data_timestamp
from signalwatch.simulate.render_ctgov import PIECES, VERSION_MARK, encode, path_of, select, study_dict
from signalwatch.simulate.web import Reply, Request
from signalwatch.simulate.world import World

Test = Callable[[StudyState], bool]
_WORD = re.compile(r"\s*(AREA\[\w+\]|RANGE\[[^\]]*\]|\(|\)|\"[^\"]*\"|[^\s()\[\]\"]+)")
_NCT = re.compile(r"^NCT0*\d{1,8}$", re.IGNORECASE)
_FIELDS: Mapping[str, Callable[[StudyState], object]] = {
    "LastUpdatePostDate": lambda s: s.update_post, "StudyFirstPostDate": lambda s: s.first_post,
    "ResultsFirstPostDate": lambda s: s.results_post, "LeadSponsorClass": lambda s: s.sponsor_class,
    "LeadSponsorName": lambda s: s.sponsor, "OverallStatus": lambda s: s.status, "Phase": lambda s: s.phases,
    "StudyType": lambda s: "INTERVENTIONAL" if s.interventional else "OBSERVATIONAL", "EnrollmentCount": lambda s: s.enrollment[0],
    "InterventionType": lambda s: (s.intervention_type,), "NCTId": lambda s: s.nct_id,
    "CollaboratorClass": lambda s: tuple(c for _, c in s.collaborators), "CollaboratorName": lambda s: tuple(n for n, _ in s.collaborators),
}  # fmt: skip
_ORDERS: Mapping[str, Callable[[StudyState], Any]] = {
    "LastUpdatePostDate": lambda s: s.update_post, "StudyFirstPostDate": lambda s: s.first_post,
    "EnrollmentCount": lambda s: s.enrollment[0], "NCTId": lambda s: s.nct_id,
}  # fmt: skip


class BadQuery(Exception):
    """The API would answer 400 with this sentence."""


class _Essie:
    """A small recursive parser of the expressions pollers use in ``filter.advanced``."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._tokens: list[str] = []
        at, text = 0, text.rstrip()
        while at < len(text):
            match = _WORD.match(text, at)
            if match is None:
                raise BadQuery(f"Error parsing query in filter.advanced: unexpected '{text[at]}' in '{text}'")
            self._tokens.append(match.group(1))
            at = match.end()

    def parse(self) -> Test:
        """The whole expression as one test."""
        test = self._either()
        if self._at != len(self._tokens):
            raise self._bad()
        return test

    def _bad(self) -> BadQuery:
        return BadQuery(
            f"Error parsing query in filter.advanced: unexpected input near position {self._at} of '{self._text}'"
        )

    def _peek(self) -> str:
        return self._tokens[self._at] if self._at < len(self._tokens) else ""

    def _take(self) -> str:
        token = self._peek()
        if not token:
            raise self._bad()
        self._at += 1
        return token

    def _either(self) -> Test:
        tests = [self._both()]
        while self._peek() == "OR":
            self._take()
            tests.append(self._both())
        return tests[0] if len(tests) == 1 else lambda s: any(t(s) for t in tests)

    def _both(self) -> Test:
        tests = [self._one()]
        while self._peek() == "AND":
            self._take()
            tests.append(self._one())
        return tests[0] if len(tests) == 1 else lambda s: all(t(s) for t in tests)

    def _one(self) -> Test:
        word = self._take()
        if word == "NOT":
            inner = self._one()
            return lambda s: not inner(s)
        if word == "(":
            inner = self._either()
            if self._take() != ")":
                raise self._bad()
            return inner
        if not word.startswith("AREA["):
            raise self._bad()
        name = word[5:-1]
        if name not in _FIELDS:
            if name not in PIECES:
                raise BadQuery(f"Error parsing query in filter.advanced: unknown area '{name}'")
            raise BadQuery(f"Error parsing query in filter.advanced: area '{name}' is not searchable here")
        return self._value(_FIELDS[name])

    def _value(self, field: Callable[[StudyState], object]) -> Test:
        first = self._take()
        if first == "(":
            wanted: set[str] = set()
            while (word := self._take()) != ")":
                if word != "OR":
                    wanted.add(word.strip('"').casefold())
            return lambda s: _matches(field(s), wanted)
        if not first.startswith("RANGE["):
            words = [first]
            while self._peek() not in ("", ")", "AND", "OR"):
                words.append(self._take())
            only = {" ".join(words).strip('"').casefold()}
            return lambda s: _matches(field(s), only)
        low, _, high = first[6:-1].partition(",")
        return _range(field, low.strip(), high.strip(), self._bad)


def _matches(value: object, wanted: set[str]) -> bool:
    values = value if isinstance(value, tuple) else (value,)
    return any(str(v).casefold() in wanted for v in values)


def _range(field: Callable[[StudyState], object], low: str, high: str, bad: Callable[[], BadQuery]) -> Test:
    def bound(text: str, open_end: str) -> Any:
        if text == open_end:
            return None
        if text.isdigit():
            return int(text)
        try:
            return date.fromisoformat(text)
        except ValueError:
            raise bad() from None

    least, most = bound(low, "MIN"), bound(high, "MAX")

    def test(state: StudyState) -> bool:
        value: Any = field(state)
        return value is not None and (least is None or value >= least) and (most is None or value <= most)

    return test


class CtgovSite:
    """Answers requests below ``/api/v2``."""

    def __init__(self, world: World) -> None:
        self._studies = world.studies
        self._current: dict[str, StudyState] = {}
        self._aliases: dict[str, str] = {}
        self._stamp: datetime | None = None
        self._rendered: dict[int, tuple[StudyState, dict[str, Any]]] = {}

    def __call__(self, request: Request) -> Reply:
        """Answer one request."""
        self._refresh(request.now)
        path = request.path.removeprefix("/api/v2")
        try:
            if path == "/version":
                return _json({"apiVersion": "2.0.5", "dataTimestamp": self._stamped()})
            if path == "/studies":
                return self._list(request.query)
            if path.startswith("/studies/"):
                return self._one(path.removeprefix("/studies/"), request.query)
            if path == "/stats/size":
                return _json({"totalStudies": len(self._current), "averageSizeBytes": 17000})
        except BadQuery as error:
            return Reply(400, str(error).encode(), "text/plain")
        return Reply(
            404,
            b"<html><head><title>404 Not Found</title></head><body><h1>404 Not Found</h1></body></html>",
            "text/html",
        )

    # --- data ---------------------------------------------------------------------------------------------------

    def _refresh(self, now: datetime) -> None:
        """Make the newest data set current."""
        stamp = data_timestamp(now)
        if stamp == self._stamp:
            return
        readable = datetime.combine(stamp.date(), time(PUBLISHED_HOUR), stamp.tzinfo)
        self._stamp = stamp
        self._current = {s.nct_id: state for s in self._studies if (state := s.at(readable)) is not None}
        self._aliases = {alias: s.nct_id for s in self._current.values() for alias in s.aliases}

    def _stamped(self) -> str:
        return f"{self._stamp:%Y-%m-%dT%H:%M:%S}"

    def _dict(self, state: StudyState) -> dict[str, Any]:
        known = self._rendered.get(id(state))
        if known is None or known[0] is not state:
            known = (state, study_dict(state))
            self._rendered[id(state)] = known
        return known[1]

    def _bytes(self, payload: object) -> bytes:
        day = f"{self._stamp:%Y-%m-%d}" if self._stamp is not None else ""
        return encode(payload).replace(VERSION_MARK.encode(), day.encode())

    # --- endpoints ----------------------------------------------------------------------------------------------

    def _paths(self, query: Mapping[str, str]) -> list[str]:
        names = [n for n in re.split(r"[|,]", query.get("fields", "")) if n]
        paths = [path_of(n.strip()) for n in names]
        for name, path in zip(names, paths, strict=True):
            if path is None:
                raise BadQuery(f"`fields` parameter is invalid: `{name}` is not a known field or piece name")
        return [p for p in paths if p is not None]

    def _found(self, query: Mapping[str, str]) -> list[StudyState]:
        studies: Sequence[StudyState] = list(self._current.values())
        if "filter.ids" in query:
            wanted = [i.strip().upper() for i in re.split(r"[|,]", query["filter.ids"]) if i.strip()]
            for nct in wanted:
                if not _NCT.match(nct) or (nct not in self._current and nct not in self._aliases):
                    raise BadQuery(f"Parameter `filter.ids` has incorrect value: {nct}")
            chosen = {self._aliases.get(n, n) for n in wanted}
            studies = [s for s in studies if s.nct_id in chosen]
        for name in ("filter.advanced", "query.term"):
            if query.get(name):
                test = _Essie(query[name]).parse()
                studies = [s for s in studies if test(s)]
        if query.get("filter.overallStatus"):
            allowed = set(re.split(r"[|,]", query["filter.overallStatus"]))
            studies = [s for s in studies if s.status in allowed]
        for key in reversed([k for k in re.split(r"[|,]", query.get("sort", "")) if k]):
            piece, _, direction = key.partition(":")
            if piece == "@relevance":
                continue
            if piece not in _ORDERS or direction not in ("", "asc", "desc"):
                raise BadQuery(f"Parameter `sort` has incorrect value: {key}")
            studies = sorted(studies, key=_ORDERS[piece], reverse=direction == "desc")
        return list(studies)

    def _list(self, query: Mapping[str, str]) -> Reply:
        unknown = [k for k in query if k not in _PARAMETERS and not k.startswith("query.")]
        if unknown:
            raise BadQuery(f"Unknown parameter: {unknown[0]}")
        try:
            size = min(1000, max(0, int(query.get("pageSize", "10"))))
        except ValueError:
            raise BadQuery(f"Parameter `pageSize` has incorrect value: {query['pageSize']}") from None
        asked = digest({k: v for k, v in query.items() if k not in ("pageToken", "countTotal")})[:12]
        start = self._start(query["pageToken"], asked) if query.get("pageToken") else 0
        paths = self._paths(query)
        found = self._found(query)
        part = found[start : start + size]
        body: dict[str, Any] = {}
        if query.get("countTotal") == "true" and not start:
            body["totalCount"] = len(found)
        body["studies"] = [select(self._dict(s), paths) if paths else self._dict(s) for s in part]
        if size and len(part) == size:  # also after an exactly full last page: the next one is then empty
            body["nextPageToken"] = (
                base64.urlsafe_b64encode(f"{self._stamped()}|{asked}|{start + size}".encode()).decode().rstrip("=")
            )
        return Reply(200, self._bytes(body), "application/json", etag='"build-2.0.5-a41"')

    def _start(self, token: str, asked: str) -> int:
        try:
            stamp, query, offset = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)).decode().split("|")
            start = int(offset)
        except (ValueError, UnicodeDecodeError):
            raise BadQuery("Parameter `pageToken` has incorrect value") from None
        if stamp != self._stamped() or query != asked:
            raise BadQuery("Parameter `pageToken` is not valid for this query or has expired")
        return start

    def _one(self, name: str, query: Mapping[str, str]) -> Reply:
        nct = name.upper()
        if not _NCT.match(nct):
            raise BadQuery(f"Incorrect format of NCT id: {name}")
        if nct in self._aliases:
            return Reply(301, b"", "text/plain", headers={"Location": f"/api/v2/studies/{self._aliases[nct]}"})
        state = self._current.get(nct)
        if state is None:
            return Reply(404, f"NCT number {nct} not found".encode(), "text/plain")
        paths = self._paths(query)
        study = self._dict(state)
        return Reply(
            200, self._bytes(select(study, paths) if paths else study), "application/json", etag='"build-2.0.5-a41"'
        )


_PARAMETERS = frozenset(
    ("format", "markupFormat", "fields", "sort", "countTotal", "pageSize", "pageToken", "filter.overallStatus",
     "filter.ids", "filter.advanced", "filter.geo", "filter.synonyms", "aggFilters", "geoDecay")
)  # fmt: skip


def _json(payload: object) -> Reply:
    return Reply(200, encode(payload), "application/json")
