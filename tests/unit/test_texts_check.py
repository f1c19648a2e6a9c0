"""What the check of the translations finds."""

from pathlib import Path

import pytest
from babel.messages.catalog import Catalog

from bot.texts import LANGUAGES, SOURCE_LANGUAGE, find_language, load_texts
from bot.texts.check import (
    extract_messages,
    find_faults,
    find_sources,
    find_unreadable_calls,
    main,
    read_catalogue,
    update_catalogue,
)

CODE = """
texts.say("Hello {name}", name=name)
texts.count("{number} page", "{number} pages", 3)
"words".count("w")
"""


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "code.py"
    path.write_text(CODE)
    return path


@pytest.fixture
def template(source: Path) -> Catalog:
    return extract_messages([source])


def a_catalogue(
    hello: str = "Hallo {name}", pages: tuple[str, ...] = ("{number} pagina", "{number} pagina's")
) -> Catalog:
    catalogue = Catalog(locale="nl")
    catalogue.add("Hello {name}", hello)
    catalogue.add(("{number} page", "{number} pages"), pages)
    return catalogue


def test_a_complete_catalogue_has_no_faults(template: Catalog) -> None:
    assert len(template) == 2
    assert list(find_faults(template, a_catalogue())) == []


@pytest.mark.parametrize(
    ("catalogue", "fault"),
    [
        (Catalog(locale="nl"), "missing"),
        (a_catalogue(hello=""), "missing"),
        (a_catalogue(pages=("{number} pagina", "")), "missing"),
        (a_catalogue(hello="Hallo {naam}"), "other fields"),
        (a_catalogue(hello="Hallo {name"), "other fields"),
        (a_catalogue(pages=("één pagina", "{number} pagina's")), "other fields"),
    ],
)
def test_a_fault_is_found(template: Catalog, catalogue: Catalog, fault: str) -> None:
    assert any(each.startswith(fault) for each in find_faults(template, catalogue))


def test_doubtful_and_left_over_translations_are_found(template: Catalog) -> None:
    catalogue = a_catalogue()
    catalogue.add("Hello {name}", "Hallo {name}", flags=["fuzzy"])
    catalogue.add("Goodbye", "Tot ziens")
    assert list(find_faults(template, catalogue)) == ["fuzzy: 'Hello {name}'", "obsolete: 'Goodbye'"]


def test_a_message_that_is_not_written_out_is_found(tmp_path: Path) -> None:
    path = tmp_path / "code.py"
    path.write_text(
        'texts.say(words)\ntexts.say(f"{x}")\nself._texts.count("a", other, 2)\ncount(x, y, z)\ntexts.say("a" "b")\n'
        "f'{texts.say(\"c\")}'"
    )
    assert [each.split(": ")[0].rpartition(":")[2] for each in find_unreadable_calls([path])] == ["1", "2", "3", "6"]


def test_an_update_keeps_translations_and_nothing_that_changes_by_itself(template: Catalog, tmp_path: Path) -> None:
    path = tmp_path / "nl.po"
    update_catalogue(template, path, "nl")
    first = path.read_text()
    assert "Date" not in first
    assert str(tmp_path) not in first
    translated = first.replace('msgid "Hello {name}"\nmsgstr ""', 'msgid "Hello {name}"\nmsgstr "Hallo {name}"')
    path.write_text(f'{translated}\nmsgid "Gone"\nmsgstr "Weg"\n')
    update_catalogue(template, path, "nl")
    once = path.read_text()
    update_catalogue(template, path, "nl")
    assert path.read_text() == once
    assert "Hallo {name}" in once
    assert "Weg" not in once
    assert read_catalogue(path, "nl")["Hello {name}"].string == "Hallo {name}"


def test_the_catalogues_are_complete(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0, capsys.readouterr().out


def test_every_translation_can_be_filled_in() -> None:
    template = extract_messages(find_sources())
    for language in LANGUAGES:
        texts = load_texts(language)
        assert language == SOURCE_LANGUAGE or texts.say("Approve") != "Approve"
    assert len(template) > 100


@pytest.mark.parametrize(
    ("locale", "language"),
    [("nl-NL", "nl"), ("nl_BE", "nl"), ("en-GB", "en"), ("fr-FR", "en"), ("", "nl"), (None, "nl"), ("?!", "nl")],
)
def test_a_reader_gets_a_language(locale: str | None, language: str) -> None:
    assert find_language(locale) == language
