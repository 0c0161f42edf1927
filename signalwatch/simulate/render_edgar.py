"""Filings as EDGAR writes them: Atom entries, index rows, SGML submissions, Form D and 13D XML, submissions JSON.

Shapes after the project's reference sheet on EDGAR and the notes on recorded payloads; every text is written here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from xml.sax.saxutils import escape

from signalwatch.simulate import workdays
from signalwatch.simulate.cast import Company
from signalwatch.simulate.filings import conformed, folder_url, sic_of
from signalwatch.simulate.happenings import Publication, long_date
from signalwatch.simulate.lexicon import STATE_NAMES

ITEM_TITLES: Mapping[str, str] = {
    "1.01": "Entry into a Material Definitive Agreement", "1.02": "Termination of a Material Definitive Agreement",
    "1.03": "Bankruptcy or Receivership", "2.01": "Completion of Acquisition or Disposition of Assets",
    "2.02": "Results of Operations and Financial Condition",
    "2.03": "Creation of a Direct Financial Obligation or an Obligation under an Off-Balance Sheet Arrangement of a Registrant",
    "2.05": "Cost Associated with Exit or Disposal Activities", "3.02": "Unregistered Sales of Equity Securities",
    "5.02": "Departure of Directors or Certain Officers; Election of Directors; Appointment of Certain Officers: Compensatory "
    "Arrangements of Certain Officers",
    "5.03": "Amendments to Articles of Incorporation or Bylaws; Change in Fiscal Year",
    "5.07": "Submission of Matters to a Vote of Security Holders", "7.01": "Regulation FD Disclosure", "8.01": "Other Events",
    "9.01": "Financial Statements and Exhibits", "3C": "Section 3(c)", "3C.1": "Section 3(c)(1)", "06b": "Rule 506(b)",
}  # fmt: skip
SIC_TITLES: Mapping[int, str] = {
    2834: "PHARMACEUTICAL PREPARATIONS", 2835: "IN VITRO & IN VIVO DIAGNOSTIC SUBSTANCES", 2836: "BIOLOGICAL PRODUCTS, (NO DIAGNOSTIC SUBSTANCES)",
    3826: "LABORATORY ANALYTICAL INSTRUMENTS", 3841: "SURGICAL & MEDICAL INSTRUMENTS & APPARATUS",
    8731: "SERVICES-COMMERCIAL PHYSICAL & BIOLOGICAL RESEARCH", 4911: "ELECTRIC SERVICES", 6021: "NATIONAL COMMERCIAL BANKS",
    6022: "STATE COMMERCIAL BANKS", 1311: "CRUDE PETROLEUM & NATURAL GAS", 6798: "REAL ESTATE INVESTMENT TRUSTS",
    7372: "SERVICES-PREPACKAGED SOFTWARE",
}  # fmt: skip
_BLOCKS = {
    "Filer": "FILER",
    "Issuer": "ISSUER",
    "Reporting": "REPORTING-OWNER",
    "Subject": "SUBJECT COMPANY",
    "Filed by": "FILED BY",
}


def entity(text: str) -> str:
    """Pure ASCII with XML entities, as these feeds are."""
    return escape(text).encode("ascii", "xmlcharrefreplace").decode("ascii")


def local_time(at: datetime) -> datetime:
    """New York wall clock."""
    return at.astimezone(workdays.NEW_YORK)


def atom_entries(filing: Publication) -> str:
    """The getcurrent entries of one filing: one per party, all with the same id."""
    meta = filing.meta
    updated = local_time(filing.published_at).isoformat(timespec="seconds")
    items = "".join(f"\n<br>Item {i}: {ITEM_TITLES.get(i, i)}" for i in meta["items"])
    size = meta["size_kb"]
    summary = entity(f"\n <b>Filed:</b> {meta['filed']} <b>AccNo:</b> {filing.key} <b>Size:</b> {size} KB{items}\n")
    out = []
    for name, cik, role, _ in meta["parties"]:
        out.append(
            f"<entry>\n<title>{entity(filing.form)} - {entity(name)} ({cik:010d}) ({role})</title>\n"
            f'<link rel="alternate" type="text/html" href="{folder_url(cik, filing.key)}/{filing.key}-index.htm"/>\n'
            f'<summary type="html">{summary}</summary>\n<updated>{updated}</updated>\n'
            f'<category scheme="https://www.sec.gov/" label="form type" term="{entity(filing.form)}"/>\n'
            f"<id>urn:tag:sec.gov,2008:accession-number={filing.key}</id>\n</entry>\n"
        )
    return "".join(out)


def atom_feed(entries: Iterable[str], now: datetime) -> bytes:
    """A page of the latest-filings feed."""
    local = local_time(now)
    head = (
        '<?xml version="1.0" encoding="ISO-8859-1" ?>\n<feed xmlns="http://www.w3.org/2005/Atom">\n'
        f"<title>Latest Filings - {local:%a, %d %b %Y %H:%M:%S} {local.tzname()}</title>\n"
        '<link rel="alternate" href="/cgi-bin/browse-edgar?action=getcurrent"/>\n'
        '<link rel="self" href="/cgi-bin/browse-edgar?action=getcurrent"/>\n'
        "<id>https://www.sec.gov/cgi-bin/browse-edgar?action=getcurrent</id>\n"
        "<author><name>Webmaster</name><email>webmaster@sec.gov</email></author>\n"
        f"<updated>{local.isoformat(timespec='seconds')}</updated>\n"
    )
    return (head + "".join(entries) + "</feed>\n").encode("latin-1")


def master_index(day: date, filings: Sequence[Publication]) -> bytes:
    """A daily ``master.YYYYMMDD.idx``: one row per party, sorted by CIK."""
    rows = sorted(
        (cik, name, f.form, f"edgar/data/{cik}/{f.key}.txt") for f in filings for name, cik, _, _ in f.meta["parties"]
    )
    head = (
        "Description:           Daily Index of EDGAR Dissemination Feed\n"
        f"Last Data Received:    {day:%b} {day.day:2d}, {day.year}\nComments:              webmaster@sec.gov\n"
        "Anonymous FTP:         ftp://ftp.sec.gov/edgar/\n \nCIK|Company Name|Form Type|Date Filed|File Name\n"
        + "-" * 80
        + "\n"
    )
    lines = "".join(f"{cik}|{name}|{form}|{day:%Y%m%d}|{path}\n" for cik, name, form, path in rows)
    return (head + lines).encode("latin-1", "replace")


def _header(filing: Publication, former: Mapping[int, str]) -> str:
    meta = filing.meta
    local = local_time(filing.published_at)
    filed = str(meta["filed"]).replace("-", "")
    lines = [
        f"<SEC-DOCUMENT>{filing.key}.txt : {filed}", f"<SEC-HEADER>{filing.key}.hdr.sgml : {filed}",
        f"<ACCEPTANCE-DATETIME>{local:%Y%m%d%H%M%S}", f"ACCESSION NUMBER:\t\t{filing.key}",
        f"CONFORMED SUBMISSION TYPE:\t{filing.form}", f"PUBLIC DOCUMENT COUNT:\t\t{2 if meta.get('ex_title') else 1}",
    ]  # fmt: skip
    if meta.get("report_date"):
        lines.append(f"CONFORMED PERIOD OF REPORT:\t{str(meta['report_date']).replace('-', '')}")
    lines += [f"ITEM INFORMATION:\t\t{ITEM_TITLES.get(i, i)}" for i in meta["items"]]
    lines += [f"FILED AS OF DATE:\t\t{filed}", f"DATE AS OF CHANGE:\t\t{filed}", ""]
    for name, cik, role, sic in meta["parties"]:
        lines += [f"{_BLOCKS.get(role, 'FILER')}:", "", "\tCOMPANY DATA:\t", f"\t\tCOMPANY CONFORMED NAME:\t\t\t{name}",
                  f"\t\tCENTRAL INDEX KEY:\t\t\t{cik:010d}"]  # fmt: skip
        if sic:
            lines.append(f"\t\tSTANDARD INDUSTRIAL CLASSIFICATION:\t{SIC_TITLES.get(sic, 'UNKNOWN')} [{sic}]")
            lines.append(
                f"\t\tORGANIZATION NAME:           \t{'03 Life Sciences' if 2833 <= sic <= 3999 or sic == 8731 else '02 Finance'}"
            )
        lines += ["\t\tEIN:\t\t\t\t000000000", "\t\tSTATE OF INCORPORATION:\t\t\tDE", "\t\tFISCAL YEAR END:\t\t\t1231", "",
                  "\tFILING VALUES:", f"\t\tFORM TYPE:\t\t{filing.form}", "\t\tSEC ACT:\t\t1934 Act", f"\t\tSEC FILE NUMBER:\t001-{cik % 90000 + 10000}", ""]  # fmt: skip
        if cik in former:
            lines += [
                "\tFORMER COMPANY:\t",
                f"\t\tFORMER CONFORMED NAME:\t{former[cik]}",
                "\t\tDATE OF NAME CHANGE:\t20250301",
                "",
            ]
    return "\n".join(lines) + "</SEC-HEADER>\n"


def _page(title: str, paragraphs: Iterable[str]) -> str:
    body = "\n".join(
        f'<P STYLE="margin: 0pt 0">{entity(p)}</P>\n<P STYLE="margin: 0pt 0">&nbsp;</P>' for p in paragraphs if p
    )
    return f'<HTML>\n<HEAD>\n<TITLE>{entity(title)}</TITLE>\n</HEAD>\n<BODY STYLE="font: 10pt Times New Roman">\n{body}\n</BODY>\n</HTML>'


def current_report_html(filing: Publication) -> str:
    """The primary document of an 8-K (or any other filing that is plain text about itself)."""
    meta = filing.meta
    name = meta["parties"][0][0]
    if not filing.form.startswith("8-K"):
        return _page(filing.form, [f"FORM {filing.form}", str(name), str(meta.get("text", ""))])
    reported = date.fromisoformat(str(meta.get("report_date") or meta["filed"]))
    text = str(meta.get("text", ""))
    paragraphs = [
        "UNITED STATES SECURITIES AND EXCHANGE COMMISSION", "WASHINGTON, D.C. 20549", f"FORM {filing.form}", "CURRENT REPORT",
        "Pursuant to Section 13 or 15(d) of the Securities Exchange Act of 1934",
        f"Date of Report (Date of earliest event reported): {long_date(reported)}", str(name),
        "(Exact name of registrant as specified in its charter)", "Delaware", "(State or other jurisdiction of incorporation)",
        "Check the appropriate box below if the Form 8-K filing is intended to simultaneously satisfy the filing obligation of the "
        "registrant under any of the following provisions:",
    ]  # fmt: skip
    for item in meta["items"]:
        paragraphs.append(f"Item {item} {ITEM_TITLES.get(item, '')}.")
        if item == "9.01":
            paragraphs += [
                "(d) Exhibits",
                f"99.1 Press Release dated {long_date(reported)}" if meta.get("ex_title") else "",
            ]
        else:
            paragraphs.append(
                text
                if item == meta["items"][0] or len(meta["items"]) < 3
                else "The information set forth above is incorporated by reference."
            )
    paragraphs += ["SIGNATURES", "Pursuant to the requirements of the Securities Exchange Act of 1934, the registrant has duly caused this report to be signed on its "
                   "behalf by the undersigned hereunto duly authorized.", str(name), "By: /s/ Authorized Officer"]  # fmt: skip
    return _page(f"{filing.form} {name}", paragraphs)


def exhibit_html(filing: Publication) -> str:
    """EX-99.1: the press release."""
    meta = filing.meta
    name = meta["parties"][0][0]
    return _page(
        "EX-99.1",
        ["Exhibit 99.1", str(meta["ex_title"]), str(meta["ex_lead"]), str(meta.get("ex_background", "")), f"About {name}",
         f"{name} is committed to improving the lives of patients.", "Forward-Looking Statements",
         "This press release contains forward-looking statements, including statements about plans to initiate trials, expected data and "
         "possible approvals. Actual results may differ.", "Investor Contact: ir@company.example"],
    )  # fmt: skip


def documents_of(filing: Publication) -> list[tuple[str, str, str]]:
    """(type, file name, text) of the documents of a filing."""
    stem = filing.key.replace("-", "")[-8:]
    if filing.form in ("D", "D/A"):
        return [(filing.form, "primary_doc.xml", form_d_xml(filing))]
    if filing.form.startswith("SCHEDULE 13"):
        return [(filing.form, "primary_doc.xml", schedule_13_xml(filing))]
    out = [(filing.form, f"d{stem}.htm", current_report_html(filing))]
    if filing.meta.get("ex_title"):
        out.append(("EX-99.1", f"d{stem}ex991.htm", exhibit_html(filing)))
    return out


def submission_text(filing: Publication, former: Mapping[int, str]) -> bytes:
    """The full submission ``.txt``: SGML header and documents."""
    parts = [_header(filing, former)]
    for number, (kind, name, text) in enumerate(documents_of(filing), 1):
        body = f"<XML>\n{text}\n</XML>" if name.endswith(".xml") else text
        parts.append(
            f"<DOCUMENT>\n<TYPE>{kind}\n<SEQUENCE>{number}\n<FILENAME>{name}\n<TEXT>\n{body}\n</TEXT>\n</DOCUMENT>\n"
        )
    parts.append("</SEC-DOCUMENT>\n")
    return "".join(parts).encode("latin-1", "xmlcharrefreplace")


def index_page(filing: Publication) -> bytes:
    """The ``-index.htm`` page of a filing."""
    rows = "".join(
        f'<tr><td scope="row">{n}</td><td scope="row">{entity(kind)}</td><td scope="row"><a href="/Archives/edgar/data/{filing.meta["parties"][0][1]}/'
        f'{filing.key.replace("-", "")}/{name}">{name}</a></td><td scope="row">{entity(kind)}</td><td scope="row">{len(text)}</td></tr>\n'
        for n, (kind, name, text) in enumerate(documents_of(filing), 1)
    )
    local = local_time(filing.published_at)
    return (
        f'<!DOCTYPE html>\n<html><head><title>EDGAR Filing Documents for {filing.key}</title></head>\n<body><div id="formName"><strong>Form {entity(filing.form)}'
        f'</strong></div>\n<div class="infoHead">Filing Date</div><div class="info">{filing.meta["filed"]}</div>\n<div class="infoHead">Accepted</div>'
        f'<div class="info">{local:%Y-%m-%d %H:%M:%S}</div>\n<table class="tableFile" summary="Document Format Files">\n{rows}</table></body></html>\n'
    ).encode()


def form_d_xml(filing: Publication) -> str:
    """``primary_doc.xml`` of a Form D."""
    meta = filing.meta
    issuers = meta["parties"]
    name, cik, _, _ = issuers[0]
    state = str(meta["state"])
    total, sold = meta["total"], int(meta["sold"])
    remaining = "Indefinite" if total == "Indefinite" else str(int(total) - sold)
    fund = (
        f"<investmentFundInfo><investmentFundType>{meta['fund']}</investmentFundType><is40Act>false</is40Act></investmentFundInfo>"
        if meta.get("fund")
        else ""
    )
    size = (
        "<aggregateNetAssetValueRange>Decline to Disclose</aggregateNetAssetValueRange>"
        if fund
        else "<revenueRange>Decline to Disclose</revenueRange>"
    )
    kind = (
        "<isPooledInvestmentFundType>true</isPooledInvestmentFundType>" if fund else "<isEquityType>true</isEquityType>"
    )
    amends = f"<previousAccessionNumber>{meta['amends']}</previousAccessionNumber>" if meta.get("amends") else ""
    exemptions = "".join(f"<item>{i}</item>" for i in (meta["exemption"], *meta["items"]))
    return f"""<?xml version="1.0"?>
<edgarSubmission>
    <schemaVersion>X0708</schemaVersion>
    <submissionType>{filing.form}</submissionType>
    <testOrLive>LIVE</testOrLive>
    <primaryIssuer>
        <cik>{cik:010d}</cik>
        <entityName>{entity(name)}</entityName>
        <issuerAddress>
            <street1>100 MAIN STREET</street1>
            <city>{entity(str(meta["city"]).upper())}</city>
            <stateOrCountry>{state}</stateOrCountry>
            <stateOrCountryDescription>{STATE_NAMES.get(state, state)}</stateOrCountryDescription>
            <zipCode>02139</zipCode>
        </issuerAddress>
        <issuerPhoneNumber>555-0100</issuerPhoneNumber>
        <jurisdictionOfInc>DELAWARE</jurisdictionOfInc>
        <issuerPreviousNameList><value>None</value></issuerPreviousNameList>
        <edgarPreviousNameList><value>None</value></edgarPreviousNameList>
        <entityType>{"Limited Partnership" if fund else "Corporation"}</entityType>
        <yearOfInc><withinFiveYears>true</withinFiveYears><value>2022</value></yearOfInc>
    </primaryIssuer>
    <relatedPersonsList>
        <relatedPersonInfo>
            <relatedPersonName><firstName>Sample</firstName><lastName>Officer</lastName></relatedPersonName>
            <relatedPersonAddress><street1>100 MAIN STREET</street1><city>{entity(str(meta["city"]).upper())}</city><stateOrCountry>{state}</stateOrCountry><zipCode>02139</zipCode></relatedPersonAddress>
            <relatedPersonRelationshipList><relationship>Executive Officer</relationship></relatedPersonRelationshipList>
            <relationshipClarification></relationshipClarification>
        </relatedPersonInfo>
    </relatedPersonsList>
    <offeringData>
        <industryGroup><industryGroupType>{meta["industry"]}</industryGroupType>{fund}</industryGroup>
        <issuerSize>{size}</issuerSize>
        <federalExemptionsExclusions>{exemptions}</federalExemptionsExclusions>
        <typeOfFiling>
            <newOrAmendment><isAmendment>{"true" if filing.form == "D/A" else "false"}</isAmendment>{amends}</newOrAmendment>
            <dateOfFirstSale><value>{meta["first_sale"]}</value></dateOfFirstSale>
        </typeOfFiling>
        <durationOfOffering><moreThanOneYear>false</moreThanOneYear></durationOfOffering>
        <typesOfSecuritiesOffered>{kind}</typesOfSecuritiesOffered>
        <businessCombinationTransaction><isBusinessCombinationTransaction>false</isBusinessCombinationTransaction><clarificationOfResponse></clarificationOfResponse></businessCombinationTransaction>
        <minimumInvestmentAccepted>0</minimumInvestmentAccepted>
        <salesCompensationList></salesCompensationList>
        <offeringSalesAmounts>
            <totalOfferingAmount>{total}</totalOfferingAmount>
            <totalAmountSold>{sold}</totalAmountSold>
            <totalRemaining>{remaining}</totalRemaining>
            <clarificationOfResponse></clarificationOfResponse>
        </offeringSalesAmounts>
        <investors><hasNonAccreditedInvestors>false</hasNonAccreditedInvestors><totalNumberAlreadyInvested>12</totalNumberAlreadyInvested></investors>
        <salesCommissionsFindersFees><salesCommissions><dollarAmount>0</dollarAmount></salesCommissions><findersFees><dollarAmount>0</dollarAmount></findersFees><clarificationOfResponse></clarificationOfResponse></salesCommissionsFindersFees>
        <useOfProceeds><grossProceedsUsed><dollarAmount>0</dollarAmount></grossProceedsUsed><clarificationOfResponse></clarificationOfResponse></useOfProceeds>
        <signatureBlock>
            <authorizedRepresentative>false</authorizedRepresentative>
            <signature><issuerName>{entity(name)}</issuerName><signatureName>/s/ Sample Officer</signatureName><nameOfSigner>Sample Officer</nameOfSigner><signatureTitle>President</signatureTitle><signatureDate>{meta["filed"]}</signatureDate></signature>
        </signatureBlock>
    </offeringData>
</edgarSubmission>"""


def schedule_13_xml(filing: Publication) -> str:
    """``primary_doc.xml`` of a SCHEDULE 13D or 13G."""
    parties = filing.meta["parties"]
    subject = parties[0]
    holder = parties[-1]
    form = escape(filing.form)
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<edgarSubmission xmlns="http://www.sec.gov/edgar/schedule13D" xmlns:com="http://www.sec.gov/edgar/common">
  <headerData><submissionType>{form}</submissionType><filerInfo><filer><filerCredentials><cik>{holder[1]:010d}</cik></filerCredentials></filer><liveTestFlag>LIVE</liveTestFlag></filerInfo></headerData>
  <formData>
    <coverPageHeader><securitiesClassTitle>Common Stock</securitiesClassTitle><dateOfEvent>{filing.meta["filed"]}</dateOfEvent>
      <issuerInfo><issuerCIK>{subject[1]:010d}</issuerCIK><issuerName>{entity(subject[0])}</issuerName></issuerInfo></coverPageHeader>
    <reportingPersons><reportingPersonInfo><reportingPersonName>{entity(holder[0])}</reportingPersonName><percentOfClass>{filing.meta.get("percent", 5.0)}</percentOfClass></reportingPersonInfo></reportingPersons>
    <items1To7><item4><transactionPurpose>The reporting person acquired the shares for investment purposes and may engage in discussions with management.</transactionPurpose></item4></items1To7>
  </formData>
</edgarSubmission>"""


def submissions(company: Company, filings: Sequence[Publication]) -> dict[str, Any]:
    """``CIK##########.json`` of a cast company. ``filings`` are visible ones, any order.

    ``acceptanceDateTime`` ends in Z for every company, but for half of them it is New York wall-clock time.
    """
    rows = sorted(filings, key=lambda f: (str(f.meta["filed"]), f.published_at), reverse=True)
    eastern = company.cik % 2 == 0
    recent: dict[str, list[Any]] = {name: [] for name in _COLUMNS}
    for f in rows:
        accepted = local_time(f.published_at) if eastern else f.published_at
        items = list(f.meta["items"])
        if f.form in ("D", "D/A"):
            items = [str(f.meta["exemption"]), *items]
        document = documents_of(f)[0][1]
        values = (
            f.key, f.meta["filed"], f.meta.get("report_date", ""), f"{accepted:%Y-%m-%dT%H:%M:%S}.000Z", "34", f.form, "001-12345", "26000000",
            ",".join(items), f.form, int(f.meta["size_kb"]) * 1024, 0, 0, f"xslFormDX01/{document}" if f.form in ("D", "D/A") else document, f.form,
        )  # fmt: skip
        for name, value in zip(_COLUMNS, values, strict=True):
            recent[name].append(value)
    sic = sic_of(company)
    return {
        "cik": f"{company.cik:010d}", "entityType": "operating" if company.public else "other", "sic": str(sic) if sic else "",
        "sicDescription": SIC_TITLES.get(sic, "").title(), "ownerOrg": "03 Life Sciences" if sic else None, "insiderTransactionForOwnerExists": 0,
        "insiderTransactionForIssuerExists": 1 if company.public else 0, "name": conformed(company), "tickers": [company.ticker] if company.ticker else [],
        "exchanges": [company.exchange] if company.exchange else [], "ein": None, "lei": None, "description": "", "website": "", "investorWebsite": "",
        "category": "", "fiscalYearEnd": "1231", "stateOfIncorporation": "DE", "stateOfIncorporationDescription": "DE",
        "addresses": {"mailing": _address(company), "business": _address(company)}, "phone": "555-0100", "flags": "",
        "formerNames": [{"name": company.old_name, "from": "2018-02-01T00:00:00.000Z", "to": "2025-03-01T00:00:00.000Z"}] if company.old_name else [],
        "filings": {"recent": recent, "files": []},
    }  # fmt: skip


_COLUMNS = (
    "accessionNumber", "filingDate", "reportDate", "acceptanceDateTime", "act", "form", "fileNumber", "filmNumber", "items", "core_type",
    "size", "isXBRL", "isInlineXBRL", "primaryDocument", "primaryDocDescription",
)  # fmt: skip


def _address(company: Company) -> dict[str, Any]:
    return {
        "street1": "100 MAIN STREET", "street2": None, "city": company.city.upper(), "stateOrCountry": company.state, "zipCode": "02139",
        "stateOrCountryDescription": company.state, "isForeignLocation": 0 if company.country == "US" else 1,
    }  # fmt: skip
