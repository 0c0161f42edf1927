"""What makes an entry the same entry, and the compact memory of what a source has shown. Pure.

The ladder (guid or id, then link, then title with day) gives a key at first sight; afterwards the lower rungs find an
entry again whose guid was rewritten. Keys carry the publisher's host, not the feed: one release in two feeds of
one wire is one document.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from urllib.parse import parse_qsl, urlencode, urlsplit

import msgspec

from signalwatch.sdk import Json, digest

KEEP_DAYS = 90
KEEP_ENTRIES = 5_000
REVISIONS = 9
"""Changes of one entry that are followed; a page that changes at every look would never stop."""

_TRACKERS = re.compile(
    r"^(?:utm_.*|fbclid|gclid|dclid|msclkid|mc_[ce]id|mkt_tok|_hs(?:enc|mi)|igshid|cmpid)$", re.IGNORECASE
)
_KEY, _PART = 20, 10  # hex digits of a key and of the marks of a record
_PACKED = re.compile(r"[0-9a-f]{54}\d")
_EPOCH = date(1970, 1, 1).toordinal()


def canonical_link(link: str) -> str:
    """A link without what does not tell pages apart: scheme, ``www.``, trackers, fragment, trailing slash.

    Other query parameters are kept, since many sites name the page there. Empty when it is no web link.
    """
    try:
        parts = urlsplit(link.strip())
        host = (parts.hostname or "").removeprefix("www.")
        port = f":{parts.port}" if parts.port not in (None, 80, 443) else ""
    except ValueError:
        return ""
    if parts.scheme.lower() not in ("http", "https") or not host:
        return ""
    query = [(k, v) for k, v in parse_qsl(parts.query, keep_blank_values=True) if not _TRACKERS.match(k)]
    return f"{host}{port}{parts.path.rstrip('/')}" + (f"?{urlencode(query)}" if query else "")


def host_of(link: str) -> str:
    """The host of a link as scope of opaque ids; empty when it is no web link."""
    return canonical_link(link).partition("/")[0].partition("?")[0]


class Marks(msgspec.Struct, frozen=True):
    """All that tells one entry from another, before it has a key."""

    id: str
    link: str  # canonical
    title: str
    day: str  # ISO day of publication, "" when unknown
    issuer: str
    scope: str  # host that owns opaque ids
    link_is_shared: bool = False  # several entries of the document carry it, so it identifies none of them

    def primary(self, *, id_is_unique: bool) -> str:
        """The key of an entry never seen before."""
        if self.id:
            own = canonical_link(self.id)
            return _hex(_KEY, own or f"{self.scope}#{self.id}", "" if id_is_unique else self.link)
        if self.link:
            return _hex(_KEY, self.link, "")
        return _hex(_KEY, self.scope, self.title, self.day, self.issuer)

    @property
    def by_link(self) -> str:
        """Mark of the link; empty for a home page and for a link that several entries carry."""
        own = ("/" in self.link or "?" in self.link) and not self.link_is_shared
        return _hex(_PART, self.link) if own else ""

    @property
    def by_title(self) -> str:
        """Mark of title, day and issuer; empty for short titles ("Update") and undated entries."""
        return (
            _hex(_PART, self.scope, self.title.casefold(), self.day, self.issuer)
            if self.day and len(self.title) >= 25
            else ""
        )


class Record(msgspec.Struct, frozen=True):
    """What is remembered of one entry."""

    key: str
    version: str
    by_link: str
    by_title: str
    published: str  # ISO day, "" when unknown
    seen: str  # ISO day of the last look that showed it
    revisions: int = 0

    @property
    def packed(self) -> str:
        """The record without its last-seen day as one string of 55 characters (what is blank is zeros)."""
        blank = "0" * _PART
        day = date.fromisoformat(self.published).toordinal() - _EPOCH if self.published else 0
        marks = f"{self.key}{self.version}{self.by_link or blank}{self.by_title or blank}"
        return f"{marks}{max(0, day):04x}{min(self.revisions, 9)}"


class Memory:
    """Which entries a source has shown before, by key, link and title. Kept in the cursor, bounded."""

    def __init__(self, records: Iterable[Record] = ()) -> None:
        self.records: dict[str, Record] = {}
        self._links: dict[str, str] = {}
        self._titles: dict[str, str] = {}
        for record in records:
            self.put(record)

    @classmethod
    def load(cls, packed: Mapping[str, Json]) -> Memory:
        """From the form ``dump`` gives; what does not look like it is left out."""
        found: list[Record] = []
        for day, items in packed.items():
            if not isinstance(items, Sequence) or isinstance(items, str):
                continue
            found += [r for r in (_unpack(day, item) for item in items) if r is not None]
        return cls(found)

    def dump(self, today: date, keep: frozenset[str] = frozenset()) -> dict[str, list[str]]:
        """JSON by last-seen day, without what was last seen 90 days ago and beyond 5,000 entries.

        Entries whose key is in ``keep`` (those of the present document) always stay.
        """
        oldest = (today - timedelta(days=KEEP_DAYS)).isoformat()
        newest_first = sorted(self.records.values(), key=lambda r: (r.key in keep, r.seen), reverse=True)
        days: dict[str, list[str]] = {}
        for record in newest_first[: max(KEEP_ENTRIES, len(keep))]:
            if record.key in keep or record.seen >= oldest:
                days.setdefault(record.seen, []).append(record.packed)
        return {day: sorted(days[day]) for day in sorted(days)}

    def put(self, record: Record) -> None:
        """Remember ``record``, in place of what was known under its key."""
        self.records[record.key] = record
        if record.by_link:
            self._links[record.by_link] = record.key
        if record.by_title:
            self._titles[record.by_title] = record.key

    def find(self, marks: Marks, primary: str, taken: frozenset[str]) -> Record | None:
        """The record of the entry with these marks, under whatever guid it was first seen.

        ``taken`` holds keys that other entries of the same document have by their own guid: two entries that stand
        side by side are two things, even under one headline.
        """
        if primary in self.records:
            return self.records[primary]
        for mark, known in ((marks.by_link, self._links), (marks.by_title, self._titles)):
            key = known.get(mark, "") if mark else ""
            if key and key not in taken:
                record = self.records[key]
                # A page that is used again for other news keeps its link, but neither headline nor day.
                same_day = not record.published or not marks.day or record.published == marks.day
                if same_day or record.by_title == marks.by_title:
                    return record
        return None


def mark_shared_links(entries: Sequence[Marks]) -> list[Marks]:
    """The same entries, with the links marked that entries of different ids carry."""
    owners: dict[str, set[str]] = {}
    for m in entries:
        owners.setdefault(m.link, set()).add(m.id)
    return [msgspec.structs.replace(m, link_is_shared=len(owners[m.link]) > 1) for m in entries]


def assign_keys(entries: Sequence[Marks], memory: Memory) -> list[str]:
    """One key per entry, in order: the known one where the entry was seen before under any guid.

    A guid that several entries of the document carry is completed by the link.
    """
    ids = Counter(m.id for m in entries if m.id)
    primaries = [m.primary(id_is_unique=ids[m.id] < 2) for m in entries]
    taken = frozenset(p for p in primaries if p in memory.records)
    keys: list[str] = []
    for marks, primary in zip(entries, primaries, strict=True):
        found = memory.find(marks, primary, taken - {primary})
        keys.append(found.key if found else primary)
        if found:
            taken |= {found.key}
    return keys


def version_of(title: str, text: str, *facts: str) -> str:
    """Digest of the meaningful content: what a reader reads, not dates, tracking links or markup."""
    return _hex(_PART, title, text, *facts)


def today_of(now: datetime) -> date:
    """The UTC day used for memory."""
    return now.astimezone(UTC).date()


def _hex(length: int, *parts: str) -> str:
    return digest(*parts)[:length]


def _unpack(day: str, item: object) -> Record | None:
    if not isinstance(item, str) or not _PACKED.fullmatch(item):
        return None
    version, by_link, by_title = (item[_KEY + i * _PART : _KEY + (i + 1) * _PART] for i in range(3))
    blank = "0" * _PART
    published = int(item[-5:-1], 16)
    return Record(
        key=item[:_KEY],
        version=version,
        by_link="" if by_link == blank else by_link,
        by_title="" if by_title == blank else by_title,
        published=date.fromordinal(_EPOCH + published).isoformat() if published else "",
        seen=day,
        revisions=int(item[-1]),
    )
