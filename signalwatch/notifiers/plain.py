"""Cards as plain text: complete on its own, for mail programs, terminals and screen readers. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from signalwatch.notifiers.cards import Card

_LABEL = 10


def full_text(c: Card) -> str:
    """One card with everything in it."""
    parts = [
        _block(
            *(f"*** {banner}" for banner in c.banners),
            c.headline,
            "-" * min(len(c.headline), 78),
            c.what if c.what != c.headline else "",
            *(f"  {line}" for line in c.report),
            *(f"  {field}: {before} -> {after}" for field, before, after in c.changes),
        ),
        _block(
            _row("Account", ", ".join(p for p in (c.account, c.tier) if p)),
            _row("Owner", c.owner),
            _row("Program", c.program),
            _row("Proposed", c.move),
            _row("Play", c.play),
            _row("First step", c.first_step),
            _row("Known", c.known),
            _row("Missing", c.missing),
        ),
        _titled("Why", [*_why(c), f"  {c.because}" if c.because else ""]),
        _titled("Arithmetic", _arithmetic(c)),
        _titled("Evidence", [*_evidence(c), *(_dispute(d) for d in c.disagreements)]),
        _titled("Times", [_row(t.label, t.text) for t in c.times]),
        _titled("Do", [_row(o.label, o.url or o.command) for o in c.orders if o.url or o.command]),
        _block(*(f"Note: {note}" for note in c.notes)),
        c.footer,
    ]
    return "\n\n".join(part for part in parts if part)


def brief_text(c: Card) -> str:
    """One card in a list: what, why, how much, where to check."""
    return _block(
        f"* {c.headline}" + (f" [{c.move}]" if c.move else ""),
        *(f"    {banner}" for banner in c.banners),
        f"    {c.what}" if c.what and c.what != c.headline else "",
        *(f"    {field}: {before} -> {after}" for field, before, after in c.changes[:3]),
        f"    {brief_why(c)}" if brief_why(c) else "",
        f"    {c.sources[0].url}" if c.sources and c.sources[0].url else "",
        *(
            f"    {o.label}: {o.url or o.command}"
            for o in c.orders
            if o.action_id == "approve" and (o.url or o.command)
        ),
    )


def brief_why(c: Card) -> str:
    """Rule, activity and play of a card in one sentence."""
    rule = c.rules[0] if c.rules else None
    because = f": {rule.because}" if rule and rule.because else ""
    return " ".join(
        part
        for part in (
            f"{rule.title}{because}." if rule else "",
            f"Activity {c.activity}." if c.activity else "",
            f"Play: {c.play}." if c.play else "",
        )
        if part
    )


def digest_text(title: str, groups: Sequence[tuple[str, list[Card]]], rest: Sequence[str], left_out: int) -> str:
    """Many cards, grouped by account, with the overflow as headlines and a count."""
    parts = [title]
    for account, cards in groups:
        parts.append("\n".join([account, *(brief_text(c) for c in cards)]))
    if rest:
        parts.append("\n".join(["Also", *(f"* {line}" for line in rest)]))
    if left_out:
        parts.append(f"... and {left_out} more, which `signalwatch signals list` shows.")
    return "\n\n".join(parts)


def _why(c: Card) -> Iterable[str]:
    for rule in c.rules:
        yield f"  {rule.title}" + (f" [{rule.rule_id}]" if rule.title != rule.rule_id else "")
        if rule.because:
            yield f"    because {rule.because}"


def _arithmetic(c: Card) -> Iterable[str]:
    for line in c.lines:
        inside = ", ".join(p for p in (line.when, f"counts {line.counts}" if line.counts else "") if p)
        yield f"  {line.points:>6}  {line.label}" + (f" ({inside})" if inside else "")
    if c.more_lines:
        yield f"          {c.more_lines}"
    yield _row("Activity", c.activity)
    yield _row("Fit", c.fit)
    yield _row("Unknown", c.unknown)
    yield _row("Excluded", c.excluded)


def _evidence(c: Card) -> Iterable[str]:
    for number, source in enumerate(c.sources, 1):
        yield f"  {number}. {source.title}" + (f" ({source.origin})" if source.origin else "")
        if source.quote:
            yield f'     "{source.quote}"'
        if source.url:
            yield f"     {source.url}"


def _dispute(difference: tuple[str, str, str]) -> str:
    field, one, other = difference
    return f"  Sources disagree on {field}: {one} / {other}"


def _row(label: str, value: str) -> str:
    return f"  {label:<{_LABEL}} {value}" if value else ""


def _block(*lines: str) -> str:
    return "\n".join(line for line in lines if line)


def _titled(title: str, lines: Iterable[str]) -> str:
    body = _block(*lines)
    return f"{title}\n{body}" if body else ""
