"""Adds to a PDF what was drawn, as one incremental update: drawings over its pages, and pages at its end."""

import re
from collections.abc import Iterator, Sequence
from io import SEEK_END, BytesIO
from itertools import count
from shutil import copyfileobj
from typing import BinaryIO, Final, cast

from pyhanko.pdf_utils.crypt import SecurityHandler
from pyhanko.pdf_utils.embed import EmbeddedFileObject, FileSpec, embed_file
from pyhanko.pdf_utils.generic import (
    ArrayObject,
    DictionaryObject,
    FloatObject,
    IndirectObject,
    NameObject,
    NumberObject,
    PdfObject,
    StreamObject,
    pdf_name,
)
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader

from adapters.pdf.composing.nesting import measure_nesting
from adapters.pdf.composing.tree import DEEPEST, find_signature_widgets, inherit, read_entry, read_list, walk_pages
from adapters.pdf.sealing.writer import AddingWriter

Matrix = tuple[float, float, float, float, float, float]

_CLAIM: Final = re.compile(rb"/pdf(a|ua|x|e|vt)/ns/|pdf(a|ua|x|e|vt)id")
"""Conformance in metadata: a mark has neither the tags nor the colours that it promises."""


class Update:
    """One update to the PDF in an open file, which stays as it is before it.

    Raises `ValueError` for a file that is signed, and what pyHanko does for one that is encrypted or cannot be read.
    """

    def __init__(self, paper: BinaryIO) -> None:
        self._paper = paper
        self._writer: IncrementalPdfFileWriter = AddingWriter(paper, strict=False)
        if self._writer.prev.embedded_signatures:
            raise ValueError("signed")
        self._pages = list(walk_pages(self._writer.root["/Pages"]))

    def draw_on(self, numbers: Sequence[int], matrices: Sequence[Matrix], drawn: bytes) -> None:
        """Put the pages of the PDF `drawn` on those with these numbers, each by its matrix."""
        over = PdfFileReader(BytesIO(drawn))
        sheets = list(walk_pages(over.root["/Pages"]))
        wanted = ArrayObject([each.raw_get(key) for each in sheets for key in ("/Contents", "/Resources")])
        wanted.container_ref = over.root.container_ref  # where they come from
        parts = cast("ArrayObject", self._writer.import_object(wanted))  # all at once, so that they share their fonts
        for place, (number, matrix) in enumerate(zip(numbers, matrices, strict=True)):
            content = parts[2 * place].get_object()
            box = cast("ArrayObject", inherit(sheets[place], "/MediaBox"))
            content.update(_describe_form(box, parts[2 * place + 1]))
            self._put(self._pages[number], parts.raw_get(2 * place), matrix)

    def append_pages(self, content: bytes) -> int:
        """Put the pages of another PDF at the end; returns how many these are."""
        other = PdfFileReader(BytesIO(content))
        branch = self._writer.import_object(other.root.raw_get("/Pages"))
        added = list(walk_pages(branch.get_object()))
        for page in added:  # these are inherited, and here from the pages that were there
            page[pdf_name("/MediaBox")] = box = inherit(page, "/MediaBox") or ArrayObject()
            page[pdf_name("/CropBox")] = box
            page[pdf_name("/Rotate")] = inherit(page, "/Rotate") or NumberObject(0)
        root = self._writer.root
        top = root["/Pages"]
        branch.get_object()[pdf_name("/Parent")] = root.raw_get("/Pages")
        top["/Kids"].append(branch)
        top[pdf_name("/Count")] = NumberObject(len(self._pages) + len(added))
        self._pages += added
        self._writer.update_container(top["/Kids"])
        self._writer.update_container(top)
        return len(added)

    def attach(self, name: str, content: BinaryIO) -> None:
        """Put a PDF into this one as it is, not to be read but to be taken out again; viewers show that it is there."""
        held = _Attachment(self._writer, content)
        plain = re.sub(r"[^ -~]", "_", name)  # for viewers that know no other letters
        embed_file(self._writer, FileSpec(plain, name, held, af_relationship=pdf_name("/Source")))
        self._writer.root[pdf_name("/PageMode")] = pdf_name("/UseAttachments")
        self._writer.update_container(self._writer.root)

    def drop_signature_fields(self) -> None:
        """Take away its own empty signature fields: there is nothing more to sign."""
        for page in self._pages:
            empty = {id(each) for each in find_signature_widgets(page)}
            if empty:
                kept = [each for each in _list_raw(page["/Annots"]) if id(each.get_object()) not in empty]
                page[pdf_name("/Annots")] = ArrayObject(kept)
                self._writer.update_container(page)
        form = read_entry(self._writer.root, "/AcroForm")
        if isinstance(form, DictionaryObject) and "/Fields" in form:
            self._prune(form, "/Fields")

    def drop_claims(self) -> None:
        """Take away metadata in which the document claims a conformance that it now has lost."""
        root = self._writer.root
        described = root.raw_get("/Metadata").get_object() if "/Metadata" in root else None
        if isinstance(described, StreamObject) and _CLAIM.search(described.data.replace(b"\0", b"")):
            del root["/Metadata"]
            self._writer.update_container(root)

    def finish(self) -> None:
        """Write the update behind the bytes that are there."""
        for page in self._pages:
            self._separate_annotations(page)
        self._paper.seek(-1, SEEK_END)
        if not self._paper.read(1).isspace():
            self._paper.write(b"\n")
        self._writer.write_in_place()

    @property
    def page_count(self) -> int:
        """Pages that it has now."""
        return len(self._pages)

    def _separate_annotations(self, page: DictionaryObject) -> None:
        """Make each an object of its own: verifiers take a list with others in it for a change that came later."""
        annotations = read_entry(page, "/Annots")
        if isinstance(annotations, ArrayObject):
            listed = list(_list_raw(annotations))
            if not all(isinstance(each, IndirectObject) for each in listed):
                kept = (each if isinstance(each, IndirectObject) else self._writer.add_object(each) for each in listed)
                page[pdf_name("/Annots")] = ArrayObject(kept)
                self._writer.update_container(page)

    def _put(self, page: DictionaryObject, form: IndirectObject, matrix: Matrix) -> None:
        resources = DictionaryObject(inherit(page, "/Resources") or {})
        forms = DictionaryObject(read_entry(resources, "/XObject") or {})
        name = next(each for number in count(1) if (each := pdf_name(f"/Paraaf{number}")) not in forms)
        forms[name] = form
        resources[pdf_name("/XObject")] = forms
        placed = " ".join(f"{each:.4f}" for each in matrix)
        parts = list(_list_contents(page))
        nesting = measure_nesting(b"\n".join(each.get_object().data for each in parts))
        before = self._add_stream(b"q\n" * (1 + nesting.missing))
        after = self._add_stream(b"\nQ" * (1 + nesting.open) + f" q {placed} cm {name} Do Q\n".encode())
        page[pdf_name("/Resources")] = resources  # its own: what it inherits or shares stays as others need it
        page[pdf_name("/Contents")] = ArrayObject([before, *parts, after])
        self._writer.update_container(page)

    def _add_stream(self, content: bytes) -> IndirectObject:
        return self._writer.add_object(StreamObject(stream_data=content))

    def _prune(self, holder: DictionaryObject, key: str, depth: int = 0) -> bool:
        """Take the signature fields out of a list of fields; tells whether any field stays."""
        if depth > DEEPEST:
            raise ValueError("too deep")
        read_list(holder, key)
        kept = []
        for each in _list_raw(holder[key]):
            field = each.get_object()
            is_group = inherit(field, "/FT") is None and "/Kids" in field
            if self._prune(field, "/Kids", depth + 1) if is_group else str(inherit(field, "/FT")) != "/Sig":
                kept.append(each)
        if len(kept) < len(holder[key]):
            holder[pdf_name(key)] = ArrayObject(kept)
            self._writer.update_container(holder)
        return bool(kept)


class _Attachment(EmbeddedFileObject):
    """An attachment that goes from one file to the other in pieces, where pyHanko would hold it several times."""

    def __init__(self, writer: IncrementalPdfFileWriter, content: BinaryIO) -> None:
        super().__init__(writer, stream_data=b"", mime_type="application/pdf")
        self._content = content

    def write_to_stream(
        self, stream: BinaryIO, handler: SecurityHandler | None = None, container_ref: object = None
    ) -> None:
        self[pdf_name("/Length")] = NumberObject(self._content.seek(0, SEEK_END))
        DictionaryObject.write_to_stream(self, stream, handler, container_ref)
        self._content.seek(0)
        stream.write(b"\nstream\n")
        copyfileobj(self._content, stream)
        stream.write(b"\nendstream")


def _describe_form(box: ArrayObject, resources: PdfObject) -> dict[NameObject, PdfObject]:
    return {
        pdf_name("/Type"): pdf_name("/XObject"),
        pdf_name("/Subtype"): pdf_name("/Form"),
        pdf_name("/BBox"): ArrayObject(FloatObject(each) for each in box),
        pdf_name("/Resources"): resources,
    }


def _list_contents(page: DictionaryObject) -> Iterator[PdfObject]:
    """What a page is drawn with, as references; nothing for an empty one."""
    content = read_entry(page, "/Contents")
    if isinstance(content, ArrayObject):
        yield from _list_raw(content)
    elif isinstance(content, StreamObject):
        yield page.raw_get("/Contents")


def _list_raw(items: ArrayObject) -> Iterator[PdfObject]:
    """The items as they are written, references among them."""
    return (items.raw_get(index) for index in range(len(items)))
