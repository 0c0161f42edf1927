"""Form D (``primary_doc.xml``): a private round, as the issuer states it.

Root ``edgarSubmission`` without namespace. Only the offering and the issuer are read and kept: related persons, signers,
brokers, addresses and telephone numbers never leave this module. Amounts are whole US dollars; the offered amount may be
the word "Indefinite"; sold amounts are cumulative over amendments. A D/A restates the whole form and is no new round.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import msgspec
from lxml import etree

from connectors import _edgar_forms as forms
from connectors._edgar_xml import children, embedded_xml, find, flag, local, parse_xml, text_at
from signalwatch.sdk import BadPayload

_ISSUER_KEPT = ("cik", "entityName", "jurisdictionOfInc", "entityType", "yearOfInc", "issuerPreviousNameList",
                "edgarPreviousNameList")  # fmt: skip
_OFFERING_KEPT = ("industryGroup", "issuerSize", "federalExemptionsExclusions", "typeOfFiling", "durationOfOffering",
                  "typesOfSecuritiesOffered", "minimumInvestmentAccepted")  # fmt: skip
_AMOUNTS = ("totalOfferingAmount", "totalAmountSold", "totalRemaining")
_SECURITIES = {
    "isEquityType": "equity", "isDebtType": "debt", "isOptionToAcquireType": "option",
    "isSecurityToBeAcquiredType": "convertible", "isPooledInvestmentFundType": "fund",
    "isTenantInCommonType": "tenant_in_common", "isMineralPropertyType": "mineral", "isOtherType": "other",
}  # fmt: skip


class Issuer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A company raising money under the form; co-issuers are listed after the primary one."""

    name: str
    cik: int = 0
    state: str = ""
    former: tuple[str, ...] = ()


class FormD(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The facts of one Form D. ``offered`` is None when indefinite or unstated; ``raw`` keeps amounts as written."""

    form: str
    issuers: tuple[Issuer, ...]
    industry: str = ""
    pooled: bool = False
    exemptions: tuple[str, ...] = ()
    amendment: bool = False
    previous: str = ""
    first_sale: date | None = None
    first_sale_raw: str = ""
    yet_to_occur: bool = False
    securities: tuple[str, ...] = ()
    business_combination: bool = False
    offered: int | None = None
    sold: int | None = None
    raw: dict[str, str] = {}
    investors: int | None = None
    revenue: str = ""
    live: bool = True

    @property
    def life_science(self) -> bool:
        """Whether the industry group ticked is one of ours."""
        return forms.industry_key(self.industry) in forms.LIFE_SCIENCE_INDUSTRIES


def parse_form_d(data: bytes) -> FormD:
    """Read a Form D: bare XML, with leading blank lines, or inside a submission (also in a PEM envelope).

    Raises BadPayload when it is no Form D or lacks its issuer or submission type.
    """
    root = _root(data)
    form = text_at(root, "submissionType") or _root_form(root)
    offering = find(root, "offeringData")
    issuers = [i for i in _issuers(root) if i.name]
    if not issuers or not form or offering is None:
        raise BadPayload("the Form D names no issuer, no submission type or no offering")
    group = find(offering, "industryGroup")
    industry = text_at(group, "industryGroupType")
    kind = find(offering, "typesOfSecuritiesOffered")
    raw = {name: value for name in _AMOUNTS if (value := text_at(offering, f"offeringSalesAmounts/{name}"))}
    day = text_at(offering, "typeOfFiling/dateOfFirstSale/value")
    exemptions = tuple(
        " ".join(i.text.split()) for i in children(find(offering, "federalExemptionsExclusions"), "item") if i.text
    )
    return FormD(
        form=form,
        issuers=tuple(issuers),
        industry=industry,
        pooled=forms.industry_key(industry) == "pooled investment fund"
        or find(group, "investmentFundInfo") is not None
        or any(e.upper().startswith("3C") for e in exemptions),
        exemptions=exemptions,
        amendment=form.upper().endswith("/A") or flag(text_at(offering, "typeOfFiling/newOrAmendment/isAmendment")),
        previous=text_at(offering, "typeOfFiling/newOrAmendment/previousAccessionNumber"),
        first_sale=_date(day),
        first_sale_raw=day,
        yet_to_occur=flag(text_at(offering, "typeOfFiling/dateOfFirstSale/yetToOccur")),
        securities=tuple(word for name, word in _SECURITIES.items() if flag(text_at(kind, name))),
        business_combination=flag(text_at(offering, "businessCombinationTransaction/isBusinessCombinationTransaction")),
        offered=_amount(raw.get("totalOfferingAmount", "")),
        sold=_amount(raw.get("totalAmountSold", "")),
        raw=raw,
        investors=_amount(text_at(offering, "investors/totalNumberAlreadyInvested")),
        revenue=text_at(offering, "issuerSize/revenueRange"),
        live=(text_at(root, "testOrLive") or "LIVE").upper() == "LIVE",
    )


def _root(data: bytes) -> etree._Element:
    xml = embedded_xml(data)
    try:
        return parse_xml(xml)
    except BadPayload:
        # A cut or slightly broken file: what could be read must still name issuer and offering.
        root = parse_xml(xml, recover=True)
        if local(root) not in ("edgarSubmission", "XML"):
            raise
        return root


def _root_form(root: etree._Element) -> str:
    return "D" if local(root) == "edgarSubmission" and find(root, "primaryIssuer") is not None else ""


def _issuers(root: etree._Element) -> Iterator[Issuer]:
    elements = [find(root, "primaryIssuer"), *children(find(root, "issuerList"), "issuer")]
    for element in elements:
        if element is None:
            continue
        cik = text_at(element, "cik")
        former = []
        for names in ("issuerPreviousNameList", "edgarPreviousNameList"):
            former += [
                " ".join(n.text.split())
                for n in (*children(find(element, names), "previousName"), *children(find(element, names), "value"))
                if n.text and n.text.strip().lower() != "none"
            ]
        yield Issuer(
            name=text_at(element, "entityName"),
            cik=int(cik) if cik.isdigit() else 0,
            state=text_at(element, "issuerAddress/stateOrCountry"),
            former=tuple(dict.fromkeys(former)),
        )


def _amount(text: str) -> int | None:
    plain = text.replace(",", "").replace("$", "").strip()
    whole, _, cents = plain.partition(".")
    return int(whole) if whole.isdigit() and len(whole) <= 15 and (not cents or cents.isdigit()) else None


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None


def reduce_form_d(data: bytes) -> bytes:
    """The form as XML with what we use of it and nothing about persons: what is stored. Raises like `parse_form_d`."""
    root = _root(data)
    kept = etree.Element("edgarSubmission")
    for name in ("schemaVersion", "submissionType", "testOrLive"):
        _copy(find(root, name), kept)
    for source, parent in ((find(root, "primaryIssuer"), kept), *((i, None) for i in _co_issuers(root))):
        if source is None:
            continue
        if parent is None:
            listed = kept.find("issuerList")
            parent = etree.SubElement(kept, "issuerList") if listed is None else listed
        issuer = etree.SubElement(parent, local(source))
        for name in _ISSUER_KEPT:
            _copy(find(source, name), issuer)
        state = find(source, "issuerAddress/stateOrCountry")
        if state is not None:
            _copy(state, etree.SubElement(issuer, "issuerAddress"))
    offering = find(root, "offeringData")
    if offering is not None:
        target = etree.SubElement(kept, "offeringData")
        for name in _OFFERING_KEPT:
            _copy(find(offering, name), target)
        for path, names in (
            ("businessCombinationTransaction", ("isBusinessCombinationTransaction",)),
            ("offeringSalesAmounts", _AMOUNTS),
            ("investors", ("hasNonAccreditedInvestors", "totalNumberAlreadyInvested")),
        ):
            holder = etree.SubElement(target, path)
            for name in names:
                _copy(find(offering, f"{path}/{name}"), holder)
    etree.indent(kept)
    return etree.tostring(kept, encoding="utf-8")


def _co_issuers(root: etree._Element) -> Iterator[etree._Element]:
    return children(find(root, "issuerList"), "issuer")


def _copy(source: etree._Element | None, parent: etree._Element) -> None:
    """Copy an element with its children by name and text; attributes and namespaces stay behind."""
    if source is None:
        return
    target = etree.SubElement(parent, local(source) or "value")
    target.text = (source.text or "").strip()
    for child in source:
        if isinstance(child.tag, str):
            _copy(child, target)
