"""What the log says of a mistake."""

import pytest

from bot.incidents import describe


def fail(error: Exception, cause: Exception) -> None:
    raise error from cause


def test_kinds_and_places_are_told_and_no_words() -> None:
    with pytest.raises(ValueError, match="secret") as raised:
        fail(ValueError("secret"), KeyError("Karim"))
    told = describe(raised.value)
    assert told["kind"] == "ValueError < KeyError"
    assert "test_incidents.py" in str(told["at"])
    assert "secret" not in str(told)
    assert "Karim" not in str(told)


def test_an_error_that_is_its_own_cause_is_told_once() -> None:
    error = ValueError("itself")
    with pytest.raises(ValueError, match="itself") as raised:
        fail(error, error)
    assert describe(raised.value)["kind"] == "ValueError"


def test_errors_that_cause_each_other_are_told_once_each() -> None:
    first, second = ValueError(), KeyError()
    first.__cause__, second.__cause__ = second, first
    assert describe(first)["kind"] == "ValueError < KeyError"
