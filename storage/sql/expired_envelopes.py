"""Which open envelopes are past their expiry: queries that an index answers, however many envelopes there are."""

from sqlalchemy import and_, bindparam, func, select

from bot.domain.envelope import EnvelopeState
from storage.sql.tables import envelopes

# Written out, not bound, so that the database sees that the partial index fits.
_IS_OPEN = envelopes.c.state == bindparam(None, EnvelopeState.OPEN.value, literal_execute=True)
_IS_PAST = and_(_IS_OPEN, envelopes.c.expires_at <= bindparam("now", type_=envelopes.c.expires_at.type))
EXPIRED = (
    select(envelopes.c.id).where(_IS_PAST).order_by(envelopes.c.expires_at, envelopes.c.id).limit(bindparam("limit"))
)
# SQLite has one writer at a time: nobody else has read what this one is about to save. Lines of the log may be added.
EXPIRED_POSTGRESQL = EXPIRED.with_for_update(skip_locked=True, key_share=True)
EXPIRED_SINCE = select(func.min(envelopes.c.expires_at)).where(_IS_PAST)
