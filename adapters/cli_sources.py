"""The commands of source packages. What a command needs is imported when it runs, as in `adapters.cli`."""

from typing import Annotated

import typer

from adapters.commands.running import answer, run

sources = typer.Typer(no_args_is_help=True, help="The software that delivers documents to an office.")

Office = Annotated[str | None, typer.Option("--office", help="The office's name or id; not needed where there is one.")]
Name = Annotated[str, typer.Argument(help="As `paraaf sources list` shows.")]


@sources.command("add")
@answer
def add(
    name: Annotated[str, typer.Argument(help="Small letters and digits, such as twinfield; it names its folder too.")],
    office: Office = None,
) -> None:
    """Let a source package deliver; prints its token, which is shown this once."""
    from adapters.commands.sources import add as work  # noqa: PLC0415 - see above
    from adapters.settings import load_settings  # noqa: PLC0415 - see above

    for line in run(work(load_settings(), name, office)):
        print(line)


@sources.command("list")
@answer
def list_sources(office: Office = None) -> None:
    """Show the source packages of an office."""
    from adapters.commands.sources import show_all  # noqa: PLC0415 - see above
    from adapters.settings import load_settings  # noqa: PLC0415 - see above

    print("\n".join(run(show_all(load_settings(), office))) or "There is no source yet.")


@sources.command("renew")
@answer
def renew(name: Name, office: Office = None) -> None:
    """Give a source package a new token, after which the old one does not work any more."""
    from adapters.commands.sources import renew as work  # noqa: PLC0415 - see above
    from adapters.settings import load_settings  # noqa: PLC0415 - see above

    for line in run(work(load_settings(), name, office)):
        print(line)


@sources.command("revoke")
@answer
def revoke(name: Name, office: Office = None) -> None:
    """Take nothing from a source package any more, neither by its token nor from its folder."""
    from adapters.commands.sources import revoke as work  # noqa: PLC0415 - see above
    from adapters.settings import load_settings  # noqa: PLC0415 - see above

    print(run(work(load_settings(), name, office)))


@sources.command("pattern")
@answer
def pattern(
    name: Name,
    pattern: Annotated[
        str, typer.Argument(help="Such as {kind}_{client}_{period}.pdf, or nothing to read no names.")
    ] = "",
    office: Office = None,
) -> None:
    """Say how the names of files in a source's folder are read, for packages that write nothing beside the PDF."""
    from adapters.commands.sources import set_pattern  # noqa: PLC0415 - see above
    from adapters.settings import load_settings  # noqa: PLC0415 - see above

    print(run(set_pattern(load_settings(), name, pattern, office)))
