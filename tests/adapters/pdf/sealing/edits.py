"""Edits of a PDF after it was sealed, as an attacker would make them: each appends an incremental update."""

from collections.abc import Callable
from io import BytesIO

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name, pdf_string
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import enumerate_sig_fields

from adapters.pdf.sealing.writer import AddingWriter

Edit = Callable[[IncrementalPdfFileWriter], None]


def apply(content: bytes, edit: Edit, writer_type: type[IncrementalPdfFileWriter] = AddingWriter) -> bytes:
    paper = BytesIO(content)
    writer = writer_type(paper, strict=False)
    edit(writer)
    writer.write_in_place()
    return paper.getvalue()


def find_page(writer: IncrementalPdfFileWriter) -> generic.DictionaryObject:
    page = writer.root["/Pages"]["/Kids"][0]
    assert isinstance(page, generic.DictionaryObject)
    return page


def find_field(writer: IncrementalPdfFileWriter) -> generic.DictionaryObject:
    fields = [each.get_object() for each in writer.root["/AcroForm"]["/Fields"]]
    return next(each for each in fields if isinstance(each, generic.DictionaryObject) and each["/FT"] == "/Tx")


def make_stream(text: str) -> generic.StreamObject:
    return generic.StreamObject(stream_data=f"BT /F1 12 Tf 72 700 Td ({text}) Tj ET".encode())


def replace_words(writer: IncrementalPdfFileWriter) -> None:
    """The shadow attack that replaces: other words on the page."""
    page = find_page(writer)
    page[pdf_name("/Contents")] = writer.add_object(make_stream("Te betalen: 1 euro"))
    writer.update_container(page)


def overwrite_stream(writer: IncrementalPdfFileWriter) -> None:
    """The same object under its own number, which a careless reader takes for the old one."""
    found = find_page(writer).raw_get("/Contents")
    writer.objects[(found.reference.generation, found.reference.idnum)] = make_stream("Te betalen: 1 euro")
    writer._force_write_when_empty = True


def annotate(writer: IncrementalPdfFileWriter) -> None:
    note = generic.DictionaryObject(
        {
            pdf_name("/Type"): pdf_name("/Annot"),
            pdf_name("/Subtype"): pdf_name("/FreeText"),
            pdf_name("/Rect"): generic.ArrayObject(map(generic.NumberObject, (72, 690, 400, 720))),
            pdf_name("/Contents"): pdf_string("Te betalen: 1 euro"),
        }
    )
    page = find_page(writer)
    annotations = generic.ArrayObject([*page.get("/Annots", ()), writer.add_object(note)])
    page[pdf_name("/Annots")] = annotations
    writer.update_container(page)


def fill_form(writer: IncrementalPdfFileWriter) -> None:
    field = find_field(writer)
    field[pdf_name("/V")] = pdf_string("Pietersen")
    writer.update_container(field)


def hide_annotation(writer: IncrementalPdfFileWriter) -> None:
    """The shadow attack that hides: what lay over the text is taken away."""
    field = find_field(writer)
    field[pdf_name("/F")] = generic.NumberObject(2)
    writer.update_container(field)


def replace_page(writer: IncrementalPdfFileWriter) -> None:
    page = generic.DictionaryObject(dict(find_page(writer)))
    page[pdf_name("/Contents")] = writer.add_object(make_stream("Een andere pagina"))
    pages = writer.root["/Pages"]
    pages[pdf_name("/Kids")] = generic.ArrayObject([writer.add_object(page)])
    writer.update_container(pages)


def add_page(writer: IncrementalPdfFileWriter) -> None:
    page = generic.DictionaryObject(dict(find_page(writer)))
    pages = writer.root["/Pages"]
    pages["/Kids"].append(writer.add_object(page))
    pages[pdf_name("/Count")] = generic.NumberObject(2)
    writer.update_container(pages)


def rename(writer: IncrementalPdfFileWriter) -> None:
    titled = generic.DictionaryObject({pdf_name("/Title"): pdf_string("Goedgekeurd door iedereen")})
    writer.set_info(writer.add_object(titled))


def describe(writer: IncrementalPdfFileWriter) -> None:
    stream = generic.StreamObject(stream_data=b"<x:xmpmeta xmlns:x='adobe:ns:meta/'/>")
    stream[pdf_name("/Type")], stream[pdf_name("/Subtype")] = pdf_name("/Metadata"), pdf_name("/XML")
    writer.root[pdf_name("/Metadata")] = writer.add_object(stream)
    writer.update_root()


def run_script(writer: IncrementalPdfFileWriter) -> None:
    action = {pdf_name("/S"): pdf_name("/JavaScript"), pdf_name("/JS"): pdf_string("app.alert(1)")}
    writer.root[pdf_name("/OpenAction")] = generic.DictionaryObject(action)
    writer.update_root()


def hide_object(writer: IncrementalPdfFileWriter) -> None:
    """One that nothing refers to yet."""
    writer.add_object(make_stream("later"))


def change_version(writer: IncrementalPdfFileWriter) -> None:
    writer.root[pdf_name("/Version")] = pdf_name("/1.3")
    writer.update_root()


def empty_store(writer: IncrementalPdfFileWriter) -> None:
    """Swap what the certificates are checked with for nothing."""
    writer.root[pdf_name("/DSS")] = generic.DictionaryObject({pdf_name("/Certs"): generic.ArrayObject()})
    writer.update_root()


def weaken_permission(writer: IncrementalPdfFileWriter) -> None:
    """Let the certification allow annotations from now on."""
    _, signature, _ = next(iter(enumerate_sig_fields(writer, filled_status=True)))
    value = signature.get_object()
    value["/Reference"][0]["/TransformParams"][pdf_name("/P")] = generic.NumberObject(3)
    writer.update_container(value["/Reference"][0]["/TransformParams"])


def drop_certification(writer: IncrementalPdfFileWriter) -> None:
    del writer.root["/Perms"]
    writer.update_root()


def change_nothing(writer: IncrementalPdfFileWriter) -> None:
    """The catalog once more, word for word, as an archive timestamp writes it too."""
    writer.update_root()


ON_ANY: tuple[Edit, ...] = (
    replace_words,
    overwrite_stream,
    annotate,
    fill_form,
    hide_annotation,
    replace_page,
    add_page,
    rename,
    describe,
    run_script,
    hide_object,
    change_version,
    weaken_permission,
    drop_certification,
)
"""Whatever is in the file."""
