"""Run a command's work, and put what goes wrong into words without a traceback."""

import asyncio
import errno
import sys
from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any, ParamSpec, TypeVar

import typer

T = TypeVar("T")
P = ParamSpec("P")


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run on the fastest event loop that is installed, and give back what comes of it."""
    try:
        import uvloop  # noqa: PLC0415 - not installed everywhere
    except ImportError:
        return asyncio.run(work)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(work)


def answer(command: Callable[P, None]) -> Callable[P, None]:
    """A command that ends with exit code 1 and a few words where it fails for a reason that its user can mend."""

    @wraps(command)
    def answered(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            command(*args, **kwargs)
        except (typer.Exit, KeyboardInterrupt):
            raise
        except Exception as error:
            words = explain(error)
            if words is None:
                raise
            typer.echo(f"paraaf: {words}", err=True)
            raise typer.Exit(1) from None

    return answered


def explain(error: Exception) -> str | None:
    """What went wrong and what to do, or None for a mistake of ours."""
    # Imported here: a command that goes well, and one that needs no settings, does without.
    from adapters.evidence.addresses import AddressRefused  # noqa: PLC0415 - as said above
    from adapters.pdf.sealing.errors import SealRefused  # noqa: PLC0415 - as said above
    from adapters.settings import SettingsError  # noqa: PLC0415 - as said above
    from bot.domain.errors import Conflict, KeyRefused, StoreUnavailable  # noqa: PLC0415 - as said above
    from bot.use_cases.add_documents import DocumentsRefused  # noqa: PLC0415 - as said above
    from bot.use_cases.client_file import ClientFileRefused  # noqa: PLC0415 - as said above
    from bot.use_cases.find_person import PersonRefused  # noqa: PLC0415 - as said above
    from bot.use_cases.import_templates import TemplatesRefused  # noqa: PLC0415 - as said above
    from bot.use_cases.offices import OfficeRefused  # noqa: PLC0415 - as said above
    from storage.evidence.errors import EvidenceError  # noqa: PLC0415 - as said above

    match error:
        case SettingsError():
            return f"these settings are missing or wrong:\n{_indent(str(error))}"
        case ClientFileRefused():
            return f"nothing was imported:\n{_indent(str(error))}"
        case TemplatesRefused():
            return f"nothing was done:\n{_indent(str(error))}"
        case OfficeRefused() | DocumentsRefused() | PersonRefused() | AddressRefused():
            return str(error)
        case StoreUnavailable():
            return f"the database or the documents cannot be reached: {error.reason}. See: paraaf doctor"
        case KeyRefused():
            return f"{error}."
        case SealRefused():
            return f"the seal: {error}. See: paraaf doctor"
        case EvidenceError():
            return f"the evidence: {error}. See: paraaf evidence fsck"
        case Conflict():
            return "somebody else changed the same at the same time; nothing was changed. Run it again."
        case OSError(errno=errno.EADDRINUSE):
            return "the port is taken; choose another with PARAAF_PORT."
        case OSError(filename=str(name)) if error.strerror:
            return f"{name}: {error.strerror}."
        case _:
            return _explain_refused_token(error)


def _explain_refused_token(error: Exception) -> str | None:
    # Only looked for where Slack's libraries are loaded already: without them nothing can have raised it.
    module = sys.modules.get("adapters.slack.errors")
    return str(error) if module and isinstance(error, module.TokenRefused) else None


def _indent(text: str) -> str:
    return "\n".join(f"  {line}" for line in text.splitlines())
