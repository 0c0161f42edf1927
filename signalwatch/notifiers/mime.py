"""A message as an e-mail: headers that cannot be injected into or broken by folding, the same bytes every time. Pure.

Rules: RFC 5322 (Message-ID, References), RFC 2919 (List-Id), RFC 2369 and 8058 (List-Unsubscribe, one click), RFC 3834
(Auto-Submitted). The policy keeps long tokens whole: under the default one, a URL beyond 76 characters in List-Unsubscribe
turns into encoded words that no mail provider reads.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from urllib.parse import quote

from signalwatch.notifiers.words import one_line
from signalwatch.sdk import Message, digest

POLICY = SMTP.clone(max_line_length=998, cte_type="7bit")
_TOKEN = re.compile(r"[A-Za-z0-9][A-Za-z0-9.+_-]{0,80}")
_MESSAGE_ID = re.compile(r"<[^<>\s@]{1,200}@[^<>\s@]{1,200}>")


def address_of(text: str) -> Address:
    """An address as people write it, with or without a display name.

    Raises ValueError when it is none, or its local part is not ASCII (which needs SMTPUTF8).
    """
    if any(ord(c) < 32 or ord(c) == 127 for c in text):
        raise ValueError(f"{one_line(text, 80)!r} is not an e-mail address: it holds control characters")
    name, spec = parseaddr(text)
    local, at, domain = spec.rpartition("@")
    if not at or not local or not domain or " " in spec or text.count("@") > 1 + name.count("@"):
        raise ValueError(f"{one_line(text, 80)!r} is not an e-mail address")
    if not local.isascii():
        raise ValueError(f"{one_line(text, 80)!r}: addresses with non-ASCII local parts are not supported")
    try:
        return Address(display_name=name, username=local, domain=domain.encode("idna").decode("ascii"))
    except (ValueError, IndexError, HeaderParseError) as error:
        raise ValueError(f"{one_line(text, 80)!r} is not an e-mail address") from error


def message_id_of(message: Message, domain: str) -> str:
    """The Message-ID, the same in every attempt."""
    token = message.message_id if _TOKEN.fullmatch(message.message_id) else digest(message.message_id)
    return f"<{token}@{domain}>"


def build_mail(
    message: Message,
    *,
    sender: Address,
    recipient: Address,
    date: datetime,
    domain: str,
    reply_to: Address | None = None,
    list_id: str = "",
    unsubscribe: Mapping[str, str] | None = None,
) -> EmailMessage:
    """The e-mail of one message to one recipient.

    Args:
        message: rendered; control characters in its subject are dropped.
        sender, recipient, reply_to: from `address_of`.
        date: for the Date header, aware.
        domain: right side of the Message-ID.
        list_id: RFC 2919 identifier without brackets.
        unsubscribe: ``url`` and ``mailto`` templates; ``{recipient}`` and ``{message_id}`` are filled in, quoted.
    """
    mail = EmailMessage(policy=POLICY)
    mail["Subject"] = one_line(message.subject, 200) or "signalwatch"
    mail["From"] = sender
    mail["To"] = recipient
    if reply_to is not None:
        mail["Reply-To"] = reply_to
    mail["Date"] = format_datetime(date)
    mail["Message-ID"] = message_id_of(message, domain)
    references = [f"<thread-{digest(message.thread_key)[:24]}@{domain}>"] if message.thread_key else []
    if _MESSAGE_ID.fullmatch(message.thread_ref):
        mail["In-Reply-To"] = message.thread_ref
        references.append(message.thread_ref)
    if references:
        mail["References"] = " ".join(references)
    mail["Auto-Submitted"] = "auto-generated"
    if list_id:
        mail["List-Id"] = f"<{one_line(list_id, 120)}>"
    _add_unsubscribe(mail, unsubscribe or {}, recipient, message)
    mail["X-Signalwatch-Event"] = " ".join([message.kind, *(d.alert_id[:32] for d in message.dossiers[:5])])[:240]
    mail.set_content(message.text or message.subject, subtype="plain", charset="utf-8")
    if message.html:
        mail.add_alternative(message.html, subtype="html", charset="utf-8")
        mail.set_boundary(f"=_signalwatch_{digest(message.message_id, recipient.addr_spec)[:32]}")
    return mail


def _add_unsubscribe(mail: EmailMessage, templates: Mapping[str, str], recipient: Address, message: Message) -> None:
    values = {"{recipient}": recipient.addr_spec, "{message_id}": message.message_id}
    ways: list[str] = []
    for name in ("url", "mailto"):
        way = templates.get(name, "")
        for mark, value in values.items():
            way = way.replace(mark, quote(value, safe=""))
        if way:
            ways.append(f"<{way}>")
    if ways:
        mail["List-Unsubscribe"] = ", ".join(ways)
    if templates.get("url", "").startswith("https://"):
        mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
