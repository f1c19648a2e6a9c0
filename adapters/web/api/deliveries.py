"""Deliver a document, and ask what became of it."""

import asyncio
import re
from typing import Final

from aiohttp import web

from adapters.sbr import read_instance
from adapters.web.api.operations import BASE, Operation, Visit
from adapters.web.api.problems import Problem, ProblemType, describe_problems
from adapters.web.api.receiving import FILE, INSTANCE, METADATA, receive
from bot.domain.delivery import Delivery, DeliveryId, DeliveryState, Doubt, Kind
from bot.use_cases.delivery_metadata import Metadata, read_metadata
from bot.use_cases.take_delivery import Companion, Offer, take_delivery

_KEY: Final = re.compile(r"[\x21-\x7e]{1,200}")


async def _post(visit: Visit) -> web.Response:
    key = _read_key(visit)
    async with receive(visit) as received:
        said = read_metadata(received.metadata)
        instance = None
        if received.instance is not None:
            instance = Companion(received.instance, await asyncio.to_thread(read_instance, received.instance))
        offer = Offer(said, received.file_name, key, instance)
        taken = await take_delivery(visit.site.ports, visit.source, offer, received.file)
    if taken.is_new:
        visit.site.told()
    address = f"{visit.site.ports.public_url}{BASE}/deliveries/{taken.delivery.id}"
    headers = {"Location": address, "Cache-Control": "no-store"}
    return web.json_response(_describe(taken.delivery), status=201 if taken.is_new else 200, headers=headers)


def _read_key(visit: Visit) -> str:
    given = visit.request.headers.get("Idempotency-Key", "").strip()
    key = given[1:-1] if len(given) > 1 and given[0] == given[-1] == '"' else given
    if not _KEY.fullmatch(key):
        words = visit.texts.say(
            "Send the header Idempotency-Key: 1 to 200 visible ASCII characters that name this document and no other, "
            "such as your own id of it."
        )
        raise Problem(ProblemType.BROKEN_REQUEST, words, closes=True)
    return key


async def _get(visit: Visit) -> web.Response:
    async with visit.site.ports.store.reading() as tx:
        found = await tx.deliveries.get(visit.source.office, DeliveryId(visit.request.match_info["id"]))
    if found is None or found.source != visit.source.id:
        raise Problem(ProblemType.NOT_FOUND, visit.texts.say("This source package delivered nothing with this id."))
    return web.json_response(_describe(found), headers={"Cache-Control": "no-store"})


def _describe(delivery: Delivery) -> dict[str, object]:
    return {
        "id": delivery.id,
        "state": delivery.state,
        "doubts": list(delivery.doubts),
        "envelope": delivery.envelope,
        "reason": delivery.refused.reason if delivery.refused else None,
        "key": delivery.key,
        "kind": delivery.kind,
        "client": delivery.client_number,
        "period": delivery.period,
        "title": delivery.title,
        "reference": delivery.reference,
        "received_at": delivery.received_at.isoformat(),
        "file": {
            "name": delivery.file_name,
            "sha256": delivery.content.sha256,
            "size": delivery.content.size,
            "pages": delivery.pages,
        },
    }


_TEXT: Final = {"type": "string"}
_FILE_SCHEMA: Final = {
    "type": "object",
    "required": ["name", "sha256", "size", "pages"],
    "properties": {
        "name": _TEXT,
        "sha256": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
        "size": {"type": "integer", "description": "Bytes."},
        "pages": {"type": ["integer", "null"]},
    },
}
_DELIVERY_SCHEMA: Final = {
    "type": "object",
    "required": ["id", "state", "doubts", "envelope", "key", "kind", "client", "period", "received_at", "file"],
    "properties": {
        "id": _TEXT,
        "state": {
            "type": "string",
            "enum": list(DeliveryState),
            "description": "received: kept. waiting: staff of the office decide. sent: the client is asked, see "
            "envelope. refused: staff rejected it.",
        },
        "doubts": {
            "type": "array",
            "items": {"type": "string", "enum": list(Doubt)},
            "description": "Why staff decide.",
        },
        "envelope": {"type": ["string", "null"], "description": "The request that came of it."},
        "reason": {"type": ["string", "null"], "description": "Why staff rejected it."},
        "key": _TEXT,
        "kind": {"type": "string", "enum": list(Kind)},
        "client": _TEXT,
        "period": _TEXT,
        "title": _TEXT,
        "reference": _TEXT,
        "received_at": {"type": "string", "format": "date-time"},
        "file": _FILE_SCHEMA,
    },
}
_SHOWN: Final = {"application/json": {"schema": {"$ref": "#/components/schemas/Delivery"}}}
_WITH_ADDRESS: Final = {
    "content": _SHOWN,
    "headers": {"Location": {"schema": {"type": "string"}, "description": "Where to ask what became of it."}},
}
_BODY: Final = {
    "required": True,
    "content": {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": [METADATA, FILE],
                "additionalProperties": False,
                "properties": {
                    METADATA: {"$ref": "#/components/schemas/Metadata"},
                    FILE: {"type": "string", "format": "binary", "description": "The document: a PDF."},
                    INSTANCE: {
                        "type": "string",
                        "format": "binary",
                        "description": "The SBR instance (XBRL) of the same, of at most 10 MB. It must agree with the "
                        "metadata in kind, client and period; else staff are asked.",
                    },
                },
            },
            "encoding": {
                METADATA: {"contentType": "application/json"},
                FILE: {"contentType": "application/pdf"},
                INSTANCE: {"contentType": "application/xml"},
            },
        }
    },
}
_KEY_PARAMETER: Final = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": True,
    "schema": {"type": "string", "pattern": "^[!-~]{1,200}$"},
    "description": "Names this document and no other, such as your own id of it. The same request with the same key "
    "is answered as the first one was; when an answer was lost, send it again.",
}


_EXAMPLE: Final = """curl https://paraaf.example/api/v1/deliveries \\
  -H 'Authorization: Bearer TOKEN' \\
  -H 'Idempotency-Key: 7f3c-2025-Q3' \\
  -F 'metadata={"kind": "ob", "client": "1001", "period": "2025-Q3"};type=application/json' \\
  -F 'file=@Aangifte.pdf;type=application/pdf'"""

OPERATIONS: Final = (
    Operation(
        "POST",
        "/deliveries",
        _post,
        {
            "operationId": "deliver",
            "summary": "Deliver a document",
            "description": "Taken in once for each key. Nothing is filed of a request that is answered with a problem.",
            "parameters": [_KEY_PARAMETER],
            "x-codeSamples": [{"lang": "Shell", "source": _EXAMPLE}],
            "requestBody": _BODY,
            "responses": {
                "201": {"description": "It is taken in.", **_WITH_ADDRESS},
                "200": {"description": "It was taken in before, under this key.", **_WITH_ADDRESS},
                **describe_problems(
                    ProblemType.BROKEN_REQUEST,
                    ProblemType.UNAUTHORIZED,
                    ProblemType.TOO_SLOW,
                    ProblemType.TOO_LARGE,
                    ProblemType.WRONG_MEDIA_TYPE,
                    ProblemType.NOT_TAKEN,
                    ProblemType.UNAVAILABLE,
                ),
            },
        },
        {
            "Delivery": _DELIVERY_SCHEMA,
            "Metadata": Metadata.model_json_schema(ref_template="#/components/schemas/{model}"),
        },
        has_body=True,
    ),
    Operation(
        "GET",
        "/deliveries/{id}",
        _get,
        {
            "operationId": "getDelivery",
            "summary": "Ask what became of a delivery",
            "parameters": [{"name": "id", "in": "path", "required": True, "schema": _TEXT}],
            "responses": {
                "200": {"description": "What is known of it now.", "content": _SHOWN},
                **describe_problems(ProblemType.UNAUTHORIZED, ProblemType.NOT_FOUND, ProblemType.UNAVAILABLE),
            },
        },
        {"Delivery": _DELIVERY_SCHEMA},
    ),
)
