"""What the log shows, and what it never shows."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

CODE = """
import logging, sys
import structlog
from adapters.log import set_up_logging
set_up_logging(readable=sys.argv[1] == "readable")
def fail():
    password = "hunter" + "2"
    raise ValueError("wrong")
try:
    fail()
except ValueError:
    structlog.get_logger().exception("failed")
structlog.get_logger().debug("too fine")
logging.getLogger("aiohttp.server").warning("a library says so")
logging.getLogger("aiohttp.server").info("a library chats")
"""


def log(how: str) -> str:
    root = str(Path(__file__).parents[3])
    done = subprocess.run([sys.executable, "-c", CODE, how], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout == ""
    return done.stderr


@pytest.mark.parametrize("how", ["readable", "json"])
def test_a_failure_shows_where_but_no_values(how: str) -> None:
    told = log(how)
    assert "ValueError: wrong" in told
    assert "in fail" in told
    assert "hunter2" not in told


def test_every_line_is_one_object() -> None:
    failed, library = map(json.loads, log("json").splitlines())
    assert (failed["event"], failed["level"]) == ("failed", "error")
    assert (library["event"], library["logger"]) == ("a library says so", "aiohttp.server")
    assert all(each["timestamp"].endswith("Z") for each in (failed, library))
