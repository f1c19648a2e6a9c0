"""A file of clients: what it may look like, what is refused, and what it does to an office."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.domain.people import Office, Role
from bot.use_cases.client_file import ClientFileRefused, read_clients
from bot.use_cases.import_clients import import_clients
from storage.sql.migrations import migrate
from storage.sql.store import SqlStore
from tests import builders as a

FILE = """number;name;contact;email;preferred;relatiebeheerder;fiscaal
1001;Haddad Bouw B.V.;Karim Haddad;karim@haddad.example;yes;Sanne de Vries <sanne@vandijk.example>;bas@vandijk.example
1001;;Noor Haddad;noor@haddad.example;;;
1002;Bakkerij Özgür;;;;Sanne@vandijk.example;
"""


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqlStore]:
    url = f"sqlite:///{tmp_path}/paraaf.db"
    await migrate(url)
    store = SqlStore(url)
    async with store.transaction() as tx:
        await tx.offices.save(a.an_office())
    yield store
    await store.dispose()


@pytest.fixture
def office() -> Office:
    return a.an_office()


def faults_of(content: str | bytes) -> list[tuple[int, str]]:
    with pytest.raises(ClientFileRefused) as refused:
        read_clients(content.encode() if isinstance(content, str) else content)
    return [(each.row, each.fault) for each in refused.value.faults]


def test_several_rows_are_one_client() -> None:
    first, second = read_clients(FILE.encode())
    assert (first.number, first.name) == ("1001", "Haddad Bouw B.V.")
    assert [(each.name, each.email, each.preferred) for each in first.contacts] == [
        ("Karim Haddad", "karim@haddad.example", True),
        ("Noor Haddad", "noor@haddad.example", False),
    ]
    assert first.roles[Role.RELATION_KEEPER].name == "Sanne de Vries"
    assert first.roles[Role.TAX].email == "bas@vandijk.example"
    assert second.contacts == []


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"\xef\xbb\xbfNummer;Naam\r\n1;Caf\xc3\xa9\r\n", id="with a mark, Dutch headings, Windows lines"),
        pytest.param(b"number,name\n1,Caf\xc3\xa9\n", id="with commas"),
        pytest.param(b"number;name\n1;Caf\xe9\n", id="as Excel saves it on Windows"),
        pytest.param(b'number;name\n"1";"Caf\xc3\xa9"\n\n;\n', id="with quotes and empty rows"),
        pytest.param(b"  NUMBER ; name \n 1 ;  Caf\xc3\xa9 \n", id="with blanks around"),
    ],
)
def test_what_spreadsheets_write_is_read(content: bytes) -> None:
    (client,) = read_clients(content)
    assert (client.number, client.name) == ("1", "Café")


def test_every_fault_is_told_with_its_row() -> None:
    told = faults_of(
        "number;name;contact;email;preferred;fiscaal\n"
        "1;Haddad;Karim;karim at haddad;maybe;nobody\n"
        ";Nameless;;;;\n"
        "2;;;;;\n"
        "1;Bouw;;x@y.example;;\n"
        "3;A;B;;;;too;many\n"
    )
    assert [row for row, _ in told] == [2, 2, 2, 3, 4, 5, 5, 6]
    words = "\n".join(fault for _, fault in told)
    for part in ("not an e-mail", "neither yes nor no", "Name <address>", "number is missing", "no name in any row"):
        assert part in words
    for part in ("called “Haddad” in an earlier row", "contact's name is missing", "8 cells"):
        assert part in words


@pytest.mark.parametrize(
    ("content", "part"),
    [
        ("number;name;email;e-mail\n", "there twice"),
        ("number;naem\n1;x\n", "no column “naem”"),
        ("name\nx\n", "“number” is missing"),
        ("", "“number” is missing"),
        (b"n\0u\0m\0b\0e\0r\0", "CSV UTF-8"),
        ('number;name\n1;"half a quote\n', "quotation marks"),
        ("number;name;contact\n1;A;Bo\n1;;bo\n", "this contact in an earlier row"),
        ("number;name;contact;preferred\n1;A;Bo;ja\n1;;Cy;ja\n", "several preferred"),
        ("number;name;fiscaal\n1;A;a@b.example\n1;;c@b.example\n", "a@b.example as fiscaal in an earlier row"),
        ("number;name;fiscaal\n1;A;An <a@b.example>\n2;B;Bo <A@B.example>\n", "called “An” in an earlier row"),
        (f"number;name\n{'9' * 41};A\n", "longer than 40"),
        (f"number;name\n1;{'A' * 201}\n", "longer than 200"),
    ],
)
def test_a_fault_says_what_is_wrong(content: str | bytes, part: str) -> None:
    assert any(part in fault for _, fault in faults_of(content))


async def test_clients_contacts_and_roles_are_taken_over(store: SqlStore, office: Office) -> None:
    imported = await import_clients(store, office, FILE.encode())
    assert (imported.clients_added, imported.contacts_added, imported.staff_added, imported.roles_assigned) == (
        2,
        2,
        2,
        3,
    )
    async with store.reading() as tx:
        client = await tx.people.client_by_number(office.id, "1001")
        assert client
        contacts = await tx.people.contacts(client.id)
        roles = await tx.people.roles(client.id)
    assert [(each.name, each.preferred) for each in contacts] == [("Karim Haddad", True), ("Noor Haddad", False)]
    assert {role: member.name for role, member in roles.items()} == {
        Role.RELATION_KEEPER: "Sanne de Vries",
        Role.TAX: "bas@vandijk.example",
    }


async def test_the_same_file_twice_changes_nothing(store: SqlStore, office: Office) -> None:
    await import_clients(store, office, FILE.encode())
    again = await import_clients(store, office, FILE.encode())
    assert again.clients_listed == 2
    changes = {getattr(again, name) for name in again.__slots__ if name != "clients_listed"}
    assert changes == {0}


async def test_a_later_file_corrects_and_removes_nothing(store: SqlStore, office: Office) -> None:
    await import_clients(store, office, FILE.encode())
    later = (
        "number;name;contact;email;preferred;fiscaal\n"
        "1001;Haddad Groep B.V.;N. Haddad;noor@haddad.example;ja;Bas Jansen <bas@vandijk.example>\n"
    )
    imported = await import_clients(store, office, later.encode())
    assert (imported.clients_changed, imported.contacts_changed, imported.staff_changed) == (1, 1, 1)
    async with store.reading() as tx:
        client = await tx.people.client_by_number(office.id, "1001")
        assert client
        assert client.name == "Haddad Groep B.V."
        contacts = await tx.people.contacts(client.id)
        assert await tx.people.count_clients(office.id) == 2
        assert (await tx.people.roles(client.id))[Role.TAX].name == "Bas Jansen"
    assert [(each.name, each.preferred) for each in contacts] == [("N. Haddad", True), ("Karim Haddad", False)]


async def test_without_the_column_the_preferred_contact_stays(store: SqlStore, office: Office) -> None:
    await import_clients(store, office, FILE.encode())
    await import_clients(
        store, office, b"number;name;contact;email\n1001;Haddad Bouw B.V.;Karim H.;karim@haddad.example\n"
    )
    async with store.reading() as tx:
        client = await tx.people.client_by_number(office.id, "1001")
        assert client
        assert [each.name for each in await tx.people.contacts(client.id) if each.preferred] == ["Karim H."]


async def test_a_contact_without_address_gets_one(store: SqlStore, office: Office) -> None:
    await import_clients(store, office, b"number;name;contact\n1;A;Bo de Boer\n")
    imported = await import_clients(store, office, b"number;name;contact;email\n1;A;Bo de Boer;bo@a.example\n")
    assert (imported.contacts_added, imported.contacts_changed) == (0, 1)


async def test_a_file_with_a_fault_changes_nothing(store: SqlStore, office: Office) -> None:
    with pytest.raises(ClientFileRefused):
        await import_clients(store, office, (FILE + "1003;;;;;;\n").encode())
    async with store.reading() as tx:
        assert await tx.people.count_clients(office.id) == 0
