"""E-mail by SMTP: one connection per message, one transaction per recipient, TLS that is checked.

Reply codes are read by RFC 5321 section 4.2 and RFC 7504. A connection lost after the final dot leaves the outcome unknown
(RFC 5321 section 4.5.4); lost before it, nothing was sent. Every message keeps its Message-ID in every repeat, so mail
systems can drop a duplicate.
"""

from __future__ import annotations

import smtplib
import ssl
from contextlib import suppress
from typing import Any, ClassVar, Literal

from pydantic import Field, SecretStr, field_validator, model_validator

from signalwatch.notifiers.answers import NotifierConfig, is_loopback, redacted
from signalwatch.notifiers.mime import address_of, build_mail, message_id_of
from signalwatch.notifiers.words import one_line
from signalwatch.sdk import DeliveryError, Message, PluginConfig, Receipt, SendContext

_AUTH = frozenset((530, 534, 535, 538))
_PROTOCOL = frozenset((500, 501, 502, 503, 504, 555))


class EmailConfig(NotifierConfig):
    """An SMTP submission server and who the mail comes from."""

    host: str = Field(min_length=1, max_length=255, pattern=r"^[A-Za-z0-9.:_\-\[\]]+$")
    port: int = Field(default=587, ge=1, le=65535)
    tls: Literal["starttls", "tls", "none"] = "starttls"
    """``none`` is accepted for this machine only."""
    ca_file: str = ""
    """PEM file of a private certificate authority; default: the machine's own list."""
    username: str = ""
    password: SecretStr | None = None
    sender: str
    """Name and address of the From header: ``Signalwatch <alerts@example.com>``."""
    reply_to: str = ""
    bounces: str = ""
    """Envelope sender; default: the sender's address."""
    message_id_domain: str = Field(default="", pattern=r"^$|^[A-Za-z0-9][A-Za-z0-9.-]{0,200}$")
    list_id: str = Field(default="", pattern=r"^$|^[A-Za-z0-9][A-Za-z0-9.-]{0,118}$")
    unsubscribe_url: str = Field(default="", pattern=r"^$|^https://[^\s<>,]+$", max_length=500)
    """One-click address (RFC 8058) with ``{recipient}`` and ``{message_id}`` filled in."""
    unsubscribe_mailto: str = Field(default="", pattern=r"^$|^mailto:[^\s<>,]+$", max_length=300)
    timeout: float = Field(default=30.0, gt=0, le=300)

    @field_validator("sender", "reply_to", "bounces")
    @classmethod
    def _is_address(cls, value: str) -> str:
        if value:
            address_of(value)
        return value

    @model_validator(mode="after")
    def _is_safe(self) -> EmailConfig:
        if self.tls == "none" and not is_loopback(self.host):
            raise ValueError("tls: none sends mail readable by anybody; it is accepted for this machine only")
        if bool(self.username) != (self.password is not None):
            raise ValueError("username and password belong together")
        return self


class Email:
    """Sends messages by SMTP. See `EmailConfig`."""

    Config: ClassVar[type[PluginConfig]] = EmailConfig
    deduplicates: ClassVar[bool] = True

    def __init__(self, config: EmailConfig) -> None:
        self.config = config
        self._sender = address_of(config.sender)
        self._reply_to = address_of(config.reply_to) if config.reply_to else None
        self._bounces = address_of(config.bounces).addr_spec if config.bounces else self._sender.addr_spec
        self._domain = config.message_id_domain or self._sender.domain
        self._secrets = [config.password.get_secret_value()] if config.password else []

    def send(self, message: Message, ctx: SendContext) -> Receipt:
        """Send one message. The receipt's reference is its Message-ID, which threads later mails.

        A recipient with several addresses ("a@x, b@y") gets one transaction each; those refused while others were
        accepted are in ``receipt.refused``. Raises DeliveryError when nobody got it.
        """
        recipients = [part.strip() for part in message.recipient.split(",") if part.strip()]
        if not recipients:
            raise DeliveryError("the message names no e-mail address", permanent=True)
        accepted: dict[str, str] = {}
        failed: dict[str, DeliveryError] = {}
        smtp: _Noting | None = None
        try:
            smtp = self._connect()
            for recipient in recipients:
                try:
                    accepted[recipient] = self._transaction(smtp, message, recipient, ctx)
                except DeliveryError as error:
                    failed[recipient] = error
                    smtp.rset()
                except (OSError, smtplib.SMTPException) as error:
                    failed[recipient] = self._lost(error, smtp)
                    break
        except (OSError, smtplib.SMTPException) as error:
            failed.setdefault("", self._lost(error, smtp))
        finally:
            if smtp is not None:
                with suppress(OSError, smtplib.SMTPException):
                    smtp.quit()
        if not accepted:
            raise next(iter(failed.values()))
        not_tried = {who: "not tried: the connection was lost" for who in recipients if who not in accepted}
        return Receipt(
            reference=message_id_of(message, self._domain),
            detail=next(iter(accepted.values())),
            refused=not_tried | {who: error.reason for who, error in failed.items() if who},
        )

    # --- the conversation -----------------------------------------------------------------------------------------

    def _connect(self) -> _Noting:
        config = self.config
        options: dict[str, Any] = {"timeout": config.timeout, "local_hostname": self._domain}
        context = None
        if config.tls != "none":
            try:
                context = ssl.create_default_context(cafile=config.ca_file or None)
            except (OSError, ssl.SSLError) as error:
                raise DeliveryError(f"ca_file cannot be read: {error}", channel_down=True) from None
        smtp: _Noting | None = None
        try:
            if config.tls == "tls":
                smtp = _Tls(config.host, config.port, context=context, **options)
            else:
                smtp = _Plain(config.host, config.port, **options)
            if config.tls == "starttls":
                smtp.ehlo()
                if not smtp.has_extn("starttls"):
                    raise DeliveryError(
                        f"{self._where} offers no STARTTLS; mail is never sent in the clear (a stripped offer looks the same)",
                        channel_down=True,
                    )
                smtp.starttls(context=context)
            self._log_in(smtp)
        except ssl.SSLCertVerificationError as error:
            _close(smtp)
            raise DeliveryError(
                f"the certificate of {self._where} is not trusted: {error.verify_message}", channel_down=True
            ) from None
        except smtplib.SMTPResponseException as error:  # banner, STARTTLS or login refused
            _close(smtp)
            raise self._refused(error.smtp_code, error.smtp_error, "the connection") from None
        except (DeliveryError, OSError, smtplib.SMTPException):
            _close(smtp)
            raise
        return smtp

    def _log_in(self, smtp: _Noting) -> None:
        smtp.ehlo_or_helo_if_needed()
        if self.config.password is not None:
            try:
                smtp.login(self.config.username, self.config.password.get_secret_value())
            except smtplib.SMTPNotSupportedError:
                raise DeliveryError(f"{self._where} offers no login", channel_down=True) from None

    def _transaction(self, smtp: _Noting, message: Message, recipient: str, ctx: SendContext) -> str:
        """One mail to one address; the server's words on success."""
        config = self.config
        try:
            to = address_of(recipient)
        except ValueError as error:
            raise DeliveryError(str(error), permanent=True) from None
        mail = build_mail(
            message,
            sender=self._sender,
            recipient=to,
            date=message.created_at or ctx.clock.now(),
            domain=self._domain,
            reply_to=self._reply_to,
            list_id=config.list_id,
            unsubscribe={"url": config.unsubscribe_url, "mailto": config.unsubscribe_mailto},
        )
        payload = mail.as_bytes()
        room = smtp.esmtp_features.get("size", "")
        if room.isdigit() and 0 < int(room) < len(payload):
            raise DeliveryError(f"the mail has {len(payload)} bytes, {self._where} takes {room}", permanent=True)
        code, text = smtp.mail(self._bounces, [f"size={len(payload)}"] if smtp.has_extn("size") else [])
        if code != 250:
            raise self._refused(code, text, "the sender")
        code, text = smtp.rcpt(to.addr_spec)
        if code not in (250, 251):
            raise self._refused(code, text, f"the recipient {to.addr_spec}")
        try:
            code, text = smtp.data(payload)
        except smtplib.SMTPDataError as error:
            raise self._refused(error.smtp_code, error.smtp_error, "the mail") from None
        if code != 250:
            raise self._refused(code, text, "the mail")
        return f"{code} {_said(text)}"

    # --- what answers mean ----------------------------------------------------------------------------------------

    @property
    def _where(self) -> str:
        return f"{self.config.host}:{self.config.port}"

    def _refused(self, code: int, text: bytes | str, what: str) -> DeliveryError:
        """A reply that is no success: 4xx is for later, 5xx for never, unless it concerns every mail."""
        reason = redacted(f"{self._where} refused {what}: {code} {_said(text)}", self._secrets)
        if 400 <= code < 500:
            return DeliveryError(reason)
        whole_channel = code in _AUTH or code in _PROTOCOL or what == "the connection"
        if whole_channel or (what == "the sender" and code != 552):
            return DeliveryError(reason, channel_down=True)
        return DeliveryError(reason, permanent=True)

    def _lost(self, error: Exception, smtp: _Noting | None) -> DeliveryError:
        """A connection that failed or ended: nothing was sent, unless the whole mail was out."""
        words = redacted(one_line(f"{type(error).__name__}: {error}", 200), self._secrets)
        if smtp is not None and smtp.dot_sent:
            return DeliveryError(f"{self._where}: connection lost after the mail was sent ({words})", uncertain=True)
        return DeliveryError(f"{self._where}: {words}; nothing was sent")


class _Noting(smtplib.SMTP):
    """An SMTP connection that knows whether the end of a mail has gone out without an answer yet."""

    dot_sent = False

    def send(self, s: Any) -> None:
        super().send(s)
        if isinstance(s, bytes) and s.endswith(b"\r\n.\r\n"):
            self.dot_sent = True

    def data(self, msg: Any) -> tuple[int, bytes]:
        answer = super().data(msg)
        self.dot_sent = False
        return answer


class _Plain(_Noting):
    """Connects in the clear; STARTTLS may follow."""


class _Tls(smtplib.SMTP_SSL, _Noting):
    """Speaks TLS from the first byte."""


def _close(smtp: smtplib.SMTP | None) -> None:
    if smtp is not None:
        smtp.close()


def _said(text: bytes | str) -> str:
    return one_line(text.decode("utf-8", "replace") if isinstance(text, bytes) else text, 200)
