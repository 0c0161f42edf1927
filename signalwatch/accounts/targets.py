"""Who can be a target account at all. Pure."""

from __future__ import annotations

import re

from signalwatch.model import Organisation
from signalwatch.resolve.index import strip_legal
from signalwatch.resolve.lexicon import CARE, CARE_SITES, DRUG, FINANCE_ARM, NOT_COMPANY, OTHER_TRADE, VENTURES
from signalwatch.resolve.text import keys

_SHELL = re.compile(
    r"\b(?:acquisition|blank check|spac|merger sub|holdco|funding|royalty|securit(?:y|ies)|exchange)\b", re.IGNORECASE
)
_PUBLIC = re.compile(
    r"\b(?:university|universit\w+|college|hospital\w*|klinik\w*|clinic|h[oô]pital\w*|ospedale|mayo|institute? of health|"
    r"kaiser permanente|department of|ministry|agency|administration|commission|health system|medical cent(?:er|re)|"
    r"cancer cent(?:er|re)|school of|"
    r"foundation|association|society|government|national institutes?|world health|nasdaq|nyse|stock exchange)\b",
    re.IGNORECASE,
)
_SERIES = re.compile(r"\b(?:fund|spv|a series of|l\.?p\.?|lp|trust)\b.{0,20}\Z", re.IGNORECASE)
LIFE_SCIENCE_INDUSTRIES = frozenset({"biotechnology", "pharmaceuticals", "other health care"})
"""Industries a Form D may name; any other one is another trade."""


def no_target(organisation: Organisation, industry: str = "") -> str:
    """Why an organisation can be no target account ("university or clinic", "investor" ...); "" when it can be one.

    Args:
        organisation: as an event names it; the registry's sponsor class decides where it is given.
        industry: the industry a filing names.
    """
    if organisation.kind and organisation.kind != "INDUSTRY":
        return "not industry"
    if organisation.role in ("regulator", "investor"):
        return organisation.role
    if industry and industry.casefold() not in LIFE_SCIENCE_INDUSTRIES:
        return f"industry {industry.casefold()}"
    name = organisation.name
    if _PUBLIC.search(name):
        return "public body, university or clinic"
    words = set(strip_legal(keys(name)))
    trade = bool(words & (DRUG | CARE))
    if _SHELL.search(name) and not trade:
        return "shell"
    if words & VENTURES or (words & FINANCE_ARM and not trade) or _SERIES.search(name):
        return "investor"
    if words & (NOT_COMPANY | CARE_SITES) and not trade:
        return "public body, university or clinic"
    if words & OTHER_TRADE and not trade:
        return "another trade"
    return ""
