"""Traces by OpenTelemetry, for who sets `PARAAF_TRACES_URL` and installed `paraaf[otel]`: ids alone, as in the log."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING

from adapters.settings import SettingsError
from bot.following import Follow, follow

if TYPE_CHECKING:
    from opentelemetry.trace import Tracer

_PATIENCE = 5.0
"""Seconds for a collector to take what it is sent, also at a stop."""


class Tracing:
    """`follow` keeps `bot.following.Follow`."""

    def __init__(self, tracer: "Tracer") -> None:
        self._tracer = tracer

    @contextmanager
    def follow(self, work: str, **ids: str) -> Iterator[None]:
        """A span with these ids. Of an error it tells the kind: its message may quote what people wrote."""
        from opentelemetry.trace import StatusCode  # noqa: PLC0415 - of the extra

        attributes = {f"paraaf.{name}": value for name, value in ids.items()}
        with follow(work, **ids):
            span = self._tracer.start_as_current_span(
                work, attributes=attributes, record_exception=False, set_status_on_exception=False
            )
            with span as current:
                try:
                    yield
                except Exception as error:
                    current.set_status(StatusCode.ERROR, type(error).__name__)
                    raise


@asynccontextmanager
async def open_traces(url: str | None) -> AsyncIterator[Follow]:
    """Send traces to the collector at this address (`…/v1/traces`), or none. Raises `SettingsError`."""
    if url is None:
        yield follow
        return
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415 - as above
        from opentelemetry.sdk.resources import Resource  # noqa: PLC0415 - as above
        from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415 - as above
        from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415 - as above
    except ModuleNotFoundError:
        raise SettingsError({"PARAAF_TRACES_URL": "needs what pip install 'paraaf[otel]' installs"}) from None
    provider = TracerProvider(resource=Resource.create({"service.name": "paraaf"}), shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=url, timeout=_PATIENCE)))
    try:
        yield Tracing(provider.get_tracer("paraaf")).follow
    finally:
        await asyncio.to_thread(provider.shutdown)  # sends what is left
