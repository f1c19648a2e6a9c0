"""The tree of a PDF's pages, and its form fields, as pyHanko reads them; every walk has an end."""

from collections.abc import Iterator
from typing import Final

from pyhanko.pdf_utils.generic import ArrayObject, DictionaryObject, PdfObject

MOST_PAGES: Final = 1_000
"""The longest file that the tests sign."""
DEEPEST: Final = 50
"""Levels of a tree of pages or fields; real ones have a handful."""


def walk_pages(node: DictionaryObject, depth: int = 0) -> Iterator[DictionaryObject]:
    """The pages below a node of the tree, in order. Raises `ValueError` for a tree that is too deep or too large."""
    if depth > DEEPEST:
        raise ValueError("too deep")
    for count, kid in enumerate(read_list(node, "/Kids")):
        if count > MOST_PAGES:
            raise ValueError("too many pages")
        if "/Kids" in kid:
            yield from walk_pages(kid, depth + 1)
        else:
            yield kid


def read_entry(node: DictionaryObject, key: str) -> PdfObject | None:
    """What a dictionary has by this name, be it in an object of its own; None where that is nothing or null."""
    try:
        found: PdfObject = node[key]
    except KeyError:
        return None
    return found


def read_list(node: DictionaryObject, key: str) -> list[DictionaryObject]:
    """The dictionaries in a list of a dictionary. Raises `TypeError` where it has something else by this name."""
    found = read_entry(node, key)
    if not isinstance(found, ArrayObject | None):
        raise TypeError(f"{key} is no list")
    kids = [each.get_object() for each in found or ()]
    if not all(isinstance(each, DictionaryObject) for each in kids):
        raise TypeError(f"{key} holds something else")
    return kids


def find_signature_widgets(page: DictionaryObject) -> list[DictionaryObject]:
    """The signature fields that have a place on a page."""
    return [each for each in read_list(page, "/Annots") if "/Rect" in each and str(inherit(each, "/FT")) == "/Sig"]


def inherit(field: DictionaryObject, key: str) -> PdfObject | None:
    """What a form field has by this name, itself or from its parents."""
    for _ in range(DEEPEST):
        found = read_entry(field, key)
        parent = read_entry(field, "/Parent")
        if found is not None or not isinstance(parent, DictionaryObject):
            return found
        field = parent
    raise ValueError("too deep")
