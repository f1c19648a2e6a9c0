"""Lets in who has the token of a source package."""

from hmac import compare_digest

from aiohttp import web

from adapters.web.api.problems import Problem, ProblemType
from bot.domain.delivery import SourcePackage
from bot.ports import Ports
from bot.texts import Texts
from bot.use_cases.secrets import hash_secret
from bot.use_cases.sources import read_token

_NOBODY = "0" * 64


async def require_source(request: web.Request, ports: Ports, texts: Texts) -> SourcePackage:
    """The source whose token is in the request. Raises `Problem`."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    token = token.strip()
    named = read_token(token) if scheme.lower() == "bearer" else None
    source = None
    if named is not None:
        async with ports.store.single_query() as tx:
            source = await tx.sources.get(named)
    # Found by a name that is no secret, and compared in a time that tells nothing of the rest.
    expected = (source and source.token_hash) or _NOBODY
    if not compare_digest(hash_secret(token), expected) or source is None:
        words = texts.say("Send the token of the source package: “Authorization: Bearer …”. The office has it.")
        raise Problem(ProblemType.UNAUTHORIZED, words, closes=True)
    return source
