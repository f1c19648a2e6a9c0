"""What a PDF does by itself, or when somebody clicks in it: so that nobody seals what shows another thing tomorrow."""

from collections.abc import Iterator, Sequence
from typing import Final

from pyhanko.pdf_utils.generic import ArrayObject, DictionaryObject, PdfObject

from adapters.pdf.composing.tree import DEEPEST, read_entry, read_list

_MOST_ACTIONS: Final = 10_000
"""Actions in a row, and fields of a form, that are looked at; real ones have a few."""
_ACTIVE: Final = frozenset(
    (
        *("/JavaScript", "/Launch", "/SubmitForm", "/ImportData", "/ResetForm", "/Rendition", "/Movie", "/Sound"),
        *("/Hide", "/SetOCGState", "/GoToE", "/GoTo3DView", "/RichMediaExecute"),
    )
)
"""A script, a program, a form that is sent or filled, films and sounds, what is made visible or hidden.

From ISO 32000-2, table 201. Going to a page or an address is not among them: nothing on a page changes by it.
"""
_PLAYED: Final = frozenset(("/RichMedia", "/Screen", "/Movie", "/Sound", "/3D"))
"""Annotations that play something (ISO 32000-2, table 171)."""


def has_programs(root: DictionaryObject, pages: Sequence[DictionaryObject]) -> bool:
    """Whether anything in it runs, plays, or changes what is seen.

    Raises `ValueError`, `TypeError` for what is broken.
    """
    names = read_entry(root, "/Names")
    if isinstance(names, DictionaryObject) and read_entry(names, "/JavaScript") is not None:
        return True
    annotations = [each for page in pages for each in read_list(page, "/Annots")]
    if any(str(read_entry(each, "/Subtype")) in _PLAYED for each in annotations):
        return True
    holders = (root, *pages, *annotations, *_walk_fields(root))
    return any(str(read_entry(each, "/S")) in _ACTIVE for each in _walk_actions(holders))


def _walk_fields(root: DictionaryObject) -> Iterator[DictionaryObject]:
    form = read_entry(root, "/AcroForm")
    waiting = [(each, 0) for each in read_list(form, "/Fields")] if isinstance(form, DictionaryObject) else []
    for _ in range(_MOST_ACTIONS):
        if not waiting:
            return
        field, depth = waiting.pop()
        yield field
        if depth > DEEPEST:
            raise ValueError("too deep")
        waiting += [(each, depth + 1) for each in read_list(field, "/Kids")]
    raise ValueError("too many fields")


def _walk_actions(holders: Sequence[DictionaryObject]) -> Iterator[DictionaryObject]:
    waiting = [each for holder in holders for each in _list_own(holder)]
    for _ in range(_MOST_ACTIONS + len(waiting)):
        if not waiting:
            return
        action = waiting.pop()
        yield action
        waiting += _list_dictionaries(read_entry(action, "/Next"))
    raise ValueError("too many actions")


def _list_own(holder: DictionaryObject) -> Iterator[DictionaryObject]:
    """The actions of a document, page, annotation or field: when it is opened, clicked, filled or printed."""
    for key in ("/OpenAction", "/A", "/PA"):
        yield from _list_dictionaries(read_entry(holder, key))
    more = read_entry(holder, "/AA")
    if isinstance(more, DictionaryObject):
        for trigger in more:
            yield from _list_dictionaries(read_entry(more, trigger))


def _list_dictionaries(found: PdfObject | None) -> list[DictionaryObject]:
    items = [each.get_object() for each in found] if isinstance(found, ArrayObject) else [found]
    return [each for each in items if isinstance(each, DictionaryObject)]
