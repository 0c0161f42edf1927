"""Asserts that a secret stays one."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import structlog

from signalwatch.sdk import DeliveryError


def causes(error: BaseException | None) -> Iterator[str]:
    """Every error a printed traceback would show, as text."""
    while error is not None:
        yield f"{error!r} {error}"
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def assert_no_secret_leaks(secrets: list[str], owner: object, act: Callable[[], object]) -> DeliveryError:
    """``act`` fails with a DeliveryError; neither it, its traceback, its cause, a log line nor a repr holds a secret."""
    with structlog.testing.capture_logs() as logs:
        try:
            act()
        except DeliveryError as error:
            caught = error
        else:
            raise AssertionError("nothing was raised")
    shown = [
        str(caught), repr(caught), caught.reason, *causes(caught), str(logs), repr(owner), repr(getattr(owner, "config", None)), str(getattr(owner, "config", None)),
    ]  # fmt: skip
    for secret in secrets:
        for text in shown:
            assert secret not in text, f"a secret shows in {text[:300]!r}"
    return caught
