"""``HttpDoor``: every byte that comes from or goes to the network passes here.

One layer retries (tenacity), redirects are followed by hand and checked hop by hop, answers are judged once and become
either a ``Response`` or one of our errors.
"""

from __future__ import annotations

import contextlib
import dataclasses
import random
import threading
import weakref
from collections.abc import Mapping, Sequence
from datetime import timedelta
from http.cookiejar import DefaultCookiePolicy
from urllib.parse import SplitResult, quote, urljoin

import requests
from requests.structures import CaseInsensitiveDict
from tenacity import RetryCallState, Retrying, retry_if_exception_type, stop_after_attempt
from urllib3.util import SKIP_HEADER

from signalwatch.clock import Clock
from signalwatch.errors import BadPayload, Blocked, Deferred, DeliveryError, Gone, RefusedAddress, SourceError
from signalwatch.http.address import (
    CheckedAdapter,
    Resolver,
    check_literal,
    checked_url,
    system_resolver,
    unsplit,
)
from signalwatch.http.body import CHUNK, read_body
from signalwatch.http.failures import FOREIGN, describe, never_left
from signalwatch.http.judge import REFUSED_PAUSE, THROTTLE_FREEZE, Verdict, judge
from signalwatch.http.pace import LoadState, Pacer, SaveState
from signalwatch.http.redact import mask_url
from signalwatch.http.response import Response, request_headers, validators_of
from signalwatch.http.settings import HostPolicy, HttpSettings
from signalwatch.model import Validators

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_PERMANENT = frozenset({301, 308})
_ERROR_BODY = 262_144  # bytes of an error answer that are read at most
_POST_BODY = 1_048_576
_KEPT_ACROSS_HOSTS = frozenset({"accept", "accept-language", "a-im", "if-none-match", "if-modified-since"})


class _Again(Exception):
    """One attempt failed in a way that another may mend; ``error`` is what to raise if none does."""

    def __init__(self, error: SourceError, wait: float | None = None) -> None:
        super().__init__(str(error))
        self.error, self.wait = error, wait


class _Session(requests.Session):
    """A session that sees no redirects: requests would read their bodies whole, uncapped, although told not to."""

    def get_redirect_target(self, resp: requests.Response) -> None:
        """None: the door follows redirects itself."""


class HttpDoor:
    """The one door to the network (``signalwatch.sdk.Http``). Thread-safe; one connection pool per thread.

    Args:
        settings: limits and per-host policies.
        clock: for pace, waits, freezes and Retry-After.
        rng: for the jitter of retries.
        load_state, save_state: keep freezes and budgets over a restart (group name, state).
        resolve: name resolution, replaceable in tests.
    """

    def __init__(
        self,
        settings: HttpSettings,
        clock: Clock,
        rng: random.Random,
        *,
        load_state: LoadState | None = None,
        save_state: SaveState | None = None,
        resolve: Resolver = system_resolver,
    ) -> None:
        self.settings = settings
        self._clock, self._rng, self._resolve = clock, rng, resolve
        self._pacer = Pacer(clock, load_state, save_state)
        self._local = threading.local()
        self._sessions: weakref.WeakSet[requests.Session] = weakref.WeakSet()  # they die with their threads
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._retrying = Retrying(
            stop=stop_after_attempt(max(1, settings.tries)),
            wait=self._pause_before,
            retry=retry_if_exception_type(_Again),
            sleep=self._sleep,
            reraise=True,
        )

    # --- public ---------------------------------------------------------------------------------------------------

    def get(
        self,
        url: str,
        *,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        validators: Validators | None = None,
        accept_status: Sequence[int] = (),
        max_bytes: int | None = None,
    ) -> Response:
        """Fetch ``url`` politely.

        Args:
            params: added to the query, percent-encoded (a space becomes ``%20``).
            validators: what the last answer of this very URL carried; makes the request conditional.
            accept_status: error statuses to hand back instead of raising (never a redirect or a throttle page).
            max_bytes: size cap of this answer, before and after decompression.

        Raises:
            Deferred, Blocked, Gone, BadPayload, RefusedAddress or SourceError.
        """
        if params:
            url += ("&" if "?" in url else "?") + "&".join(
                f"{quote(k, safe='')}={quote(v, safe='')}" for k, v in params.items()
            )
        limit = self.settings.max_bytes if max_bytes is None else max_bytes
        wanted = request_headers(headers, validators)
        accepted = frozenset(accept_status)
        seen: list[str] = []
        moved_to, permanent = "", True
        while True:
            parts = checked_url(url)
            url = unsplit(parts)
            check_literal(parts, allow_loopback=self.settings.allow_private, shown=mask_url(url))
            try:
                answer = self._retrying(self._attempt, url, parts, wanted, validators, accepted, limit)
            except _Again as exc:
                raise exc.error from exc.error.__cause__
            if isinstance(answer, Response):
                return dataclasses.replace(answer, moved_to=moved_to)
            status, target = answer
            seen.append(url)
            url = self._next_hop(url, target, seen)
            permanent = permanent and status in _PERMANENT
            if permanent:
                moved_to = url
            if checked_url(url).netloc != parts.netloc:
                wanted = {k: v for k, v in wanted.items() if k.lower() in _KEPT_ACROSS_HOSTS}

    def post(
        self,
        url: str,
        *,
        data: bytes,
        headers: Mapping[str, str] | None = None,
        timeout: float | None = None,
        accept_status: Sequence[int] = (),
    ) -> Response:
        """Send ``data`` once and hand back whatever status answers; redirects are not followed.

        Raises:
            DeliveryError: nothing was sent (refused address, no connection); ``uncertain`` when the request went out
                and no whole answer came back.
        """
        shown = mask_url(url, hide_path=True)
        try:
            parts = checked_url(url, hide_path=True)
            check_literal(parts, allow_loopback=self.settings.allow_private, shown=shown)
            name, policy = self._policy(parts)
            self._pacer.enter(name, policy, self._sleep)
        except Deferred as exc:
            raise DeliveryError(str(exc), retry_after=exc.until - self._clock.now()) from exc
        except SourceError as exc:
            raise DeliveryError(str(exc), retry_after=exc.retry_after, permanent=exc.permanent) from exc
        sent = {**request_headers(headers, None), "User-Agent": self._agent(policy), "Connection": "close"}
        limit = (self.settings.connect_timeout, timeout or self.settings.read_timeout)
        try:
            with self._session(parts, policy).post(
                unsplit(parts), data=data, headers=sent, timeout=limit, stream=True, allow_redirects=False
            ) as raw:
                body = self._read(raw, _POST_BODY)
                return Response(raw.status_code, shown, raw.headers, body)
        except RefusedAddress as exc:
            raise DeliveryError(str(exc), permanent=True) from exc
        except BadPayload as exc:
            raise DeliveryError(f"{shown}: {exc}", uncertain=True) from None
        except FOREIGN as exc:
            # The cause is dropped: its text repeats the URL, and a webhook's path is its password.
            why, sent_out = describe(exc), not never_left(exc)
            raise DeliveryError(f"{shown}: {why}", uncertain=sent_out) from None

    def stop(self) -> None:
        """Make every sleeping or new request give up soon: the service is going down."""
        self._stopping.set()

    def close(self) -> None:
        """Close all connections. The door can be used again afterwards; pools reopen."""
        with self._lock:
            for session in list(self._sessions):
                session.close()

    def host_state(self, host: str) -> tuple[str, object]:
        """Group name and ``HostState`` of ``host`` (or ``host:port``), for status pages."""
        policy = self.settings.hosts.get(host, self.settings.default)
        name = policy.group or host
        return name, self._pacer.state(name)

    # --- one attempt ----------------------------------------------------------------------------------------------

    def _attempt(
        self,
        url: str,
        parts: SplitResult,
        wanted: Mapping[str, str],
        validators: Validators | None,
        accepted: frozenset[int],
        limit: int,
    ) -> Response | tuple[int, str]:
        """One request. Answers a response, or ``(status, location)`` of a redirect; raises _Again to be repeated."""
        name, policy = self._policy(parts)
        shown = mask_url(url)
        self._pacer.enter(name, policy, self._sleep)
        sent = {**wanted, "User-Agent": self._agent(policy)}
        waits = (self.settings.connect_timeout, self.settings.read_timeout)
        try:
            with self._session(parts, policy).get(
                url, headers=sent, timeout=waits, stream=True, allow_redirects=False
            ) as raw:
                status = raw.status_code
                if status == 304:
                    raw.raw.read(decode_content=False)  # empty; gives the connection back to the pool
                    if validators is None:
                        raise BadPayload(f"{shown}: the server says 304 (not modified) to a request without validators")
                    return Response(304, url, raw.headers, b"", validators_of(raw.headers, validators))
                if status in _REDIRECTS and raw.headers.get("location"):
                    return status, raw.headers["location"]
                good = 200 <= status < 300
                body = self._read(raw, limit if good else min(limit, _ERROR_BODY), lenient=not good)
        except (BadPayload, RefusedAddress) as exc:
            raise _renamed(exc, shown) from exc
        except FOREIGN as exc:
            error = SourceError(f"{shown}: {describe(exc)}")
            error.__cause__ = exc if shown == url else None
            raise _Again(error) from None
        verdict = judge(status, raw.headers, body, url, self._clock.now())
        if verdict.meaning == "ok" or (status in accepted and verdict.meaning not in ("throttled", "challenge")):
            return Response(status, url, raw.headers, body, validators_of(raw.headers, None))
        raise self._error(status, verdict, shown, name)

    def _error(self, status: int, verdict: Verdict, shown: str, group: str) -> Exception:
        """The error for a verdict; freezes the group where asking again would do harm."""
        message = f"{shown}: {verdict.reason}"
        match verdict.meaning:
            case "throttled":
                pause = max(THROTTLE_FREEZE, verdict.wait or THROTTLE_FREEZE)
                pause += timedelta(seconds=self._rng.uniform(5, 60))  # not all machines at the same second
                self._pacer.freeze(group, self._clock.now() + pause, verdict.reason, blocked=True)
                return Blocked(f"{message}; {group} is left alone for {_minutes(pause)}", retry_after=pause)
            case "gone":
                return Gone(message, permanent=status == 410)
            case "challenge":
                return Blocked(
                    f"{message}; try another User-Agent (http.hosts.*.user_agent)", retry_after=REFUSED_PAUSE
                )
            case "refused":
                pause = max(REFUSED_PAUSE, verdict.wait or REFUSED_PAUSE)
                return Blocked(f"{message}; next try in {_minutes(pause)}", retry_after=pause)
            case "later":
                wait = verdict.wait or timedelta(0)
                until = self._clock.now() + wait
                deferred = Deferred(f"{message} and asks for {_minutes(wait)}", until=until)
                if wait.total_seconds() <= self.settings.max_wait:
                    return _Again(deferred, wait.total_seconds())
                if status == 429:  # a 503 may concern this one resource only
                    self._pacer.freeze(group, until, verdict.reason, blocked=False)
                return deferred
            case "broken":
                return _Again(SourceError(message))
            case _:
                return SourceError(message, permanent=True)

    def _read(self, raw: requests.Response, limit: int, *, lenient: bool = False) -> bytes:
        """The body of an answer within ``limit``; ``lenient`` keeps the beginning of an error page that is odd."""
        coding = raw.headers.get("content-encoding", "")
        announced = raw.headers.get("content-length", "")
        if not lenient and announced.isdigit() and int(announced) > limit:
            raise BadPayload(f"the answer is {int(announced):,} bytes, more than the {limit:,} allowed")
        kind = raw.headers.get("content-type", "").lower()
        archive = any(word in kind for word in ("gzip", "zip", "octet-stream", "x-tar"))
        path = raw.url.partition("?")[0].lower()
        chunks = raw.raw.stream(CHUNK, decode_content=False)
        if lenient:
            kept: list[bytes] = []
            try:
                for piece in chunks:
                    kept.append(piece)
                    if sum(map(len, kept)) > limit:
                        break
                return read_body(
                    kept, encoding=raw.headers.get("content-encoding", ""), unasked_gzip=True, limit=limit * 8
                )
            except (BadPayload, *FOREIGN):
                return b"".join(kept)[:limit]
        return read_body(
            chunks,
            encoding=coding,
            unasked_gzip=not archive and not path.endswith((".gz", ".tgz")),
            limit=limit,
        )

    # --- helpers --------------------------------------------------------------------------------------------------

    def _next_hop(self, url: str, location: str, seen: Sequence[str]) -> str:
        """The checked target of a redirect."""
        with contextlib.suppress(UnicodeError):
            location = location.encode("latin-1").decode("utf-8")  # http.client reads headers as latin-1
        target = urljoin(url, location.strip().replace(" ", "%20"))
        shown = f"{mask_url(url)} redirects to {mask_url(target)}"
        if len(seen) > self.settings.max_redirects:
            raise SourceError(f"{mask_url(seen[0])}: more than {self.settings.max_redirects} redirects")
        if url.startswith("https:") and target.startswith("http:"):
            raise RefusedAddress(f"{shown}: https to http is refused")
        try:
            target = unsplit(checked_url(target))
        except RefusedAddress as exc:
            raise RefusedAddress(f"{mask_url(url)}: redirect {exc}") from exc
        if target in seen:
            raise SourceError(f"{shown}: the redirects go in a circle")
        return target

    def _policy(self, parts: SplitResult) -> tuple[str, HostPolicy]:
        """Group name and policy of a URL's host."""
        host = parts.hostname or ""
        own = {"http": 80, "https": 443}[parts.scheme]
        key = host if parts.port in (None, own) else f"{host}:{parts.port}"
        hosts = self.settings.hosts
        policy = hosts.get(key) or hosts.get(host) or self.settings.default
        if policy.contact_required and not self.settings.contact:
            raise SourceError(
                f"{host} wants every client to name a contact: set http.contact to an address of yours", permanent=True
            )
        return policy.group or key, policy

    def _agent(self, policy: HostPolicy) -> str:
        agent = self.settings.agent if policy.user_agent is None else policy.user_agent
        return agent or str(SKIP_HEADER)

    def _session(self, parts: SplitResult, policy: HostPolicy) -> requests.Session:
        session: requests.Session | None = getattr(self._local, "session", None)
        if session is None:
            session = self._local.session = self._new_session()
        if policy.tls_max:
            prefix = f"https://{parts.netloc}/"
            if prefix not in session.adapters:
                session.mount(prefix, self._adapter(policy.tls_max))
        return session

    def _new_session(self) -> requests.Session:
        session = _Session()
        session.trust_env = False
        session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        session.headers = CaseInsensitiveDict({"Accept": "*/*", "Accept-Encoding": "gzip, deflate"})
        session.verify = self.settings.ca_bundle or True
        if self.settings.proxy:
            session.proxies = {"http": self.settings.proxy, "https": self.settings.proxy}
        for scheme in ("http://", "https://"):
            session.mount(scheme, self._adapter(""))
        with self._lock:
            self._sessions.add(session)
        return session

    def _adapter(self, tls_max: str) -> CheckedAdapter:
        return CheckedAdapter(
            resolve=self._resolve,
            allow_loopback=self.settings.allow_private,
            total_timeout=self.settings.total_timeout,
            tls_max=tls_max,
        )

    def _pause_before(self, attempt: RetryCallState) -> float:
        """Seconds before the next attempt: what the server asked for, else full jitter over 1, 2, 4 ... seconds."""
        failure = attempt.outcome.exception() if attempt.outcome else None
        if isinstance(failure, _Again) and failure.wait is not None:
            return failure.wait
        return self._rng.uniform(0.0, min(self.settings.max_wait, 2.0 ** (attempt.attempt_number - 1)))

    def _sleep(self, seconds: float) -> None:
        """Sleep on the clock in slices, so that ``stop`` is noticed."""
        while seconds > 0 and not self._stopping.is_set():
            self._clock.sleep(min(seconds, 0.25))
            seconds -= 0.25
        if self._stopping.is_set():
            raise SourceError("the service is stopping; the request was not made")


def _renamed(exc: SourceError, shown: str) -> SourceError:
    """The same kind of error, with the URL in front when it is not there yet."""
    text = str(exc)
    kind = type(exc)
    return kind(text if shown in text else f"{shown}: {text}", retry_after=exc.retry_after, permanent=exc.permanent)


def _minutes(span: timedelta) -> str:
    seconds = round(span.total_seconds())
    return f"{seconds} s" if seconds < 120 else f"{seconds // 60} min" if seconds < 7200 else f"{seconds // 3600} h"
