"""What a file of workflow templates may say, and how each mistake in it is told."""

from dataclasses import replace

import pytest

from adapters.template_file import read_templates
from adapters.template_text import describe, write_template
from bot.domain.accounts import Asks
from bot.domain.certified import Way
from bot.domain.delivery import Kind
from bot.domain.dossier import ItemId
from bot.domain.people import Cadence, Role
from bot.domain.signature import Drawing
from bot.domain.workflow import Match, WorkflowTemplate
from bot.use_cases.import_templates import TemplatesRefused
from tests import builders as a

LEAST = '[[template]]\nname = "IB"\nkinds = ["ib"]\nsender = "fiscaal"\nway = "approval"\n'


def faults(text: str) -> list[str]:
    with pytest.raises(TemplatesRefused) as refused:
        read_templates(text.encode(), a.OFFICE)
    return list(refused.value.faults)


def change(key: str, value: str) -> str:
    """The least template with another value for a key, or with one more."""
    kept = [line for line in LEAST.splitlines() if not line.startswith(f"{key} =")]
    return "\n".join([*kept, f"{key} = {value}", ""])


@pytest.mark.parametrize(
    ("key", "value", "line", "part"),
    [
        ("kinds", '["ib", "btw"]', 5, "“btw” is not possible; choose from: ib, vpb, ob"),
        ("kinds", "[]", 5, "at least 1 item"),
        ("kinds", '"ib"', 5, "valid list"),
        ("sender", '"directeur"', 5, "choose from: relatiebeheerder, accountant"),
        ("way", '"akkoord"', 5, "choose from: approval, certified"),
        ("drawing", '"ja"', 6, "choose from: off, offered, required"),
        ("name", '""', 5, "at least 1 character"),
        ("name", '" x "', 5, "blank"),
        ("name", "7", 5, "valid string"),
        ("name", r'"a\u0000b"', 5, "characters that nobody sees"),
        ("message", r'"a\u007fb"', 6, "characters that nobody sees"),
        ("sources", '[""]', 6, "at least 1 character"),
        ("days_until_due", "-1", 6, "greater than or equal to 0"),
        ("days_until_due", "366", 6, "less than or equal to 365"),
        ("days_until_expiry", "0", 6, "greater than or equal to 1"),
        ("days_until_expiry", "731", 6, "less than or equal to 730"),
        ("days_until_due", '"14"', 6, "valid integer"),
        ("days_until_due", "true", 6, "valid integer"),
        ("reminders", '"nee"', 6, "valid boolean"),
        ("reminders", "{ first = 1, every = 1, late_every = 1 }", 6, "reminders, most: is missing"),
        ("reminders", "{ first = 0, every = 1, late_every = 1, most = 1 }", 6, "greater than or equal to 1"),
        (
            "reminders",
            "{ first = 1, every = 1, late_every = 1, most = 1, zzz = 1 }",
            6,
            "reminders, zzz: there is no such key. There are: first, every",
        ),
        ("mesage", '"x"', 6, "did you mean message? There are: name, kinds"),
        (
            "title",
            '"{klant}"',
            6,
            "{klant} is not possible; there are: {client}, {period}, {document}, {due}, {sender}.",
        ),
        ("message", '"{client.__class__.__mro__}"', 6, "{client.__class__.__mro__} is not possible"),
        ("message", '"a } b"', 6, "} is not possible"),
        ("message", '"voor {due}"', 6, "set days_until_due"),
        ("message", f'"{"x" * 1001}"', 6, "at most 1000 characters"),
        ("kinds", '["ib", "opdrachtbevestiging"]', 4, "way: not for opdrachtbevestiging: An agreement binds"),
        ("kinds", '["controleverklaring"]', 5, "kinds: not for controleverklaring: An accountant signs this in person"),
        ("standard_documents", "[]", 6, "at least 1 item"),
    ],
)
def test_each_wrong_key_is_told_with_its_line_and_what_is_possible(key: str, value: str, line: int, part: str) -> None:
    (told,) = faults(change(key, value))
    assert told.startswith(f"line {line}, template “IB”, ") or key == "name"
    assert f"line {line}, " in told
    assert part in told


def test_the_certified_way_takes_one_pdf_and_always_a_signature() -> None:
    certified = LEAST.replace("approval", "certified")
    assert "leave it out" in faults(certified + 'drawing = "off"\n')[0]
    assert "An accountant" in faults(certified.replace('"ib"', '"controleverklaring"'))[0]
    (read,) = read_templates((certified + 'drawing = "required"\n').encode(), a.OFFICE)
    assert (read.template.way, read.template.drawing) == (Way.CERTIFIED, Drawing.REQUIRED)


def test_wrong_texts_are_told_along_with_wrong_keys() -> None:
    told = "\n".join(faults(LEAST + 'days = 4\ntitle = "{datum}"\nmessage = "{x}"\n'))
    assert "line 6, template “IB”, days: there is no such key" in told
    assert "line 7, template “IB”, title: {datum} is not possible" in told
    assert "line 8, template “IB”, message: {x} is not possible" in told


def test_faults_of_several_templates_are_told_together() -> None:
    text = (
        'titel = 1\n\n[[template]]\nname = "Één"\nkinds = ["ib"]\nmessage = """\nway = "x"\n[[template]]\n"""\n'
        'sender = "fiscaal"\nway = "x"\n\n[[template]]\nkinds = ["ib"]\nsender = "x"\nway = "approval"\n'
    )
    told = [fault.partition(":")[0] for fault in faults(text)]
    assert told == [
        "line 11, template “Één”, way",
        "line 13, template 2, name",
        "line 15, template 2, sender",
        "line 1, titel",
    ]
    assert "an earlier template in this file has this name" in faults(LEAST + "\n" + LEAST.replace("IB", "ib"))[0]


@pytest.mark.parametrize(
    ("content", "part"),
    [
        (b"", "line 1, template: is missing."),
        (b"template = []\n", "at least 1 item"),
        (b'template = "x"\n', "valid list"),
        (b"template = [1]\n", "line 1, template 1"),
        (b"[template]\nname = 1\n", "line 1, template: input should be a valid list"),
        (b"[[template]]\nname = \n", "not TOML: Invalid value (at line 2"),
        (b"[[template]]\nname = 'a'\nname = 'b'\n", "not TOML: Cannot overwrite"),
        (b"\xff\xfe", "UTF-8"),
    ],
)
def test_what_is_no_file_of_templates_is_told(content: bytes, part: str) -> None:
    with pytest.raises(TemplatesRefused) as refused:
        read_templates(content, a.OFFICE)
    assert part in str(refused.value)


def test_every_template_is_written_as_it_is_read() -> None:
    names = (frozenset({name}) for name in ('S "1"', "1*", "ÉÉn", "2\\", "x"))
    match = Match(frozenset({Kind.VAT}), *names)
    full = WorkflowTemplate(
        a.OFFICE,
        'Naam met "aanhaling" \\ en Ω',
        match,
        'Regel één\n\n"""Regel""" \\twee\n{client}',
        "{document} 🧾",
        Role.SECRETARIAT,
        Way.APPROVAL,
        0,
        cadence=Cadence(1, 2, 3, 0),
        drawing=Drawing.OFFERED,
        asks=Asks.APPROVE,
        days_until_expiry=1,
    )
    plain = replace(
        full, days_until_expiry=None, message="Regel één\nregel twee", cadence=None, reminders=False, drawing=None
    )
    for template in (full, plain, a.a_template(days_until_due=None, message="")):
        (read,) = read_templates(("\ufeff" + write_template(template, {})).encode(), a.OFFICE)
        assert read.template == template
    written = write_template(
        replace(plain, standard_items=(ItemId("terms"), ItemId("gone"))), {ItemId("terms"): "V/x.pdf"}
    )
    (read,) = read_templates(written.encode(), a.OFFICE)
    assert read.standard_documents == ("V/x.pdf",)


def test_a_template_expires_no_earlier_than_it_is_due() -> None:
    written = LEAST + "days_until_due = 14\ndays_until_expiry = "
    assert faults(written + "13")[0].endswith("days_until_expiry: at least 14, as days_until_due says.")
    (read,) = read_templates((written + "14").encode(), a.OFFICE)
    assert read.template.days_until_expiry == 14
    assert "valid for 14 days" in describe(read.template)


def test_only_annual_accounts_are_adopted() -> None:
    adopting = LEAST.replace('["ib"]', '["jaarrekening"]') + 'asks = "adopt"\n'
    (read,) = read_templates(adopting.encode(), a.OFFICE)
    assert read.template.asks is Asks.ADOPT
    assert 'asks = "adopt"' in write_template(read.template, {})
    assert "only a jaarrekening is adopted" in faults(adopting.replace('["jaarrekening"]', '["jaarrekening", "ib"]'))[0]
