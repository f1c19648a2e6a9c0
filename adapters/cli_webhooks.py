"""The commands of webhooks. What a command needs is imported when it runs, as in `adapters.cli`."""

from datetime import datetime
from typing import Annotated

import typer

from adapters.commands.running import answer, run

webhooks = typer.Typer(no_args_is_help=True, help="Where source packages are told what became of their deliveries.")

Office = Annotated[str | None, typer.Option("--office", help="The office's name; not needed where there is one.")]
_Source = Annotated[str, typer.Argument(help="The source package's name, as `paraaf sources list` shows.")]


@webhooks.command("set")
@answer
def set_webhook(
    source: _Source,
    url: Annotated[str, typer.Argument(help="Where it is called: https://…")],
    renew: Annotated[bool, typer.Option("--renew", help="Give it another secret.")] = False,
    office: Office = None,
) -> None:
    """Let a source package be called at an address. Shows the secret once: when it is new.

    Also what was stopped goes on after this. With --renew calls are signed with the old secret as well for a week.
    """
    from adapters.commands.webhooks import set_webhook as work  # noqa: PLC0415 - see above
    from adapters.settings import load_settings  # noqa: PLC0415 - see above

    print("\n".join(run(work(load_settings(), source, url, office, renew=renew))))


@webhooks.command("list")
@answer
def list_webhooks(office: Office = None) -> None:
    """Show where the source packages of an office are called."""
    from adapters.commands.webhooks import list_webhooks as work  # noqa: PLC0415 - see above
    from adapters.settings import load_settings  # noqa: PLC0415 - see above

    print("\n".join(run(work(load_settings(), office))) or "Nothing.")


@webhooks.command("test")
@answer
def ping(source: _Source, office: Office = None) -> None:
    """Call a source package with a ping, and tell what it answers; exit code 1 where that is no success."""
    from adapters.commands.webhooks import ping as work  # noqa: PLC0415 - see above
    from adapters.settings import load_settings  # noqa: PLC0415 - see above

    words, is_well = run(work(load_settings(), source, office))
    print(words)
    if not is_well:
        raise typer.Exit(1)


@webhooks.command("replay")
@answer
def replay(
    envelope: Annotated[str | None, typer.Argument(help="The id of a request that ended.")] = None,
    source: Annotated[str | None, typer.Option("--source", help="All of this source package.")] = None,
    since: Annotated[
        datetime | None,
        typer.Option(
            "--since", help="That ended at this time or later, in Amsterdam.", formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M"]
        ),
    ] = None,
    office: Office = None,
) -> None:
    """Tell again how requests ended, by the same event ids as before: of one, or of a source package since a time."""
    from adapters.commands.webhooks import replay_envelope, replay_since  # noqa: PLC0415 - see above
    from adapters.settings import load_settings  # noqa: PLC0415 - see above

    if envelope and not source and not since:
        print(run(replay_envelope(load_settings(), envelope, office)))
    elif source and since and not envelope:
        print(run(replay_since(load_settings(), source, since, office)))
    else:
        raise typer.BadParameter("choose: ENVELOPE, or --source with --since.")


@webhooks.command("remove")
@answer
def remove(source: _Source, office: Office = None) -> None:
    """Call a source package no more, and forget what waits for it."""
    from adapters.commands.webhooks import remove as work  # noqa: PLC0415 - see above
    from adapters.settings import load_settings  # noqa: PLC0415 - see above

    print(run(work(load_settings(), source, office)))
