"""The personal side of the evidence: encrypted, under one random key for each person.

Deleting a person's key erases the person: what was encrypted can no longer be read, wherever copies of it lie, and the
commitments in the log can no longer be opened, while every proof still verifies. Copies of the key in backups have to
be deleted as well, which is why the keys lie apart from everything else.
"""

import json
import os
from collections.abc import Iterable, Mapping
from hashlib import sha256
from pathlib import Path

from storage.evidence.commitments import KEY_SIZE, Opening, derive_key, make_opening
from storage.evidence.disk import Disk, make_folders, write_safely
from storage.evidence.entry import Personal
from storage.evidence.errors import Erased, Unopenable, WrongSecret
from storage.evidence.note import decode_base64, encode_base64
from storage.evidence.vault import Vault


class Payloads:
    """What is personal in one office's evidence: `keys/` holds a key for each person, `sealed/` what it encrypts.

    Its methods work on the disk; call them in a thread. Ids are those of the application. All raise `OSError` too.
    """

    def __init__(self, folder: Path, vault: Vault, disk: Disk | None = None) -> None:
        self._keys, self._sealed = folder / "keys", folder / "sealed"
        self._vault = vault
        self._disk = disk or Disk()

    def keep(self, person: str, decision: str, values: Mapping[Personal, bytes]) -> dict[Personal, str]:
        """Keep what is personal about a decision, in place of what was kept before; the commitments for its entry."""
        key = self._find_key(person) or self._make_key(person)
        # Each time, since a key that was found may be one that another process has made just now.
        self._disk.sync_folder(self._keys)
        written = json.dumps({str(what): encode_base64(value) for what, value in values.items()}).encode()
        folder = self._sealed / _name(person)
        make_folders(self._disk, folder)
        write_safely(self._disk, folder / _name(decision), _vault_of(key).seal(decision, written))
        return {what: make_opening(key, decision, what, value).commitment for what, value in values.items()}

    def open(self, person: str, decision: str) -> list[Opening]:
        """What was kept. Raises `Erased` where the person was erased, `KeyError` where nothing was kept.

        What was kept and is damaged raises `Unopenable`, a kind of `Erased`; a damaged key of a person, `WrongSecret`.
        """
        key = self._find_key(person)
        if key is None:
            raise Erased(person)
        try:
            sealed = (self._sealed / _name(person) / _name(decision)).read_bytes()
        except FileNotFoundError:
            raise KeyError(decision) from None
        try:
            kept = json.loads(_vault_of(key).open(decision, sealed))
        except WrongSecret:
            # Left over from before the person was erased, and the key is a newer one; or not what was kept.
            raise Unopenable(person) from None
        return [make_opening(key, decision, Personal(what), decode_base64(value)) for what, value in kept.items()]

    def holds(self, person: str, decision: str) -> bool:
        """Whether anything was kept of a person about a decision, and has not been erased."""
        return (self._keys / _name(person)).exists() and (self._sealed / _name(person) / _name(decision)).exists()

    def holds_of_others(self, persons: Iterable[str], decision: str) -> bool:
        """Whether anything was kept about a decision of anybody else than these persons."""
        known = {_name(person) for person in persons}
        folders = self._sealed.iterdir() if self._sealed.is_dir() else ()
        return any(folder.name not in known and (folder / _name(decision)).exists() for folder in folders)

    def erase(self, person: str) -> None:
        """Make unreadable for ever what was kept of a person. May be repeated; does nothing for an unknown one."""
        # The key first: whatever happens after this line, nothing can be read any more.
        if self._keys.is_dir():
            self._disk.remove(self._keys / _name(person))
            self._disk.sync_folder(self._keys)
        folder = self._sealed / _name(person)
        if folder.is_dir():
            for path in folder.iterdir():
                self._disk.remove(path)
            self._disk.remove_folder(folder)
            self._disk.sync_folder(self._sealed)

    def _find_key(self, person: str) -> bytes | None:
        try:
            sealed = (self._keys / _name(person)).read_bytes()
        except FileNotFoundError:
            return None
        return self._vault.open(f"person {person}", sealed)

    def _make_key(self, person: str) -> bytes:
        key = os.urandom(KEY_SIZE)
        make_folders(self._disk, self._keys)
        path = self._keys / _name(person)
        part = path.with_name(f"{path.name}.{os.urandom(8).hex()}.new")
        self._disk.write(part, self._vault.seal(f"person {person}", key))
        self._disk.sync(part)
        try:
            # Fails where there is one, so that of two who make a key for one person at once both use the first.
            self._disk.link(part, path)
        except FileExistsError:
            return self._find_key(person) or self._make_key(person)
        finally:
            self._disk.remove(part)
        return key


def _vault_of(key: bytes) -> Vault:
    return Vault(derive_key(key, "payload"))


def _name(written: str) -> str:
    """A file's name for an id, whatever characters that has."""
    return sha256(written.encode()).hexdigest()
