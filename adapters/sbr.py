"""Reads XML that source packages send: SBR instances, and descriptions of documents. Nothing in it is trusted.

A document type is refused, and with it every entity, so that nothing expands and nothing is fetched. The parser makes
no tree, so that neither size nor depth costs memory.
"""

import re
from contextlib import suppress
from datetime import date
from io import BytesIO
from typing import Final
from xml.sax import SAXException
from xml.sax.handler import ContentHandler, feature_namespaces
from xml.sax.xmlreader import AttributesNSImpl

from defusedxml import DefusedXmlException
from defusedxml.sax import make_parser

from bot.domain.delivery_refusals import DeliveryTrouble, refuse
from bot.domain.sbr import SbrInstance, read_number

INSTANCE_LIMIT = 10 * 1_000_000
"""Bytes of an instance: those of annual accounts have a few hundred thousand."""
_MOST_TEXT: Final = 1_000
"""Characters of one text that is looked at."""
_DEEPEST: Final = 100
_XBRL: Final = "http://www.xbrl.org/2003/instance"
_LINK: Final = "http://www.xbrl.org/2003/linkbase"
_HREF: Final = ("http://www.w3.org/1999/xlink", "href")

Name = tuple[str | None, str]


class _TooDeep(SAXException):
    pass


class _Texts(ContentHandler):
    """Follows where it is, and what text stands there."""

    def __init__(self) -> None:
        super().__init__()
        self.path: list[Name] = []
        self._text: list[str] = []
        self._length = 0

    def startElementNS(self, name: Name, _qname: str | None, attrs: AttributesNSImpl) -> None:  # noqa: N802 - SAX's
        if len(self.path) == _DEEPEST:
            raise _TooDeep("too deep")
        self.path.append(name)
        self._text, self._length = [], 0
        self.begin(attrs)

    def characters(self, content: str) -> None:
        self._length += len(content)
        if self._length <= _MOST_TEXT:
            self._text.append(content)

    def endElementNS(self, _name: Name, _qname: str | None) -> None:  # noqa: N802 - SAX's
        self.end("".join(self._text).strip())
        self.path.pop()
        self._text, self._length = [], 0

    def begin(self, attrs: AttributesNSImpl) -> None:
        """The element at the end of the path begins."""

    def end(self, text: str) -> None:
        """The element at the end of the path ends, with the text behind its last child."""


class _Instance(_Texts):
    def __init__(self) -> None:
        super().__init__()
        self.entry_point = ""
        self.identifiers: set[tuple[str, str]] = set()
        self.spans: set[tuple[date, date]] = set()
        self._scheme = ""
        self._start: date | None = None

    def begin(self, attrs: AttributesNSImpl) -> None:
        name = self.path[-1]
        if len(self.path) == 1 and name != (_XBRL, "xbrl"):
            raise SAXException("no instance")
        if name == (_LINK, "schemaRef") and not self.entry_point:
            self.entry_point = str(attrs.get(_HREF, ""))
        if name == (_XBRL, "identifier"):
            self._scheme = str(attrs.get((None, "scheme"), ""))

    def end(self, text: str) -> None:
        name = self.path[-1]
        if name == (_XBRL, "identifier"):
            self.identifiers.add((self._scheme, text))
        if name == (_XBRL, "startDate"):
            self._start = _read_day(text)
        if name == (_XBRL, "endDate") and self._start and (end := _read_day(text)):
            self.spans.add((self._start, end))

    def tell(self) -> SbrInstance:
        """What was read. Accounts name the year before as well: the newest span counts, and the longest of those."""
        numbers = {read_number(scheme, text) for scheme, text in self.identifiers}
        number = numbers.pop() if len(numbers) == 1 else None
        newest = max(self.spans, key=lambda span: (span[1], span[1] - span[0]), default=(None, None))
        return SbrInstance(self.entry_point, number, *newest)


class _Description(_Texts):
    def __init__(self) -> None:
        super().__init__()
        self.said: dict[str, str] = {}
        self.extra: dict[str, str] = {}

    def end(self, text: str) -> None:
        match [each[1] for each in self.path]:
            case ["delivery", "extra"]:
                pass
            case ["delivery", field]:
                self.said[field] = text
            case ["delivery", "extra", field]:
                self.extra[field] = text
            case ["delivery"]:
                pass
            case _:
                raise SAXException("no description")


def read_instance(content: bytes) -> SbrInstance:
    """What an SBR instance tells. Takes up to a second. Raises `DeliveryRefused`."""
    if len(content) > INSTANCE_LIMIT:
        raise refuse(DeliveryTrouble.TOO_LARGE, "instance", INSTANCE_LIMIT)
    handler = _Instance()
    _parse(content, handler, DeliveryTrouble.NOT_AN_INSTANCE, "instance")
    if not handler.entry_point:
        raise refuse(DeliveryTrouble.NOT_AN_INSTANCE, "instance")
    return handler.tell()


def is_instance(content: bytes) -> bool:
    """Whether XML says that it is an SBR instance, by its first element alone."""
    return re.search(rb"<(?![?!])[\w.-]*:?xbrl[\s>]", content[:10_000]) is not None


def read_description(content: bytes) -> dict[str, object]:
    """What `<delivery>` says of a document: its elements as the fields of `Metadata`. Raises `DeliveryRefused`."""
    handler = _Description()
    _parse(content, handler, DeliveryTrouble.NOT_READABLE, "metadata")
    return {**handler.said, **({"extra": handler.extra} if handler.extra else {})}


def _parse(content: bytes, handler: ContentHandler, otherwise: DeliveryTrouble, field: str) -> None:
    parser = make_parser()
    parser.forbid_dtd = True
    parser.setFeature(feature_namespaces, True)  # noqa: FBT003 - SAX's
    parser.setContentHandler(handler)
    try:
        parser.parse(BytesIO(content))
    except (DefusedXmlException, _TooDeep):
        raise refuse(DeliveryTrouble.UNSAFE_XML, field) from None
    except (SAXException, ValueError, LookupError):  # the last two for encodings that are none
        raise refuse(otherwise, field) from None


def _read_day(text: str) -> date | None:
    with suppress(ValueError):
        return date.fromisoformat(text[:10])
    return None
