"""The one rendering of alerts: dossiers to a subject, a plain text and an HTML page. Reads its template, nothing else.

One to three dossiers are shown in full; more become a digest, grouped by account, with the overflow as headlines
and a count. Nothing is left out without a word, and nothing is said that no dossier holds.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import css_inline
import jinja2

from signalwatch.notifiers.cards import Card, card
from signalwatch.notifiers.plain import brief_why, digest_text, full_text
from signalwatch.notifiers.words import one_line, zone_named
from signalwatch.sdk import Dossier

SUBJECT_LIMIT = 100
FULL = 3
"""Dossiers that are shown in full; more travel as a digest."""
BRIEF = 25
HEADLINES = 150
_OPERATOR = ("operator", "resolve")


def message(kind: str, dossiers: Sequence[Dossier], *, zone: str = "UTC") -> tuple[str, str, str]:
    """Subject (one line, at most 100 characters), plain text and HTML of one message.

    Args:
        kind: alert, update, correction, recommendation, operator, resolve, digest or summary.
        dossiers: what the message is about, most important first; at least one.
        zone: IANA zone in which times are written; UTC when it is unknown.
    """
    if not dossiers:
        raise ValueError("a message needs at least one dossier")
    where = zone_named(zone)
    shown = dossiers[:BRIEF] if is_brief(kind, dossiers) else dossiers
    cards = [card(d, where) for d in shown]
    title = subject(kind, dossiers)
    brief = is_brief(kind, dossiers)
    groups = by_account(cards)
    rest = [headline_of(d) for d in dossiers[len(shown) : len(shown) + HEADLINES]]
    left_out = max(0, len(dossiers) - len(shown) - HEADLINES)
    html = _template().render(
        title=title, cards=cards, brief=brief, groups=groups, rest=rest, left_out=left_out, brief_why=brief_why
    )
    text = digest_text(title, groups, rest, left_out) if brief else "\n\n\n".join(full_text(c) for c in cards)
    return title, text + "\n", _inline(html)


def is_brief(kind: str, dossiers: Sequence[Dossier]) -> bool:
    """Whether the message is a digest of many rather than a few dossiers in full."""
    return len(dossiers) > FULL or (kind == "digest" and len(dossiers) > 1)


def subject(kind: str, dossiers: Sequence[Dossier]) -> str:
    """One line that tells the company and what happened, cut at a word."""
    first = dossiers[0]
    prefix = "[signalwatch ops] " if all(d.kind in _OPERATOR for d in dossiers) else "[signalwatch] "
    if len(dossiers) == 1:
        return one_line(prefix + headline_of(first), SUBJECT_LIMIT)
    accounts = list(dict.fromkeys(d.account_name for d in dossiers if d.account_name))
    what = {"digest": "Digest: ", "summary": "Summary: "}.get(kind, "")
    named = f": {', '.join(accounts)}" if accounts else ""
    places = f" at {len(accounts)} accounts" if len(accounts) > 1 else ""
    return one_line(f"{prefix}{what}{len(dossiers)} signals{places}{named}", SUBJECT_LIMIT)


def headline_of(dossier: Dossier) -> str:
    """The headline with what a reader must know even from a list: correction, resolved, proposed move."""
    text = one_line(dossier.headline, 240) or "signalwatch"
    mark = {"correction": "Correction", "update": "Update", "resolve": "Resolved"}.get(dossier.kind, "")
    if mark and not text.casefold().startswith(mark.casefold()):
        text = f"{mark}: {text}"
    if dossier.proposed_tier is not None and dossier.proposed_tier != dossier.tier:
        here = f"{dossier.tier}" if dossier.tier is not None else "new"
        text += f" (tier {here} → {dossier.proposed_tier}?)"
    return text


def by_account(cards: Sequence[Card]) -> list[tuple[str, list[Card]]]:
    """Cards under their account's name, in order of first appearance."""
    groups: dict[str, list[Card]] = {}
    for c in cards:
        groups.setdefault(", ".join(p for p in (c.account, c.tier) if p) or "Service", []).append(c)
    return list(groups.items())


@cache
def _template() -> jinja2.Template:
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
    ).get_template("message.html.j2")


def _inline(html: str) -> str:
    """Styles into the elements, since mail programs drop style sheets. Loads nothing."""
    inlined: str = css_inline.CSSInliner(load_remote_stylesheets=False, keep_style_tags=False).inline(html)
    return "\n".join(line for line in inlined.splitlines() if line.strip()) + "\n"
