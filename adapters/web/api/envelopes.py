"""Ask for what came of a delivery: the request, its proof, and the document as it was signed or sealed."""

from typing import Final

import structlog
from aiohttp import web

from adapters.web.api.operations import Operation, Visit
from adapters.web.api.problems import Problem, ProblemType, describe_problems
from adapters.web.signing.documents import write_disposition
from bot.domain.accounts import Asks
from bot.domain.certified import Way
from bot.domain.delivery import Kind
from bot.domain.envelope import Answer, EnvelopeId, EnvelopeState
from bot.domain.errors import EvidenceUnavailable
from bot.incidents import describe, name_incident
from bot.use_cases.source_envelopes import read_document, read_envelope, read_proof

_PRIVATE: Final = {"Cache-Control": "no-store"}

_log = structlog.get_logger(__name__)


async def _show(visit: Visit) -> web.Response:
    told = await read_envelope(visit.site.ports, visit.source.office, visit.source.id, _read_id(visit))
    if told is None:
        raise _tell_none(visit)
    return web.json_response(told, headers=_PRIVATE)


async def _prove(visit: Visit) -> web.Response:
    try:
        proof = await read_proof(visit.site.ports, visit.source.office, visit.source.id, _read_id(visit))
    except EvidenceUnavailable as away:
        _log.warning("proof_not_served", why=away.reason)
        words = visit.texts.say("The proof cannot be fetched right now. Please try again in a moment.")
        raise Problem(ProblemType.UNAVAILABLE, words) from away
    if proof is None:
        raise _tell_none(visit)
    headers = {**_PRIVATE, "Content-Disposition": write_disposition("attachment", proof.name)}
    return web.Response(body=proof.content, content_type="application/octet-stream", headers=headers)


async def _send(visit: Visit) -> web.StreamResponse:
    found = await read_document(visit.site.ports, visit.source.office, visit.source.id, _read_id(visit))
    if found is None:
        raise _tell_none(visit)
    try:
        first = await anext(found.pieces, b"")  # comes after the whole was checked
    except (KeyError, ValueError) as error:
        incident = name_incident()
        _log.error("document_damaged", incident=incident, **describe(error))
        words = visit.texts.say("The document is damaged. Tell the office this number: {incident}.", incident=incident)
        raise Problem(ProblemType.UNAVAILABLE, words) from error
    document = found.document
    headers = {
        **_PRIVATE,
        "Content-Type": document.media_type,
        "Content-Length": str(document.size),
        "Content-Disposition": write_disposition("attachment", document.name),
    }
    response = web.StreamResponse(headers=headers)
    await response.prepare(visit.request)
    await response.write(first)
    async for piece in found.pieces:
        await response.write(piece)
    await response.write_eof()
    return response


def _read_id(visit: Visit) -> EnvelopeId:
    return EnvelopeId(visit.request.match_info["id"])


def _tell_none(visit: Visit) -> Problem:
    words = visit.texts.say("No delivery of this source package led to this, or it is not there yet.")
    return Problem(ProblemType.NOT_FOUND, words)


_TEXT: Final = {"type": "string"}
_MAYBE: Final = {"type": ["string", "null"]}
_TIME: Final = {"type": "string", "format": "date-time"}
_MAYBE_TIME: Final = {"type": ["string", "null"], "format": "date-time"}
_MAYBE_DAY: Final = {"type": ["string", "null"], "format": "date"}
_DECISION: Final = {
    "type": "object",
    "required": ["name", "answer", "at", "place", "reason", "adopted_on"],
    "properties": {
        "name": _TEXT,
        "answer": {"type": "string", "enum": list(Answer)},
        "at": _TIME,
        "place": _MAYBE,
        "reason": _MAYBE,
        "adopted_on": _MAYBE_DAY,
    },
}
_DOCUMENT: Final = {
    "type": "object",
    "required": ["name", "media_type", "size", "pages", "sha256"],
    "properties": {
        "name": _TEXT,
        "media_type": _TEXT,
        "size": {"type": "integer", "description": "Bytes."},
        "pages": {"type": ["integer", "null"]},
        "sha256": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
    },
}
_ENVELOPE: Final = {
    "type": "object",
    "required": ["envelope", "state", "delivery", "decisions", "documents", "links"],
    "properties": {
        "envelope": _TEXT,
        "state": {"type": "string", "enum": list(EnvelopeState)},
        "delivery": _TEXT,
        "reference": _TEXT,
        "key": _TEXT,
        "kind": {"type": "string", "enum": list(Kind)},
        "client": _TEXT,
        "period": _TEXT,
        "way": {"type": "string", "enum": list(Way)},
        "asks": {
            "type": "string",
            "enum": list(Asks),
            "description": "adopt: the general meeting adopts annual accounts (vaststellen). approve: anything else.",
        },
        "sent_at": _TIME,
        "closed_at": _MAYBE_TIME,
        "decisions": {"type": "array", "items": _DECISION},
        "reason": {**_MAYBE, "description": "Why it was rejected."},
        "adopted_on": {**_MAYBE_DAY, "description": "When the annual accounts were adopted, as who approved said."},
        "documents": {"type": "array", "items": _DOCUMENT},
        "sealed": {
            "description": "The sealed PDF, once it is there.",
            "anyOf": [{"allOf": [_DOCUMENT], "properties": {"level": _TEXT}}, {"type": "null"}],
        },
        "supersedes": {**_MAYBE, "description": "The request that this is the corrected version of."},
        "superseded_by": _MAYBE,
        "evidence": {
            "description": "The entry that proves the state, once it is there.",
            "anyOf": [
                {
                    "type": "object",
                    "required": ["origin", "index", "entry_hash"],
                    "properties": {"origin": _TEXT, "index": {"type": "integer"}, "entry_hash": _TEXT},
                },
                {"type": "null"},
            ],
        },
        "links": {
            "type": "object",
            "required": ["envelope", "proof", "document"],
            "properties": {"envelope": _TEXT, "proof": _MAYBE, "document": _TEXT},
        },
    },
}
_ID: Final = [{"name": "id", "in": "path", "required": True, "schema": _TEXT}]
_PROBLEMS: Final = describe_problems(ProblemType.UNAUTHORIZED, ProblemType.NOT_FOUND, ProblemType.UNAVAILABLE)
_BYTES: Final = {"schema": {"type": "string", "format": "binary"}}

OPERATIONS: Final = (
    Operation(
        "GET",
        "/envelopes/{id}",
        _show,
        {
            "operationId": "getEnvelope",
            "summary": "Ask what came of the request that a delivery led to",
            "description": "Webhooks tell the same, as `data`, as soon as it ends.",
            "parameters": _ID,
            "responses": {
                "200": {
                    "description": "What is known of it now.",
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Envelope"}}},
                },
                **_PROBLEMS,
            },
        },
        {"Envelope": _ENVELOPE},
    ),
    Operation(
        "GET",
        "/envelopes/{id}/proof",
        _prove,
        {
            "operationId": "getProof",
            "summary": "Fetch the proof of the state it is in",
            "description": "A file that anybody can check, without Paraaf. It is there soon after the request ended.",
            "parameters": _ID,
            "responses": {
                "200": {"description": "The proof.", "content": {"application/octet-stream": _BYTES}},
                **_PROBLEMS,
            },
        },
    ),
    Operation(
        "GET",
        "/envelopes/{id}/document",
        _send,
        {
            "operationId": "getDocument",
            "summary": "Fetch the document: the sealed PDF once it is there, else the one that was sent",
            "parameters": _ID,
            "responses": {
                "200": {"description": "Its bytes.", "content": {"application/pdf": _BYTES}},
                **_PROBLEMS,
            },
        },
    ),
)
