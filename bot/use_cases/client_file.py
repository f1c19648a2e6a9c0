"""Read a file of clients: CSV as spreadsheets write it, checked as a whole before anything is done with it.

One row for each contact; a client with several contacts has several rows, and its name and roles in at least one.

    number;name;contact;email;preferred;relatiebeheerder;fiscaal
    1001;Haddad Bouw B.V.;Karim Haddad;karim@haddad.example;yes;Sanne de Vries <sanne@office.example>;
    1001;;Noor Haddad;noor@haddad.example;;;

`number` and `name` are required, the other columns may be left out. A column with the name of a role holds the e-mail
address of the staff member with that role, or `Name <address>`. `group` is the office's own word for clients that it
treats alike in workflow templates; it stands in at least one row of a client.
"""

import csv
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from io import StringIO

from bot.domain.people import Role

NUMBER_LENGTH, NAME_LENGTH = 40, 200
"""Characters at most; a number or name that is longer is another column by mistake."""

_COLUMNS = {
    "number": "number",
    "nummer": "number",
    "klantnummer": "number",
    "name": "name",
    "naam": "name",
    "contact": "contact",
    "contactpersoon": "contact",
    "email": "email",
    "e-mail": "email",
    "preferred": "preferred",
    "voorkeur": "preferred",
    "group": "group",
    "groep": "group",
    "klantgroep": "group",
} | {role.value: role.value for role in Role}
_WORDS = {"": False, "no": False, "nee": False, "n": False, "false": False, "0": False} | dict.fromkeys(
    ("yes", "ja", "y", "j", "x", "true", "1"), True
)
_ADDRESS = re.compile(r"[^@\s<>,;]+@[^@\s<>,;]+\.[^@\s<>,;]+")
_NAMED_ADDRESS = re.compile(r"(?P<name>[^<>]*)<(?P<address>[^<>]*)>")


@dataclass(frozen=True, slots=True)
class ListedContact:
    """A contact as the file lists it; `preferred` is None where the file has no such column."""

    name: str
    email: str | None
    preferred: bool | None


@dataclass(frozen=True, slots=True)
class ListedStaff:
    """A staff member as the file lists them; the name is empty where only the address is given."""

    name: str
    email: str


@dataclass(slots=True)
class ListedClient:
    """A client with everything that its rows say."""

    number: str
    name: str = ""
    group: str = ""
    contacts: list[ListedContact] = field(default_factory=list)
    roles: dict[Role, ListedStaff] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RowFault:
    """What is wrong in one row, counted from 1 with the heading as row 1, and what to do."""

    row: int
    fault: str


class ClientFileRefused(Exception):
    """The file was not taken: `faults` has every reason, by row."""

    def __init__(self, faults: Iterable[RowFault]) -> None:
        self.faults = tuple(sorted(faults, key=lambda each: each.row))
        super().__init__("\n".join(f"row {each.row}: {each.fault}" for each in self.faults))


def read_clients(content: bytes) -> tuple[ListedClient, ...]:
    """The clients in a file, in its order. Raises `ClientFileRefused` with every fault in it."""
    reading = _Reading()
    try:
        for row, cells in _read_rows(content, reading):
            reading.take(row, cells)
    except csv.Error as error:
        reading.complain(reading.row + 1, f"this is not CSV ({error}); check the quotation marks in it.")
    reading.finish()
    if reading.faults:
        raise ClientFileRefused(reading.faults)
    return tuple(reading.clients.values())


def _read_rows(content: bytes, reading: "_Reading") -> Iterator[tuple[int, Mapping[str, str]]]:
    text = _decode(content)
    heading = text.partition("\n")[0]
    rows = csv.reader(StringIO(text, newline=""), delimiter=";" if heading.count(";") else ",", strict=True)
    columns = _read_heading(next(rows, []), reading)
    if reading.faults:
        return  # What stands in the rows cannot be told without the columns.
    for row, cells in enumerate(rows, start=2):
        reading.row = row
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) > len(columns):
            reading.complain(row, f"{len(cells)} cells, but there are {len(columns)} columns; remove what is too much.")
            continue
        yield row, {column: " ".join(cell.split()) for column, cell in zip(columns, cells, strict=False)}


def _decode(content: bytes) -> str:
    if b"\0" in content:
        raise ClientFileRefused([RowFault(1, "this is not text; save the sheet as “CSV UTF-8”.")])
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        # What spreadsheets on Windows write unless they are told otherwise.
        return content.decode("cp1252", errors="replace")


def _read_heading(cells: list[str], reading: "_Reading") -> list[str]:
    columns = [_COLUMNS.get(cell.strip().casefold(), "") for cell in cells]
    for cell, column in zip(cells, columns, strict=True):
        if not column:
            known = "number, name, group, contact, email, preferred, " + ", ".join(Role)
            reading.complain(1, f"there is no column “{cell.strip()}”; remove or rename it. Known are: {known}.")
        elif columns.count(column) > 1:
            reading.complain(1, f"the column “{cell.strip()}” is there twice; keep one.")
    for required in ("number", "name"):
        if required not in columns:
            reading.complain(1, f"the column “{required}” is missing; add it to the heading.")
    return columns


class _Reading:
    """The clients and faults found so far."""

    def __init__(self) -> None:
        self.clients: dict[str, ListedClient] = {}
        self.faults: list[RowFault] = []
        self.row = 0
        self._first_row: dict[str, int] = {}
        self._staff_names: dict[str, str] = {}

    def complain(self, row: int, fault: str) -> None:
        self.faults.append(RowFault(row, fault))

    def take(self, row: int, cells: Mapping[str, str]) -> None:
        number = cells.get("number", "")
        if not number:
            self.complain(row, "the client number is missing.")
            return
        if len(number) > NUMBER_LENGTH:
            self.complain(row, f"the client number is longer than {NUMBER_LENGTH} characters.")
        client = self.clients.setdefault(number, ListedClient(number))
        self._first_row.setdefault(number, row)
        self._take_name(row, client, cells.get("name", ""))
        self._take_group(row, client, cells.get("group", ""))
        self._take_contact(row, client, cells)
        for role in Role:
            if cells.get(role.value):
                self._take_role(row, client, role, cells[role.value])

    def finish(self) -> None:
        for client in self.clients.values():
            if not client.name:
                self.complain(self._first_row[client.number], f"client {client.number} has no name in any row.")
            if sum(bool(contact.preferred) for contact in client.contacts) > 1:
                row = self._first_row[client.number]
                self.complain(row, f"client {client.number} has several preferred contacts; keep one.")

    def _take_name(self, row: int, client: ListedClient, name: str) -> None:
        if len(name) > NAME_LENGTH:
            self.complain(row, f"the name is longer than {NAME_LENGTH} characters.")
        if name and client.name and name != client.name:
            self.complain(row, f"client {client.number} is called “{client.name}” in an earlier row; use one name.")
        client.name = client.name or name

    def _take_group(self, row: int, client: ListedClient, group: str) -> None:
        if len(group) > NUMBER_LENGTH:
            self.complain(row, f"the group is longer than {NUMBER_LENGTH} characters.")
        if group and client.group and group != client.group:
            self.complain(row, f"client {client.number} is in group “{client.group}” in an earlier row; keep one.")
        client.group = client.group or group

    def _take_contact(self, row: int, client: ListedClient, cells: Mapping[str, str]) -> None:
        name, email = cells.get("contact", ""), cells.get("email", "")
        preferred = _WORDS.get(cells["preferred"].casefold()) if "preferred" in cells else False
        if preferred is None:
            self.complain(row, f"“{cells['preferred']}” is neither yes nor no; write yes, or leave it empty.")
        if email and not _ADDRESS.fullmatch(email):
            self.complain(row, f"“{email}” is not an e-mail address.")
        if not name:
            if email or preferred:
                self.complain(row, "the contact's name is missing.")
            return
        if len(name) > NAME_LENGTH:
            self.complain(row, f"the contact's name is longer than {NAME_LENGTH} characters.")
        if any(_is_same(each, name, email) for each in client.contacts):
            self.complain(row, f"client {client.number} has this contact in an earlier row; remove one.")
        client.contacts.append(ListedContact(name, email or None, preferred if "preferred" in cells else None))

    def _take_role(self, row: int, client: ListedClient, role: Role, cell: str) -> None:
        named = _NAMED_ADDRESS.fullmatch(cell)
        name, email = (named["name"].strip(' "'), named["address"].strip()) if named else ("", cell)
        if not _ADDRESS.fullmatch(email):
            self.complain(row, f"“{cell}” as {role} is neither an e-mail address nor Name <address>.")
            return
        known = self._staff_names.setdefault(email.casefold(), name)
        if name and known and name != known:
            self.complain(row, f"{email} is called “{known}” in an earlier row; use one name.")
        self._staff_names[email.casefold()] = known or name
        earlier = client.roles.setdefault(role, ListedStaff(name, email))
        if earlier.email.casefold() != email.casefold():
            self.complain(row, f"client {client.number} has {earlier.email} as {role} in an earlier row; keep one.")


def _is_same(contact: ListedContact, name: str, email: str) -> bool:
    if email and contact.email:
        return contact.email.casefold() == email.casefold()
    return not email and not contact.email and contact.name.casefold() == name.casefold()
