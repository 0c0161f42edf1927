"""Bodies: inflated while they stream, and never more than allowed."""

from __future__ import annotations

import gzip
import tracemalloc
import zlib
from collections.abc import Iterator

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from signalwatch.errors import BadPayload
from signalwatch.http.body import read_body

TEXT = b'{"studies": []} ' * 500


def pieces(data: bytes, size: int) -> Iterator[bytes]:
    for start in range(0, len(data), size):
        yield data[start : start + size]


def raw_deflate(data: bytes) -> bytes:
    engine = zlib.compressobj(wbits=-15)
    return engine.compress(data) + engine.flush()


@settings(deadline=None)
@example(b"V\xa0", 1, "raw")  # its raw deflate starts with a byte that str methods call white space
@given(
    st.binary(max_size=5000), st.integers(1, 700), st.sampled_from(["gzip", "x-gzip", "deflate", "raw", "twice", ""])
)
def test_every_coding_comes_back_whatever_the_pieces(data: bytes, size: int, coding: str) -> None:
    coded = {
        "gzip": gzip.compress(data),
        "x-gzip": gzip.compress(data),
        "deflate": zlib.compress(data),
        "raw": raw_deflate(data),
        "twice": gzip.compress(gzip.compress(data)),
        "": data,
    }[coding]
    header = {"raw": "deflate", "twice": "gzip, gzip"}.get(coding, coding)
    if coding == "raw" and coded[:1] in (b"{", b"[", b'"', b"<"):
        return  # told apart from plain text by its first byte only; servers that send raw deflate are rare enough

    assert read_body(pieces(coded, size), encoding=header, unasked_gzip=False, limit=100_000) == data


@settings(deadline=None)
@given(st.lists(st.binary(min_size=1, max_size=300), min_size=1, max_size=4), st.integers(1, 50))
def test_gzip_members_in_a_row_are_one_body(parts: list[bytes], size: int) -> None:
    coded = b"".join(gzip.compress(part) for part in parts)

    assert read_body(pieces(coded, size), encoding="gzip", unasked_gzip=False, limit=10_000) == b"".join(parts)


@pytest.mark.parametrize("size", [1, 7, 100_000])
def test_padding_after_gzip_is_ignored(size: int) -> None:
    coded = gzip.compress(TEXT) + b"\0" * 40

    assert read_body(pieces(coded, size), encoding="gzip", unasked_gzip=False, limit=100_000) == TEXT


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
def test_a_cut_stream_is_refused_at_every_length(coding: str) -> None:
    coded = gzip.compress(TEXT) if coding == "gzip" else zlib.compress(TEXT)
    for end in range(3, len(coded)):
        with pytest.raises(BadPayload, match="cut short"):
            read_body([coded[:end]], encoding=coding, unasked_gzip=False, limit=100_000)


def test_a_broken_stream_is_refused() -> None:
    coded = bytearray(gzip.compress(TEXT))
    coded[20:30] = b"\xff" * 10
    with pytest.raises(BadPayload, match="broken"):
        read_body([bytes(coded)], encoding="gzip", unasked_gzip=False, limit=100_000)


@pytest.mark.parametrize("layers", [1, 2])
def test_a_bomb_is_stopped_while_it_inflates(layers: int) -> None:
    engine = zlib.compressobj(9, wbits=31)
    bomb = b"".join(engine.compress(bytes(1_000_000)) for _ in range(100)) + engine.flush()
    if layers == 2:
        bomb = gzip.compress(bomb)
    tracemalloc.start()
    with pytest.raises(BadPayload, match="inflates beyond"):
        read_body(pieces(bomb, 4096), encoding=", ".join(["gzip"] * layers), unasked_gzip=False, limit=1_000_000)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert peak < 4_000_000


def test_compressed_bytes_are_capped_too() -> None:
    endless = (bytes([n % 251]) * 1000 for n in range(10_000))
    with pytest.raises(BadPayload, match="larger than"):
        read_body(endless, encoding="", unasked_gzip=True, limit=50_000)


def test_plain_text_that_claims_to_be_compressed_is_taken_as_it_is() -> None:
    for coding in ("gzip", "deflate"):
        assert read_body([TEXT], encoding=coding, unasked_gzip=False, limit=100_000) == TEXT


def test_gzip_that_nobody_asked_for_is_undone_unless_it_is_the_thing_itself() -> None:
    coded = gzip.compress(TEXT)

    assert read_body([coded], encoding="", unasked_gzip=True, limit=100_000) == TEXT
    assert read_body([coded], encoding="", unasked_gzip=False, limit=100_000) == coded


@pytest.mark.parametrize("header", ["br", "zstd", "gzip, br", "gzip, gzip, gzip"])
def test_codings_we_did_not_ask_for_are_refused(header: str) -> None:
    with pytest.raises(BadPayload, match="compressed"):
        read_body([TEXT], encoding=header, unasked_gzip=False, limit=100_000)
