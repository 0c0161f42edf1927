"""Titles of filings and of their events in plain words: what a person reads as evidence. Pure, nothing invented."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from connectors import _edgar_forms as forms
from signalwatch.sdk import Json, Organisation

_TITLES: Mapping[str, tuple[str, str]] = {
    "D": ("{} files notice of an exempt offering", "{} amends its notice of an exempt offering"),
    "8-K": ("{} files a current report", "{} amends a current report"),
    "6-K": ("{} furnishes a report of a foreign issuer", "{} amends a report of a foreign issuer"),
    "S-1": ("{} files a registration statement", "{} amends its registration statement"),
    "F-1": ("{} files a registration statement", "{} amends its registration statement"),
    "S-1MEF": ("{} adds to its registration statement", ""),
    "F-1MEF": ("{} adds to its registration statement", ""),
    "DRS": ("{} submits a draft registration statement", "{} amends its draft registration statement"),
    "424B1": ("{} files a prospectus", ""),
    "424B4": ("{} files a prospectus", ""),
    "424B5": ("{} files a prospectus supplement", ""),
    "RW": ("{} withdraws a registration statement", ""),
    "EFFECT": ("{}: a registration statement becomes effective", ""),
    "SC 13D": ("{}: a large holding is reported", "{}: the report of a large holding is amended"),
    "SCHEDULE 13D": ("{}: a large holding is reported", "{}: the report of a large holding is amended"),
    "SC TO-T": ("{}: a tender offer for its shares", "{}: the tender offer for its shares is amended"),
    "SC 14D9": ("{} answers a tender offer", "{} amends its answer to a tender offer"),
    "PREM14A": ("{} files a preliminary merger proxy statement", ""),
    "DEFM14A": ("{} files a merger proxy statement", ""),
    "425": ("{}: a communication about a merger", ""),
    "NT 10-K": ("{} is late with its annual report", ""),
    "NT 10-Q": ("{} is late with its quarterly report", ""),
    "NT 20-F": ("{} is late with its annual report", ""),
    "15-12G": ("{} ends the registration of its shares", ""),
    "15-12B": ("{} ends the registration of its shares", ""),
    "15-15D": ("{} ends its reports to the SEC", ""),
    "25": ("{}: securities are removed from listing", ""),
    "25-NSE": ("{}: securities are removed from listing", ""),
    "10-12B": ("{} registers its shares", "{} amends the registration of its shares"),
    "10-12G": ("{} registers its shares", "{} amends the registration of its shares"),
    "10-K": ("{} files its annual report", "{} amends its annual report"),
    "10-KT": ("{} files a transition report", "{} amends a transition report"),
    "20-F": ("{} files its annual report", "{} amends its annual report"),
    "10-Q": ("{} files its quarterly report", "{} amends its quarterly report"),
}
"""Base form -> what the filing is, and what an amendment of it is ("" for the same)."""

_ITEMS: Mapping[str, str] = {
    "1.01": "a material agreement", "1.02": "the end of a material agreement", "1.03": "a bankruptcy or receivership",
    "1.05": "a cybersecurity incident", "2.01": "a completed acquisition or sale", "2.02": "its results",
    "2.03": "a new financial obligation", "2.04": "an accelerated obligation", "2.05": "costs of an exit or restructuring",
    "2.06": "an impairment", "3.01": "a notice about its listing", "3.02": "an unregistered sale of shares",
    "3.03": "changed rights of its holders", "4.01": "a change of auditor",
    "4.02": "financial statements not to be relied on", "5.01": "a change of control",
    "5.02": "changes among directors or officers", "5.03": "amended articles or by-laws",
    "5.07": "votes of its holders", "7.01": "a disclosure", "8.01": "other events",
}  # fmt: skip
_SHOWN = 3
_OFFERS = {
    ("ipo", "filed"): "{} files for an initial public offering", ("ipo", "priced"): "{} prices its initial public offering",
    ("ipo", "closed"): "{} closes its initial public offering",
    ("ipo", "withdrawn"): "{} withdraws its initial public offering",
    ("public_offering", "proposed"): "{} proposes an offering", ("public_offering", "priced"): "{} prices an offering",
    ("public_offering", "closed"): "{} closes an offering", ("public_offering", "withdrawn"): "{} withdraws an offering",
}  # fmt: skip
_DISTRESS = {
    "going_concern": "{} states substantial doubt about continuing as a going concern",
    "delisting": "{}: its shares are to be delisted",
    "chapter_7": "{} reports a bankruptcy under chapter 7",
    "chapter_11": "{} reports a bankruptcy under chapter 11",
    "chapter_15": "{} reports a bankruptcy under chapter 15",
    "insolvency": "{} reports a bankruptcy or receivership",
}


def label(form: str) -> str:
    """A form type as people call it: "Form D", "Schedule 13D/A"."""
    plain = " ".join(form.split())
    for prefix in ("SCHEDULE ", "SC "):
        if plain.upper().startswith(prefix):
            return f"Schedule {plain[len(prefix) :]}"
    return f"Form {plain}"


def filing_title(name: str, form: str, items: Sequence[str] = ()) -> str:
    """The title of a filing: who does what, and on which form (with the items of a current report)."""
    base, amended = forms.split_form(form)
    first, later = _TITLES.get(base, ("{}: a filing", ""))
    words = (later if amended and later else first).format(name)
    about = [_ITEMS[i] for i in items if i in _ITEMS] if base == "8-K" else []
    if about:
        words = f"{name} {'amends its report of' if amended else 'reports'} {_listed(about)}"
    numbers = f", {'items' if len(items) > 1 else 'item'} {', '.join(items)}" if items and base == "8-K" else ""
    return f"{words} ({label(form)}{numbers})"


def _listed(words: Sequence[str]) -> str:
    shown = [*words[:_SHOWN], "more"] if len(words) > _SHOWN else list(words)
    return f"{', '.join(shown[:-1])} and {shown[-1]}" if len(shown) > 1 else shown[0]


def money(amount: object, currency: object = "USD") -> str:
    """An amount for people: "USD 42M", "EUR 1.25B", "USD 640,000"; "" for none."""
    if not isinstance(amount, int | float) or not amount:
        return ""
    return f"{currency or 'USD'} {_short(amount)}"


def _short(amount: float) -> str:
    for size, unit in ((1_000_000_000, "B"), (1_000_000, "M")):
        if abs(amount) >= size:
            return f"{amount / size:.2f}".rstrip("0").rstrip(".") + unit
    return f"{amount:,.0f}"


def exempt_offering(name: str, attributes: Mapping[str, Json]) -> str:
    """The title of a Form D with what was sold of what was offered."""
    form = str(attributes.get("form") or "D")
    sold, offered = attributes.get("sold") or 0, attributes.get("offered")
    total = f" of {_short(offered)}" if offered else ""
    increment = attributes.get("increment")
    if increment:
        way = "more sold" if increment > 0 else "less sold than stated before"
        said = f"{money(abs(increment))} {way}, {_short(sold)}{total} in total"
    elif sold:
        said = f"{money(sold)}{total} sold"
    else:
        said = f"{money(offered)} offered, nothing sold yet" if offered else ""
    return f"{filing_title(name, form)}{': ' if said else ''}{said}"


def _offering(name: str, kind: str, attributes: Mapping[str, Json]) -> str:
    words = _OFFERS.get((kind, str(attributes.get("status") or ""))) or "{} offers securities"
    market = attributes.get("kind") == "atm"
    words = "{} may sell shares at the market" if market else words
    low, high = attributes.get("price_low"), attributes.get("price_high")
    price = f"{attributes.get('currency') or 'USD'} {low:g} to {high:g} a share" if low and high else ""
    amount = money(attributes.get("amount"), attributes.get("currency"))
    said = ", ".join(filter(None, (f"up to {amount}" if amount and market else amount, price)))
    return words.format(name) + (f": {said}" if said else "")


def _deal(name: str, attributes: Mapping[str, Json], others: Sequence[Organisation]) -> str:
    """An agreement as the filing calls it, with its other party: who buys whom is told by the roles."""
    agreement = str(attributes.get("agreement") or "")
    other = next((o.name for o in others if o.name.casefold() != name.casefold()), "")
    if not agreement:
        done = attributes.get("status") == "completed" and attributes.get("kind") != "change_in_control"
        return f"{name} completes an acquisition or sale{': ' + other if other else ''}" if done else ""
    verbs = {"completed": "completes what it agreed in", "terminated": "ends", "closed": "closes what it agreed in"}
    amount = money(
        attributes.get("amount") or attributes.get("total") or attributes.get("upfront"), attributes.get("currency")
    )
    verb = verbs.get(str(attributes.get("status") or ""), "enters into")
    party = f" with {other}" if other else ""
    return f"{name} {verb} {'an' if agreement[0] in 'AEIOUaeiou' else 'a'} {agreement}{party}{': ' + amount if amount else ''}"


def _bid(organisations: Sequence[Organisation], attributes: Mapping[str, Json]) -> str:
    buyer = next((o.name for o in organisations if o.role == "subject"), "")
    target = next((o.name for o in organisations if o.role == "counterparty"), "")
    verb = "completes its tender offer" if attributes.get("status") == "completed" else "makes a tender offer"
    return f"{buyer} {verb} for {target}" if buyer and target else ""


def _people(name: str, attributes: Mapping[str, Json]) -> str:
    person, role = attributes.get("person"), attributes.get("role")
    way = {"joins": "joins", "leaves": "leaves"}.get(str(attributes.get("direction") or ""))
    if not person:
        return ""
    told = f"{person} {way} as {role}" if way else f"{person} ({role}) and others come and go"
    return f"{name}: {told}"


def _cuts(name: str, attributes: Mapping[str, Json]) -> str:
    percent, count = attributes.get("percent"), attributes.get("count")
    said = f": {percent:g} % of staff" if percent else f": {count} jobs" if count else ""
    return f"{name} reports costs of an exit or restructuring{said}"


def _stake(name: str, attributes: Mapping[str, Json], others: Sequence[Organisation]) -> str:
    holder = next((o.name for o in others if o.role == "investor"), "A holder")
    percent = attributes.get("percent")
    return f"{holder} reports {f'{percent:g} %' if percent else 'a large holding'} of {name}"


def event_title(
    name: str, event_type: str, attributes: Mapping[str, Json], organisations: Sequence[Organisation]
) -> str:
    """The title of an event read from a form's own fields or legal text; "" where the filing's title says it all."""
    form, kind = str(attributes.get("form") or ""), str(attributes.get("kind") or "")
    if forms.kind_of(form) == "form_d":
        return exempt_offering(name, attributes) if kind != "business_combination" else ""
    said = _said(name, event_type, kind, attributes, organisations)
    return f"{said} ({label(form)})" if said else ""


def _said(
    name: str, event_type: str, kind: str, attributes: Mapping[str, Json], organisations: Sequence[Organisation]
) -> str:
    others = [o for o in organisations if o.name.casefold() != name.casefold()]
    deal: Callable[[], str] = lambda: _deal(name, attributes, others)  # noqa: E731
    match event_type, kind:
        case "ipo" | "public_offering", _:
            return _offering(name, event_type, attributes)
        case "merger_acquisition", "tender_offer":
            return _bid(organisations, attributes)
        case "funding_round" | "merger_acquisition" | "licensing_deal" | "partnership", _:
            return deal()
        case "leadership_change", _:
            return _people(name, attributes)
        case "layoffs_restructuring", _:
            return _cuts(name, attributes)
        case "bankruptcy_distress", _:
            return _DISTRESS.get(kind, "").format(name)
        case "filing", "stake":
            return _stake(name, attributes, others)
        case "filing", "registration_effective":
            return f"{name}: its registration statement on Form {attributes.get('effective_form')} becomes effective"
        case _:
            return ""
