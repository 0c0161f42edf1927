"""Country names: the registry has renamed some, which is no new country."""

from __future__ import annotations

import re

# Older or inverted forms to the form of today.
_RENAMED = {
    "korea, republic of": "South Korea",
    "korea, democratic people's republic of": "North Korea",
    "turkey": "Turkey",
    "türkiye": "Turkey",
    "russian federation": "Russia",
    "czech republic": "Czechia",
    "viet nam": "Vietnam",
    "macedonia, the former yugoslav republic of": "North Macedonia",
    "the former yugoslav republic of macedonia": "North Macedonia",
    "macedonia": "North Macedonia",
    "former serbia and montenegro": "Serbia",
    "syrian arab republic": "Syria",
    "libyan arab jamahiriya": "Libya",
    "lao people's democratic republic": "Laos",
    "brunei darussalam": "Brunei",
    "burma": "Myanmar",
    "swaziland": "Eswatini",
    "cape verde": "Cabo Verde",
    "côte d'ivoire": "Ivory Coast",
    "cote d'ivoire": "Ivory Coast",
    "congo, the democratic republic of the": "Democratic Republic of the Congo",
    "congo, democratic republic of the": "Democratic Republic of the Congo",
    "congo, the republic of the": "Republic of the Congo",
    "congo": "Republic of the Congo",
    "taiwan, province of china": "Taiwan",
    "hong kong sar": "Hong Kong",
    "macau": "Macao",
    "palestinian territory, occupied": "Palestinian Territories",
    "palestinian territories, occupied": "Palestinian Territories",
    "gambia, the": "Gambia",
    "the gambia": "Gambia",
    "the bahamas": "Bahamas",
    "usa": "United States",
    "uk": "United Kingdom",
}
_BRACKETS = re.compile(r"\s*\([^)]*\)\s*$")
_INVERTED = re.compile(
    r", (?:The )?(?:\w+ ){0,2}(?:Republic|State|States|Kingdom|Federation)(?: of)?(?: the)?$", re.IGNORECASE
)


def country(name: str) -> str:
    """The country's name as of today: ``Korea, Republic of`` is South Korea, ``Turkey (Türkiye)`` is Turkey."""
    plain = _BRACKETS.sub("", name)
    return _RENAMED.get(plain.casefold()) or _INVERTED.sub("", plain)
