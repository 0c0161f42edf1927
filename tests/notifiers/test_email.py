"""E-mail over real SMTP on this machine: what arrives, what is refused, and what is unknown."""

from __future__ import annotations

import email
import email.policy
import shutil
import ssl
import subprocess
from collections.abc import Iterator
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Message as MessageHandler
from aiosmtpd.smtp import AuthResult
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from signalwatch.notifiers.email import Email, EmailConfig
from signalwatch.notifiers.mime import address_of, build_mail
from signalwatch.sdk import DeliveryError, Notifier
from tests.notifiers.leaks import assert_no_secret_leaks
from tests.notifiers.loopback import HANG_UP, BadSmtp, free_port
from tests.notifiers.samples import WHEN, Context, dossier, message

SENDER = "Signal Watch <alerts@example.com>"


def channel(port: int, **settings: Any) -> Email:
    values = {"host": "127.0.0.1", "port": port, "tls": "none", "sender": SENDER, "timeout": 5, **settings}
    return Email(EmailConfig.model_validate(values))


class Mailbox(MessageHandler):
    """Keeps what arrives."""

    def __init__(self) -> None:
        super().__init__()
        self.raw: list[bytes] = []

    def prepare_message(self, session: Any, envelope: Any) -> Any:
        self.raw.append(envelope.original_content)
        return super().prepare_message(session, envelope)

    def handle_message(self, mail: Any) -> None:
        """Kept raw."""

    @property
    def mails(self) -> list[EmailMessage]:
        return [email.message_from_bytes(raw, policy=email.policy.default) for raw in self.raw]  # type: ignore[misc]


@pytest.fixture
def mailbox() -> Iterator[tuple[Mailbox, int]]:
    handler = Mailbox()
    server = Controller(handler, hostname="127.0.0.1", port=free_port())
    server.start()
    try:
        yield handler, server.port
    finally:
        server.stop()


def test_an_alert_arrives_whole(mailbox: tuple[Mailbox, int]) -> None:
    box, port = mailbox
    sender = channel(
        port, reply_to="desk@example.com", list_id="alerts.example.com",
        unsubscribe_url="https://sw.example.com/mute?who={recipient}&why=" + "x" * 90,
    )  # fmt: skip
    receipt = sender.send(message(thread_ref="<first@example.com>"), Context())

    (mail,) = box.mails
    assert isinstance(sender, Notifier)
    assert mail["Subject"] == "[signalwatch] Qorvexa Bio: raised money (USD 120M, series C) (tier 3 → 2?)"
    assert (mail["From"], mail["To"], mail["Reply-To"]) == (SENDER, "dana@example.com", "desk@example.com")
    assert mail["Message-ID"] == receipt.reference == f"<{'3f' * 16}@example.com>"
    assert mail["In-Reply-To"] == "<first@example.com>"
    assert mail["References"].endswith(" <first@example.com>")
    assert mail["Date"].datetime == WHEN
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["List-Id"] == "<alerts.example.com>"
    assert mail["List-Unsubscribe"] == "<https://sw.example.com/mute?who=dana%40example.com&why=" + "x" * 90 + ">"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert mail["X-Signalwatch-Event"] == "recommendation " + "a1" * 16
    plain, html = mail.iter_parts()
    assert plain.get_content().splitlines() == message().text.splitlines()
    assert html.get_content_type() == "text/html"
    assert "Qorvexa Bio" in html.get_content()
    assert receipt.detail.startswith("250")


def test_the_raw_mail_is_ascii_with_short_enough_lines_and_the_same_every_time(mailbox: tuple[Mailbox, int]) -> None:
    box, port = mailbox
    long = message(dossier(headline="Qörvexa " * 60, what="ö" * 3_000), text="…" + "x" * 5_000)
    for _ in range(2):
        channel(port).send(long, Context())

    first, second = box.raw
    assert first == second
    assert first.isascii()
    assert max(len(line) for line in first.split(b"\r\n")) <= 998


def test_threads_hang_together_even_before_the_first_reference_is_known(mailbox: tuple[Mailbox, int]) -> None:
    box, port = mailbox
    for number in range(2):
        channel(port).send(message(message_id=f"id{number}"), Context())

    one, two = box.mails
    assert one["References"] == two["References"]
    assert one["Message-ID"] != two["Message-ID"]
    assert one["In-Reply-To"] is None


def test_no_unsubscribe_header_unless_configured(mailbox: tuple[Mailbox, int]) -> None:
    box, port = mailbox
    channel(port).send(message(), Context())

    assert box.mails[0]["List-Unsubscribe"] is None
    assert box.mails[0]["List-Unsubscribe-Post"] is None


# --- refusals -------------------------------------------------------------------------------------------------------


def failure(replies: dict[str, str], *, recipient: str = "dana@example.com", **settings: Any) -> DeliveryError:
    with BadSmtp(**replies) as server, pytest.raises(DeliveryError) as caught:
        channel(server.port, **settings).send(message(recipient=recipient), Context())
    return caught.value


@pytest.mark.parametrize(
    ("replies", "permanent", "channel_down"),
    [
        ({"banner": "421 busy"}, False, False),
        ({"banner": "554 go away"}, False, True),
        ({"MAIL": "451 later"}, False, False),
        ({"MAIL": "530 log in first"}, False, True),
        ({"MAIL": "550 you may not send"}, False, True),
        ({"MAIL": "552 too large"}, True, False),
        ({"RCPT": "450 greylisted"}, False, False),
        ({"RCPT": "452 too many"}, False, False),
        ({"RCPT": "550 no such mailbox"}, True, False),
        ({"RCPT": "553 bad name"}, True, False),
        ({"RCPT": "556 takes no mail"}, True, False),
        ({"DATA": "451 later"}, False, False),
        ({"DATA": "554 no"}, True, False),
        ({"dot": "452 disk full"}, False, False),
        ({"dot": "554 spam"}, True, False),
        ({"dot": "552 quota"}, True, False),
        ({"MAIL": "503 bad sequence"}, False, True),
    ],
)
def test_reply_codes(replies: dict[str, str], permanent: bool, channel_down: bool) -> None:
    error = failure(replies)

    assert (error.permanent, error.channel_down, error.uncertain) == (permanent, channel_down, False)
    assert next(iter(replies.values())).split(" ")[0] in error.reason


@pytest.mark.parametrize("step", ["banner", "EHLO", "MAIL", "RCPT", "DATA"])
def test_a_connection_lost_before_the_end_sent_nothing(step: str) -> None:
    error = failure({step: HANG_UP} | ({"HELO": HANG_UP} if step == "EHLO" else {}))

    assert (error.permanent, error.channel_down, error.uncertain) == (False, False, False)
    assert "nothing was sent" in error.reason


def test_a_connection_lost_after_the_final_dot_is_uncertain() -> None:
    error = failure({"dot": HANG_UP})

    assert error.uncertain
    assert Email.deduplicates


def test_a_connection_lost_while_saying_goodbye_is_a_success() -> None:
    with BadSmtp(QUIT=HANG_UP) as server:
        receipt = channel(server.port).send(message(), Context())

    assert receipt.detail == "250 taken"
    assert len(server.mails) == 1


def test_nobody_listening() -> None:
    with BadSmtp() as server:
        port = server.port
    with pytest.raises(DeliveryError) as caught:
        channel(port).send(message(), Context())

    assert not caught.value.permanent
    assert "nothing was sent" in caught.value.reason


def test_several_recipients_are_several_transactions_and_refusals_are_told() -> None:
    with BadSmtp(**{"RCPT TO:<gone@example.com>": "550 no such mailbox"}) as server:
        receipt = channel(server.port).send(
            message(recipient="a@example.com, gone@example.com, b@example.com"), Context()
        )

    assert len(server.mails) == 2
    assert list(receipt.refused) == ["gone@example.com"]
    assert "550" in receipt.refused["gone@example.com"]


def test_all_recipients_refused_is_a_failure() -> None:
    assert failure({"RCPT": "550 no"}, recipient="a@example.com, b@example.com").permanent


def test_a_connection_lost_between_recipients_names_those_not_reached() -> None:
    with BadSmtp(**{"RCPT TO:<b@example.com>": HANG_UP}) as server:
        receipt = channel(server.port).send(message(recipient="a@example.com, b@example.com, c@example.com"), Context())

    assert len(server.mails) == 1
    assert sorted(receipt.refused) == ["b@example.com", "c@example.com"]


@pytest.mark.parametrize(
    "recipient", ["", "nobody", "a@b@c", "a b@example.com", "bÿ@example.com", "<script>@", "a@exa\nmple.com"]
)
def test_an_impossible_address_is_refused_before_anything_is_sent(recipient: str) -> None:
    with BadSmtp() as server, pytest.raises(DeliveryError) as caught:
        channel(server.port).send(message(recipient=recipient), Context())

    assert caught.value.permanent
    assert not any(line.startswith("MAIL") for line in server.lines)


def test_a_mail_beyond_the_advertised_size_is_not_sent() -> None:
    error = failure({"EHLO": "250-scripted\n250 SIZE 500"})

    assert error.permanent
    assert "500" in error.reason


# --- TLS and login --------------------------------------------------------------------------------------------------


def test_without_an_offer_of_starttls_nothing_is_sent_in_the_clear() -> None:
    with BadSmtp() as server, pytest.raises(DeliveryError, match="STARTTLS") as caught:
        channel(server.port, tls="starttls", username="u", password="s3cr3tword").send(message(), Context())

    assert caught.value.channel_down
    assert not any(line.startswith(("AUTH", "MAIL")) for line in server.lines)


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """A throw-away certificate for 127.0.0.1 and its key."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("no openssl on this machine to make a test certificate with")
    folder = tmp_path_factory.mktemp("tls")
    cert, key = str(folder / "cert.pem"), str(folder / "key.pem")
    subprocess.run(
        [openssl, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", key,
         "-out", cert, "-days", "2", "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"],
        check=True, capture_output=True,
    )  # fmt: skip
    return cert, key


@pytest.fixture
def tls_mailbox(certificate: tuple[str, str]) -> Iterator[tuple[Mailbox, int]]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    handler = Mailbox()

    def check(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        return AuthResult(success=(data.login, data.password) == (b"watch", b"s3cr3tword"), handled=False)

    server = Controller(
        handler, hostname="127.0.0.1", port=free_port(), tls_context=context, require_starttls=True, auth_required=True,
        authenticator=check,
    )  # fmt: skip
    server.start()
    try:
        yield handler, server.port
    finally:
        server.stop()


def test_starttls_with_a_known_certificate_and_a_login(
    tls_mailbox: tuple[Mailbox, int], certificate: tuple[str, str]
) -> None:
    box, port = tls_mailbox
    settings = {"tls": "starttls", "ca_file": certificate[0], "username": "watch", "password": "s3cr3tword"}
    channel(port, **settings).send(message(), Context())

    assert len(box.mails) == 1


def test_a_wrong_password_stops_the_channel_and_is_not_shown(
    tls_mailbox: tuple[Mailbox, int], certificate: tuple[str, str]
) -> None:
    sender = channel(tls_mailbox[1], tls="starttls", ca_file=certificate[0], username="watch", password="s3cr3twrong")
    error = assert_no_secret_leaks(["s3cr3twrong"], sender, lambda: sender.send(message(), Context()))

    assert error.channel_down
    assert "535" in error.reason


def test_an_unknown_certificate_is_refused(tls_mailbox: tuple[Mailbox, int]) -> None:
    with pytest.raises(DeliveryError, match="not trusted") as caught:
        channel(tls_mailbox[1], tls="starttls", username="watch", password="s3cr3tword").send(message(), Context())

    assert caught.value.channel_down
    assert tls_mailbox[0].raw == []


def test_tls_against_a_server_that_speaks_none_sends_nothing() -> None:
    with BadSmtp() as server, pytest.raises(DeliveryError) as caught:
        channel(server.port, tls="tls").send(message(), Context())

    assert not caught.value.uncertain
    assert not any("MAIL" in line for line in server.lines)


# --- settings and headers -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"tls": "none", "host": "mail.example.com"}, "this machine only"),
        ({"sender": "nobody"}, "not an e-mail address"),
        ({"sender": "bÿ@example.com"}, "non-ASCII"),
        ({"sender": "a@example.com\r\nBcc: b@example.com"}, "not an e-mail address"),
        ({"username": "u"}, "belong together"),
        ({"unsubscribe_url": "http://x.example/"}, "unsubscribe_url"),
        ({"list_id": "a b\r\nX: 1"}, "list_id"),
        ({"host": "mail example"}, "host"),
    ],
)
def test_wrong_settings_are_told(settings: dict[str, Any], words: str) -> None:
    values = {"host": "127.0.0.1", "sender": SENDER, **settings}

    with pytest.raises(ValidationError, match=words):
        EmailConfig.model_validate(values)


@given(st.text(max_size=300), st.text(max_size=120), st.text(max_size=60), st.text(max_size=60))
def test_no_text_can_add_a_header(subject: str, reference: str, ident: str, thread: str) -> None:
    told = message(subject=subject, thread_ref=reference, message_id=ident or "x", thread_key=thread)
    to, sender = address_of("dana@example.com"), address_of(SENDER)
    raw = build_mail(told, sender=sender, recipient=to, date=WHEN, domain="example.com").as_bytes()
    mail = email.message_from_bytes(raw, policy=email.policy.default)

    assert set(mail.keys()) <= {
        "Subject", "From", "To", "Date", "Message-ID", "In-Reply-To", "References", "Auto-Submitted",
        "X-Signalwatch-Event", "MIME-Version", "Content-Type",
    }  # fmt: skip
    assert mail["To"] == "dana@example.com"
    assert len(mail["Message-ID"]) < 140


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("dana@example.com", "dana@example.com"),
        ("Rivers, Dana <dana@example.com>", ""),
        ('"Rivers, Dana" <dana@example.com>', '"Rivers, Dana" <dana@example.com>'),
        ("Dana <dana@müller.example>", "Dana <dana@xn--mller-kva.example>"),
    ],
)
def test_addresses(text: str, expected: str) -> None:
    if not expected:
        with pytest.raises(ValueError, match="not an e-mail address"):
            address_of(text)
    else:
        assert str(address_of(text)) == expected
