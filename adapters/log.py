"""How Paraaf logs: a JSON object a line, or readable lines on a terminal; never a request's address, body or person."""

import logging
import sys
from typing import Any

import structlog
from aiohttp.abc import AbstractAccessLogger
from aiohttp.web import BaseRequest, Request, RequestKey, StreamResponse

_SHARED: tuple[Any, ...] = (
    structlog.contextvars.merge_contextvars,
    structlog.processors.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
)
QUIET = frozenset({"/healthz", "/readyz", "/metrics"})
"""Asked every few seconds by whoever watches over Paraaf."""
REQUEST = RequestKey("REQUEST", str)
"""Under this key a request has its id."""

_log = structlog.get_logger("paraaf.access")


def set_up_logging(*, readable: bool | None = None) -> None:
    """Log to standard error, what libraries warn of included; `readable` lines by default on a terminal."""
    if readable is None:
        readable = sys.stderr.isatty()
    # Tracebacks are printed plainly: a renderer that shows local variables would show secrets and names.
    renderer: tuple[Any, ...] = (
        (structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback),)
        if readable
        else (structlog.processors.format_exc_info, structlog.processors.JSONRenderer())
    )
    structlog.configure(
        processors=[*_SHARED, *renderer],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[*_SHARED, structlog.stdlib.add_logger_name],
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *renderer],
    )
    passing_on = logging.StreamHandler(sys.stderr)
    passing_on.setFormatter(formatter)
    logging.basicConfig(handlers=[passing_on], level=logging.WARNING, force=True)


class AccessLog(AbstractAccessLogger):
    """One line for each request: its route instead of its address, which may hold a personal link, and no person."""

    def log(self, request: BaseRequest, response: StreamResponse, time: float) -> None:
        """Log one request that took `time` seconds."""
        route = name_route(request)
        if route in QUIET and response.status < 400:  # noqa: PLR2004 - HTTP's first number for a failure
            return
        ids = {"request": request[REQUEST]} if REQUEST in request else {}
        milliseconds = round(time * 1000, 1)
        _log.info(
            "request", method=request.method, route=route, status=response.status, milliseconds=milliseconds, **ids
        )


def name_route(request: BaseRequest) -> str:
    """The pattern that a request's address fits, or `unknown`."""
    if not isinstance(request, Request):
        return "unknown"
    resource = request.match_info.route.resource
    return resource.canonical if resource else "unknown"
