"""What the evidence log records of an envelope's life, and what it answers.

Every line about an envelope in the log that people read owes the evidence one entry. `find_facts` says what stands in
it; the same line gives the same entry however often it is recorded, but for what is personal.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256

from bot.domain.dossier import Document
from bot.domain.envelope import Envelope, EnvelopeId, EnvelopeState, Party
from bot.domain.log import Happening, LogLine
from bot.domain.people import Account, ClientId, OfficeId
from bot.domain.signature import DrawnSignature, Signature, TypedSignature

PROOF_SUFFIX = ".tlog-proof"
"""What the name of a proof ends in, behind the name of the document beside which it lies (c2sp.org/tlog-proof)."""

_CLOSING = (Happening.REJECTED, Happening.WITHDRAWN, Happening.SUPERSEDED, Happening.EXPIRED)


@dataclass(frozen=True, slots=True)
class EvidenceFact:
    """Something that happened to an envelope. `decision` is unique, and the same however often it is recorded.

    `documents` are those that it was about, in the dossier of `client`; `after` is the SHA-256 of what the only one of
    them became. `consent` is the version of the words that were agreed to. `asks` is what is asked where annual
    accounts are to be adopted, and `adopted_on` when they were, as `2026-05-28`. `person` is who did it; `personal` is
    what may be erased with them: "who", "reason", "place", "network" (what their network tells), "signature" (a typed
    name, or the SHA-256 of the drawn picture). `others` are whom a request to pass the task on is about besides them,
    each to be erased by themselves: "signer" who asked for it and "taker" who was to take their place.
    """

    office: OfficeId
    client: ClientId
    envelope: EnvelopeId
    happening: Happening
    decision: str
    at: datetime
    documents: tuple[Document, ...]
    consent: str | None
    person: Account
    personal: Mapping[str, str] = field(default_factory=dict)
    others: Mapping[str, Party] = field(default_factory=dict)
    after: str | None = None
    asks: str | None = None
    adopted_on: str | None = None


@dataclass(frozen=True, slots=True)
class Receipt:
    """An entry stands in the log `origin` at `index`, from 0; `entry_hash` is its leaf hash (RFC 6962), hexadecimal."""

    origin: str
    index: int
    entry_hash: str


@dataclass(frozen=True, slots=True)
class OwedLine:
    """A line of the log that this process may record in the evidence until its lease ends.

    `key` is the line's own, and its entry's decision. `attempts` counts the tries begun before this one.
    """

    key: str
    line: LogLine
    attempts: int


@dataclass(frozen=True, slots=True)
class Lag:
    """How many lines wait for the evidence, when the oldest of them was written, how many of them it did not take."""

    owed: int = 0
    oldest: datetime | None = None
    refused: int = 0


def find_facts(owed: OwedLine, envelope: Envelope, signature: Signature | None) -> EvidenceFact:
    """What an entry says of a line; `signature` is the one that came along with this approval, if one did."""
    line = owed.line
    told = {
        "who": line.by.name,
        "reason": line.facts.get("reason") or line.facts.get("note"),
        "place": line.facts.get("place"),
        "network": line.facts.get("derived_place"),
        "signature": _write_signature(signature),
    }
    return EvidenceFact(
        line.office,
        line.client,
        envelope.id,
        line.happening,
        owed.key,
        line.at,
        _find_documents(line, envelope),
        line.facts.get("consent"),
        line.by.account,
        {what: value for what, value in told.items() if value},
        _find_others(line, envelope),
        line.facts.get("after"),
        line.facts.get("asks"),
        line.facts.get("adopted_on"),
    )


def leaves_proof(line: LogLine, envelope: Envelope) -> bool:
    """Whether the proof of this line lies in the dossier: it ended its envelope, or tells of the sealed PDF."""
    if line.happening is Happening.APPROVED:
        return envelope.state is EnvelopeState.COMPLETED and is_newest_closing(line, envelope)
    return line.happening in _CLOSING or line.happening is Happening.SEALED


def is_newest_closing(line: LogLine, envelope: Envelope) -> bool:
    """Whether the state that the envelope is in came with this line."""
    closing = envelope.closing
    return closing is not None and (closing.at, closing.by.account) == (line.at, line.by.account)


def _find_others(line: LogLine, envelope: Envelope) -> dict[str, Party]:
    named = (line.facts.get("from_account"), line.facts.get("to_account"))
    for each in envelope.delegations:
        if named == (each.signer.account.user, each.taker.account.user):
            parties = {"signer": each.signer, "taker": each.taker}
            return {role: party for role, party in parties.items() if party.account != line.by.account}
    return {}


def _find_documents(line: LogLine, envelope: Envelope) -> tuple[Document, ...]:
    """The one that was looked at, else all."""
    if digest := line.facts.get("sha256"):
        seen = [each for each in (*envelope.documents, *envelope.newest_documents) if each.sha256 == digest]
        named = [each for each in seen if each.name == line.facts.get("document")]
        return tuple((named or seen)[:1])
    return envelope.documents


def _write_signature(signature: Signature | None) -> str | None:
    match signature:
        case DrawnSignature():
            return sha256(signature.png).hexdigest()
        case TypedSignature():
            return signature.name
        case None:
            return None
