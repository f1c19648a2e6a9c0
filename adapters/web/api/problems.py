"""Answers that say what is wrong, as `application/problem+json` (RFC 9457)."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from aiohttp import web

from bot.domain.delivery_refusals import DeliveryFault, DeliveryRefused, DeliveryTrouble
from bot.texts import Texts
from bot.views.delivery_refusals import explain_fault

MEDIA_TYPE = "application/problem+json"


class ProblemType(Enum):
    """Every kind of problem: the status it comes with, and its title, by which programs and people know it again."""

    BROKEN_REQUEST = 400, "The request cannot be read"
    UNAUTHORIZED = 401, "The token is missing or wrong"
    NO_SUCH_ADDRESS = 404, "There is no such address"
    NOT_FOUND = 404, "There is nothing here for this source package"
    WRONG_METHOD = 405, "The address does not take this method"
    TOO_SLOW = 408, "The request did not arrive in time"
    TOO_LARGE = 413, "The request is too large"
    WRONG_MEDIA_TYPE = 415, "The request is not multipart/form-data"
    NOT_TAKEN = 422, "The document cannot be taken"
    KEY_USED = 422, "The key was used for another document"
    UNAVAILABLE = 503, "Not available right now"

    def __init__(self, status: int, title: str) -> None:
        self.status = status
        self.title = title

    @property
    def anchor(self) -> str:
        """Its name, and where the page about the interface explains it."""
        return self.name.lower().replace("_", "-")


@dataclass(eq=False)
class Problem(Exception):
    """Ends a request with this answer. `detail` says what to do; `errors` what is wrong with which field."""

    type: ProblemType
    detail: str
    errors: Sequence[Mapping[str, str]] = ()
    closes: bool = False
    """Whether the rest of the request is not read."""
    allow: str = ""
    """The methods that are taken instead, where it is about the method (RFC 9110, section 10.2.1)."""


def answer_problem(problem: Problem, public_url: str, texts: Texts) -> web.Response:
    """The answer."""
    kind = problem.type
    body: dict[str, object] = {
        "type": f"{public_url}/api/v1/#{kind.anchor}",
        "title": kind.title,
        "status": kind.status,
        "detail": problem.detail,
    }
    if problem.errors:
        body["errors"] = problem.errors
    headers = {"Cache-Control": "no-store", "Content-Language": texts.language}
    if kind is ProblemType.UNAUTHORIZED:
        headers["WWW-Authenticate"] = 'Bearer realm="Paraaf"'
    if kind is ProblemType.UNAVAILABLE:
        headers["Retry-After"] = "30"
    if problem.allow:
        headers["Allow"] = problem.allow
    text = json.dumps(body, ensure_ascii=False)
    answer = web.Response(status=kind.status, text=text, content_type=MEDIA_TYPE, headers=headers)
    if problem.closes:
        answer.force_close()
    return answer


def tell_refusal(refusal: DeliveryRefused, texts: Texts) -> Problem:
    """The problem that a refusal is."""
    errors = [
        {"field": fault.field, "code": fault.trouble.value, "detail": explain_fault(fault, texts)}
        for fault in refusal.faults
    ]
    return Problem(_find_type(refusal.faults[0]), " ".join(dict.fromkeys(each["detail"] for each in errors)), errors)


def _find_type(fault: DeliveryFault) -> ProblemType:
    match fault.trouble:
        case DeliveryTrouble.KEY_USED:
            return ProblemType.KEY_USED
        case DeliveryTrouble.TOO_LARGE:
            return ProblemType.TOO_LARGE
        case DeliveryTrouble.NOT_READABLE:
            return ProblemType.BROKEN_REQUEST
        case _:
            return ProblemType.NOT_TAKEN


def _describe(kind: ProblemType) -> dict[str, object]:
    """How OpenAPI describes it."""
    described: dict[str, object] = {
        "description": kind.title,
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    if kind is ProblemType.UNAUTHORIZED:
        described["headers"] = {"WWW-Authenticate": {"schema": {"type": "string"}, "required": True}}
    return described


def describe_problems(*kinds: ProblemType) -> dict[str, object]:
    """The answers of an operation that are problems, one for each status."""
    return {str(kind.status): _describe(kind) for kind in reversed(kinds)}


SCHEMA = {
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string", "format": "uri", "description": "Which problem it is."},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {
            "type": "string",
            "description": "What is wrong and what to do, in the language that was asked for.",
        },
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "code", "detail"],
                "properties": {name: {"type": "string"} for name in ("field", "code", "detail")},
            },
        },
    },
}
"""A problem, as OpenAPI describes it."""
