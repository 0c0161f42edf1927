"""Identifiers in text: CIK numbers and ticker symbols with their exchange."""

from __future__ import annotations

import re
from typing import NamedTuple

_CIK = re.compile(r"(?:CIK)?[\s#:=]*0*([1-9][0-9]{0,9})\Z", re.IGNORECASE | re.ASCII)
_US = frozenset(
    re.split(
        r"\s+",
        "NYSE NASDAQ NASDAQGS NASDAQGM NASDAQCM NASD NASDAQCAPM AMEX NYSEAMERICAN NYSEARCA NYSEMKT OTC OTCQB OTCQX OTCPINK "
        "OTCMKTS OTCBB PINK BATS CBOE US",
    )
)
# Other names of one exchange, and the country whose companies list there under their home ticker.
_CODES = {
    "BE": "EBR EURONEXTBRUSSELS BR BRU",
    "FR": "EPA EURONEXTPARIS PA PAR",
    "NL": "AMS EURONEXTAMSTERDAM AS AEX",
    "DE": "ETR XETRA FRA FWB FSE DE F",
    "GB": "LSE LON AIM L",
    "CH": "SIX SWX VTX SW",
    "DK": "CPH CSE CO NASDAQCOPENHAGEN",
    "SE": "STO ST NASDAQSTOCKHOLM OMX",
    "FI": "HEL HE",
    "NO": "OSL OSE OL",
    "IT": "BIT MIL MI",
    "ES": "BME MCE MC",
    "PL": "WSE",
    "AT": "VIE",
    "CA": "TSX TSXV TO CNSX",
    "JP": "TSE TYO T JPX",
    "KR": "KRX KOSDAQ KOSPI KS KQ",
    "HK": "HKEX HKG SEHK HKSE HK",
    "CN": "SSE SHA SHSE SS SZSE SHE",
    "TW": "TWSE TPEX TPE TW",
    "AU": "ASX AX",
    "IN": "NSE BSE BOM NS",
    "IL": "TASE TLV TA",
    "SG": "SGX",
    "ZA": "JSE",
    "IS": "ICE",
}
_EXCHANGES = {code: country for country, codes in _CODES.items() for code in codes.split()}
_SUFFIX = re.compile(r"([A-Z0-9]{1,6})\.([A-Z]{1,2})\Z", re.ASCII)
_PREFIX = re.compile(r"([A-Za-z][A-Za-z /.-]{0,24}?)\s*:\s*([A-Za-z0-9]{1,6}(?:[.-][A-Za-z]{1,2})?)\Z", re.ASCII)
_PLAIN = re.compile(r"\$?([A-Za-z][A-Za-z0-9]{0,5}(?:[.-][A-Za-z])?)\Z", re.ASCII)
IN_TEXT = re.compile(
    r"\(\s*(?:(?P<exchange>[A-Za-z][A-Za-z .]{1,24}?)\s*(?:CM|GS|GM)?\s*:\s*)?(?P<ticker>[A-Z]{1,5})\s*(?:[;,)]|\s+and\b)|"
    r"(?:\b(?P<exchange2>NASDAQ|Nasdaq|NYSE|LSE|TSX|ASX)\s*:\s*(?P<ticker2>[A-Z]{1,5})\b)|\$(?P<ticker3>[A-Z]{1,5})\b"
)


class Symbol(NamedTuple):
    """A ticker and where it trades: ``US``, a country's two letters, ``?`` for an unknown exchange, "" for none given."""

    ticker: str
    market: str


def parse_cik(text: object) -> int | None:
    """A CIK as number from any way of writing it (padded, with "CIK" before), None when it is none."""
    match = _CIK.match(str(text).strip())
    return int(match[1]) if match else None


def market(exchange: str) -> str:
    """``US``, a country code, or ``?``."""
    name = re.sub(r"[^A-Z]", "", exchange.upper())
    if name in _US or (name.startswith(("NASDAQ", "NYSE", "OTC")) and name not in _EXCHANGES):
        return "US"
    return _EXCHANGES.get(name, "?")


def parse_ticker(text: str) -> Symbol | None:
    """Read "NASDAQ: VRTX", "EBR: UCB", "SGE.L", "$MRNA" or "LLY"; None when this is no symbol."""
    text = text.strip().strip("()")
    if match := _PREFIX.match(text):
        return Symbol(match[2].upper().replace("-", "."), market(match[1]))
    if (match := _SUFFIX.match(text)) and match[2] in _EXCHANGES and match[2] not in ("A", "B"):
        return Symbol(match[1], _EXCHANGES[match[2]])
    if match := _PLAIN.match(text):
        return Symbol(match[1].upper().replace("-", "."), "")
    return None
