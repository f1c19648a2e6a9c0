"""Addresses in cards: checked the same way for every platform."""

from urllib.parse import quote, urlsplit

from cards import limits


def check_url(url: str) -> str:
    """`url` in ASCII, without angle brackets; raises TooLong, or ValueError for what is no http address."""
    if urlsplit(url).scheme not in {"http", "https"} or not urlsplit(url).netloc:
        raise ValueError(f"Not an http address: {url!r}")
    return limits.fit(quote(url, safe="%/:?#[]@!$&'()*+,;=~-._"), limits.URL, "address")


def check_picture(url: str) -> str:
    """As `check_url`, but https alone: platforms fetch pictures themselves, and no others."""
    checked = check_url(url)
    if urlsplit(url).scheme != "https":
        raise ValueError(f"Not an https address: {url!r}")
    return checked
