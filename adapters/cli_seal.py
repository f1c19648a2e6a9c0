"""The commands of the seal. What a command needs is imported when it runs, as in `adapters.cli`."""

from pathlib import Path
from typing import Annotated

import typer

from adapters.commands.running import answer

keys = typer.Typer(no_args_is_help=True, help="The key and certificate that PDFs are sealed with.")


@keys.command("make")
@answer
def keys_make(
    office: Annotated[str, typer.Option("--office", help="The name on the seal, as clients know the office.")],
    folder: Annotated[
        Path | None, typer.Option("--folder", help="Where to write them; the data folder if left out.")
    ] = None,
    password_file: Annotated[
        Path | None, typer.Option("--password-file", help="Encrypt the key with the first line of this file.")
    ] = None,
) -> None:
    """Make a key and a self-signed certificate for sealing. Overwrites nothing."""
    from adapters.commands.seal_keys import make_keys  # noqa: PLC0415 - see above
    from adapters.settings import load_settings  # noqa: PLC0415 - see above

    print("\n".join(make_keys(office, folder or load_settings().data_dir, password_file)))


@keys.command("show")
@answer
def keys_show() -> None:
    """Show the seal that is set: whose it is, who vouches for it, how long it is valid, what it is worth."""
    from adapters.commands.seal_keys import show_keys  # noqa: PLC0415 - see above
    from adapters.settings import load_settings  # noqa: PLC0415 - see above

    print("\n".join(show_keys(load_settings())))
