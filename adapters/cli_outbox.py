"""The commands of the outbox. What a command needs is imported when it runs, as in `adapters.cli`."""

from collections.abc import Sequence
from typing import Annotated

import typer

from adapters.commands.running import answer, run

outbox = typer.Typer(no_args_is_help=True, help="What must still reach a platform, and what failed for good.")

Office = Annotated[str | None, typer.Option("--office", help="Only of this office.")]
# What lies beyond the numbers of the databases is no row's.
_Id = Annotated[list[int], typer.Argument(metavar="ID…", help="As `paraaf outbox list` shows.", min=1, max=2**63 - 1)]
_MaybeIds = Annotated[
    list[int] | None, typer.Argument(metavar="ID…", help="As `paraaf outbox list` shows.", min=1, max=2**63 - 1)
]


@outbox.command("list")
@answer
def list_rows(
    office: Office = None,
    dead: Annotated[bool, typer.Option("--dead", help="Only what failed for good.")] = False,
) -> None:
    """Show what failed for good, and what waits. Times are those of Amsterdam."""
    from adapters.commands.outbox import list_rows as work  # noqa: PLC0415 - see above
    from adapters.settings import load_settings  # noqa: PLC0415 - see above

    print("\n".join(run(work(load_settings(), office, dead=dead))) or "Nothing.")


@outbox.command("retry")
@answer
def retry(
    ids: _MaybeIds = None,
    everything: Annotated[bool, typer.Option("--all", help="All that failed for good.")] = False,
    office: Office = None,
) -> None:
    """Put what failed for good back in line: at once due, and tried for a day again. Logged with the request."""
    from adapters.commands.outbox import retry as work  # noqa: PLC0415 - see above
    from adapters.commands.outbox import retry_all  # noqa: PLC0415 - see above
    from adapters.settings import load_settings  # noqa: PLC0415 - see above

    if bool(ids) is everything or (ids and office):
        raise typer.BadParameter("choose: ID…, or --all, which --office may narrow.")
    if ids:
        _tell("back in line", *run(work(load_settings(), ids)))
    else:
        _tell("back in line", run(retry_all(load_settings(), office)), [])


@outbox.command("drop")
@answer
def drop(ids: _Id, yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False) -> None:
    """Forget what failed for good; what waits stays. Logged with the request."""
    from adapters.commands.outbox import drop as work  # noqa: PLC0415 - see above
    from adapters.commands.outbox import list_these  # noqa: PLC0415 - see above
    from adapters.settings import load_settings  # noqa: PLC0415 - see above

    settings = load_settings()
    if not yes and (lines := run(list_these(settings, ids))):
        print("\n".join(lines))
        if not typer.confirm("Forget this for ever?"):
            print("Nothing was dropped.")
            raise typer.Exit(1)
    _tell("dropped", *run(work(settings, ids)))


def _tell(done: str, lines: Sequence[str], missing: Sequence[int]) -> None:
    for line in lines:
        print(f"{done}: {line}")
    if missing:
        named = ", ".join(map(str, missing))
        typer.echo(f"paraaf: not among what failed for good, and left as it is: {named}.", err=True)
        raise typer.Exit(1)
    if not lines:
        print("Nothing.")
