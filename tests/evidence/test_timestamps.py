"""Timestamps by an authority that OpenSSL plays; what it does not give stays owed."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from storage.evidence.errors import BadTimestamp
from storage.evidence.proof import Proof
from storage.evidence.timestamps import TimestampShelf, check_timestamp, make_request
from storage.evidence.verify import Check, Outcome, Timestamp, verify_proof
from tests.evidence.authority import Authority
from tests.evidence.making import a_signer, an_entry, make_log, open_recorder


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority") / "own")


@pytest.fixture(scope="module")
def another(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority") / "another")


@pytest.fixture
def proofs(tmp_path: Path) -> list[Proof]:
    """Under three checkpoints, each over one entry more."""
    make_log(tmp_path, 1)
    recorder = open_recorder(tmp_path)
    made = [recorder.prove(0)]
    for number in (1, 2):
        recorder.record([an_entry(number)])
        made.append(recorder.prove(number))
    recorder.close()
    return made


def test_a_timestamp_tells_when(authority: Authority, proofs: list[Proof]) -> None:
    text = proofs[0].checkpoint.text
    request = make_request(text)
    at = check_timestamp(authority.answer(request.body), text, [authority.root], request.nonce)
    assert abs(datetime.now(UTC) - at) < timedelta(days=1)


def test_what_is_no_timestamp_of_it_is_refused(authority: Authority, another: Authority, proofs: list[Proof]) -> None:
    text = proofs[0].checkpoint.text
    request = make_request(text)
    answer = authority.answer(request.body)
    half = len(answer) // 2
    attempts = [
        (answer, proofs[1].checkpoint.text, authority, request.nonce),  # of another checkpoint
        (answer, text, another, request.nonce),  # by an authority that is not trusted
        (answer, text, authority, request.nonce + 1),  # an answer to somebody else
        (answer[:-1], text, authority, None),
        (bytes([*answer[:-5], answer[-5] ^ 1, *answer[-4:]]), text, authority, None),
        (bytes([*answer[:half], answer[half] ^ 1, *answer[half + 1 :]]), text, authority, None),
        (b"", text, authority, None),
        (bytes.fromhex("30053003020102"), text, authority, None),  # refused by the authority
    ]
    for changed, about, trusted, nonce in attempts:
        with pytest.raises(BadTimestamp):
            check_timestamp(changed, about, [trusted.root], nonce)


def test_an_answer_with_its_whole_chain_is_read(proofs: list[Proof], tmp_path: Path, another: Authority) -> None:
    chained = Authority(tmp_path / "chained", chain=True)
    text = proofs[0].checkpoint.text
    request = make_request(text)
    answer = chained.answer(request.body)
    check_timestamp(answer, text, [chained.root], request.nonce)
    with pytest.raises(BadTimestamp):
        check_timestamp(answer, text, [another.root], request.nonce)


def test_any_bytes_can_come_as_an_answer(authority: Authority, proofs: list[Proof]) -> None:
    text = proofs[0].checkpoint.text
    answer = authority.answer(make_request(text).body)
    at = check_timestamp(answer, text, [authority.root])
    for number in range(0, len(answer), 7):
        for changed in (answer[:number], answer[:number] + b"\xff" * 9):
            with pytest.raises(BadTimestamp):
                check_timestamp(changed, text, [authority.root])
        # A few bytes, such as how the signature's algorithm is called, are under no signature and say nothing.
        with suppress(BadTimestamp):
            assert check_timestamp(answer[:number] + b"\x80" + answer[number + 1 :], text, [authority.root]) == at


def test_a_timestamp_is_owed_until_it_is_there(authority: Authority, proofs: list[Proof], tmp_path: Path) -> None:
    shelf = TimestampShelf(tmp_path / "stamps", [authority.root])
    assert (shelf.owed(), shelf.stamped_size(), shelf.find(0)) == (None, 0, None)
    notes = [proof.checkpoint for proof in proofs]
    shelf.owe(notes[0])
    shelf.owe(notes[1])
    assert shelf.owed() == notes[1]
    with pytest.raises(BadTimestamp):
        shelf.settle(notes[1], b"no answer")
    with pytest.raises(BadTimestamp):
        shelf.settle(notes[1], authority.answer(make_request(notes[0].text).body))
    assert (shelf.owed(), shelf.stamped_size()) == (notes[1], 0)
    answer = authority.answer(make_request(notes[1].text).body)
    shelf.settle(notes[1], answer)
    assert (shelf.owed(), shelf.stamped_size()) == (None, 2)
    shelf.owe(notes[2])
    assert shelf.owed() == notes[2]
    assert [shelf.find(index) for index in range(3)] == [(notes[1], answer), (notes[1], answer), None]


def test_the_verifier_checks_it(authority: Authority, another: Authority, proofs: list[Proof]) -> None:
    answer = authority.answer(make_request(proofs[0].checkpoint.text).body)
    for proof, trusted, outcome in (
        (proofs[0], [another.root, authority.root], Outcome.HELD),
        (proofs[0], [another.root], Outcome.FAILED),
        (proofs[1], [authority.root], Outcome.FAILED),
        (proofs[0], [], Outcome.UNCHECKED),
    ):
        report = verify_proof(str(proof).encode(), [a_signer().key], timestamp=Timestamp(answer, trusted))
        found = report.find(Check.TIMESTAMP)
        assert found
        assert found.outcome is outcome
        assert (report.stamped_at is not None) == (outcome is Outcome.HELD)
