"""Facts about EDGAR's form types, 8-K items, parties and industries.

Sources: the SEC's form list and Form 8-K; spellings and roles as they appear in the latest-filings feed, the indexes and
the submission headers. Since 2024-12-18 Schedules 13D/13G carry the long form name ("SCHEDULE 13D"); both occur.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

KINDS: Mapping[str, str] = {
    "D": "form_d",
    "8-K": "current_report",
    "6-K": "foreign_report",
    "S-1": "registration", "F-1": "registration", "S-1MEF": "registration", "F-1MEF": "registration",
    "DRS": "draft",
    "424B1": "prospectus", "424B4": "prospectus", "424B5": "prospectus",
    "RW": "withdrawal",
    "EFFECT": "effect",
    "SC 13D": "stake", "SCHEDULE 13D": "stake",
    "SC TO-T": "tender", "SC 14D9": "recommendation",
    "PREM14A": "merger_proxy", "DEFM14A": "merger_proxy", "425": "merger_communication",
    "NT 10-K": "late", "NT 10-Q": "late", "NT 20-F": "late",
    "15-12G": "deregistration", "15-12B": "deregistration", "15-15D": "deregistration",
    "25": "delisting", "25-NSE": "delisting",
    "10-12B": "listing", "10-12G": "listing",
    "10-K": "annual", "10-Q": "annual", "20-F": "annual", "10-KT": "annual",
}  # fmt: skip
"""Base form (without ``/A``) -> how it is read. Everything else is counted and passed over."""

DEFAULT_FORMS: tuple[str, ...] = tuple(KINDS)

WITHOUT_BODY = frozenset(["late", "deregistration", "delisting", "draft", "listing"])
"""Kinds whose index entry says all we use: no request for the body."""

ITEMS: Mapping[str, str] = {
    "1.01": "Entry into a Material Definitive Agreement",
    "1.02": "Termination of a Material Definitive Agreement",
    "1.03": "Bankruptcy or Receivership",
    "1.04": "Mine Safety - Reporting of Shutdowns and Patterns of Violations",
    "1.05": "Material Cybersecurity Incidents",
    "2.01": "Completion of Acquisition or Disposition of Assets",
    "2.02": "Results of Operations and Financial Condition",
    "2.03": "Creation of a Direct Financial Obligation or an Obligation under an Off-Balance Sheet Arrangement"
    " of a Registrant",
    "2.04": "Triggering Events That Accelerate or Increase a Direct Financial Obligation or an Obligation under an"
    " Off-Balance Sheet Arrangement",
    "2.05": "Cost Associated with Exit or Disposal Activities",
    "2.06": "Material Impairments",
    "3.01": "Notice of Delisting or Failure to Satisfy a Continued Listing Rule or Standard; Transfer of Listing",
    "3.02": "Unregistered Sales of Equity Securities",
    "3.03": "Material Modifications to Rights of Security Holders",
    "4.01": "Changes in Registrant's Certifying Accountant",
    "4.02": "Non-Reliance on Previously Issued Financial Statements or a Related Audit Report or Completed Interim Review",
    "5.01": "Changes in Control of Registrant",
    "5.02": "Departure of Directors or Certain Officers; Election of Directors; Appointment of Certain Officers:"
    " Compensatory Arrangements of Certain Officers",
    "5.03": "Amendments to Articles of Incorporation or Bylaws; Change in Fiscal Year",
    "5.04": "Temporary Suspension of Trading Under Registrant's Employee Benefit Plans",
    "5.05": "Amendments to the Registrant's Code of Ethics, or Waiver of a Provision of the Code of Ethics",
    "5.06": "Change in Shell Company Status",
    "5.07": "Submission of Matters to a Vote of Security Holders",
    "5.08": "Shareholder Director Nominations",
    "7.01": "Regulation FD Disclosure",
    "8.01": "Other Events",
    "9.01": "Financial Statements and Exhibits",
}
"""Official subjects of the 8-K items, as the feed writes them."""

_BEFORE_2004 = {"1": "5.01", "2": "2.01", "3": "1.03", "4": "4.01", "5": "8.01", "6": "5.02", "7": "9.01", "8": "5.03",
                "9": "7.01", "10": "5.05", "11": "5.04", "12": "2.02"}  # fmt: skip

LIFE_SCIENCE_SIC = frozenset(
    ["2833", "2834", "2835", "2836", "3826", "3841", "3842", "3843", "3844", "3845", "3851", "8071", "8731", "8734"]
)
"""Standard industry codes of life science (drugs, biologics, diagnostics, devices, instruments, research, labs). A hint."""

_MUTE_SIC = frozenset(["", "0", "6770", "8880", "8888", "9995"])  # none, blank check, foreign government, shells

LIFE_SCIENCE_INDUSTRIES = frozenset(["biotechnology", "pharmaceuticals", "other health care"])
"""Form D industry groups (lower case, "&" as "and") that are in scope; hospitals and insurers are not."""

_STRONG = re.compile(
    r"\b(?:\w*therap(?:eutics?|ies|y)|\w*pharm\w*|bio(?:scien\w*|logics?|logical|systems?|tech\w*|med\w*|medicines?)|"
    r"life ?sciences?|\w*oncolog\w*|\w*gen(?:omics?|etics?)|\w*prote(?:omics|in|ins)|immun\w*|\w*vaccin\w*|"
    r"\w*diagnostics?|\w*antibod\w*|m?rna|crispr|medicines?|drugs?|neurosciences?|clinical|medtech|stem cells?)\b",
    re.IGNORECASE,
)
_WEAK = re.compile(
    r"\b(?:bio\w*|\w*bio|med(?:ical|ic\w*|s)?|gen(?:e|es|ix|ex|zyme|tech)|\w+gen(?:e|ix|ics?)?|health\w*|cells?|surg\w*|"
    r"neuro\w*|cardi\w*|ortho\w*|derm\w*|ophthalm\w*|ocular|vision|vascular|labs?|laborator\w*|scientific|sciences?|"
    r"devices?|instruments?|implant\w*|rx|\w+rx|cure\w*|onco\w*|dx|molecular|medix|\w*vax|\w+zyme|\w+cyte)\b",
    re.IGNORECASE,
)
_NOT_LIFE = re.compile(
    r"\b(?:bio(?:fuels?|diesel|mass|energy|gas)|bancorp|bancshares|bank|energy|oil|petroleum|mining|realty|reit|"
    r"cannabis|hydrogen|oxygen|nitrogen|cellular|solar)\b",
    re.IGNORECASE,
)
_FUND = re.compile(
    r"\b(?:funds?|spv|syndicate|feeder|co-?invest\w*|reit|real estate|realty|propert(?:y|ies)|multifamily|apartments?|"
    r"hedge|offshore|master|mortgage|bancorp|oil|petroleum|exploration|a series of)\b|\bpartners(?: [ivxl]+)?,? l\.?p\.?$",
    re.IGNORECASE,
)
_ENTITY = re.compile(
    r"\b(?:inc|incorporated|corp|corporation|company|co|llc|l\.l\.c|ltd|limited|plc|lp|l\.p|llp|n\.?v|b\.?v|s\.?a|ag|gmbh|ab|"
    r"asa|a/s|kk|se|trust|funds?|partners|partnership|capital|ventures?|holdings?|management|advis[eo]rs?|group|bank|"
    r"foundation|university|association|investments?|investors?|global|international|pharma\w*|therapeutics|\w*sciences?|"
    r"associates|equity|securities|insurance|fondation|stichting|master|invest|technologies|systems|medical|bio\w*)\b",
    re.IGNORECASE,
)
_TRAILER = re.compile(r"(?:\s*[/\\][A-Z]{2,4}[/\\]?|\s*[/\\])$")
_LETTERS = re.compile(r"[^a-z0-9]+")


def split_form(form: str) -> tuple[str, bool]:
    """``"8-K/A"`` -> ``("8-K", True)``; trimmed, upper case, inner blanks single."""
    plain = " ".join(form.upper().split())
    return (plain[:-2].rstrip(), True) if plain.endswith("/A") else (plain, False)


def kind_of(form: str) -> str:
    """How a form type is read (a value of KINDS), "" for everything we do not read."""
    return KINDS.get(split_form(form)[0], "")


def clean_name(name: str) -> str:
    """A conformed name without its trailing state or country mark ("ACME CORP /DE/" -> "ACME CORP")."""
    plain = " ".join(name.replace("\x00", "").split())
    return _TRAILER.sub("", plain) or plain


def is_entity(name: str) -> bool:
    """Whether a filer's name reads like an organisation; names of natural persons are not kept."""
    return bool(_ENTITY.search(name)) or "&" in name


def looks_like_fund(name: str) -> bool:
    """Whether a Form D issuer's name reads like a pooled fund, a property vehicle or an oil well."""
    return bool(_FUND.search(name)) and not _STRONG.search(name)


def name_hint(name: str) -> str:
    """``"strong"``, ``"weak"`` or ``""``: how much a company name speaks for life science. Decides requests, not events."""
    if _NOT_LIFE.search(name):
        return ""
    if _STRONG.search(name):
        return "strong"
    return "weak" if _WEAK.search(name) else ""


def sic_speaks(sic: str) -> bool:
    """Whether a SIC code says anything: empty codes, blank checks and shells do not."""
    return sic.lstrip("0") not in _MUTE_SIC


def industry_key(industry: str) -> str:
    """A Form D industry group in comparable form: lower case, "and" for "&"."""
    return " ".join(industry.replace("&", " and ").lower().split())


def _squash(text: str) -> str:
    return _LETTERS.sub("", text.lower())


_BY_TITLE = {_squash(title)[:24]: code for code, title in ITEMS.items()}
_BY_TITLE |= {
    _squash("Departure of Directors or Principal Officers")[:24]: "5.02",
    _squash("Costs Associated with Exit or Disposal Activities")[:24]: "2.05",
    _squash("Amendments to Articles of Incorporation")[:24]: "5.03",
    _squash("Termination of Material Definitive Agreement")[:24]: "1.02",
    _squash("Changes in Registrants Certifying Accountant")[:24]: "4.01",
}


def item_code(text: str) -> str:
    """The item code of "2.05", "Item 2.05: ...", "5" (before August 2004) or an official title; "" when unknown."""
    plain = text.strip()
    found = re.match(r"(?:item\s*)?(\d{1,2}\.\d{2})\b", plain, re.IGNORECASE)
    if found:
        return found.group(1)
    old = re.fullmatch(r"(?:item\s*)?(\d{1,2})\.?", plain, re.IGNORECASE)
    if old:
        return _BEFORE_2004.get(old.group(1), "")
    return _BY_TITLE.get(_squash(plain)[:24], "")


def item_codes(texts: Iterable[str]) -> tuple[str, ...]:
    """Codes of the items named, in order, once each; what is not known is left out."""
    return tuple(dict.fromkeys(code for code in (item_code(t) for t in texts) if code))
