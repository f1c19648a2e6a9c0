"""`paraaf templates` on a database with one office, and what a file of templates may say."""

import asyncio
import json
import re
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import pytest

from bot.domain.people import ClientId, OfficeId, Role
from storage.sql.store import SqlStore, SqlTransaction
from tests import builders as a
from tests.adapters.cli.conftest import Run
from tests.databases import prepared_sqlite

__all__ = ["prepared_sqlite"]

T = TypeVar("T")
DOCS = Path(__file__).parents[3] / "docs" / "workflow-templates.md"
(DOCUMENTED,) = re.findall(r"```toml\n(.*?)```", DOCS.read_text(), re.DOTALL)
(DELIVERY,) = re.findall(r"```json\n(.*?)```", DOCS.read_text(), re.DOTALL)
OWN = ClientId("own")
ELSEWHERE = OfficeId("office-2")
LEAST = '[[template]]\nname = "IB"\nkinds = ["ib"]\nsender = "fiscaal"\nway = "approval"\n'


def work(folder: Path, what: Callable[[SqlTransaction], Awaitable[T]]) -> T:
    async def run() -> T:
        store = SqlStore(f"sqlite:///{folder}/data/paraaf.db")
        async with store.transaction() as tx:
            done = await what(tx)
        await store.dispose()
        return done

    return asyncio.run(run())


async def fill(tx: SqlTransaction) -> None:
    await tx.offices.save(a.an_office())
    await tx.people.save_client(a.a_client(group="Mkb"))
    await tx.people.save_client(a.a_client(id=OWN, number="0001", name="Van Dijk"))
    await tx.people.save_contact(a.a_contact())
    await tx.people.confirm(a.an_account(), a.CONTACT, a.a_staff_account(), a.NOON)
    await tx.people.save_staff(a.a_staff_member())
    for role in (Role.TAX, Role.ACCOUNTANT):
        await tx.people.assign(a.CLIENT, role, a.a_staff_member())
    await tx.conversations.link(a.a_conversation())
    await tx.dossiers.add(a.an_item("terms", client=OWN, folder="Voorwaarden", name="Algemene voorwaarden.pdf"))


@pytest.fixture(autouse=True)
def filled(folder: Path, monkeypatch: pytest.MonkeyPatch, prepared_sqlite: Path) -> None:
    monkeypatch.setenv("PARAAF_DATA_DIR", str(folder / "data"))
    (folder / "data").mkdir()
    (folder / "data" / "paraaf.db").write_bytes(prepared_sqlite.read_bytes())
    work(folder, fill)
    (folder / "templates.toml").write_text(DOCUMENTED)
    (folder / "delivery.json").write_text(DELIVERY)


@pytest.fixture
def imported(paraaf: Run) -> None:
    assert paraaf("offices", "own-client", "Van Dijk Accountants", "0001").exit_code == 0
    assert paraaf("templates", "import", "templates.toml").exit_code == 0


def test_the_documented_file_is_imported_and_tells_what_changed(paraaf: Run, folder: Path) -> None:
    refused = paraaf("templates", "import", "templates.toml")
    assert (refused.exit_code, "paraaf offices own-client" in refused.stderr) == (1, True)
    assert "line 40, template “Jaarrekening mkb”, standard_documents" in refused.stderr
    assert work(folder, lambda tx: tx.workflow_templates.of_office(a.OFFICE)) == ()
    assert "client 0001" in paraaf("offices", "own-client", "Van Dijk Accountants", "0001").stdout
    added = paraaf("templates", "import", "templates.toml").stdout.splitlines()
    assert [line.split(";")[0] for line in added] == [
        "added: Aangifte inkomstenbelasting: ib",
        "added: Btw en ICP: icp, ob",
        "added: Jaarrekening mkb: jaarrekening",
        "added: Opdrachtbevestiging: opdrachtbevestiging",
    ]
    (folder / "templates.toml").write_text(LEAST.replace("IB", "btw EN icp").replace("fiscaal", "salaris"))
    again = paraaf("templates", "import", "templates.toml").stdout.splitlines()
    assert again[0].startswith('changed: btw EN icp (name: "Btw en ICP" → "btw EN icp"; kinds: ["icp", "ob"] → ["ib"]')
    assert 'sender: "administratie" → "salaris"' in again[0]
    assert again[1] == "left as they are: Aangifte inkomstenbelasting, Jaarrekening mkb, Opdrachtbevestiging"
    assert again[2] == (
        "note: “btw EN icp” and “Aangifte inkomstenbelasting” are for the same deliveries; then staff are asked which."
    )
    assert paraaf("templates", "import", "templates.toml").stdout.startswith("unchanged: btw EN icp\n")


@pytest.mark.usefixtures("imported")
def test_templates_are_listed_shown_and_removed(paraaf: Run, folder: Path) -> None:
    listed = paraaf("templates", "list").stdout.splitlines()
    assert listed[1] == (
        "Btw en ICP: icp, ob; from Fiscaal Gemak; any client except group Horeca; sent by administratie; approval; "
        "due after 5 days"
    )
    assert "9*, group Mkb" in listed[2]
    before = work(folder, lambda tx: tx.workflow_templates.of_office(a.OFFICE))
    shown = "\n\n".join(paraaf("templates", "show", each.name.upper()).stdout for each in before)
    (folder / "again.toml").write_text(shown)
    told = paraaf("templates", "import", "again.toml").stdout.splitlines()
    assert [line.partition(":")[0] for line in told] == ["unchanged"] * 4
    assert paraaf("templates", "remove", "BTW en icp").stdout == "removed: Btw en ICP\n"
    gone = paraaf("templates", "remove", "Btw en ICP")
    assert (gone.exit_code, "Opdrachtbevestiging" in gone.stderr) == (1, True)
    assert len(paraaf("templates", "list").stdout.splitlines()) == 3


@pytest.mark.usefixtures("imported")
def test_the_own_dossier_stays_while_templates_send_along_what_is_in_it(paraaf: Run) -> None:
    refused = paraaf("offices", "own-client", "Van Dijk Accountants", "--none")
    assert (refused.exit_code, "Jaarrekening mkb" in refused.stderr) == (1, True)
    paraaf("templates", "remove", "Jaarrekening mkb")
    assert "own dossier" not in paraaf("offices", "own-client", "Van Dijk Accountants", "--none").stdout
    assert paraaf("offices", "own-client", "Van Dijk Accountants", "77").exit_code == 1
    assert paraaf("offices", "own-client", "Van Dijk Accountants").exit_code == 2


@pytest.mark.usefixtures("imported")
def test_another_office_has_templates_of_its_own(paraaf: Run, folder: Path) -> None:
    work(folder, lambda tx: tx.offices.save(replace(a.an_office(), id=ELSEWHERE, name="Elders")))
    office = ("--office", "Elders")
    assert paraaf("templates", "list", *office).stdout == "There is no template yet.\n"
    assert paraaf("templates", "show", "Btw en ICP", *office).exit_code == 1
    assert paraaf("templates", "remove", "Btw en ICP", *office).exit_code == 1
    told = paraaf("templates", "test", "delivery.json", *office).stdout
    assert "there are none" in told
    assert "Haddad" not in told
    (folder / "least.toml").write_text(LEAST + 'standard_documents = ["Voorwaarden/Algemene voorwaarden.pdf"]\n')
    assert paraaf("templates", "import", "least.toml", *office).exit_code == 1
    assert len(paraaf("templates", "list", "--office", "Van Dijk Accountants").stdout.splitlines()) == 4


@pytest.mark.usefixtures("imported")
def test_a_delivery_is_tried_in_words(paraaf: Run) -> None:
    told = paraaf("templates", "test", "delivery.json").stdout
    for part in (
        "template “Aangifte inkomstenbelasting”: this one",
        "template “Btw en ICP”: not this one, since it is for icp, ob",
        "client: Haddad Bouw B.V., in group Mkb",
        "conversation C0CLIENT on slack, T0OFFICE: this one",
        "sender: Sanne de Vries <sanne@vandijk.example>, who is fiscaal for this client, if they take part",
        "addressee: Karim Haddad, the preferred contact, by account U0CLIENT, if they take part",
        "asked at the time itself",
        "document: Aangiften/2025/Aangifte inkomstenbelasting 2025",
        "Hierbij ontvangt u voor Haddad Bouw B.V. de Aangifte inkomstenbelasting 2025.",
        "it would be sent",
    ):
        assert part in told
    assert "staff would be asked" not in told


@pytest.mark.usefixtures("imported")
def test_a_doubtful_delivery_is_tried_as_well(paraaf: Run, folder: Path) -> None:
    def told(**given: str) -> str:
        (folder / "delivery.json").write_text(json.dumps(json.loads(DELIVERY) | given))
        return paraaf("templates", "test", "delivery.json").stdout

    nobody = told(client="77")
    assert "staff would be asked" in nobody
    assert "No client has this client number." in nobody
    assert "it is for deliveries from Fiscaal Gemak" in told(source="Elders", kind="ob")
    assert "No workflow template is for this delivery." in told(kind="vpb")
    assert "sender: nobody is relatiebeheerder for this client" in told(kind="opdrachtbevestiging")
    assert "along with it: Voorwaarden/Algemene voorwaarden.pdf" in told(kind="jaarrekening")
    opinion = told(kind="controleverklaring")
    assert "qualified certificate" in opinion
    assert "sender:" not in opinion


@pytest.mark.parametrize(
    ("content", "part"),
    [
        ("{", "not JSON"),
        ("[]", "the delivery: "),
        ('{"source": "x", "kind": "ib"}', "client: field required"),
        ('{"source": "x", "kind": "IB", "client": "1"}', "kind: choose from: ib, vpb"),
        ('{"source": "x", "kind": "ib", "client": 1001}', "client: input should be a valid string"),
        ("[" * 100_000, "not JSON"),
    ],
)
def test_what_is_no_delivery_is_told(paraaf: Run, folder: Path, content: str, part: str) -> None:
    (folder / "delivery.json").write_text(content)
    refused = paraaf("templates", "test", "delivery.json")
    assert (refused.exit_code, part in refused.stderr) == (1, True), refused.stderr


def test_a_missing_file_is_told(paraaf: Run) -> None:
    assert "nowhere.toml: No such file" in paraaf("templates", "import", "nowhere.toml").stderr
