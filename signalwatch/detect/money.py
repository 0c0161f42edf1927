"""Amounts of money as headlines write them: signs, codes, unit words, ranges, "up to"; as whole currency units.

LABELS section 8: plain numbers in currency units and an ISO code; nothing is guessed or converted.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from signalwatch.detect.phrases import MONEY

_SIGNS = {
    "us$": "USD", "usd": "USD", "$": "USD", "us dollars": "USD", "u.s. dollars": "USD", "dollars": "USD",
    "ca$": "CAD", "c$": "CAD", "cad$": "CAD", "cad": "CAD", "a$": "AUD", "au$": "AUD", "aus$": "AUD", "aud": "AUD", "nz$": "NZD",
    "hk$": "HKD", "nt$": "TWD", "s$": "SGD", "r$": "BRL", "eur": "EUR", "€": "EUR", "euro": "EUR", "euros": "EUR", "gbp": "GBP",
    "£": "GBP", "pounds": "GBP", "pounds sterling": "GBP", "chf": "CHF", "swiss francs": "CHF", "sek": "SEK", "kronor": "SEK",
    "nok": "NOK", "kroner": "DKK", "dkk": "DKK", "jpy": "JPY", "¥": "JPY", "yen": "JPY", "rmb": "CNY", "cny": "CNY",
    "yuan": "CNY",
    "krw": "KRW", "₩": "KRW", "won": "KRW", "inr": "INR", "₹": "INR",
}  # fmt: skip
_UNITS = {
    "k": 1_000, "m": 10**6, "mm": 10**6, "mn": 10**6, "mln": 10**6, "mio": 10**6, "mio.": 10**6, "millionen": 10**6,
    "milliarden": 10**9, "mrd": 10**9, "mrd.": 10**9, "million": 10**6, "millions": 10**6,
    "b": 10**9, "bn": 10**9, "bln": 10**9, "billion": 10**9, "billions": 10**9, "tn": 10**12, "trillion": 10**12,
}  # fmt: skip
_MONEY = re.compile(rf"(?<![a-z0-9])(?:{MONEY})")
_PARTS = re.compile(
    r"(?P<sign>us\$|ca\$|cad\$|c\$|aus\$|au\$|a\$|nz\$|hk\$|nt\$|s\$|r\$|usd|eur|gbp|chf|sek|nok|dkk|jpy|rmb|cny|cad|"
    r"aud|krw|inr|\$|€|£|¥|₩|₹)?"
    r" ?~?(?:\d[\d,]*(?:\.\d+)?(?:-| to )[$€£]?(?=\d[\d,.]* "
    r"?[mb]))?(?P<number>\d[\d,]*(?:\.\d+)?)[ \-]?(?P<unit>million(?:en|s)?|milliarden|billions?|trillion|mln|mio\.?|"
    r"mrd\.?|mm|mn|m|bln|bn|b|tn|k)?(?![a-z])"
    r"[ \-]?(?P<word>us dollars|u\.s\. dollars|dollars|euros?|pounds sterling|pounds|yen|yuan|swiss francs|kronor|"
    r"kroner|won|usd|eur|gbp|chf|"
    r"sek|nok|dkk|jpy|rmb|cny|cad|aud|€|£)?"
)
_RANGE = re.compile(r" ?(?:-|–|to|and) ?$")
_ADDED = re.compile(r"(?<![a-z])(?:adds?|added|adding|tacks on|tacked on) $")  # "adds $13m to $51m round" is no range
_RANGE_LOW = re.compile(r"(?P<sign>us\$|\$|€|£|usd ?|eur ?|chf ?|gbp ?)(?P<number>\d[\d,]*(?:\.\d+)?) ?(?:-|–|to) ?$")
_UP_TO = re.compile(
    r"(?:up[ \-]to|as much as|worth up to|potential(?:ly)?|totall?ing up to|could (?:reach|be worth))[ \-–a-z]{0,18}$"
)
_PER_SHARE = re.compile(
    r"[.\d ]*(?: in cash)? ?(?:per|a|each|apiece) ?(?:share|ads|unit|warrant|common)|[.\d ]* (?:apiece|per)"
)
_SMALL = 10_000  # below this, without a unit, it is a price per share or a count, not an event's amount


@dataclass(frozen=True, slots=True)
class Money:
    """One amount in a text: where, how much, which currency, and whether it is only a ceiling ("up to")."""

    start: int
    end: int
    amount: int
    currency: str
    up_to: bool
    upper: bool = False  # the upper end of a range


def find_money(text: str, start: int = 0, end: int | None = None) -> list[Money]:
    """All amounts in normalised text, prices per share left out."""
    stop = len(text) if end is None else end
    found: list[Money] = []
    for m in _MONEY.finditer(text, start, stop):
        parts = _PARTS.match(text, m.start(), stop)
        if not parts:
            continue
        sign = (parts["sign"] or "").strip() or (parts["word"] or "").strip()
        currency = _SIGNS.get(sign)
        unit = _UNITS.get(parts["unit"] or "", 1)
        if currency is None:
            continue
        amount = _number(parts["number"], unit)
        if (
            amount is None
            or (unit == 1 and amount < _SMALL)
            or _PER_SHARE.match(text, parts.end(), min(stop, parts.end() + 40))
        ):
            continue
        before = text[max(start, m.start() - 40) : m.start()]
        up_to = bool(_UP_TO.search(before))
        upper = bool(
            found
            and found[-1].end >= m.start() - 5
            and _RANGE.search(text[found[-1].end : m.start()])
            and not _ADDED.search(text[max(start, found[-1].start - 12) : found[-1].start])
        )
        if upper:
            found.pop()
        found.append(Money(m.start(), parts.end(), amount, currency, up_to, upper or bool(_RANGE_LOW.search(before))))
    return found


def _number(text: str, unit: int) -> int | None:
    clean = text.rstrip(",")
    if re.fullmatch(r"\d{1,3},\d{1,2}", clean) and unit > 1:  # a decimal comma: 7,6 million
        clean = clean.replace(",", ".")
    else:
        clean = clean.replace(",", "")
    whole, _, fraction = clean.partition(".")
    if len(whole) > 15 or len(fraction) > 9:
        return None
    # integers only, so that 9.27 million is exactly 9270000
    power = int(10 ** len(fraction))
    scaled = int(whole or "0") * unit * power + int(fraction or "0") * unit
    return (2 * scaled + power) // (2 * power)
