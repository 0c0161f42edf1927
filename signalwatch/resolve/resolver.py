"""The resolver: identifiers first, then the name; every answer cached by what was asked.

Pure: the same accounts and families give the same answers (``version`` names them).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from signalwatch.ids import digest, digest_bytes
from signalwatch.model import Account, Candidate, Match, Mention, Organisation
from signalwatch.resolve import headline
from signalwatch.resolve.answers import EXCLUDED, NONE, OUTSIDE, Answer
from signalwatch.resolve.families import Families
from signalwatch.resolve.index import Index
from signalwatch.resolve.mention import read
from signalwatch.resolve.names import match_name
from signalwatch.resolve.text import normalise
from signalwatch.resolve.tickers import Symbol, market, parse_cik, parse_ticker

CACHE_SIZE = 20_000
_PUBLIC_BODIES = frozenset({"NIH", "FED", "OTHER_GOV", "INDIV", "NETWORK"})
RULES = "2"
"""Version of the matching rules themselves; part of ``Resolver.version``."""


class Resolver:
    """Names, tickers, CIKs and headlines to accounts.

    Args:
        accounts: the whole account list; only ids and names are kept of it.
        families: corporate families (``families.load``), or None.
        answers: what people answered about held names: name -> account id, or "" for none of them. It decides where
            the rules below would ask again ("Merck"); upper and lower case are the same.
    """

    def __init__(
        self,
        accounts: Sequence[Account],
        *,
        families: Families | None = None,
        answers: Mapping[str, str] | None = None,
    ) -> None:
        self._index = Index(accounts, families)
        self._answered = {name.casefold().strip(): account_id for name, account_id in (answers or {}).items()}
        self._foreign = self._symbols()
        self._cache: dict[tuple[str, str, str], tuple[Match, ...]] = {}
        self.version = digest_bytes(f"{RULES}:{self._index.version}:{digest(self._answered)}".encode())

    # --- the questions ---------------------------------------------------------------------------------------------

    def resolve(self, org: Organisation, *, context: str = "") -> Match:
        """The account that an event's organisation is. Identifiers decide by themselves, then domain, then the name.

        A field that lists several accounts answers the first; ``resolve_all`` gives every one.
        """
        return self.resolve_all(org, context=context)[0]

    def resolve_all(self, org: Organisation, *, context: str = "") -> tuple[Match, ...]:
        """Every account the organisation stands for: one match, or several for an alliance. Never empty."""
        by_identifier = self._by_identifier(org)
        if by_identifier is not None:
            return (by_identifier,)
        return tuple(self._with_role(m, org) for m in self._names(org.name, context, org.kind))

    def resolve_name(self, name: str, *, context: str = "") -> Match:
        """The account a written name means, or why there is none. Lists answer their first account."""
        return self._names(name, context, "")[0]

    def resolve_names(self, name: str, *, context: str = "") -> tuple[Match, ...]:
        """Like ``resolve_name``, with one match per account named."""
        return self._names(name, context, "")

    def resolve_cik(self, cik: int | str) -> Match:
        """The account with this SEC number, in any way of writing it."""
        number = parse_cik(cik)
        position = None if number is None else self._index.ciks.get(number)
        if position is None:
            return Match(status="none", reason=f"no account has CIK {cik}", mention=str(cik))
        return self._match(Answer("matched", (position,), "cik", f"CIK {number}"), str(cik))

    def resolve_ticker(self, text: str) -> Match:
        """The account behind a symbol: "NASDAQ: VRTX", "EBR: UCB", "LLY". The exchange, where given, decides."""
        symbol = parse_ticker(text)
        if symbol is None:
            return Match(status="none", reason="not a ticker symbol", mention=text)
        return self._match(self._ticker(symbol), text)

    def find(self, text: str, *, context: str = "", doubtful: bool = False) -> list[Mention]:
        """Every account that a headline really names, in order of appearance, each once.

        Args:
            text: the headline; offsets refer to it.
            context: the summary; it may settle which company a short or ordinary word means, but adds none.
            doubtful: also give what should be held for review (``score`` below 0.5).
        """
        found = headline.find(self._index, text, context)
        return found if doubtful else [m for m in found if m.score >= 0.5]

    def might_match(self, name: str) -> bool:
        """Whether the name is an account's or might be: a cheap prefilter for connectors."""
        return any(match.status != "none" for match in self._names(name, "", ""))

    # --- how -------------------------------------------------------------------------------------------------------

    def _by_identifier(self, org: Organisation) -> Match | None:
        if org.cik is not None:
            match = self.resolve_cik(org.cik)
            if match.status == "matched":
                return self._with_role(match, org, mention=org.name)
        if org.ticker and org.exchange:
            answer = self._ticker(Symbol(org.ticker.upper(), market(org.exchange)))
            if answer.status == "matched":
                return self._with_role(self._match(answer, org.name), org)
        if org.domain:
            position = self._index.domains.get(org.domain.lower().removeprefix("www."))
            if position is not None:
                return self._with_role(self._match(Answer("matched", (position,), "domain", org.domain), org.name), org)
        return None

    @staticmethod
    def _with_role(match: Match, org: Organisation, mention: str = "") -> Match:
        if match.role == org.role and not mention:
            return match
        return Match(
            status=match.status,
            account_id=match.account_id,
            candidates=match.candidates,
            reason=match.reason,
            mention=mention or match.mention,
            role=org.role,
        )

    def _names(self, name: str, context: str, kind: str) -> tuple[Match, ...]:
        body = kind if kind in _PUBLIC_BODIES else ""
        asked = (name, context if len(context) < 400 else context[:400], body)
        known = self._cache.get(asked)
        if known is None:
            if len(self._cache) >= CACHE_SIZE:
                self._cache.clear()
            answers = self._answers(name, body)
            if context and len(answers) == 1:
                answers = [self._in_context(answers[0], name, context)]
            known = tuple(self._match(self._by_person(answer, name), name) for answer in answers)
            self._cache[asked] = known
        return known

    def _by_person(self, answer: Answer, name: str) -> Answer:
        """What a person said about this name, where the rules cannot tell."""
        said = self._answered.get(name.casefold().strip())
        if said is None or answer.status not in ("held", "ambiguous"):
            return answer
        if not said:
            return Answer("none", why="a person said that it is none of the accounts")
        position = self._index.position.get(said)
        return answer if position is None else Answer("matched", (position,), "alias", "confirmed by a person")

    def _answers(self, name: str, body: str) -> list[Answer]:
        reading = read(name)
        if reading.person:
            return [Answer("none", why="a person")]
        if reading.several:
            whole = match_name(self._index, name)
            if whole.status == "matched" and whole.why == "the same name":
                return [whole]
            parts = self._parts(reading.several, listed=";" in name)
            if parts:
                return parts
        answer = self._best(reading.names)
        if reading.owners and answer.status != "matched" and answer is not OUTSIDE:
            owner = self._best(reading.owners)
            if owner.status == "matched":
                answer = owner
        if body and answer.status == "matched" and answer.method not in ("exact", "alias"):
            answer = Answer("held", answer.accounts, answer.method, f"the registry classes it {body}", 0.4)
        return [answer]

    def _in_context(self, answer: Answer, name: str, context: str) -> Answer:
        """A short or shared name that the sentence it stands in settles ("Merck pushes Keytruda ...")."""
        if answer.status == "matched" or answer is EXCLUDED or answer is OUTSIDE:
            return answer
        asked = normalise(name)
        for mention in headline.find(self._index, context):
            if mention.score >= 0.5 and normalise(mention.text) == asked:
                position = self._index.position[mention.account_id]
                return Answer("matched", (position,), "headline", f"named in: {context[:120]}", mention.score)
        return answer

    def _best(self, names: Sequence[str]) -> Answer:
        best = NONE
        for name in names:
            answer = match_name(self._index, name)
            if answer.status == "matched":
                return answer
            if answer is EXCLUDED or answer is OUTSIDE:
                return answer
            if best.status == "none" and (answer.status != "none" or best is NONE):
                best = answer
        return best

    def _parts(self, several: Sequence[str], *, listed: bool) -> list[Answer]:
        """The accounts of a list; nothing when it may be one name ("Smith and Nephew")."""
        answers = [self._best(read(part).names) for part in several]
        matched = sum(a.status == "matched" for a in answers)
        known = matched + sum(a is OUTSIDE for a in answers)
        if not matched or (matched < 2 and known < len(answers) and not listed):
            return []
        return list({a.accounts: a for a in answers if a.status == "matched"}.values())

    def _ticker(self, symbol: Symbol) -> Answer:
        index = self._index
        home = self._foreign.get((symbol.ticker, symbol.market)) if symbol.market not in ("", "US") else None
        if home == index.outside:
            return OUTSIDE
        if home is not None:
            return Answer("matched", (home,), "ticker", f"{symbol.ticker} ({symbol.market or 'former'})")
        if symbol.market == "?":
            return NONE
        holders = index.tickers.get(symbol.ticker, [])
        if symbol.market not in ("", "US"):
            holders = [h for h in holders if index.countries[h] == symbol.market]
        if len(holders) == 1:
            return Answer("matched", (holders[0],), "ticker", symbol.ticker)
        if holders:
            return Answer("ambiguous", tuple(holders), "ticker", f"several accounts have {symbol.ticker}", 0.5)
        former = self._foreign.get((symbol.ticker, "")) if symbol.market in ("", "US") else None
        if former is None and symbol.market in ("", "US"):
            former = self._foreign.get((symbol.ticker, "US"))
        if former is not None and former != index.outside:
            return Answer("matched", (former,), "ticker", f"{symbol.ticker} was its ticker")
        return NONE

    def _symbols(self) -> dict[tuple[str, str], int]:
        """Home and former tickers of the families pack, where the company is an account today."""
        symbols: dict[tuple[str, str], int] = {}
        for group, place in self._index.known_groups:
            for written in group.tickers:
                exchange, _, ticker = written.rpartition(":")
                where = market(exchange) if exchange else ""
                symbols.setdefault((ticker.strip().upper(), where), place)
        return symbols

    def _match(self, answer: Answer, mention: str) -> Match:
        candidates = tuple(
            Candidate(account_id=self._index.ids[a], score=answer.score, method=answer.method, evidence=answer.why)
            for a in answer.accounts
        )
        return Match(
            status=answer.status,  # type: ignore[arg-type]
            account_id=candidates[0].account_id if answer.status == "matched" else "",
            candidates=candidates,
            reason=answer.why,
            mention=mention,
        )


__all__ = ["CACHE_SIZE", "RULES", "Resolver", "normalise"]
