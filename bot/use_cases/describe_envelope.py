"""An envelope, or a delivery of which none came, as source packages read it: in webhooks, and where they ask."""

from collections.abc import Mapping
from datetime import datetime

from bot.domain.accounts import find_adoption_day
from bot.domain.delivery import Delivery
from bot.domain.dossier import Document
from bot.domain.envelope import Answer, Envelope, Signer
from bot.domain.webhooks import WebhookCall

API = "/api/v1/envelopes"
"""Where source packages ask for envelopes."""
DELIVERIES = "/api/v1/deliveries"
"""Where they ask for deliveries."""

Json = Mapping[str, object]


def describe_event(call: WebhookCall, envelope: Envelope | None, delivery: Delivery, public_url: str) -> Json:
    """The body of a call: what happened when, and the envelope as it is now or, without one, the delivery."""
    data = describe_envelope(envelope, delivery, public_url) if envelope else _describe_rejection(delivery, public_url)
    return {"id": call.event_id, "type": call.event, "timestamp": write_time(call.occurred_at), "data": data}


def _describe_rejection(delivery: Delivery, public_url: str) -> Json:
    refused = delivery.refused
    return {
        **_describe_delivery(delivery),
        "state": delivery.state,
        "reason": refused.reason if refused else None,
        "rejected_at": write_time(refused.at) if refused else None,
        "links": {"delivery": f"{public_url}{DELIVERIES}/{delivery.id}"},
    }


def _describe_delivery(delivery: Delivery) -> Json:
    return {
        "delivery": delivery.id,
        "reference": delivery.reference,
        "key": delivery.key,
        "kind": delivery.kind,
        "client": delivery.client_number,
        "period": delivery.period,
    }


def describe_envelope(envelope: Envelope, delivery: Delivery, public_url: str) -> Json:
    """All that concerns whoever delivered the document; times are UTC."""
    closing, sealed, day = envelope.closing, envelope.sealed, find_adoption_day(envelope)
    return {
        "envelope": envelope.id,
        "state": envelope.state,
        **_describe_delivery(delivery),
        "way": envelope.way,
        "asks": envelope.asks,
        "sent_at": write_time(envelope.sent_at),
        "closed_at": write_time(closing.at) if closing else None,
        "decisions": [_describe_decision(signer) for signer in envelope.signers if signer.decision],
        "reason": _find_reason(envelope),
        "adopted_on": day.isoformat() if day else None,
        "documents": [_describe_document(each) for each in envelope.documents],
        "sealed": {**_describe_document(sealed.document), "level": sealed.level} if sealed else None,
        "supersedes": envelope.supersedes.envelope if envelope.supersedes else None,
        "superseded_by": envelope.superseded_by.envelope if envelope.superseded_by else None,
        "evidence": _describe_evidence(envelope),
        "links": _describe_links(envelope, public_url),
    }


def write_time(at: datetime) -> str:
    """A time in UTC, as RFC 3339 has it."""
    return at.isoformat().replace("+00:00", "Z")


def _describe_decision(signer: Signer) -> Json:
    decision = signer.decision
    if decision is None:
        message = "only decisions are described"
        raise AssertionError(message)
    return {
        "name": signer.name,
        "answer": decision.answer,
        "at": write_time(decision.at),
        "place": decision.place,
        "reason": decision.reason,
        "adopted_on": decision.adopted_on.isoformat() if decision.adopted_on else None,
    }


def _find_reason(envelope: Envelope) -> str | None:
    decisions = (each.decision for each in envelope.signers)
    return next((each.reason for each in decisions if each and each.answer is Answer.REJECTED), None)


def _describe_document(document: Document) -> Json:
    return {
        "name": document.name,
        "media_type": document.media_type,
        "size": document.size,
        "pages": document.pages,
        "sha256": document.sha256,
    }


def _describe_evidence(envelope: Envelope) -> Json | None:
    if receipt := envelope.evidence:
        return {"origin": receipt.origin, "index": receipt.index, "entry_hash": receipt.entry_hash}
    return None


def _describe_links(envelope: Envelope, public_url: str) -> Json:
    own = f"{public_url}{API}/{envelope.id}"
    proof = f"{own}/proof" if envelope.evidence else None
    return {"envelope": own, "proof": proof, "document": f"{own}/document"}
