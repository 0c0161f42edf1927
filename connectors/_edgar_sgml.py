"""Full submission files (``.txt``, ``.nc``) and header pages: SGML that looks like XML and is not.

``<SEC-HEADER>`` holds ``KEY:<tabs>value`` lines (``.txt``) or ``<KEY>value`` lines (``.nc``, ``-index-headers.html``), one
block per party; then ``<DOCUMENT>`` parts follow. Graphics, spreadsheets and archives are uuencoded inside and can be
thousands of times larger than the letter they belong to, so parts are found by their markers and passed over by type.
Files may sit in a PEM envelope. ``ACCEPTANCE-DATETIME`` is US Eastern wall-clock time.
"""

from __future__ import annotations

import html
import re
from datetime import UTC, date, datetime

import msgspec

from connectors import _edgar_forms as forms
from connectors._edgar_filing import ACCESSION, EASTERN, Filing, Party, merge_parties, role_of
from connectors._edgar_xml import looks_like_html
from signalwatch.sdk import BadPayload

_PAIR = re.compile(r"^\s*(?:<([A-Z0-9-]+)>|([A-Z][A-Z0-9 &./()-]*?):)[ \t]*(.*?)\s*$")
_BLOCKS = frozenset(
    ["FILER", "ISSUER", "REPORTING-OWNER", "SUBJECT COMPANY", "SUBJECT-COMPANY", "FILED BY", "FILED-BY", "FILED FOR",
     "FILED-FOR", "SERIAL COMPANY", "DEPOSITOR"]
)  # fmt: skip
_ADDRESS = frozenset(["BUSINESS ADDRESS", "BUSINESS-ADDRESS", "MAIL ADDRESS", "MAIL-ADDRESS"])
_INNER = frozenset(
    ["COMPANY DATA", "COMPANY-DATA", "FILING VALUES", "FILING-VALUES", "FORMER COMPANY", "FORMER-COMPANY", "OWNER DATA",
     "OWNER-DATA", "FORMER NAME", "FORMER-NAME"]
)  # fmt: skip
_FIELD = re.compile(rb"^<(TYPE|SEQUENCE|FILENAME|DESCRIPTION)>(.*?)\s*$", re.MULTILINE)
_SIC = re.compile(r"\[(\d{3,4})\]|^(\d{3,4})$")
_HREF = re.compile(r'<a href="([^"/]+)">', re.IGNORECASE)
_WRAP = re.compile(rb"</?(?:XBRL|XML|PDF|TEXT)>", re.IGNORECASE)


class Attachment(msgspec.Struct, frozen=True, kw_only=True):
    """One document of a submission. ``data`` is empty for header pages, which only list names."""

    type: str
    filename: str = ""
    description: str = ""
    data: bytes = b""


class Submission(msgspec.Struct, frozen=True, kw_only=True):
    """A submission's header as a filing, its documents, and whether the file ends before its end marker."""

    filing: Filing
    attachments: tuple[Attachment, ...] = ()
    header: str = ""
    cut: bool = False

    def main(self) -> Attachment | None:
        """The filing's own document: the first one of its form type, else the first."""
        base = self.filing.base
        own = (a for a in self.attachments if forms.split_form(a.type)[0] == base)
        return next(own, self.attachments[0] if self.attachments else None)

    def exhibits(self, prefix: str = "EX-99") -> tuple[Attachment, ...]:
        """Attachments whose type begins with ``prefix``, in order."""
        return tuple(a for a in self.attachments if a.type.upper().startswith(prefix))


def parse_submission(data: bytes, *, keep: tuple[str, ...] = ("EX-99",)) -> Submission:
    """Read a full submission.

    ``keep``: types (beginnings) whose bytes are kept beside the main document; others keep their names only.
    Raises BadPayload when the body is a web page, empty, or no submission at all. A cut file gives what is there.
    """
    data = data.replace(b"\x00", b"")
    first = data.find(b"<DOCUMENT>")
    if first < 0 and looks_like_html(data):
        raise BadPayload("a web page came instead of the filing's text")
    head = data[: first if first >= 0 else len(data)]
    filing, lines = parse_header(head.decode("latin-1"))
    if not filing.form and first < 0:
        raise BadPayload("this is no EDGAR submission: neither a header nor a document in it")
    attachments: list[Attachment] = []
    at, cut = first, False
    while at >= 0:
        body = data.find(b"<TEXT>", at)
        end = data.find(b"</DOCUMENT>", at)
        following = data.find(b"<DOCUMENT>", at + 10)
        cut = end < 0
        stop = end if end >= 0 else len(data)
        fields = {
            m[0].decode(): m[1].decode("latin-1") for m in _FIELD.findall(data[at : body if 0 <= body < stop else stop])
        }
        kind = fields.get("TYPE", "").strip()
        wanted = not attachments or kind.upper().startswith(keep) or forms.split_form(kind)[0] == filing.base
        attachments.append(
            Attachment(
                type=kind,
                filename=fields.get("FILENAME", "").strip(),
                description=fields.get("DESCRIPTION", "").strip(),
                data=_inner(data[body + 6 : stop]) if wanted and 0 <= body < stop else b"",
            )
        )
        at = following
    if not filing.form and attachments:
        filing = msgspec.structs.replace(filing, form=attachments[0].type)
    return Submission(filing=filing, attachments=tuple(attachments), header="\n".join(lines), cut=cut)


def _inner(raw: bytes) -> bytes:
    return _WRAP.sub(b"", raw).strip()


def parse_header_page(data: bytes) -> Submission:
    """Read ``-index-headers.html``: the tag-style header in its comment, and the names of all documents.

    Raises BadPayload when the page holds no such header.
    """
    text = data.replace(b"\x00", b"").decode("latin-1")
    start = text.find("<SEC-HEADER>")
    end = text.find("</SEC-HEADER>")
    if start < 0 or end < start:
        raise BadPayload("the header page holds no <SEC-HEADER>")
    filing, lines = parse_header(text[start:end])
    attachments: list[Attachment] = []
    for piece in text[end:].split("&lt;DOCUMENT&gt;")[1:]:
        fields = dict(_PAIRS_ESCAPED.findall(piece))
        link = _HREF.search(piece)
        name = fields.get("FILENAME", "").strip() or (link.group(1) if link else "")
        attachments.append(
            Attachment(
                type=html.unescape(fields.get("TYPE", "")).strip(),
                filename=html.unescape(name),
                description=html.unescape(fields.get("DESCRIPTION", "")).strip(),
            )
        )
    return Submission(filing=filing, attachments=tuple(attachments), header="\n".join(lines))


_PAIRS_ESCAPED = re.compile(r"&lt;(TYPE|FILENAME|DESCRIPTION)&gt;([^\n<]*)")


def parse_header(text: str) -> tuple[Filing, list[str]]:
    """The filing a header describes, and its lines without addresses. Unknown keys are passed over."""
    top: dict[str, str] = {}
    items: list[str] = []
    parties: list[Party] = []
    block: dict[str, str] | None = None
    former: list[str] = []
    role = ""
    in_address = False
    lines: list[str] = []

    def close() -> None:
        if block is not None and (party := _party(block, role, former)) is not None:
            parties.append(party)

    for line in text.splitlines():
        match = _PAIR.match(line)
        if match is None:
            continue
        key, value = match.group(1) or match.group(2), html.unescape(match.group(3))
        if key in _BLOCKS and not value:
            close()
            block, former, role, in_address = {}, [], role_of(key), False
        elif key in _ADDRESS:
            in_address = True
            continue
        elif key in _INNER and not value:
            in_address = False
        elif in_address:
            continue
        elif key in ("ITEM INFORMATION", "ITEMS"):
            items.append(re.sub(r"^<\w+>", "", value))
        elif key in ("FORMER CONFORMED NAME", "FORMER-CONFORMED-NAME"):
            former.append(value)
        elif block is not None:
            block.setdefault(key, value)
        else:
            top.setdefault(key, value)
        lines.append(line.strip())
    close()
    accession = ACCESSION.search(
        top.get("ACCESSION NUMBER") or top.get("ACCESSION-NUMBER") or top.get("SEC-DOCUMENT", "")
    )
    form = top.get("CONFORMED SUBMISSION TYPE") or top.get("TYPE") or ""
    kind = forms.kind_of(form)
    filing = Filing(
        accession=accession.group() if accession else "",
        form=" ".join(form.split()),
        parties=merge_parties([parties]),
        filed=_day(top.get("FILED AS OF DATE") or top.get("FILING-DATE") or ""),
        accepted=_eastern(top.get("ACCEPTANCE-DATETIME", "")),
        period=_day(top.get("CONFORMED PERIOD OF REPORT") or top.get("PERIOD") or ""),
        items=forms.item_codes(items) if kind == "current_report" else (),
        funds=kind == "form_d" and any(re.match(r"3C|Investment Company Act|Section 3\(c\)", i) for i in items),
        layer="current",
    )
    return filing, lines


def _party(block: dict[str, str], role: str, former: list[str]) -> Party | None:
    cik = (block.get("CENTRAL INDEX KEY") or block.get("CIK") or "").strip()
    if not cik.isdigit():
        return None
    sic = block.get("STANDARD INDUSTRIAL CLASSIFICATION") or block.get("ASSIGNED-SIC") or ""
    code = _SIC.search(sic.strip())
    return Party(
        cik=int(cik),
        name=block.get("COMPANY CONFORMED NAME") or block.get("CONFORMED-NAME") or "",
        role=role,
        sic=(code.group(1) or code.group(2)) if code else "",
        state=block.get("STATE OF INCORPORATION") or block.get("STATE-OF-INCORPORATION") or "",
        former=tuple(former),
    )


def _day(text: str) -> date | None:
    digits = text.strip()[:8]
    try:
        return date.fromisoformat(digits) if len(digits) == 8 and digits.isdigit() else None
    except ValueError:
        return None


def _eastern(text: str) -> datetime | None:
    digits = text.strip()[:14]
    if len(digits) != 14 or not digits.isdigit():
        return None
    try:
        return datetime.strptime(digits, "%Y%m%d%H%M%S").replace(tzinfo=EASTERN).astimezone(UTC)
    except ValueError:
        return None
