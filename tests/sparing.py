"""What a test process keeps for the next test, and what it does not: neither changes what is tested."""

import sys
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

import storage.sql.engine

_ready: dict[str, Engine] = {}
"""An engine for each driver that was connected, whose dialect knows its database by now."""


def share_compiled_statements() -> None:
    """Let every store use the statements that another one compiled: most of what a test's first query costs."""
    storage.sql.engine.create_async_engine = _create_sharing  # type: ignore[attr-defined]  # what it imported itself


def _create_sharing(url: Any, **options: Any) -> AsyncEngine:  # noqa: ANN401 - SQLAlchemy's signature
    created = create_async_engine(url, query_cache_size=5_000, **options)
    engine = created.sync_engine
    if ready := _ready.get(engine.driver):
        # Statements are remembered by the dialect that they are for.
        engine.dialect = engine.pool._dialect = ready.dialect
        engine._compiled_cache = ready._compiled_cache
    else:
        event.listen(engine, "connect", lambda *_: _ready.setdefault(engine.driver, engine), once=True)
    return created


def forget_applications() -> None:
    """Let go of web applications that ended, and all they hold: aiohttp remembers the last 1,024."""
    if remembering := sys.modules.get("aiohttp.web_app"):
        remembering._cached_build_middleware.cache_clear()
