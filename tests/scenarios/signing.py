"""The signing page as scenarios come to it."""

import re

from tests.scenarios.chat import View

_ADDRESS = re.compile(r"https?://[^\s\"']+/signing/[\w-]+")


def find_address(view: View) -> str:
    """The personal address that a dialog shows or links to."""
    found = _ADDRESS.search(" ".join([*getattr(view, "links", ()), str(view.body)]))
    assert found, view.words
    return found[0]
