"""The commands of the evidence. What a command needs is imported when it runs, as in `adapters.cli`."""

from pathlib import Path
from typing import Annotated

import typer

from adapters.commands.running import answer

evidence = typer.Typer(no_args_is_help=True, help="The logs that prove what was decided.")

Keys = Annotated[
    list[str] | None, typer.Option("--key", help="A key you trust, or a file of them; for a log or a witness.")
]
Language = Annotated[str | None, typer.Option("--language", envvar="LANG", help="nl or en.")]


@answer
def verify(
    file: Annotated[Path, typer.Argument(help="A proof: FILE.tlog-proof.")],
    document: Annotated[Path | None, typer.Option("--document", help="The document it should be about.")] = None,
    key: Keys = None,
    timestamp: Annotated[Path | None, typer.Option("--timestamp", help="An RFC 3161 answer: FILE.tsr.")] = None,
    authority: Annotated[
        list[Path] | None, typer.Option("--authority", help="Certificates of timestamp authorities you trust, in PEM.")
    ] = None,
    language: Language = None,
) -> None:
    """Check a proof of the evidence log, without network or database; exit code 1 unless it holds."""
    from adapters.commands.evidence import verify as work  # noqa: PLC0415 - see above
    from adapters.verdicts import describe_report  # noqa: PLC0415 - see above
    from bot.texts import texts_for  # noqa: PLC0415 - see above
    from storage.evidence.verify import Verdict  # noqa: PLC0415 - see above

    report = work(file, key or (), document, timestamp, authority or ())
    print("\n".join(describe_report(report, texts_for(language, "en"))))
    if report.verdict is not Verdict.HOLDS:
        raise typer.Exit(1)


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
