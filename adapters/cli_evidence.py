"""The commands of the evidence. What a command needs is imported when it runs, as in `adapters.cli`."""

from pathlib import Path
from typing import Annotated

import typer

from adapters.commands.running import answer, run

evidence = typer.Typer(no_args_is_help=True, help="The logs that prove what was decided.")

Keys = Annotated[
    list[str] | None, typer.Option("--key", help="A key you trust, or a file of them; for a log or a witness.")
]
Language = Annotated[str | None, typer.Option("--language", envvar="LANG", help="nl or en.")]

Office = Annotated[str | None, typer.Option("--office", help="The office's name; not needed where there is one.")]
EvidenceDir = Annotated[
    Path | None,
    typer.Option("--evidence-dir", help="The folder of the evidence, if not the one of PARAAF_EVIDENCE_DIR."),
]


@answer
def erase(
    person: Annotated[
        str, typer.Argument(help="A contact's name or e-mail address, or an account: slack:TENANT:USER.")
    ],
    office: Office = None,
    evidence_dir: EvidenceDir = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Make unreadable for ever what is kept of a person in the evidence and what they signed with.

    First shows what that is, and what the law says to keep. Every proof still holds afterwards. May be repeated.
    """
    from adapters.commands.erase import erase as work  # noqa: PLC0415 - see above
    from adapters.commands.erase import look_up  # noqa: PLC0415 - see above
    from adapters.settings import load_settings  # noqa: PLC0415 - see above

    settings = load_settings()
    found = run(look_up(settings, person, office, evidence_dir))
    print("\n".join(found.lines))
    if not yes and typer.prompt(found.question) != found.person.name:
        print(found.nothing)
        raise typer.Exit(1)
    print(run(work(settings, found, evidence_dir)))


@answer
def verify(  # noqa: PLR0913, PLR0917 - the options of a command
    file: Annotated[Path, typer.Argument(help="A proof, FILE.tlog-proof, or a sealed PDF.")],
    document: Annotated[
        Path | None, typer.Option("--document", help="The document that a proof should be about.")
    ] = None,
    key: Keys = None,
    timestamp: Annotated[Path | None, typer.Option("--timestamp", help="An RFC 3161 answer: FILE.tsr.")] = None,
    authority: Annotated[
        list[Path] | None, typer.Option("--authority", help="Certificates of timestamp authorities you trust, in PEM.")
    ] = None,
    certificate: Annotated[
        list[Path] | None,
        typer.Option("--certificate", help="Certificates of seals you trust, or of their issuers, in PEM."),
    ] = None,
    language: Language = None,
) -> None:
    """Check a proof of the evidence log, or the seal of a PDF, without network or database.

    Exit code 1 unless it holds.
    """
    from adapters.commands.evidence import verify as work  # noqa: PLC0415 - see above
    from adapters.commands.judge import is_pdf, judge  # noqa: PLC0415 - see above
    from adapters.seal_verdicts import describe_judgement  # noqa: PLC0415 - see above
    from adapters.verdicts import describe_report  # noqa: PLC0415 - see above
    from bot.texts import texts_for  # noqa: PLC0415 - see above
    from storage.evidence.verify import Verdict  # noqa: PLC0415 - see above

    if is_pdf(file):
        judged = judge(file, certificate or (), authority or ())
        print("\n".join(describe_judgement(judged, texts_for(language, "en"))))
        if judged.verdict is not Verdict.HOLDS:
            raise typer.Exit(1)
        return
    report = work(file, key or (), document, timestamp, authority or ())
    print("\n".join(describe_report(report, texts_for(language, "en"))))
    if report.verdict is not Verdict.HOLDS:
        raise typer.Exit(1)


@evidence.command("adopt")
@answer
def evidence_adopt() -> None:
    """Let the archive in PARAAF_EVIDENCE_DIR record from now on, in place of one that is lost for good.

    Its logs get names of their own (PARAAF_EVIDENCE_NAME), so that every receipt tells which log it is from.
    """
    from adapters.commands.adopt import adopt as work  # noqa: PLC0415 - see above
    from adapters.settings import load_settings  # noqa: PLC0415 - see above

    print(run(work(load_settings())))


@evidence.command("check")
@answer
def evidence_check(office: Office = None, evidence_dir: EvidenceDir = None) -> None:
    """Compare what the database says with the evidence, also while Paraaf runs; exit code 1 if anything does not fit.

    Names the first of each kind and counts them all. Whether the evidence itself is whole: paraaf evidence fsck.
    """
    from adapters.commands.evidence_check import check, describe_tally  # noqa: PLC0415 - see above
    from adapters.settings import load_settings  # noqa: PLC0415 - see above

    tally = run(check(load_settings(), office, evidence_dir))
    print("\n".join(describe_tally(tally)))
    if tally.counts:
        raise typer.Exit(1)


@evidence.command("export")
@answer
def evidence_export(
    envelope: Annotated[str, typer.Argument(help="The id of the request, as on its log.")],
    output: Annotated[Path, typer.Option("--output", help="Where to write the bundle: FILE.zip.")],
    office: Office = None,
    evidence_dir: EvidenceDir = None,
    authority: Annotated[
        Path | None,
        typer.Option("--authority", envvar="PARAAF_TSA_ROOTS", help="Certificates of timestamp authorities, in PEM."),
    ] = None,
) -> None:
    """Write the evidence of one request, for somebody who checks it without Paraaf; the bundle says how."""
    from adapters.commands.export import export as work  # noqa: PLC0415 - see above
    from adapters.settings import load_settings  # noqa: PLC0415 - see above

    print(run(work(load_settings(), envelope, output, office, evidence_dir, authority)))


@evidence.command("keys")
@answer
def evidence_keys(
    office: Annotated[str | None, typer.Option("--office", help="The id of an office; all of them without.")] = None,
    evidence_dir: EvidenceDir = None,
) -> None:
    """Show the keys of the logs, which whoever checks a proof needs from somewhere they trust."""
    from adapters.commands.evidence_keys import list_keys  # noqa: PLC0415 - see above
    from adapters.settings import load_settings  # noqa: PLC0415 - see above

    print("\n".join(list_keys(load_settings(), office, evidence_dir)))


@evidence.command("rotate")
@answer
def evidence_rotate(
    office: Annotated[str, typer.Argument(help="The id of an office, as paraaf evidence keys shows it.")],
    evidence_dir: EvidenceDir = None,
) -> None:
    """Sign a log with a new key from here on; an entry signed by the old one says so. Not while Paraaf runs."""
    from adapters.commands.evidence_keys import rotate  # noqa: PLC0415 - see above
    from adapters.settings import load_settings  # noqa: PLC0415 - see above

    print(run(rotate(load_settings(), office, evidence_dir)))


@evidence.command("serve")
@answer
def evidence_serve(
    public: Annotated[
        str | None, typer.Option("--public", help="HOST:PORT that shows the logs to the world, read-only.")
    ] = None,
    user: Annotated[
        list[str] | None,
        typer.Option("--user", help="A system user who may connect; without, whoever can open the socket."),
    ] = None,
) -> None:
    """Keep the evidence in a process of its own, at PARAAF_EVIDENCE_URL or a socket in the data folder."""
    from adapters.commands.evidence_serve import serve  # noqa: PLC0415 - see above
    from adapters.settings import load_settings  # noqa: PLC0415 - see above

    run(serve(load_settings(), public, user or ()))


@evidence.command("fsck")
@answer
def evidence_fsck(
    folder: Annotated[Path, typer.Argument(help="The log of an office: the folder that holds its checkpoint.")],
    key: Keys = None,
    since: Annotated[
        list[Path] | None, typer.Option("--since", help="A proof or checkpoint from earlier that must still be true.")
    ] = None,
    language: Language = None,
) -> None:
    """Recompute a whole log from its bytes and name the first entry that does not fit; exit code 1 if any does not."""
    from adapters.commands.evidence import audit, describe_audit  # noqa: PLC0415 - see above
    from bot.texts import texts_for  # noqa: PLC0415 - see above

    found = audit(folder, key or (), since or ())
    print("\n".join(describe_audit(found, texts_for(language, "en"))))
    if found.faults:
        raise typer.Exit(1)
