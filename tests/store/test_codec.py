"""How values become columns."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from signalwatch.store import codec
from signalwatch.store.sql import LONGEST_KEY, storable_key

anything = st.text(alphabet=st.characters(codec=None, exclude_categories=()))  # lone surrogates and NUL too
json_like = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | anything,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(anything, inner, max_size=3),
    max_leaves=8,
)


@given(st.binary(max_size=2000))
@example(b"")
@example(b"z")
@example(b"r" * 199)
@example(b"r" * 200)
def test_payloads_come_back(data: bytes) -> None:
    """Whatever their size and first byte."""
    assert codec.unpack(codec.pack(data)) == data
    assert codec.unpack(memoryview(codec.pack(data))) == data


def test_long_payloads_are_compressed_and_short_ones_are_not() -> None:
    """Empty stays empty."""
    assert codec.pack(b"") == b""
    assert len(codec.pack(b"x" * 100)) == 101
    assert len(codec.pack(b"x" * 10_000)) < 200


@given(anything)
def test_clean_text_is_storable(text: str) -> None:
    """It encodes, has no NUL, stays the same when cleaned again, and is untouched when it was clean."""
    cleaned = codec.clean(text)

    assert "\x00" not in cleaned
    assert cleaned.encode().decode() == cleaned
    assert codec.clean(cleaned) == cleaned
    if "\x00" not in text and not any(0xD800 <= ord(c) <= 0xDFFF for c in text):
        assert cleaned == text


@given(json_like)
def test_json_of_anything_from_outside_is_storable(value: object) -> None:
    """It is text without a raw NUL, and decodes to the same data but for what no text can hold."""
    encoded = codec.clean_json(value)

    assert "\x00" not in encoded
    encoded.encode()
    assert codec.clean_json(codec.from_json(encoded)) == encoded


@given(anything, anything)
def test_storable_keys_are_short_and_differ(one: str, other: str) -> None:
    """Different clean keys stay different, however long; the same key stays the same."""
    one, other = codec.clean(one) * 50, codec.clean(other) * 50

    assert len(storable_key(one)) <= LONGEST_KEY
    assert storable_key(storable_key(one)) == storable_key(one)
    assert (storable_key(one) == storable_key(other)) == (one == other)
