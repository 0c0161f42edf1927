"""Registration statements and prospectuses by their cover page: what is offered, by whom, for how much.

The form type alone does not tell an IPO from a resale for existing holders, a follow-on, an at-the-market programme or a
blank-cheque company; the first pages do, in formulas the SEC's rules prescribe (Regulation S-K items 501 and 508).
"""

from __future__ import annotations

import re

import msgspec

from connectors._edgar_deals import CURRENCY, Money, money_near, moneys

_IPO = re.compile(
    r"(?:this is|conducting|completion of|prior to)\s+(?:the|our|an)\s+initial\s+public\s+offering|initial\s+public\s+offering\s+"
    r"(?:price|of\s+(?:our\s+)?(?:shares|ordinary|common|american|class|units|[\d,]+))|in\s+our\s+initial\s+public\s+offering|"
    r"(?:no\s+(?:established\s+)?public\s+(?:trading\s+)?market\s+(?:(?:currently\s+)?exists\s+|has\s+existed\s+|existed\s+)?|"
    r"has\s+(?:been|existed)\s+no\s+public\s+(?:trading\s+)?market\s+)for\s+(?:our|the|these|such)\s+"
    r"(?:class\s+\w\s+|common|ordinary|american|adss?|shares?|stock|units|securities)\b(?!\s+warrants?)",
    re.IGNORECASE,
)
_PRIMARY = re.compile(
    r"\bwe\s+are\s+(?:hereby\s+)?(?:offering|selling|issuing)\b(?!\s+(?:any|no)\b)|"
    r"\bwe\s+(?:may|will)\s+(?:offer\s+and\s+)?sell\b[^.\n]{0,80}\bsales\s+agent|"
    r"\bwe\s+have\s+entered\s+into\s+an?\s+[^.\n]{0,80}\b(?:sales|distribution)\s+agreement",
    re.IGNORECASE,
)
"""The company itself sells: said before any word of selling holders, it decides (a base prospectus names both)."""

_RESALE = re.compile(
    r"(?:resale|resell|offer\w*\s+(?:and\s+s\w+\s+)?(?:for\s+)?(?:re-?sale)?\s*(?:from\s+time\s+to\s+time\s+)?by|to\s+be\s+sold\s+by|"
    r"registered\s+for\s+sale\s+by)\s+(?:[\w\s,()]{0,60}?)\b(?:selling|registered)\s+(?:stock|share|security|unit)?-?holders?|"
    r"selling\s+(?:stock|share|security)holders?\s+(?:named|identified|may|are|or\s+their|listed)|"
    r"not\s+(?:selling\s+any\s+(?:shares|securities|of)|receive\s+any\s+(?:of\s+the\s+)?proceeds)",
    re.IGNORECASE,
)
_BLANK = re.compile(
    r"blank[\s-]check\s+company|special\s+purpose\s+acquisition|initial\s+business\s+combination", re.IGNORECASE
)
_ATM = re.compile(
    r"at[\s-]the[\s-]market(?:\s+offering)?|sales\s+agreement|equity\s+distribution\s+agreement|from\s+time\s+to\s+time\s+through\s+"
    r"[\w\s.&,]{3,60}\s+(?:acting\s+)?as\s+(?:our\s+)?(?:sales\s+)?agent",
    re.IGNORECASE,
)
_ATM_TOTAL = r"aggregate\s+(?:gross\s+)?(?:offering|sales)\s+(?:price|proceeds)|having\s+an\s+aggregate|up\s+to"
_TOTAL = re.compile(
    r"(?:initial\s+)?(?:public\s+)?offering\s+price(?:\s*\(\d+\))?[^\n$\u20ac\u00a3]{0,40}\n?[^\n$\u20ac\u00a3]{0,4}(?:US\$|[$\u20ac\u00a3])\s*(?P<each>[\d,]+(?:\.\d+)?)"
    r"[^\n$\u20ac\u00a3]{0,20}"
    r"(?P<rest>[^\n]*)",
    re.IGNORECASE,
)
_SHARES = re.compile(
    r"(?P<count>\d{1,3}(?:,\d{3})+)\s+(?:[\w-]+\s+){0,4}?(?:shares|units|ordinary\s+shares|american\s+depositary\s+shares|adss?)\b",
    re.IGNORECASE,
)
_EACH = re.compile(
    r"(?:offering\s+price|price\s+to\s+(?:the\s+)?public|purchase\s+price)\s+(?:of|is|per\s+(?:\w+\s+){1,3}(?:is|of))\s*"
    r"(?P<cur>US\$|C\$|A\$|[$\u20ac\u00a3])\s*(?P<each>\d+(?:\.\d+)?)"
    r"|at\s+(?:a|an)\s+(?:\w+\s+){0,3}?price\s+of\s+(?P<cur2>US\$|C\$|A\$|[$\u20ac\u00a3])\s*(?P<each2>\d+(?:\.\d+)?)",
    re.IGNORECASE,
)
_RANGE = re.compile(
    r"between\s+(?:US\$|[$\u20ac\u00a3])\s*(?P<low>\d+(?:\.\d+)?)\s+and\s+(?:US\$|[$\u20ac\u00a3])\s*(?P<high>\d+(?:\.\d+)?)",
    re.IGNORECASE,
)
_NOTES = re.compile(r"\bnotes\s+due\s+20\d\d|\bdebentures\b|structured\s+notes|linked\s+to\s+the", re.IGNORECASE)
_CONVERTIBLE = re.compile(r"\b(?:convertible|exchangeable)\b[^.\n]{0,40}\b(?:notes|debentures)\b", re.IGNORECASE)
_WITHDRAWS = re.compile(r"registration\s+statement\s+on\s+form\s+(?P<form>[SF]-\d+[A-Z]*)", re.IGNORECASE)


class Offer(msgspec.Struct, frozen=True, kw_only=True):
    """What a cover page offers.

    ``kind``: ipo, follow_on, atm, resale, spac, notes or unknown. ``start``/``end`` quote the words that decided.
    """

    kind: str
    start: int
    end: int
    money: Money | None = None
    price_low: float | None = None
    price_high: float | None = None


def read_cover(text: str) -> Offer:
    """Classify the cover of an S-1, F-1 or prospectus, and find the amount when it is priced."""
    ipo, resale = _IPO.search(text), _RESALE.search(text, 0, 9000)
    primary = _PRIMARY.search(text, 0, 9000)
    if resale and primary and primary.start() < resale.start():
        resale = None
    blank, atm, notes = _BLANK.search(text, 0, 6000), _ATM.search(text, 0, 9000), _NOTES.search(text, 0, 3000)
    kind, match = "unknown", None
    if blank:
        kind, match = "spac", blank
    elif notes and not ipo:
        convertible = _CONVERTIBLE.search(text, 0, 3000)
        kind, match = ("follow_on", convertible) if convertible else ("notes", notes)
    elif resale and (ipo is None or resale.start() < ipo.start()):
        kind, match = "resale", resale
    elif ipo and _IPO.search(text, 0, 9000):
        kind, match = "ipo", ipo
    elif atm:
        kind, match = "atm", atm
    elif re.search(
        r"we\s+are\s+offering|public\s+offering\s+of|offering\s+price|underwrit|placement\s+agent|best\s+efforts",
        text,
        re.IGNORECASE,
    ):
        kind = "follow_on"
        match = re.search(
            r"we\s+are\s+offering[^\n.]{0,200}|[^\n.]{0,80}(?:public\s+offering\s+of|offering\s+price)[^\n.]{0,80}",
            text,
            re.IGNORECASE,
        )
    spread = _RANGE.search(text)
    start, end = (match.start(), match.end()) if match else (0, min(len(text), 120))
    return Offer(
        kind=kind, start=start, end=end, money=None if kind == "resale" else _amount(text, kind),
        price_low=float(spread["low"]) if spread and kind == "ipo" else None,
        price_high=float(spread["high"]) if spread and kind == "ipo" else None,
    )  # fmt: skip


def _amount(text: str, kind: str) -> Money | None:
    if kind == "atm":
        return money_near(
            text, 0, len(text), _ATM_TOTAL, reach=100, least=500_000,
        )  # fmt: skip
    best: Money | None = None
    for row in _TOTAL.finditer(text):
        totals = [m for m in moneys(text, row.start("rest"), row.end("rest")) if m.amount >= 500_000]
        if totals:
            best = totals[-1]
            break
    if best is None:
        best = money_near(
            text,
            0,
            min(len(text), 12_000),
            r"gross\s+proceeds|aggregate\s+(?:public\s+)?offering",
            reach=120,
            least=500_000,
        )
    convertible = _CONVERTIBLE.search(text, 0, 3000) if best is None else None
    if convertible is not None:  # the principal amount stands before the name of the notes
        best = next(iter(m for m in moneys(text, 0, convertible.start()) if m.amount >= 500_000), None)
    return best or _product(text)


def _product(text: str) -> Money | None:
    """Shares times price, where the cover states both and no total."""
    shares = _SHARES.search(text, 0, 9000)
    each = _EACH.search(text, 0, 12_000)
    if shares is None or each is None:
        return None
    amount = round(int(shares["count"].replace(",", "")) * float(each["each"] or each["each2"]))
    currency = CURRENCY[(each["cur"] or each["cur2"]).upper()]
    return Money(amount, currency, shares.start(), shares.end()) if amount >= 500_000 else None


def withdrawn_form(text: str) -> tuple[str, int, int] | None:
    """The registration form an RW letter takes back ("S-1"), with the offsets of the words; None when it names none."""
    match = _WITHDRAWS.search(text)
    return (match["form"].upper(), match.start(), match.end()) if match else None
