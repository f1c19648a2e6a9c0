"""Microsoft's own renderer of Adaptive Cards, run by Node on what Paraaf renders."""

import json
import os
import subprocess
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from tests.npm import VALIDATORS, find_node, install

SOURCE = VALIDATORS / "cards"
Answers = dict[str, Any]


@pytest.fixture(scope="session")
def show_cards() -> Callable[[Mapping[str, Mapping[str, object]]], Answers]:
    """Render cards, type and press; `tests/validators/cards/check_cards.js` says what goes in and comes out."""
    home = install(SOURCE)

    def show(asked: Mapping[str, Mapping[str, object]]) -> Answers:
        environment = os.environ | {"NODE_PATH": str(home / "node_modules")}
        done = subprocess.run(
            [str(find_node()), str(SOURCE / "check_cards.js")],
            input=json.dumps(asked).encode(),
            env=environment,
            capture_output=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr.decode()
        answers: Answers = json.loads(done.stdout)
        return answers

    return show
