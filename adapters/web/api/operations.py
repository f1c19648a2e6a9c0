"""Operations of the interface: each with its handler and, beside it, its description in OpenAPI.

To add one, write an `Operation` and put it into the list in `adapters.web.api.routes`.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from aiohttp import web

from bot.domain.delivery import SourcePackage
from bot.ports import Ports
from bot.texts import Texts

BASE = "/api/v1"
DELIVERY_LIMIT = 100 * 1_000_000
"""Bytes of one document, unless the deployment says otherwise."""


@dataclass(frozen=True, slots=True)
class ApiSite:
    """What the interface is served with.

    `limit` is bytes of one document. A request may take `patience` seconds, and be silent for `silence` of them.
    `told` is called when something was delivered.
    """

    ports: Ports
    limit: int = DELIVERY_LIMIT
    patience: float = 900.0
    silence: float = 30.0
    told: Callable[[], None] = lambda: None


@dataclass(frozen=True, slots=True)
class Visit:
    """A request of a source package whose token is right. Everything it may see is its own office's, and its own."""

    request: web.Request
    site: ApiSite
    source: SourcePackage
    texts: Texts


Handle = Callable[[Visit], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing that can be asked: `path` is below `BASE`, `fragment` what stands under the method in OpenAPI.

    A handler raises `Problem`, or `DeliveryRefused` or `StoreUnavailable`, for which the answers are made outside.
    `schemas` are those that the fragment refers to.
    """

    method: str
    path: str
    handle: Handle
    fragment: Mapping[str, object]
    schemas: Mapping[str, object] = field(default_factory=dict)
    has_body: bool = False
