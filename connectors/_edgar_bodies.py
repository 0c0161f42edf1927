"""What is fetched of a filing, and what is kept of the answer. Pure: bytes in, `Body` out.

Kept: the header without addresses, the main document's text up to its signatures, and EX-99 exhibits; of the long forms
only the cover, of annual reports only the passages about going concern. Signers and related persons are left out.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from connectors import _edgar_forms as forms
from connectors._edgar_distress import going_concern_passages
from connectors._edgar_filing import PAYLOAD_CAP, Body, Filing, Part, digits, merge
from connectors._edgar_formd import parse_form_d, reduce_form_d
from connectors._edgar_release import after_cover_6k, item_sections, signature_at
from connectors._edgar_schedule import effective_form, parse_stake
from connectors._edgar_sgml import Attachment, Submission, parse_submission
from connectors._edgar_text import to_text
from connectors._edgar_xml import embedded_xml
from signalwatch.sdk import BadPayload, Json

MAIN_CAP = 30_000
EXHIBIT_CAP = 20_000
EXHIBITS = 3
COVER_CAP = 15_000
LARGE = 8_000_000
"""Above this size (bytes, as the index states it) single documents are fetched instead of the whole submission."""

_COVERS = frozenset(["registration", "prospectus"])


class Route(msgspec.Struct, frozen=True):
    """One way to a body: ``shape`` is xml, submission, header or page."""

    shape: str
    url: str


def folder(filing: Filing, base_www: str) -> str:
    """The archive folder of a filing, under the company it is about."""
    main = filing.main
    return f"{base_www}/Archives/edgar/data/{main.cik if main else 0}/{digits(filing.accession)}"


def routes(filing: Filing, base_www: str) -> tuple[Route, ...]:
    """Where the body may be found, in the order to try. Empty for kinds whose index entry is enough."""
    kind = filing.kind
    if not kind or kind in forms.WITHOUT_BODY or filing.main is None:
        return ()
    base = folder(filing, base_www)
    whole = Route("submission", f"{base}/{filing.accession}.txt")
    flat = Route("submission", f"{base.rpartition('/')[0]}/{filing.accession}.txt")
    listed = Route("header", f"{base}/{filing.accession}-index-headers.html")
    xml = Route("xml", f"{base}/primary_doc.xml")
    # The index names the flat path; a filing just accepted may be in its folder first.
    texts = (whole, flat) if filing.layer == "current" else (flat,)
    if kind in ("form_d", "effect") or filing.base == "SCHEDULE 13D":
        return (xml, *texts)
    if kind == "annual":
        page = (Route("page", f"{base}/{filing.primary}"),) if filing.primary else ()
        return (*page, listed, *texts)
    return (listed, *texts) if filing.size > LARGE else (*texts, listed)


def documents_of(listing: Submission, filing: Filing, base_www: str) -> tuple[tuple[Attachment, str], ...]:
    """From a header page: the main document and the EX-99 exhibits worth fetching, with their addresses."""
    main = listing.main()
    wanted = [main] if main is not None else []
    if filing.kind not in _COVERS and filing.kind != "annual":
        wanted += listing.exhibits()[:EXHIBITS]
    base = folder(filing, base_www)
    readable = (".htm", ".html", ".txt", ".xml")
    return tuple((a, f"{base}/{a.filename}") for a in wanted if a.filename.lower().endswith(readable))


def read_body(filing: Filing, data: bytes, route: Route) -> tuple[Filing, Body]:
    """Read an answer. The filing comes back with what the header adds (roles, SIC, items, acceptance time).

    Raises BadPayload when the answer is not what was asked for.
    """
    if filing.kind == "form_d":
        told = _header_of(filing, data, route)
        return told, _form_d(data, route.url)
    if route.shape == "xml":
        if filing.kind == "effect":
            return filing, _effect(data, route.url)
        return filing, _stake(data, route.url, b"")
    if route.shape == "page":
        main = Attachment(type=filing.form, filename=route.url.rpartition("/")[2], data=data)
        return filing, assemble(filing, Submission(filing=filing, attachments=(main,)), route.url)
    submission = parse_submission(data)
    told = agree(filing, submission.filing)
    return told, assemble(told, submission, route.url)


def _header_of(filing: Filing, data: bytes, route: Route) -> Filing:
    return agree(filing, parse_submission(data).filing) if route.shape == "submission" else filing


def agree(filing: Filing, header: Filing) -> Filing:
    """What the header adds. A header of another accession is somebody else's filing."""
    if header.accession and header.accession != filing.accession:
        raise BadPayload(f"the body is of {header.accession}, not of {filing.accession}")
    told = merge(filing, header)
    if header.accepted is not None and filing.layer != "current":
        told = msgspec.structs.replace(told, accepted=header.accepted)
    if header.parties:  # the header knows every role; a bare index row gives way to it
        told = msgspec.structs.replace(told, parties=header.parties if not _roles(filing) else told.parties)
        sics = {p.cik: p.sic for p in header.parties if p.sic}
        told = msgspec.structs.replace(
            told, parties=tuple(msgspec.structs.replace(p, sic=p.sic or sics.get(p.cik, "")) for p in told.parties)
        )
    return told


def _roles(filing: Filing) -> bool:
    return all(p.role for p in filing.parties)


def assemble(filing: Filing, submission: Submission, url: str) -> Body:
    """The stored body of a textual filing: text with its parts, reduced payload."""
    main = submission.main()
    if main is None or not main.data:
        raise BadPayload("the submission holds no main document")
    if filing.kind == "effect":
        return _effect(main.data, url)
    if filing.kind == "stake":
        return _stake(main.data, url, submission.header.encode())
    text = to_text(main.data)
    if filing.kind == "annual":
        return _annual(text, submission, url)
    if filing.kind in _COVERS:
        pieces = [(main, text[:COVER_CAP])]
    else:
        end = signature_at(text)
        sections = item_sections(text, 0, end) if filing.kind == "current_report" else []
        start = sections[0].head if sections else after_cover_6k(text, end) if filing.kind == "foreign_report" else 0
        pieces = [(main, text[start:end].strip()[:MAIN_CAP])]
        pieces += [(a, _exhibit(a.data)) for a in submission.exhibits()[:EXHIBITS]]
    return _joined(submission, pieces, url)


def _exhibit(data: bytes) -> str:
    text = to_text(data)
    return text[: signature_at(text)].strip()[:EXHIBIT_CAP]


def _joined(
    submission: Submission, pieces: list[tuple[Attachment, str]], url: str, facts: Mapping[str, Json] | None = None
) -> Body:
    text = ""
    parts: list[Part] = []
    for attachment, piece in pieces:
        if not piece:
            continue
        text += "\n\n" if text else ""
        parts.append(
            Part(
                type=attachment.type,
                start=len(text),
                end=len(text) + len(piece),
                description=attachment.description[:200],
            )
        )
        text += piece
    shown = "\n".join(f"<DOCUMENT><TYPE>{p.type}\n{text[p.start : p.end]}\n</DOCUMENT>" for p in parts)
    payload = f"<SEC-HEADER>\n{submission.header}\n</SEC-HEADER>\n{shown}".encode()
    return Body(
        state="read", text=text, parts=tuple(parts), payload=payload[:PAYLOAD_CAP], content_type="text/plain",
        url=url, facts=dict(facts or {}),
    )  # fmt: skip


def _annual(text: str, submission: Submission, url: str) -> Body:
    main = submission.main()
    passages = going_concern_passages(text)
    label = Attachment(type=main.type if main else "")
    facts: dict[str, Json] = {"going_concern": bool(passages)}
    if passages and passages[0].section:
        facts["section"] = passages[0].section
    return _joined(submission, [(label, "\n".join(p.text for p in passages))], url, facts)


def _form_d(data: bytes, url: str) -> Body:
    form = parse_form_d(data)
    if not form.live:
        raise BadPayload("the Form D is a test filing")
    facts = {"industry": form.industry, "pooled": form.pooled}
    return Body(state="read", payload=reduce_form_d(data), content_type="application/xml", url=url, facts=facts)


def _effect(data: bytes, url: str) -> Body:
    form = effective_form(data)
    return Body(state="read", payload=embedded_xml(data), content_type="application/xml", url=url, facts={"form": form})


def _stake(data: bytes, url: str, header: bytes) -> Body:
    stake = parse_stake(data)
    text = stake.purpose[:6000]
    kept = msgspec.structs.replace(stake, purpose="")
    facts = msgspec.to_builtins(kept)
    part = (Part(type="Item 4", start=0, end=len(text)),) if text else ()
    payload = msgspec.json.encode({"schedule": msgspec.structs.replace(stake, purpose=text), "header": header.decode()})
    return Body(
        state="read", text=text, parts=part, payload=payload, content_type="application/json", url=url, facts=facts
    )
