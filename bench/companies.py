"""Seeded company names and headlines with their truth, for the benchmarks of matching and detection.

Brands are pronounceable and differ from each other as real ones do (many beginnings, 5 to 12 letters); one account in
ten is called by two ordinary words. All invented: a real company of the same name would be chance.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from signalwatch.model import Account

_ONSET = (
    "b c d f g h j k l m n p qu r s t v w x y z br ch cl cr dr fl gl gr kl kr ph pl pr sc sh sl sp st th tr vr zy"
).split(" ")
_VOWEL = "a e i o u y a e i o ae ia io eo ue ai ou".split(" ")
_CODA = ["", "", "", "", "l", "n", "r", "s", "x", "m", "t", "nd", "rt", "st", "lm", "ck"]
_ADJECTIVE = (
    "silver golden northern southern bright clear deep first new open prime pure quiet rapid royal silent single solid steady still "
    "strong summer swift true upper vital vivid warm western white wild winter wise blue green grand great high inner"
).split(" ")
_NOUN = (
    "harbor river bridge meadow compass lantern summit anchor beacon canyon castle cedar circle cliff cloud coast crown field forest "
    "garden gate glacier grove island lake ledger light maple mirror mountain ocean orchard path peak pine pioneer prairie quarry relay ridge"
).split(" ")
_WHAT = (
    "Therapeutics",
    "Pharmaceuticals",
    "Biosciences",
    "Biologics",
    "Medicines",
    "Oncology",
    "Genomics",
    "Diagnostics",
)
_LEGAL = ("Inc.", "Corp.", "Ltd", "AG", "S.A.", "GmbH", "plc", "N.V.", "LLC", "AB", "A/S", "K.K.")
_ADDED = datetime(2025, 1, 1, tzinfo=UTC)


class Asked(NamedTuple):
    """A written name or a headline, and the accounts it names; () when it is nobody's."""

    text: str
    account_ids: tuple[str, ...]


def brand(rng: random.Random) -> str:
    """A coined word."""
    while True:
        word = "".join(rng.choice(_ONSET) + rng.choice(_VOWEL) for _ in range(rng.choice((2, 2, 3)))) + rng.choice(
            _CODA
        )
        if 5 <= len(word) <= 12:
            return word.capitalize()


def account_list(number: int, seed: int = 11) -> list[Account]:
    """Accounts of distinct brands; nine in ten coined, of these half with what they do as part of the name."""
    rng = random.Random(seed)
    taken: set[str] = set()
    out: list[Account] = []
    while len(out) < number:
        coined = rng.random() >= 0.1
        word = brand(rng) if coined else f"{rng.choice(_ADJECTIVE).capitalize()} {rng.choice(_NOUN).capitalize()}"
        what = rng.choice(_WHAT)
        name = word if coined and rng.random() < 0.5 else f"{word} {what}"
        key = word if coined else name
        if key in taken:
            continue
        taken.add(key)
        out.append(Account(account_id=f"a{len(out)}", name=name, legal_name=f"{word} {what}, {rng.choice(_LEGAL)}",
                           tier_since=_ADDED, country="US"))  # fmt: skip
    return out


def brand_of(account: Account) -> str:
    """The telling words of an account's name."""
    return account.legal_name.split(",")[0].rpartition(" ")[0]


def exact_questions(accounts: Sequence[Account], number: int, seed: int = 12) -> list[Asked]:
    """Names as sources write them without a mistake: name, legal name, capitals, another legal form. No account twice."""
    rng = random.Random(seed)
    out = []
    for account in rng.sample(list(accounts), number):
        full = account.legal_name.split(",")[0]
        written = rng.choice(
            (account.name, account.legal_name, account.legal_name.upper(), f"{full} {rng.choice(_LEGAL)}")
        )
        out.append(Asked(written, (account.account_id,)))
    return out


def slip(word: str, rng: random.Random) -> str:
    """One letter wrong, never the first: left out, doubled, exchanged with its neighbour, replaced."""
    at = rng.randrange(1, len(word) - 1)
    kind = rng.randrange(4)
    if kind == 0:
        return word[:at] + word[at + 1 :]
    if kind == 1:
        return word[:at] + word[at] + word[at:]
    if kind == 2:
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    return word[:at] + rng.choice("aeiourtlns") + word[at + 1 :]


def fuzzy_questions(accounts: Sequence[Account], number: int, seed: int = 13) -> list[Asked]:
    """Names that no dictionary has: two thirds with one slip (or written apart) in their first word, one third nobody's."""
    rng = random.Random(seed)
    brands = {brand_of(a).casefold() for a in accounts}
    out: list[Asked] = []
    for account in rng.sample(list(accounts), number):
        words = account.legal_name.split(",")[0].split(" ")
        if rng.random() < 1 / 3:
            stranger = brand(rng)
            if stranger.casefold() not in brands:
                out.append(Asked(f"{stranger} {rng.choice(_WHAT)}", ()))
            continue
        if rng.random() < 0.15:
            half = len(words[0]) // 2
            words[0] = f"{words[0][:half]} {words[0][half:].capitalize()}"
        else:
            words[0] = slip(words[0], rng)
        if words[0].casefold() not in brands and words[0] != account.legal_name.split(" ")[0]:
            out.append(Asked(" ".join(words), (account.account_id,)))
    return out


_ONE = (
    "{} raises ${}M series B to advance obesity pipeline", "{} doses first patient in phase 2 trial of its lead program",
    "{} names new chief medical officer", "FDA clears IND of {} for ulcerative colitis drug",
    "Shares of {} fall {}% after phase 3 miss", "{} to cut {}% of staff, narrow focus to immunology",
    "{}'s gene therapy wins breakthrough tag from FDA", "European biotech {} opens ${}M manufacturing site in Ireland",
    "Layoffs hit {} as cancer drug developer extends cash runway", "{} (NASDAQ: ABCD) announces proposed public offering",
)  # fmt: skip
_TWO = (
    "{} and {} ink ${}M radiopharmaceutical pact", "{} to acquire {} for ${}M in cash", "{} licenses antibody from {} for ${}M upfront",
    "After phase 3 win, {} and {} file for approval in Japan",
)  # fmt: skip
_NONE = (
    "Biotech funding falls {}% in third quarter, report says", "FDA advisers vote {} to 4 for new asthma drug",
    "Hospital near {} plans ${}M cancer center", "Opinion: the {} ahead for gene therapy", "A {} of hope for rare disease families",
    "{} Community Hospital receives ${}M grant for stroke research", "{} Biotech raises ${}M for vaccine work",
)  # fmt: skip


def headlines(accounts: Sequence[Account], number: int, seed: int = 14) -> list[Asked]:
    """Headlines: six in ten about one account, two about two, two about none (with ordinary words and strangers' names)."""
    rng = random.Random(seed)
    known = list(accounts)
    brands = {brand_of(a).casefold() for a in known}
    out = []
    for _ in range(number):
        about = rng.choices((1, 2, 0), (6, 2, 2))[0]
        named = rng.sample(known, about)
        # As papers write: mostly the brand alone when it is a coined word, the full name of an ordinary one.
        written = [
            brand_of(a) if " " not in brand_of(a) and rng.random() < 0.6 else a.legal_name.split(",")[0] for a in named
        ]
        template = rng.choice((_NONE, _ONE, _TWO)[about])
        if about == 0:
            stranger = brand(rng)
            while stranger.casefold() in brands:
                stranger = brand(rng)
            plain = f"{rng.choice(_ADJECTIVE)} {rng.choice(_NOUN)}"
            first = {"{} C": plain.title(), "{} B": stranger}.get(template[:4], plain)
            written = [first] if "Biotech funding" not in template and "FDA" not in template else []
        numbers = [str(rng.randrange(8, 95))] * (template.count("{}") - len(written))
        out.append(Asked(template.format(*written, *numbers), tuple(a.account_id for a in named)))
    return out
