"""Dossiers as Slack blocks, within Slack's limits. Pure.

Limits (docs.slack.dev, block kit reference): 50 blocks, header 150, section 3,000, field 2,000, context 10 elements,
button text 75, value 2,000, url 3,000, action id 255; beyond about 13,200 characters in all, Slack refuses the
message (``msg_blocks_too_long``, undocumented), so blocks are kept under 12,000 characters of JSON.
Only ``& < >`` are escaped, once: with ``<`` escaped, no data can ping people or form links.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC
from typing import Any

from signalwatch.notifiers.cards import Card, Order, card
from signalwatch.notifiers.plain import brief_why
from signalwatch.notifiers.render import headline_of, is_brief, subject
from signalwatch.sdk import Dossier

Block = dict[str, Any]

MOST_BLOCKS = 50
MOST_CHARACTERS = 12_000
_SECTION = 2_900
_FIELD = 1_900
_HEADER = 150
_BUTTON = 75


def slack_message(
    kind: str, dossiers: Sequence[Dossier], *, buttons: bool, message_id: str = ""
) -> tuple[str, list[Block]]:
    """Fallback text and blocks of one message.

    Args:
        kind: as in `render.message`.
        dossiers: at least one, most important first.
        buttons: whether the channel can answer buttons (bot token); else actions become links.
        message_id: shown small at the end, so that a doubtful send can be found again.
    """
    mark = _context([f"message {escape(message_id[:32])}"]) if message_id else None
    end = [mark] if mark else []
    cards = [card(d, UTC) for d in dossiers[:MOST_BLOCKS]]
    what = f" - {cards[0].what}" if cards[0].what and len(dossiers) == 1 else ""
    text = fit(subject(kind, dossiers) + what, 2_000)
    if not is_brief(kind, dossiers):
        for detail in (3, 2, 1):
            blocks = [block for c in cards for block in _full(c, detail, buttons)] + end
            if fits(blocks):
                return text, blocks
    return text, _digest(kind, dossiers, cards, end)


def escape(text: str) -> str:
    """``& < >`` as Slack wants them, once."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def fit(text: str, limit: int) -> str:
    """``text`` escaped and at most ``limit`` characters, cut at a word and never inside an entity."""
    escaped = escape(text)
    if len(escaped) <= limit:
        return escaped
    head = escaped[: limit - 1]
    entity = head.rfind("&")
    if entity > head.rfind(";"):
        head = head[:entity]
    space = head.rfind(" ")
    return (head[:space] if space > limit // 2 else head).rstrip() + "…"


def link(url: str, label: str, limit: int = 200) -> str:
    """A mrkdwn link; only the label where there is no web link."""
    words = fit(label.replace("|", "/").replace("<", "(").replace(">", ")"), limit)
    return f"<{escape(url).replace('|', '%7C')}|{words}>" if url else words


def fits(blocks: Sequence[Block]) -> bool:
    """Whether Slack takes these blocks as one message."""
    return len(blocks) <= MOST_BLOCKS and size(blocks) <= MOST_CHARACTERS


def size(blocks: Sequence[Block]) -> int:
    """Characters of the blocks as JSON: the strictest reading of Slack's undocumented sum."""
    return len(json.dumps(blocks, ensure_ascii=False))


# --- one card in full -----------------------------------------------------------------------------------------------


def _full(c: Card, detail: int, buttons: bool) -> list[Block]:
    """Blocks of one card. ``detail`` 3: everything; 2: no notes, shorter; 1: what an answer needs."""
    sources = c.sources[: (5, 2, 1)[3 - detail]]
    out: list[Block | None] = [
        {"type": "header", "text": {"type": "plain_text", "text": _cut(c.headline, _HEADER), "emoji": False}},
        _context([f"*{fit(b, 200)}*" for b in c.banners]),
        _section(
            [
                fit(c.what, (1_500, 800, 400)[3 - detail]) if c.what != c.headline else "",
                *(f"• {fit(field, 80)}: {fit(was, 300)} → *{fit(now, 300)}*" for field, was, now in c.changes),
            ]
        ),
        _report(c.report, (2_800, 1_400, 700)[3 - detail]),
        _fields(
            [
                ("Account", ", ".join(p for p in (c.account, c.tier) if p)),
                ("Proposed", c.move),
                ("Owner", c.owner),
                ("Program", c.program),
                ("Play", c.play),
                ("First step", c.first_step),
                ("Known contacts", c.known),
                ("Missing roles", c.missing),
            ]
        ),
        _section(_why(c, detail)),
        _section([_source(s.url, s.title, s.origin, s.quote if detail > 1 else "") for s in sources]),
        _section([f"Sources disagree on {fit(f, 80)}: {fit(a, 200)} / {fit(b, 200)}" for f, a, b in c.disagreements]),
        _context([_time(c)]),
        _context([fit(n, 300) for n in c.notes[:5]] if detail == 3 else []),
        _actions(c.orders, buttons),
        _context([fit(c.footer, 300)] if detail > 1 else []),
    ]
    return [block for block in out if block is not None]


def _why(c: Card, detail: int) -> list[str]:
    lines = [f"*Why:* {fit(r.title, 200)}" + (f" - {fit(r.because, 400)}" if r.because else "") for r in c.rules[:3]]
    if c.because:
        lines.append(f"*Why:* {fit(c.because, 400)}")
    if detail > 1:
        terms = [
            f"{line.points} {fit(line.label, 120)}" + (f" (counts {line.counts})" if line.counts else "")
            for line in c.lines
        ]
        lines += (
            [f"*Arithmetic:* {'; '.join(terms)}" + (f"; {fit(c.more_lines, 100)}" if c.more_lines else "")]
            if terms
            else []
        )
    lines += [f"*Activity:* {fit(c.activity, 100)}"] if c.activity else []
    lines += [f"*Fit:* {fit(c.fit, 300)}"] if c.fit else []
    lines += [f"*Unknown:* {fit(c.unknown, 300)}"] if c.unknown else []
    lines += [f"*Excluded:* {fit(c.excluded, 200)}"] if c.excluded else []
    return lines


def _source(url: str, title: str, origin: str, quote: str) -> str:
    text = link(url, title) + (f"  _{fit(origin, 120)}_" if origin else "")
    return f"{text}\n>{fit(quote, 350)}" if quote else text


def _time(c: Card) -> str:
    """Times in the reader's own zone: Slack renders ``<!date^...>``, with UTC as the fallback."""
    return " · ".join(
        f"{t.label} "
        + (
            f"<!date^{int(t.at.timestamp())}^{{date_short_pretty}}, {{time}}|{fit(t.text, 40)}>"
            if t.at
            else fit(t.text, 40)
        )
        for t in c.times
    )


def _actions(orders: Sequence[Order], buttons: bool) -> Block | None:
    if not buttons:
        words = [
            link(o.url, o.label) if o.url else f"{fit(o.label, 75)}: `{fit(o.command, 300)}`"
            for o in orders
            if o.url or o.command
        ]
        return _section([" · ".join(words)]) if words else None
    elements: list[Block] = []
    for order in orders:
        if not order.url and not order.value:
            continue
        button: Block = {
            "type": "button",
            "action_id": order.action_id or f"action-{len(elements)}",
            "text": {"type": "plain_text", "text": _cut(order.label, _BUTTON), "emoji": False},
        }
        if order.value:
            button["value"] = order.value
        if order.url:
            button["url"] = order.url
        if order.style in ("primary", "danger"):
            button["style"] = order.style
        if button["action_id"] not in {e["action_id"] for e in elements}:
            elements.append(button)
    return {"type": "actions", "elements": elements[:25]} if elements else None


# --- many cards -----------------------------------------------------------------------------------------------------


def _digest(kind: str, dossiers: Sequence[Dossier], cards: Sequence[Card], end: list[Block]) -> list[Block]:
    """As many cards in brief as fit, then headlines, then a count."""
    top: Block = {
        "type": "header",
        "text": {"type": "plain_text", "text": _cut(subject(kind, dossiers), _HEADER), "emoji": False},
    }
    blocks: list[Block] = [top]
    room = MOST_CHARACTERS - 1_600 - size(end) - size(blocks)
    shown = 0
    for c in cards:
        block = _section([_brief(c)])
        room -= size([block]) if block else 0
        if block is None or len(blocks) >= MOST_BLOCKS - 6 or room < 0:
            break
        blocks.append(block)
        shown += 1
    rest = [headline_of(d) for d in dossiers[shown:]]
    also: list[str] = []
    for line in rest:
        if sum(len(entry) for entry in also) + 130 > 1_200:
            break
        also.append(f"• {fit(line, 120)}")
    if len(rest) > len(also):
        also.append(f"… and {len(rest) - len(also)} more")
    last = _section(also)
    return [*blocks, *([last] if last else []), *end]


def _brief(c: Card) -> str:
    url = c.sources[0].url if c.sources else ""
    lines = [
        f"*{link(url, c.headline, 300)}*" + (f"  {fit(c.move, 120)}" if c.move else ""),
        *(f"*{fit(b, 200)}*" for b in c.banners),
        fit(c.what, 300) if c.what and c.what != c.headline else "",
        *(f"• {fit(f, 60)}: {fit(a, 100)} → *{fit(b, 100)}*" for f, a, b in c.changes[:2]),
        fit(brief_why(c), 400),
    ]
    return "\n".join(line for line in lines if line)


# --- blocks -----------------------------------------------------------------------------------------------------


def _section(lines: Sequence[str]) -> Block | None:
    """A section of whole lines; lines beyond the limit are dropped with an ellipsis, so no entity or link is cut."""
    kept: list[str] = []
    for line in lines:
        if not line:
            continue
        if sum(len(k) + 1 for k in kept) + len(line) > _SECTION:
            kept.append("…")
            break
        kept.append(line)
    return {"type": "section", "text": {"type": "mrkdwn", "text": "\n".join(kept)}} if kept else None


def _report(lines: Sequence[str], limit: int) -> Block | None:
    """Lines as they were written, as many as fit, in the fixed width in which their carets point at something."""
    kept: list[str] = []
    for line in lines:
        shown = escape(line).replace("```", "'''")
        limit -= len(shown) + 1
        if limit < 0:
            kept.append("…")
            break
        kept.append(shown)
    return _section(["```\n" + "\n".join(kept) + "\n```"]) if kept else None


def _fields(rows: Sequence[tuple[str, str]]) -> Block | None:
    fields = [{"type": "mrkdwn", "text": f"*{label}*\n{fit(value, _FIELD)}"} for label, value in rows if value]
    return {"type": "section", "fields": fields[:10]} if fields else None


def _context(texts: Sequence[str]) -> Block | None:
    elements = [{"type": "mrkdwn", "text": text} for text in texts if text]
    return {"type": "context", "elements": elements[:10]} if elements else None


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"
