"""Golden files: what the renderers made of each case when somebody last looked at it and found it right.

After a change, `pytest tests/unit/cards --update-golden` writes them anew; read the difference before committing it.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

# how long an example takes says something of the machine, and nothing of the renderers
settings.register_profile("cards", deadline=None)
settings.load_profile("cards")

GOLDEN = Path(__file__).parents[2] / "golden"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="write the golden files of cards anew")


@pytest.fixture
def check_golden(request: pytest.FixtureRequest) -> Callable[[str, dict[str, Any]], None]:
    """Compare a rendered card with its golden file, or write the file with --update-golden."""

    def check(name: str, rendered: dict[str, Any]) -> None:
        file = GOLDEN / f"{name}.json"
        # pytest knows the option only when it is started on this folder
        if request.config.getoption("--update-golden", default=False):
            file.write_text(json.dumps(rendered, indent=1, ensure_ascii=True) + "\n", encoding="utf-8")
        assert json.loads(file.read_text(encoding="utf-8")) == rendered

    return check
