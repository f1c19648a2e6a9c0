"""The commands of workflow templates. What a command needs is imported when it runs, as in `adapters.cli`."""

from pathlib import Path
from typing import Annotated

import typer

from adapters.commands.running import answer, run

templates = typer.Typer(no_args_is_help=True, help="What to do with the documents that source packages deliver.")

Office = Annotated[str | None, typer.Option("--office", help="The office's name; not needed where there is one.")]
_Name = Annotated[str, typer.Argument(help="The template's name.")]


@templates.command("import")
@answer
def import_templates(file: Annotated[Path, typer.Argument(help="A TOML file.")], office: Office = None) -> None:
    """Take over the templates in a TOML file: all of them or, when anything is wrong, none.

    One of the same name is replaced; templates that are not in the file stay. See docs/workflow-templates.md.
    """
    from adapters.commands.templates import import_file  # noqa: PLC0415 - see above
    from adapters.settings import load_settings  # noqa: PLC0415 - see above

    print("\n".join(run(import_file(load_settings(), file, office))))


@templates.command("list")
@answer
def list_templates(office: Office = None) -> None:
    """Show every template, one line each."""
    from adapters.commands.templates import list_all  # noqa: PLC0415 - see above
    from adapters.settings import load_settings  # noqa: PLC0415 - see above

    print("\n".join(run(list_all(load_settings(), office))) or "There is no template yet.")


@templates.command("show")
@answer
def show(name: _Name, office: Office = None) -> None:
    """Print a template as TOML, to be changed and imported again."""
    from adapters.commands.templates import show as work  # noqa: PLC0415 - see above
    from adapters.settings import load_settings  # noqa: PLC0415 - see above

    print(run(work(load_settings(), name, office)))


@templates.command("remove")
@answer
def remove(name: _Name, office: Office = None) -> None:
    """Remove a template; requests that were sent by it stay as they are."""
    from adapters.commands.templates import remove as work  # noqa: PLC0415 - see above
    from adapters.settings import load_settings  # noqa: PLC0415 - see above

    print(run(work(load_settings(), name, office)))


@templates.command("test")
@answer
def try_delivery(
    file: Annotated[Path, typer.Argument(metavar="DELIVERY.json", help="What a source package would say.")],
    office: Office = None,
) -> None:
    """Say what would become of a delivery, and why; nothing is sent, and no platform is asked.

    The file holds source, kind, client and period, and perhaps title and file_name.
    """
    from adapters.commands.try_delivery import try_delivery as work  # noqa: PLC0415 - see above
    from adapters.settings import load_settings  # noqa: PLC0415 - see above

    print("\n".join(run(work(load_settings(), file, office))))
