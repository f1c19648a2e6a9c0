"""The command line. What a command needs is imported when it runs, so that the others start fast."""

import sys
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from adapters.cli_evidence import erase, evidence, verify
from adapters.cli_outbox import outbox
from adapters.cli_seal import keys
from adapters.cli_sources import sources
from adapters.cli_templates import templates
from adapters.cli_webhooks import webhooks
from adapters.commands.running import answer, run

if TYPE_CHECKING:
    from adapters.settings import Settings

app = typer.Typer(
    name="paraaf",
    help="Signatures and approvals on documents, asked and given in the chat an office already uses.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
clients = typer.Typer(
    no_args_is_help=True, help="The clients of an office, their contacts, and who does what for them."
)
documents = typer.Typer(no_args_is_help=True, help="The documents in the clients' dossiers.")
offices = typer.Typer(no_args_is_help=True, help="The offices, their workspaces, and who counts as their staff.")
manifest = typer.Typer(no_args_is_help=True, help="The app to make on a platform.")
app.add_typer(clients, name="clients")
app.add_typer(documents, name="documents")
app.add_typer(evidence, name="evidence")
app.add_typer(keys, name="keys")
app.add_typer(offices, name="offices")
app.add_typer(outbox, name="outbox")
app.add_typer(sources, name="sources")
app.add_typer(manifest, name="manifest")
app.add_typer(webhooks, name="webhooks")
app.add_typer(templates, name="templates")
app.command()(erase)
app.command()(verify)

Office = Annotated[str | None, typer.Option("--office", help="The office's name; not needed where there is one.")]


def main() -> None:
    """Run the command line."""
    app()


def _settings() -> "Settings":
    from adapters.settings import load_settings  # noqa: PLC0415 - see above

    return load_settings()


def _show_version(wanted: bool) -> None:
    if wanted:
        print(f"paraaf {version('paraaf')}")
        raise typer.Exit


@app.callback()
def root(
    _version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Signatures and approvals on documents, asked and given in the chat an office already uses.

    Settings come from the environment and from .env in this folder; .env.example explains them.
    """


@app.command()
@answer
def serve(
    web: Annotated[bool, typer.Option("--web", help="Only take requests, of platforms and browsers.")] = False,
    worker: Annotated[bool, typer.Option("--worker", help="Only deliver, remind, record and seal.")] = False,
) -> None:
    """Run Paraaf until it is asked to stop: all of it in one process, or what is asked for."""
    from adapters.commands.serve import serve as work  # noqa: PLC0415 - see above
    from adapters.roles import choose_roles  # noqa: PLC0415 - see above

    run(work(_settings(), choose_roles(web=web, worker=worker)))


@app.command()
@answer
def doctor() -> None:
    """Tell what is set, reachable and missing; exit code 1 when something that is needed does not work."""
    from adapters.commands.doctor import examine  # noqa: PLC0415 - see above
    from adapters.commands.finding import Finding, Verdict  # noqa: PLC0415 - see above

    async def work() -> list[Finding]:
        found = []
        async for finding in examine(_settings()):
            print(f"{finding.verdict:<7} {finding.subject}: {finding.words}", flush=True)
            found.append(finding)
        return found

    if any(finding.verdict is Verdict.BROKEN for finding in run(work())):
        raise typer.Exit(1)


@clients.command("import")
@answer
def import_clients(file: Annotated[Path, typer.Argument(help="A CSV file.")], office: Office = None) -> None:
    """Take over clients, contacts and roles from a CSV file: all of it or, when anything is wrong, nothing.

    Columns: number, name, group, contact, email, preferred, and one for each role (relatiebeheerder, accountant,
    fiscaal, administratie, salaris, secretariaat) with the staff member's address, or Name <address>. A client with
    several contacts has several rows. The same file twice changes nothing, and nothing is ever removed.
    """
    from adapters.commands.clients import import_file  # noqa: PLC0415 - see above

    print(run(import_file(_settings(), file, office)))


@documents.command("add")
@answer
def add_documents(
    files: Annotated[list[Path], typer.Argument(help="The files.")],
    client: Annotated[str, typer.Option("--client", help="The client's number.")],
    folder: Annotated[str, typer.Option("--folder", help="A folder in the dossier, such as Aangiften/2025.")] = "",
    office: Office = None,
) -> None:
    """Add files to a client's dossier. A file with the name of one that is there becomes its next version."""
    from adapters.commands.documents import add_files  # noqa: PLC0415 - see above

    for line in run(add_files(_settings(), files, client, folder, office)):
        print(line)


@offices.command("add")
@answer
def add_office(
    name: Annotated[str, typer.Argument(help="As its clients know it.")],
    language: Annotated[str, typer.Option("--language", help="What cards are written in: nl or en.")] = "nl",
) -> None:
    """Add an office."""
    from adapters.commands.offices import add  # noqa: PLC0415 - see above

    print(run(add(_settings(), name, language)))


@offices.command("list")
@answer
def list_offices() -> None:
    """Show every office with its workspaces and staff."""
    from adapters.commands.offices import show_all  # noqa: PLC0415 - see above

    print("\n".join(run(show_all(_settings()))) or "There is no office yet.")


@offices.command("map")
@answer
def map_office(
    office: Annotated[str, typer.Argument(help="The office's name.")],
    slack: Annotated[
        str | None, typer.Option("--slack", help="The id of its Slack workspace, such as T0123ABCDEF.")
    ] = None,
    teams: Annotated[
        str | None, typer.Option("--teams", help="The id of its Microsoft tenant, such as 0a1b2c3d-….")
    ] = None,
) -> None:
    """Let a workspace or tenant belong to an office, in place of any other office that it belonged to."""
    from adapters.commands.offices import map_tenants  # noqa: PLC0415 - see above
    from bot.domain.people import Platform  # noqa: PLC0415 - see above

    print(run(map_tenants(_settings(), office, {Platform.SLACK: slack, Platform.TEAMS: teams})))


@offices.command("staff")
@answer
def set_staff(
    office: Annotated[str, typer.Argument(help="The office's name.")],
    group: Annotated[str | None, typer.Option("--group", help="Only this Slack user group, such as S0123.")] = None,
    account: Annotated[
        list[str] | None, typer.Option("--account", help="Only these members, by e-mail address or id.")
    ] = None,
    everyone: Annotated[bool, typer.Option("--everyone", help="Every full member again.")] = False,
    sender_may_sign: Annotated[
        bool | None, typer.Option("--sender-may-sign/--sender-may-not-sign", help="Their own requests.")
    ] = None,
) -> None:
    """Change who counts as staff, and may send; what is not given stays as it is."""
    from adapters.commands.offices import set_staff as work  # noqa: PLC0415 - see above

    told = run(work(_settings(), office, group, account or (), everyone=everyone, sender_may_sign=sender_may_sign))
    print(told)


@offices.command("signing")
@answer
def set_signing(
    office: Annotated[str, typer.Argument(help="The office's name.")],
    drawing: Annotated[
        str | None, typer.Option("--drawing", help="A signature with an approval: off, offered or required.")
    ] = None,
    typed: Annotated[
        bool | None, typer.Option("--typed/--no-typed", help="A typed name will do, for who cannot draw.")
    ] = None,
) -> None:
    """Ask signers to draw a signature or not, in requests sent from now on; what is not given stays as it is."""
    from adapters.commands.offices import set_signing as work  # noqa: PLC0415 - see above

    print(run(work(_settings(), office, drawing, typed=typed)))


@offices.command("reminders")
@answer
def set_reminders(
    office: Annotated[str, typer.Argument(help="The office's name.")],
    first: Annotated[int | None, typer.Option("--first", help="Working days until the first reminder.")] = None,
    every: Annotated[int | None, typer.Option("--every", help="Working days until each next one.")] = None,
    late_every: Annotated[
        int | None, typer.Option("--late-every", help="Working days until each next one after the due date.")
    ] = None,
    most: Annotated[
        int | None,
        typer.Option("--most", help="How many after the due date, before the sender and relatiebeheerder are told."),
    ] = None,
) -> None:
    """Say how often signers are reminded; what is not given stays as it is."""
    from adapters.commands.offices import set_reminders as work  # noqa: PLC0415 - see above

    changes = {"first": first, "every": every, "late_every": late_every, "most": most}
    print(run(work(_settings(), office, changes)))


@offices.command("own-client")
@answer
def set_own_client(
    office: Annotated[str, typer.Argument(help="The office's name.")],
    number: Annotated[str | None, typer.Argument(help="The number under which it is among its own clients.")] = None,
    none: Annotated[bool, typer.Option("--none", help="It is not among them any more.")] = False,
) -> None:
    """Say which client is the office itself: workflow templates can send along what is in that dossier."""
    from adapters.commands.offices import set_own_client as work  # noqa: PLC0415 - see above

    if (number is None) is not none:
        raise typer.BadParameter("choose: NUMBER, or --none.")
    print(run(work(_settings(), office, number)))


@manifest.command("slack")
@answer
def slack_manifest(
    url: Annotated[
        str | None, typer.Option("--url", help="Paraaf's public address; PARAAF_PUBLIC_URL if left out.")
    ] = None,
    socket_mode: Annotated[bool, typer.Option("--socket-mode", help="Reached without a public address.")] = False,
) -> None:
    """Print the Slack app to paste under "From a manifest" at https://api.slack.com/apps."""
    import json  # noqa: PLC0415 - see above

    from manifest.slack import render_manifest  # noqa: PLC0415 - see above

    address = url or _settings().public_url
    if not socket_mode and not address.startswith("https://"):
        print(f"Slack reaches only https addresses, and this is {address}.", file=sys.stderr)
    print(json.dumps(render_manifest(address, socket_mode=socket_mode), indent=2, ensure_ascii=False))


@manifest.command("teams")
@answer
def teams_package(
    output: Annotated[Path, typer.Option("--output", help="Where to write the package: FILE.zip.")],
    url: Annotated[
        str | None, typer.Option("--url", help="Paraaf's public address; PARAAF_PUBLIC_URL if left out.")
    ] = None,
    app_id: Annotated[
        str | None, typer.Option("--app-id", help="Application (client) ID; MICROSOFT_APP_ID if left out.")
    ] = None,
    tabs: Annotated[
        bool | None, typer.Option("--tabs/--no-tabs", help="With the tabs; PARAAF_TEAMS_TABS if left out.")
    ] = None,
) -> None:
    """Write the app package to upload in Teams: manifest, icons, and its texts in Dutch and English."""
    from adapters.commands.teams_package import write_package  # noqa: PLC0415 - see above

    for line in write_package(_settings(), output, url, app_id, has_tabs=tabs):
        print(line, file=sys.stderr)
    print(output)


if __name__ == "__main__":
    main()
