"""Which filings deserve a request, and what comes of it. A body that cannot be had never loses its filing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

import msgspec

from connectors import _edgar_forms as forms
from connectors._edgar_bodies import Route, agree, assemble, documents_of, read_body, routes
from connectors._edgar_cursor import Pending
from connectors._edgar_filing import Body, BodyState, Filing, digits
from connectors._edgar_formd import parse_form_d
from connectors._edgar_settings import EdgarConfig
from connectors._edgar_sgml import Attachment, Submission, parse_header_page
from signalwatch.sdk import BadPayload, Blocked, Deferred, Gone, Json, PollContext, Quarantined, SourceError

_WAITS = (timedelta(minutes=10), timedelta(hours=1), timedelta(hours=6))
_CLOSED_INDUSTRY = frozenset(["pooled investment fund", "hospitals and physicians", "health insurance"])


class Outcome(msgspec.Struct, kw_only=True):
    """What came of one filing: its facts (with the header's), its body, why it concerns us, whether to try again."""

    filing: Filing
    body: Body
    relevant: str
    retry: Pending | None = None


class Fetcher:
    """Reads bodies within the budget of one poll. ``stopped`` holds the refusal after which nothing more is asked."""

    def __init__(self, settings: EdgarConfig, ctx: PollContext) -> None:
        self._settings = settings
        self._ctx = ctx
        self._watched = ctx.watched_ciks()
        self._names: dict[str, bool] = {}
        self._left = settings.bodies_per_poll
        self.stopped: SourceError | None = None
        self.quarantined: list[Quarantined] = []

    @property
    def spent(self) -> bool:
        """Whether this poll may read no more bodies."""
        return self.stopped is not None or (self._settings.bodies_per_poll > 0 and self._left <= 0)

    def hint(self, filing: Filing) -> str:
        """Why a filing may concern us, before its body is read: "watched", "sic", "strong", "weak" or ""."""
        shown = [p for p in filing.parties if p.role != "reporting"]
        if any(p.cik in self._watched for p in shown):
            return "watched"
        named = [p for p in shown if p.name and (p.role not in ("filed_by", "filed_for") or forms.is_entity(p.name))]
        if any(self._is_watched(p.name) for p in named):
            return "watched"
        main = filing.main
        if main is None:
            return ""
        if main.sic in self._settings.sic:
            return "sic"
        about = [p.name for p in named if p.role == ""] or [main.name]
        hints = {forms.name_hint(name) for name in about}
        return "strong" if "strong" in hints else "weak" if "weak" in hints else ""

    def _is_watched(self, name: str) -> bool:
        known = self._names.get(name)
        if known is None:
            known = self._names[name] = self._ctx.is_watched_name(forms.clean_name(name))
        return known

    def relevance(self, filing: Filing, body: Body, hint: str) -> str:
        """Why a filing concerns us, after its body was read or given up: "watched", "sic", "industry", "name" or ""."""
        if hint == "watched" or self.hint(filing) == "watched":
            return "watched"
        main = filing.main
        if filing.kind == "form_d" and body.state == "none" and not body.facts:
            return ""  # a fund or a property by its name: not asked for
        if filing.kind == "form_d" and (body.state == "read" or body.facts):
            industry = forms.industry_key(str(body.facts.get("industry") or ""))
            if body.facts.get("pooled") or industry in _CLOSED_INDUSTRY:
                return ""
            if industry in forms.LIFE_SCIENCE_INDUSTRIES:
                return "industry"
            return "name" if hint == "strong" else ""
        if main is not None and main.sic in self._settings.sic:
            return "sic"
        if hint == "strong" or (hint == "weak" and (main is None or not forms.sic_speaks(main.sic))):
            return "name"
        return ""

    def deserves(self, filing: Filing, hint: str) -> bool:
        """Whether the body is worth a request: a hint, or a Form D whose industry only the form itself tells.

        A budget of 0 means that bodies are not wanted at all.
        """
        if not self._settings.bodies_per_poll or not routes(filing, self._settings.base_www):
            return False
        if filing.kind == "form_d":
            main = filing.main
            return hint == "watched" or not (filing.funds or main is None or forms.looks_like_fund(main.name))
        return bool(hint)

    def take(self, filing: Filing, now: datetime, *, tries: int = 0, hint: str | None = None) -> Outcome:
        """Decide, fetch, read. Whatever happens, the filing comes back with what is known of it."""
        why = self.hint(filing) if hint is None else hint
        if not self.deserves(filing, why):
            return Outcome(filing=filing, body=Body(), relevant=self.relevance(filing, Body(), why))
        if self.spent:
            return self._later(filing, why, now, tries, "waiting for the next poll")
        told, body, error = self._read(filing)
        if self.stopped is not None and body is None:
            return self._later(filing, why, now, tries, str(self.stopped))
        if body is not None:
            relevant = self.relevance(told, body, why)
            if not relevant:  # read to find out; what does not concern us is not kept
                return Outcome(filing=told, body=Body(facts=body.facts, url=body.url), relevant="")
            if told.kind == "form_d" and told.amendment:
                body = self._with_previous(told, body)
            return Outcome(filing=told, body=body, relevant=relevant)
        gone = isinstance(error, Gone)
        if tries + 1 < self._settings.body_tries and (not gone or filing.layer == "current"):
            return self._later(filing, why, now + _WAITS[min(tries, len(_WAITS) - 1)], tries + 1, str(error))
        if isinstance(error, BadPayload):
            self.quarantined.append(
                Quarantined(key=filing.accession, reason=f"body of {filing.form}: {error}", url=filing.url)
            )
        state: BodyState = "gone" if gone else "failed"
        return Outcome(
            filing=filing, body=Body(state=state, error=str(error)), relevant=self.relevance(filing, Body(), why)
        )

    def _later(self, filing: Filing, hint: str, due: datetime, tries: int, error: str) -> Outcome:
        return Outcome(
            filing=filing, body=Body(state="pending", error=error), relevant=self.relevance(filing, Body(), hint),
            retry=Pending(filing=filing, due=due, tries=tries, hint=hint),
        )  # fmt: skip

    def _read(self, filing: Filing) -> tuple[Filing, Body | None, SourceError | None]:
        """Try the routes to a body in turn. A refusal of the host ends the poll's fetching."""
        error: SourceError | None = None
        for route in routes(filing, self._settings.base_www):
            if route.shape == "header" and isinstance(error, Gone) and filing.kind != "annual":
                break  # it lists documents; where the submission is not there, they are not either
            try:
                told, body = self._by(filing, route)
            except (Blocked, Deferred) as refusal:
                self.stopped = refusal
                return filing, None, refusal
            except (Gone, BadPayload) as problem:
                # Gone on a second route says nothing new; an unreadable body is the more telling error.
                error = problem if error is None or not isinstance(problem, Gone) else error
            except SourceError as problem:
                return filing, None, problem
            else:
                return told, body, None
        return filing, None, error

    def _by(self, filing: Filing, route: Route) -> tuple[Filing, Body]:
        data = self._get(route.url)
        if route.shape != "header":
            return read_body(filing, data, route)
        listing = parse_header_page(data)
        fetched: list[Attachment] = []
        for attachment, url in documents_of(listing, filing, self._settings.base_www):
            fetched.append(msgspec.structs.replace(attachment, data=self._get(url)))
        whole = Submission(filing=listing.filing, attachments=tuple(fetched), header=listing.header)
        return read_listed(filing, whole, route.url)

    def _get(self, url: str) -> bytes:
        self._left -= 1
        return self._ctx.http.get(url, max_bytes=self._settings.max_body_bytes).body

    def _with_previous(self, filing: Filing, body: Body) -> Body:
        """The amount sold according to the form an amendment amends, for the increment; absent when it cannot be had."""
        form = parse_form_d(body.payload)
        main = filing.main
        if not form.previous or main is None or self.spent:
            return body
        url = f"{self._settings.base_www}/Archives/edgar/data/{main.cik}/{digits(form.previous)}/primary_doc.xml"
        try:
            before = parse_form_d(self._get(url))
        except (Blocked, Deferred) as refusal:
            self.stopped = refusal
            return body
        except SourceError:
            return body
        told: Mapping[str, Json] = {"accession": form.previous, "sold": before.sold, "offered": before.offered}
        return msgspec.structs.replace(body, facts={**body.facts, "previous": told})


def read_listed(filing: Filing, whole: Submission, url: str) -> tuple[Filing, Body]:
    """The body of a filing whose documents were fetched one by one."""
    told = agree(filing, whole.filing)
    return told, assemble(told, whole, url)
