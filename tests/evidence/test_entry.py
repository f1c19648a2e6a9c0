"""One set of facts has one form of bytes."""

import json
from datetime import UTC, datetime, timedelta, timezone
from functools import partial
from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.evidence.entry import MAX_ID, Document, Event, KeyChange, Personal, encode_entry, parse_entry
from storage.evidence.errors import Malformed
from tests.evidence.making import AT, OFFICE, a_signer, an_entry, hash_of, unhurried


def test_the_bytes_of_an_entry() -> None:
    entry = an_entry(1, documents=(Document("d", "i", "a" * 64, "b" * 64),), commitments={Personal.WHO: "c" * 64})
    assert encode_entry(entry).decode() == (
        '{"at":"2026-11-24T08:00:01.000000Z","commitments":{"who":"' + "c" * 64 + '"},"consent":"akkoord-1",'
        '"decision":"decision-1","documents":[{"after":"' + "b" * 64 + '","before":"' + "a" * 64 + '",'
        '"dossier":"d","item":"i"}],"envelope":"envelope-1","event":"approved",'
        '"office":"0192f3c4-linde","v":1}'
    )


@unhurried
@given(
    st.sampled_from(Event),
    st.datetimes(min_value=datetime(1000, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - hypothesis adds the zone
    st.dictionaries(st.sampled_from(Personal), st.binary(min_size=32, max_size=32).map(bytes.hex)),
    st.text(st.characters(categories=["L", "Nd", "P", "S"]), min_size=1, max_size=20).map(partial(normalize, "NFC")),
)
def test_entries_come_back_as_they_were(event: Event, at: datetime, commitments: object, name: str) -> None:
    entry = an_entry(1, event=event, at=at, commitments=commitments, envelope=name)
    encoded = encode_entry(entry)
    assert parse_entry(encoded) == entry
    assert encode_entry(parse_entry(encoded)) == encoded


def test_a_change_of_keys_comes_back_as_it_was() -> None:
    change = KeyChange(OFFICE, a_signer(1).key, a_signer(2).key, AT, b"s" * 64)
    assert parse_entry(encode_entry(change)) == change


def test_time_is_kept_in_utc() -> None:
    amsterdam = timezone(timedelta(hours=1))
    assert encode_entry(an_entry(1, at=AT.astimezone(amsterdam))) == encode_entry(an_entry(1, at=AT))
    with pytest.raises(Malformed, match="bad-time"):
        encode_entry(an_entry(1, at=AT.replace(tzinfo=None)))


def test_composed_and_decomposed_are_not_two_ids() -> None:
    assert encode_entry(an_entry(1, envelope="caf\N{LATIN SMALL LETTER E WITH ACUTE}"))
    with pytest.raises(Malformed, match="bad-id"):
        encode_entry(an_entry(1, envelope="cafe\N{COMBINING ACUTE ACCENT}"))


@pytest.mark.parametrize("wrong", ["", "x" * (MAX_ID + 1), "a\nb", "a\x00b", "\ud800", "a\u202eb"])
def test_what_is_no_id(wrong: str) -> None:
    for field in ("office", "envelope", "decision", "consent"):
        with pytest.raises(Malformed):
            encode_entry(an_entry(1, **{field: wrong}))


@pytest.mark.parametrize("wrong", ["", "A" * 64, "a" * 63, "g" * 64])
def test_what_is_no_hash(wrong: str) -> None:
    with pytest.raises(Malformed):
        encode_entry(an_entry(1, documents=(Document("d", "i", wrong),)))
    with pytest.raises(Malformed):
        encode_entry(an_entry(1, commitments={Personal.WHO: wrong}))


def test_an_entry_has_an_end() -> None:
    documents = tuple(Document("d", f"i{number}", hash_of("")) for number in range(1_000))
    with pytest.raises(Malformed, match="too-long"):
        encode_entry(an_entry(1, documents=documents))


def test_no_other_form_is_taken() -> None:
    encoded = encode_entry(an_entry(1))
    read = json.loads(encoded)
    forms = [
        json.dumps(read),  # spaces
        json.dumps(dict(reversed(read.items())), separators=(",", ":")),  # another order
        *(
            json.dumps(read | more, separators=(",", ":"), sort_keys=True)
            for more in ({"x": 1}, {"v": 1.0}, {"v": True})
        ),
        encoded.decode().replace('"v":1', '"v":1,"v":1'),
        encoded.decode().replace("approved", "appr\\u006fved"),
        encoded.decode() + "\n",
        "\ufeff" + encoded.decode(),
    ]
    for form in forms:
        with pytest.raises(Malformed):
            parse_entry(form.encode())


@pytest.mark.parametrize(
    "written",
    [b"", b"[]", b"null", b"1", b'"event"', b"{}", b'{"event":"key-changed"}', b"[" * 60_000, b"\xff", b"NaN"],
)
def test_what_is_no_entry(written: bytes) -> None:
    with pytest.raises(Malformed):
        parse_entry(written)


@pytest.mark.parametrize(
    "name", ["office", "envelope", "event", "decision", "at", "documents", "commitments", "consent"]
)
@pytest.mark.parametrize("value", [None, 1, [], {}, [1], {"who": 1}, {"x": "y"}, ["x"]])
def test_what_is_of_another_kind_is_refused(name: str, value: object) -> None:
    read = json.loads(encode_entry(an_entry(1))) | {name: value}
    written = json.dumps(read, separators=(",", ":"), sort_keys=True).encode()
    if (name, value) in (("documents", []), ("commitments", {})):
        assert encode_entry(parse_entry(written)) == written
        return
    with pytest.raises(Malformed):
        parse_entry(written)


def test_what_is_asked_and_the_day_of_adoption_come_back() -> None:
    entry = an_entry(1, asks="adopt", adopted="2026-05-28")
    encoded = encode_entry(entry)
    assert b'"adopted":"2026-05-28"' in encoded
    assert b'"asks":"adopt"' in encoded
    assert parse_entry(encoded) == entry
    for wrong in (b"20260528", b"2026-13-01", b"2026-05-28T00:00"):
        with pytest.raises(Malformed):
            parse_entry(encoded.replace(b"2026-05-28", wrong))
