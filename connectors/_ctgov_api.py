"""Requests to API v2 and what their answers are checked for."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from connectors._ctgov_settings import CtgovConfig
from signalwatch.sdk import BadPayload, Blocked, Deferred, Gone, Http, HttpResponse, SourceError

_SURE_FIELDS = ("NCTId", "BriefTitle", "OverallStatus", "LeadSponsorName", "LastUpdatePostDate")


class Version(msgspec.Struct, rename="camel", frozen=True):
    """The answer of ``/version``. ``data_timestamp`` is UTC without saying so."""

    data_timestamp: str
    api_version: str = ""


class StudyPage(msgspec.Struct, rename="camel", frozen=True):
    """One page of ``/studies``; the records stay undecoded."""

    studies: list[msgspec.Raw]
    next_page_token: str | None = None
    total_count: int | None = None


class TokenExpired(Exception):
    """The server does not take this page token any more: the walk has to start again."""


_version = msgspec.json.Decoder(Version).decode
_page = msgspec.json.Decoder(StudyPage).decode
_bare_list = msgspec.json.Decoder(list[msgspec.Raw]).decode


class Api:
    """The four requests of this connector."""

    def __init__(self, settings: CtgovConfig, http: Http) -> None:
        self._settings, self._http = settings, http

    def version(self) -> Version:
        """The data version on offer. Raises BadPayload when the answer is not one."""
        answer = self._http.get(f"{self._settings.base_url}/version", headers=_ACCEPT)
        _refuse_html(answer)
        try:
            return _version(answer.body)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as exc:
            raise BadPayload(f"{answer.url}: no data version in the answer ({exc}): {_excerpt(answer)}") from exc

    def page(self, expression: str, token: str | None) -> StudyPage:
        """One page of a walk by date of the last update, oldest first.

        Raises TokenExpired for a 400 to a request that carried a token; SourceError (permanent) for any other 400.
        """
        query = {
            "filter.advanced": expression,
            "fields": "|".join(self._settings.fields),
            "sort": "LastUpdatePostDate:asc",
            "pageSize": str(self._settings.page_size),
        }
        query |= {"pageToken": token} if token else {"countTotal": "true"}
        try:
            answer = self._get(query, accept=(400,))
        except (Deferred, Blocked, Gone, BadPayload):
            raise
        except SourceError as exc:
            if token is None and not exc.permanent:
                self._blame_fields(query, exc)
            raise
        if answer.status == 400:
            if token:
                raise TokenExpired
            raise SourceError(
                f"ClinicalTrials.gov refuses the query (check `expression` and `fields`): {_excerpt(answer)}",
                permanent=True,
            )
        return read_page(answer)

    def _blame_fields(self, query: dict[str, str], failure: SourceError) -> None:
        """A wrong name in ``fields`` has been answered with 500: tell that from an outage by asking with sure names."""
        if self._settings.fields == _SURE_FIELDS:
            return
        try:
            answer = self._get(query | {"fields": "|".join(_SURE_FIELDS), "pageSize": "1"}, accept=())
            read_page(answer)
        except SourceError:
            return  # an outage, then
        raise SourceError(
            "ClinicalTrials.gov fails with the configured `fields` but not with a minimal list: a name in it is wrong",
            permanent=True,
        ) from failure

    def count(self, expression: str) -> int | None:
        """How many studies match, whatever their dates; None when the server does not say."""
        query = {"fields": "NCTId", "pageSize": "1", "countTotal": "true"}
        if expression:
            query["filter.advanced"] = expression
        return read_page(self._get(query, accept=())).total_count

    def by_ids(self, ids: Sequence[str]) -> StudyPage | None:
        """The records of these studies, or None when the request fails as a whole: one unknown id is enough for that."""
        query = {
            "filter.ids": "|".join(ids),
            "fields": "|".join(self._settings.fields),
            "pageSize": str(max(len(ids), 1)),
        }
        answer = self._get(query, accept=(400, 404))
        return read_page(answer) if answer.status < 400 else None

    def one(self, nct_id: str) -> msgspec.Raw:
        """The record of one study; an old alias is redirected to the study that took its place. Raises Gone."""
        url = f"{self._settings.base_url}/studies/{nct_id}"
        query = {"fields": "|".join(self._settings.fields)}
        answer = self._http.get(url, params=query, headers=_ACCEPT, accept_status=(400,))
        if answer.status == 400:
            raise Gone(f"{nct_id}: the registry does not know it: {_excerpt(answer)}")
        _refuse_html(answer)
        return msgspec.Raw(answer.body)

    def _get(self, query: dict[str, str], *, accept: tuple[int, ...]) -> HttpResponse:
        return self._http.get(
            f"{self._settings.base_url}/studies",
            params=query,
            headers=_ACCEPT,
            accept_status=accept,
            max_bytes=_MAX_PAGE,
        )


_ACCEPT = {"Accept": "application/json"}
_MAX_PAGE = 80_000_000  # a page of 1,000 narrow records has about 5 MB; studies with 1,000 sites exist


def read_page(answer: HttpResponse) -> StudyPage:
    """The page in an answer; the web site's download, a bare list, is one as well.

    Raises BadPayload for HTML (maintenance, challenge) and for anything else that is no page.
    """
    _refuse_html(answer)
    try:
        if answer.body.lstrip()[:1] == b"[":
            return StudyPage(studies=_bare_list(answer.body))
        return _page(answer.body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as exc:
        raise BadPayload(f"{answer.url}: not a page of studies ({exc}): {_excerpt(answer)}") from exc


def _refuse_html(answer: HttpResponse) -> None:
    head = answer.body[:200].lstrip()[:1]
    if head == b"<" or "html" in answer.headers.get("content-type", "").lower():
        raise BadPayload(f"{answer.url}: a web page instead of data (maintenance or a challenge): {_excerpt(answer)}")


def _excerpt(answer: HttpResponse) -> str:
    text = " ".join(answer.body[:1000].decode("utf-8", "replace").split())[:200]
    return repr(text)
