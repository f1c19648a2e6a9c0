"""Marks: each in its field and upright, whatever the page, the name and the signature."""

import pytest

from bot.domain.fields import Field, FieldKind
from bot.domain.sealing import Mark
from bot.domain.signature import DrawnSignature, TypedSignature
from tests.adapters.pdf.composed import DAY, IMAGE, PATH, TEXT, compose, png, wave
from tests.adapters.pdf.reading import is_inside, see, turn_field
from tests.adapters.pdf.test_inspection import a_pdf, drawn, turned


@pytest.mark.parametrize("crop", [(0, 0, 400, 600), (20, 30, 380, 550)])
@pytest.mark.parametrize("degrees", [0, 90, 180, 270])
def test_marks_are_upright_in_their_fields(degrees: int, crop: tuple[int, int, int, int]) -> None:
    original = turned(drawn(a_pdf("x")), degrees, crop)
    kinds = (FieldKind.NAME, FieldKind.DATE, FieldKind.TEXT, FieldKind.SIGNATURE)
    fields = tuple(
        Field(kind, 0, 0, (40 + 70 * row, 60 + 80 * row, *((60, 40) if degrees % 180 == 0 else (40, 60))))
        for row, kind in enumerate(kinds)
    )
    mark = Mark(0, "Jan", "24-11", ("Baas",), TypedSignature("Jansen"))
    page = see(compose(original, mark, fields=fields))
    for text, field in zip(("Jan", "24-11", "Baas", "Jansen"), fields, strict=True):
        # "Jan" is in "Jansen" as well, so each is looked for from the end of the word.
        left, bottom, width, height = page.find(text if text != "Jan" else "Jan\r")
        assert is_inside((left, bottom, width, height), turn_field(field, original)), text
        assert width > height


def test_texts_come_in_the_order_of_their_fields_and_only_to_their_signers() -> None:
    original = drawn(a_pdf("[[tekst 1: Functie]]", "[[tekst 2: Plaats]]", "[[tekst 1: Plaats]]"))
    marks = (Mark(0, "A", DAY, ("Baas", "Urk")), Mark(1, "B", DAY, ("Ede",)))
    page = see(compose(original, *marks))
    tops = [page.find(text)[1] for text in ("Baas", "Ede", "Urk")]
    assert tops == sorted(tops, reverse=True)


def test_anchors_are_covered_and_those_of_others_are_not() -> None:
    empty = Mark(0, " ", " ", signature=None)
    own = drawn(a_pdf("[[tekst 1: Functie]]", "[[handtekening 1]]"))
    assert see(compose(own, empty)).picture(1.2).getcolors() == [(480 * 720, 255)]
    both = drawn(a_pdf("[[naam 1]]", "", "[[tekst 2: Functie]]"))
    rows = [(0, 160, 400, 240), (0, 60, 400, 140)]
    theirs, own_row = (see(compose(both, empty)).picture().crop(row) for row in rows)
    assert theirs.tobytes() == see(both).picture().crop(rows[0]).tobytes()
    assert own_row.getcolors() == [(400 * 80, 255)]


@pytest.mark.parametrize(
    "name", ["Wilhelmina Alexandrina van Oranje-Nassau " * 3, "W" * 200, "王" * 90, "محمد بن عبد الله " * 5]
)
def test_a_long_name_stays_in_its_field(name: str) -> None:
    field = Field(FieldKind.NAME, 0, 0, (50, 300, 180, 14))
    objects = list(see(compose(drawn(a_pdf("x")), Mark(0, name.strip(), DAY), fields=(field,))).list_objects())
    assert objects
    for kind, box in objects:
        assert kind == TEXT
        assert is_inside(box, field.box, slack=3)


@pytest.mark.parametrize("name", ["王小明", "김철수", "Ελένη Παπαδοπούλου", "Łukasz Žižka", "Фёдор"])
def test_names_in_many_scripts_can_be_read(name: str) -> None:
    original = drawn(a_pdf("[[naam 1]]", "[[handtekening 1]]"))
    composed = compose(original, Mark(0, name, DAY, signature=TypedSignature(name)))
    assert see(composed).text().count(name) == 2


def test_an_arabic_name_has_its_letters() -> None:
    page = see(compose(drawn(a_pdf("[[naam 1]]")), Mark(0, "محمد", DAY, signature=TypedSignature("x"))))
    assert set("محد") <= set(page.text())


@pytest.mark.parametrize(
    ("signature", "kind"),
    [
        (DrawnSignature(png(), (wave(), ((300.0, 90.0),))), PATH),
        (DrawnSignature(png(), (((10.0, 10.0),),)), PATH),
        (DrawnSignature(png(), tuple(wave(500) for _ in range(20))), PATH),
        (DrawnSignature(png(), (((-10_000.0, 10_000.0), (10_000.0, -10_000.0)),)), PATH),
        (DrawnSignature(png(), ()), IMAGE),
        (TypedSignature("Jan Jansen"), TEXT),
        (TypedSignature("W" * 100), TEXT),
        (None, TEXT),
    ],
    ids=["strokes", "a dot", "10,000 points", "far away", "a picture", "typed", "typed at length", "not asked"],
)
def test_a_signature_is_drawn_in_its_field(signature: DrawnSignature | TypedSignature | None, kind: int) -> None:
    field = Field(FieldKind.SIGNATURE, 0, 0, (50, 300, 160, 45))
    composed = compose(drawn(a_pdf("x")), Mark(0, "Jan", DAY, signature=signature), fields=(field,))
    objects = list(see(composed).list_objects())
    assert {each for each, _ in objects} == {kind}
    for _, box in objects:
        assert is_inside(box, field.box, slack=2)
    assert see(composed).picture().crop((50, 255, 210, 300)).histogram()[:200] != [0] * 200


def test_a_picture_lets_through_what_is_below() -> None:
    field = Field(FieldKind.SIGNATURE, 0, 0, (40, 480, 160, 60))
    original = drawn(a_pdf("Jaarrekening " * 3))
    before = see(original).picture()
    after = see(compose(original, Mark(0, "Jan", DAY, signature=DrawnSignature(png(), ())), fields=(field,))).picture()
    darker = [b <= a for a, b in zip(before.tobytes(), after.tobytes(), strict=True)]
    assert all(darker)


@pytest.mark.parametrize(
    "text", ["", " ", "\n", "Jan\tJansen\n\nB.V.", "Jan 🙂 Jansen", "ខ្មែរ", "e\u0301\u200b\u200d", "\u202eneerdnav"]
)
def test_any_text_can_be_written(text: str) -> None:
    kinds = (FieldKind.NAME, FieldKind.DATE, FieldKind.TEXT, FieldKind.SIGNATURE)
    fields = tuple(Field(kind, 0, 0, (50, 100 + 60 * row, 180, 40)) for row, kind in enumerate(kinds))
    for signature in (TypedSignature(text), None):
        composed = compose(drawn(a_pdf("x")), Mark(0, text, text, (text,), signature), fields=fields)
        for _, box in see(composed).list_objects():
            assert is_inside(box, (50, 100, 180, 220), slack=2)
    compose(drawn(a_pdf("x")), Mark(0, text, text, (text,), TypedSignature(text)), fields=())
