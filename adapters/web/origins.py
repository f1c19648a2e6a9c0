"""Whether a form was sent from a page of ours."""

from hashlib import sha256
from hmac import compare_digest, new

from aiohttp import web
from yarl import URL


def comes_from_here(request: web.Request, public_url: str) -> bool:
    """Whether no other site sent this. The secret in the address keeps others out already; this is one more wall.

    The pages give no referrer, so that browsers call their origin "null"; those of today tell in `Sec-Fetch-Site` what
    it is (W3C Fetch Metadata), and for older ones a different origin would be named.
    """
    if site := request.headers.get("Sec-Fetch-Site"):
        return site == "same-origin"
    return request.headers.get("Origin", "null") in {"null", str(URL(public_url).origin())}


def make_form_token(secret: str) -> str:
    """What a form on the page behind `secret` carries, and nobody can make who has not seen the page or its address."""
    return new(secret.encode(), b"paraaf form 1", sha256).hexdigest()


def is_form_token(token: str, secret: str) -> bool:
    """Whether the token was made for this page."""
    return compare_digest(token.encode(), make_form_token(secret).encode())
