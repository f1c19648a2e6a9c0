"""Checks everything beside this file. It needs Python 3.9 or newer and `openssl` 3, and nothing else; read it first.

python3 check.py             with the key that lies here
python3 check.py KEY.txt     with the key that came to you some other way, which is what convinces
"""

import base64
import hashlib
import hmac
import json
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
ED25519 = bytes.fromhex("302a300506032b6570032100")
"""What goes before the 32 bytes of a public key in DER (RFC 8410)."""


def require(held, words):
    """Stop with these words unless it held."""
    if not held:
        sys.exit(f"FAILED: {words}")


def run_openssl(*arguments):
    """Whether openssl says yes."""
    return subprocess.run(["openssl", *map(str, arguments)], capture_output=True, check=False).returncode == 0


def find_root(entry, index, size, path):
    """The root to which a path leads from an entry (RFC 9162, section 2.1.3.2)."""
    found, last = hashlib.sha256(b"\0" + entry).digest(), size - 1
    require(0 <= index <= last, "the entry is beyond the end of the log")
    for sibling in path:
        require(last, "the path is too long")
        if index & 1 or index == last:
            found = hashlib.sha256(b"\1" + sibling + found).digest()
            while index and not index & 1:
                index, last = index >> 1, last >> 1
        else:
            found = hashlib.sha256(b"\1" + found + sibling).digest()
        index, last = index >> 1, last >> 1
    require(last == 0, "the path is too short")
    return found


def check_signature(text, signatures, keys, folder):
    """The checkpoint must be signed by a key of the log that it names."""
    origin, held = text.split("\n")[0], False
    (folder / "checkpoint.txt").write_text(text + "\n", encoding="utf-8", newline="\n")
    for line in signatures.splitlines():
        _, name, encoded = line.split(" ")
        raw = base64.b64decode(encoded)
        for key in keys:
            whose, key_id, public = key.split("+", 2)
            if name == whose == origin and raw[:4].hex() == key_id:
                (folder / "signature").write_bytes(raw[4:])
                (folder / "key.der").write_bytes(ED25519 + base64.b64decode(public)[1:])
                verify = ("pkeyutl", "-verify", "-pubin", "-inkey", folder / "key.der", "-keyform", "DER", "-rawin")
                files = ("-in", folder / "checkpoint.txt", "-sigfile", folder / "signature")
                require(run_openssl(*verify, *files), "the log did not sign this checkpoint")
                held = True
    require(held, f"no key that you trust signed the checkpoint of {origin}")


def check_openings(file, entry):
    """What is personal must be what the entry was made with."""
    if file.exists():
        for each in json.loads(file.read_text(encoding="utf-8")):
            value = base64.b64decode(each["value"])
            made = hmac.new(bytes.fromhex(each["key"]), value, "sha256").hexdigest()
            require(made == entry["commitments"].get(each["what"]), f"{each['what']} is not what was recorded")
            print(f"        {each['what']}: {value.decode('utf-8', 'replace')}")


def check_proof(file, keys, documents, folder):
    """One entry: in the tree, signed, about the documents that lie here. Gives back the documents' hashes."""
    head, text, signatures = file.read_text(encoding="utf-8").split("\n\n")
    _, extra, index, *path = head.split("\n")
    encoded = base64.b64decode(extra.replace("extra ", "", 1))
    _, size, root = text.split("\n")
    number = int(index.replace("index ", "", 1))
    found = find_root(encoded, number, int(size), [base64.b64decode(each) for each in path])
    require(found == base64.b64decode(root), f"{file.name}: the entry is not in the log")
    check_signature(text, signatures, keys, folder)
    entry = json.loads(encoded)
    hashes = {each[when] for each in entry["documents"] for when in ("before", "after") if when in each}
    require(hashes <= documents.keys(), f"{file.name}: it is about a document that is not here")
    print(f"held    {file.name}: {entry['event']} at {entry['at']}, entry {number} of {size}")
    check_openings(file.with_suffix(".openings.json"), entry)
    stamp = file.with_suffix(".tsr")
    if stamp.exists():
        verify = (
            "ts",
            "-verify",
            "-data",
            folder / "checkpoint.txt",
            "-in",
            stamp,
            "-CAfile",
            HERE / "authorities.pem",
        )
        require(run_openssl(*verify), f"{stamp.name}: the timestamp is not of this checkpoint")
        print(f"        timestamp: see `openssl ts -reply -in entries/{stamp.name} -text`")
    return hashes


def main():
    """Check all of it; the exit code is 0 only if everything held."""
    source = Path(sys.argv[1]) if sys.argv[1:] else HERE / "key.txt"
    keys = source.read_text(encoding="utf-8").split()
    files = [each for each in (HERE / "documents").iterdir() if each.is_file()]
    documents = {hashlib.sha256(each.read_bytes()).hexdigest(): each.name for each in files}
    proofs = sorted((HERE / "entries").glob("*.tlog-proof"))
    require(proofs, "there is no proof here")
    proven = set()
    with tempfile.TemporaryDirectory() as folder:
        for file in proofs:
            proven |= check_proof(file, keys, documents, Path(folder))
    require(documents.keys() <= proven, "a document here is in no entry")
    print("EVERYTHING HELD." if sys.argv[1:] else "EVERYTHING HELD, under the key that lies here itself: compare it.")


if __name__ == "__main__":
    main()
