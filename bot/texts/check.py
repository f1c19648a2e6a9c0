"""Check the translations, or bring the catalogues up to date with the code.

    python -m bot.texts.check            say what is missing, doubtful, obsolete or wrong; exit code 1 if anything is
    python -m bot.texts.check --update   take the messages out of the code and merge them into the catalogues first

A catalogue holds no dates, no paths and no line numbers, so that it changes only when a message does.
"""

import ast
import sys
from collections.abc import Iterable, Iterator, Mapping
from io import BytesIO
from pathlib import Path
from string import Formatter

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po, write_po

from bot.texts import LANGUAGES, SOURCE_LANGUAGE

ROOT = Path(__file__).parents[2]
FOLDERS = ("bot", "adapters", "cards")
KEYWORDS: Mapping[str, tuple[int, ...] | None] = {"say": None, "count": (1, 2)}
"""Which calls take messages, and as which of their arguments."""

_KEPT_HEADERS = ("Language", "MIME-Version", "Content-Type", "Content-Transfer-Encoding", "Plural-Forms")


def find_sources(root: Path = ROOT) -> list[Path]:
    """The modules whose texts people read, in an order that never changes."""
    return sorted(path for folder in FOLDERS for path in (root / folder).rglob("*.py"))


def extract_messages(sources: Iterable[Path]) -> Catalog:
    """Every message in the code, in the order in which it stands there."""
    template = Catalog()
    for source in sources:
        for _, message, _, _ in extract_from_file("python", source, KEYWORDS):
            template.add(message)
    return template


def find_unreadable_calls(sources: Iterable[Path]) -> Iterator[str]:
    """Calls whose message is not written out where it is used, so that nobody can translate it."""
    for source in sources:
        tree = ast.parse(source.read_bytes())
        inside = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in ast.walk(node)}
        for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
            where = f"{source.parent.name}/{source.name}:{call.lineno}"
            if not _takes_literals(call):
                yield f"{where}: write the message out as a literal string in this call"
            elif id(call) in inside and _takes_message(call):
                yield f"{where}: call this outside of the f-string, where Babel does not look"


def _takes_literals(call: ast.Call) -> bool:
    if not isinstance(call.func, ast.Attribute):
        return True
    match call.func.attr, call.args:
        case "say", args:
            return bool(args) and _is_literal(args[0])
        case "count", [singular, plural, *_] if _is_texts(call.func.value):
            return _is_literal(singular) and _is_literal(plural)
        case _:
            return True


def _takes_message(call: ast.Call) -> bool:
    if not isinstance(call.func, ast.Attribute):
        return False
    return call.func.attr == "say" or (call.func.attr == "count" and _is_texts(call.func.value))


def _is_texts(receiver: ast.expr) -> bool:
    """Whether it is texts whose `count` is called: lists, strings and limits have a method of that name as well."""
    name = receiver.id if isinstance(receiver, ast.Name) else getattr(receiver, "attr", "")
    return name.endswith("texts")


def _is_literal(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def find_faults(template: Catalog, catalogue: Catalog) -> Iterator[str]:
    """What is wrong with a catalogue, one line for each message."""
    for message in template:
        if not message.id:
            continue
        translated = catalogue.get(message.id)
        if translated is None or not all(_strings(translated)):
            yield f"missing: {_name(message)}"
        elif translated.fuzzy:
            yield f"fuzzy: {_name(message)}"
        elif _differing_fields(translated):
            yield f"other fields than in the message: {_name(message)}"
    obsolete = [message for message in catalogue if message.id and template.get(message.id) is None]
    yield from (f"obsolete: {_name(message)}" for message in (*obsolete, *catalogue.obsolete.values()))


def _strings(message: Message) -> tuple[str, ...]:
    return (message.string,) if isinstance(message.string, str) else tuple(message.string or ())


def _name(message: Message) -> str:
    return repr(message.id if isinstance(message.id, str) else message.id[0])


def _differing_fields(message: Message) -> bool:
    singular, plural = (message.id, message.id) if isinstance(message.id, str) else message.id[:2]
    expected = [singular, *([plural] * (len(_strings(message)) - 1))]
    return any(_fields(left) != _fields(right) for left, right in zip(expected, _strings(message), strict=True))


def _fields(text: str) -> set[str] | None:
    try:
        return {name for _, name, _, _ in Formatter().parse(text) if name is not None}
    except ValueError:
        return None


def read_catalogue(path: Path, language: str) -> Catalog:
    """The catalogue in a file, or an empty one where there is no file yet."""
    if not path.exists():
        return Catalog(locale=language)
    with path.open("rb") as source:
        return read_po(source, locale=language, abort_invalid=True)


def update_catalogue(template: Catalog, path: Path, language: str) -> None:
    """Write the catalogue with the messages of the code: new ones empty, those no longer used left out."""
    catalogue = read_catalogue(path, language)
    catalogue.update(template, no_fuzzy_matching=True)
    catalogue.header_comment, catalogue.fuzzy = "", False
    written = BytesIO()
    write_po(written, catalogue, width=110, no_location=True, ignore_obsolete=True)
    header, _, messages = written.getvalue().decode().lstrip().partition("\n\n")
    path.write_text(f"{_strip_header(header)}\n\n{messages.rstrip()}\n", encoding="utf-8")


def _strip_header(header: str) -> str:
    kept = ("msgid", "msgstr", *(f'"{name}: ' for name in _KEPT_HEADERS))
    return "\n".join(line for line in header.splitlines() if line.startswith(kept))


def main(arguments: list[str]) -> int:
    """Check every catalogue, after updating it when asked to; the number of faults, at most 1."""
    sources = find_sources()
    template = extract_messages(sources)
    faults = list(find_unreadable_calls(sources))
    for language in LANGUAGES:
        if language == SOURCE_LANGUAGE:
            continue
        path = Path(__file__).with_name(f"{language}.po")
        if "--update" in arguments:
            update_catalogue(template, path, language)
        faults += [f"{path.name}: {fault}" for fault in find_faults(template, read_catalogue(path, language))]
    print("\n".join(faults) or f"{len(template)} messages, all translated.")
    return bool(faults)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
