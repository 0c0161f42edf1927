"""Messages to the terminal and to a folder, as a person or a program would get them: for demos, replays and trying out.

Per message one file per format: ``.txt``, ``.eml``, ``.html``, ``.json`` (the message as data) and ``.slack.json``.
Names and bytes depend on the message alone, so a repeat writes the same file again.
"""

from __future__ import annotations

import os
import re
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import ClassVar, Literal, TextIO

import msgspec

from signalwatch.notifiers.answers import NotifierConfig
from signalwatch.notifiers.mime import address_of, build_mail
from signalwatch.notifiers.slack import slack_payload
from signalwatch.notifiers.webhook import webhook_body
from signalwatch.sdk import DeliveryError, Message, PluginConfig, Receipt, SendContext

Format = Literal["txt", "eml", "html", "json", "slack"]


class ConsoleConfig(NotifierConfig):
    """``folder`` to write into (none: nothing is written) and whether to print."""

    folder: str = ""
    stdout: bool = True
    formats: tuple[Format, ...] = ("txt", "eml", "html", "json", "slack")


class Console:
    """Prints and writes messages. See `ConsoleConfig`."""

    Config: ClassVar[type[PluginConfig]] = ConsoleConfig
    deduplicates: ClassVar[bool] = True

    def __init__(self, config: ConsoleConfig, stream: TextIO | None = None) -> None:
        self.config = config
        self._stream = stream

    def send(self, message: Message, ctx: SendContext) -> Receipt:
        """Print and write one message. The receipt's reference is the file name without ending.

        Raises DeliveryError when the folder cannot be written.
        """
        at = message.created_at or ctx.clock.now()
        name = file_name(message, at)
        if self.config.folder:
            folder = Path(self.config.folder)
            try:
                folder.mkdir(parents=True, exist_ok=True)
                for ending in self.config.formats:
                    _write(
                        folder / f"{name}.{'slack.json' if ending == 'slack' else ending}",
                        _content(message, ending, at),
                    )
            except OSError as error:
                raise DeliveryError(
                    f"{folder} cannot be written: {error.strerror or error}", channel_down=True
                ) from error
        if self.config.stdout:
            stream = self._stream or sys.stdout
            rule = "=" * 78
            stream.write(f"{rule}\nto {message.recipient or 'console'}: {message.subject}\n{rule}\n{message.text}\n")
            stream.flush()
        return Receipt(reference=name)


def file_name(message: Message, at: datetime) -> str:
    """A name that sorts by time and cannot leave its folder: ``20261003T110000-alert-qorvexa-bio-1a2b3c4d``."""
    words = (
        re.sub(r"[^a-z0-9]+", "-", message.subject.casefold().removeprefix("[signalwatch]")).strip("-")[:60].strip("-")
    )
    ident = re.sub(r"[^A-Za-z0-9]", "", message.message_id)[:12]
    kind = re.sub(r"[^a-z]", "", message.kind.casefold()) or "message"
    return "-".join(part for part in (f"{at.astimezone(UTC):%Y%m%dT%H%M%S}", kind, words, ident) if part)


def _content(message: Message, ending: Format, at: datetime) -> bytes:
    if ending == "txt":
        return f"To: {message.recipient}\nSubject: {message.subject}\n\n{message.text}".encode()
    if ending == "html":
        return message.html.encode()
    if ending == "json":
        return msgspec.json.format(webhook_body(message), indent=2) + b"\n"
    if ending == "slack":
        payload = slack_payload(message, buttons=True)
        return msgspec.json.format(msgspec.json.encode(payload, order="deterministic"), indent=2) + b"\n"
    try:
        recipient = address_of(message.recipient)
    except ValueError:  # a channel name, not an address: the file is for reading
        recipient = address_of("recipient@example.invalid")
    mail = build_mail(
        message, sender=address_of("signalwatch <signalwatch@example.invalid>"), recipient=recipient, date=at,
        domain="example.invalid",
    )  # fmt: skip
    return mail.as_bytes()


def _write(path: Path, content: bytes) -> None:
    """Whole or not at all: a reader never sees half a file."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    temporary.write_bytes(content)
    temporary.replace(path)
