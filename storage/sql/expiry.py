"""Personal links that expired are forgotten when new ones are added, so that nothing has to run for it by itself."""

from datetime import datetime, timedelta

from sqlalchemy import Table, bindparam, delete

from storage.sql.session import Session

KEPT = timedelta(days=30)
"""How long a link is kept after it expired, so that whoever still follows it is told why it does nothing."""


async def forget_expired(session: Session, links: Table, expires_at: datetime) -> None:
    """Forget the links that expired a month before one that is added, which works until `expires_at`, will."""
    await session.run(delete(links).where(links.c.expires_at < bindparam("before")), {"before": expires_at - KEPT})
