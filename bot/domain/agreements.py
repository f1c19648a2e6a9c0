"""Documents that are agreements by their name: for those the certified way of signing is recommended (product)."""

import re
from typing import Final

_PARTS: Final = ("overeenkomst", "contract", "agreement", "opdrachtbevestiging", "aanstellingsbrief", "volmacht")
"""What makes a name one of an agreement wherever it stands in it, as in `Huurovereenkomst`."""
_BEGINNINGS: Final = ("huur", "engagement letter", "letter of engagement", "lease", "nda", "akte van")
"""What does so where a word begins with it."""
_AGREEMENT: Final = re.compile(f"{'|'.join(_PARTS)}|\\b({'|'.join(_BEGINNINGS)})", re.IGNORECASE)
_SEPARATORS: Final = re.compile(r"[\s_.-]+")


def looks_like_agreement(name: str) -> bool:
    """Whether the name of a document, in Dutch or English, is that of an agreement."""
    return _AGREEMENT.search(_SEPARATORS.sub(" ", name)) is not None
