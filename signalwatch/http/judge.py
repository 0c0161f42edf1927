"""What an answer means: pure functions from status, headers and body to one of our errors."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Literal

from signalwatch.clock import aware
from signalwatch.model import Struct

Meaning = Literal["ok", "gone", "throttled", "challenge", "refused", "later", "broken", "wrong"]

MAX_RETRY_AFTER = timedelta(days=7)  # beyond that a Retry-After is junk
THROTTLE_FREEZE = timedelta(minutes=10)  # sec.gov: access comes back after 10 quiet minutes; asking prolongs the block
REFUSED_PAUSE = timedelta(hours=6)

_THROTTLE = re.compile(rb"Request Rate Threshold Exceeded|Undeclared Automated Tool", re.IGNORECASE)
_UNDECLARED = re.compile(rb"Undeclared Automated Tool", re.IGNORECASE)
_S3_ABSENT = re.compile(rb"<Code>\s*(?:AccessDenied|NoSuchKey|NoSuchBucket)\s*</Code>")
_CHALLENGE = re.compile(
    rb"<title>[^<]{0,40}(?:Just a moment|Attention Required|Access Denied|Pardon Our Interruption|Verify you are human)"
    rb"|abuse-detection-apology",
    re.IGNORECASE,
)
_WALL = re.compile(rb"_Incapsula_Resource|/cdn-cgi/challenge-platform|errors\.edgesuite\.net")  # only on error answers
_HTML = re.compile(rb"\s*(?:\xef\xbb\xbf)?<(?:!doctype\s+html|html)", re.IGNORECASE)
_APOLOGY = re.compile(r"/apology_objects/|abuse-detection-apology")  # www.fda.gov sends scripts there


class Verdict(Struct, frozen=True, kw_only=True):
    """The meaning of an answer, a sentence for people, and when to come back if the server said so."""

    meaning: Meaning
    reason: str = ""
    wait: timedelta | None = None


def judge(status: int, headers: Mapping[str, str], body: bytes, url: str, now: datetime) -> Verdict:
    """Classify an answer that is not a redirect and not a 304.

    ``throttled``: the SEC's block page (sec.gov "Accessing EDGAR Data"): leave all its hosts alone. ``gone``: not
    there, also when S3 says so with a 403. ``challenge``: a bot wall, whatever status it hides behind. ``later``: 429
    or 503 with a Retry-After. ``broken``: worth another try. ``wrong``: the request itself is at fault.
    """
    head = body[:8192]
    if status in (403, 429, 503) and _THROTTLE.search(body):
        why = "the server says the request rate is too high"
        if _UNDECLARED.search(body):
            why = "the server wants a User-Agent that names a company and a contact: set http.contact"
        return Verdict(meaning="throttled", reason=why, wait=retry_after(headers, now))
    if _is_wall(status, headers, head, url):
        return Verdict(meaning="challenge", reason="a bot wall answers instead of the server")
    if 200 <= status < 300:
        return Verdict(meaning="ok")
    if status in (403, 404, 410) and (status != 403 or _S3_ABSENT.search(head)):
        return Verdict(meaning="gone", reason="removed for good (410)" if status == 410 else f"not there ({status})")
    if status in (401, 403, 451):
        return Verdict(meaning="refused", reason=f"the server refuses us ({status})", wait=retry_after(headers, now))
    if status in (429, 503):
        wait = retry_after(headers, now)
        meaning: Meaning = "later" if wait is not None else "broken"
        return Verdict(meaning=meaning, reason=f"the server is busy ({status})", wait=wait)
    if status in (500, 502, 504):
        return Verdict(meaning="broken", reason=f"the server failed ({status})")
    return Verdict(meaning="wrong", reason=f"the server answered {status}{_excerpt(headers, body)}")


def _is_wall(status: int, headers: Mapping[str, str], head: bytes, url: str) -> bool:
    if headers.get("cf-mitigated", "").lower() == "challenge" or _APOLOGY.search(url):
        return True
    if headers.get("x-amzn-waf-action", "").lower() in ("challenge", "captcha"):
        return True
    if not _HTML.match(head):
        return False
    return bool(_CHALLENGE.search(head)) or (status >= 400 and bool(_WALL.search(head)))


def retry_after(headers: Mapping[str, str], now: datetime) -> timedelta | None:
    """The wait that ``Retry-After`` asks for; None when absent or unreadable.

    An HTTP date is taken relative to the answer's own ``Date``, so that a wrong clock on either side does not matter.
    """
    text = headers.get("retry-after", "").strip()
    if not text:
        return None
    if text.isascii() and text.isdigit():
        return min(timedelta(seconds=min(int(text[:9]), 10**8)), MAX_RETRY_AFTER)
    then = _http_date(text)
    if then is None:
        return None
    start = _http_date(headers.get("date", "")) or now
    return min(max(then - start, timedelta(0)), MAX_RETRY_AFTER)


def _http_date(text: str) -> datetime | None:
    try:
        value = parsedate_to_datetime(text)
        return aware(value) if value.tzinfo else None
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _excerpt(headers: Mapping[str, str], body: bytes) -> str:
    """The first words of a plain-text error body: some servers explain themselves there."""
    if "html" in headers.get("content-type", "").lower() or not body:
        return ""
    text = " ".join(body[:800].decode("utf-8", "replace").split())
    text = "".join(c for c in text if c.isprintable())[:200]
    return f': "{text}"' if text else ""
