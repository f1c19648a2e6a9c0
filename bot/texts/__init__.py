"""What people read, in their own language: gettext catalogues through Babel.

The English text in the code is the message id, so English needs no catalogue; every other language is one
`<language>.po` file beside this one. A message takes its variables as `{name}` fields.
"""

import gettext
from collections.abc import Mapping
from datetime import date, datetime
from functools import lru_cache
from importlib.resources import files
from io import BytesIO
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_datetime
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal

from cards.text import isolate

SOURCE_LANGUAGE = "en"
LANGUAGES = ("nl", "en")
"""The languages that people can read Paraaf in; the first is the one for who has no preference."""

OFFICE_ZONE = ZoneInfo("Europe/Amsterdam")

_STEP = 1_000
_UNITS = ("B", "kB", "MB", "GB")


class Texts:
    """Messages, dates and sizes in one language."""

    def __init__(self, language: str, catalogue: gettext.NullTranslations) -> None:
        self.language = language
        self._catalogue = catalogue

    def say(self, message: str, **fields: object) -> str:
        """The message in this language, with its fields filled in.

        A name that runs from right to left is kept from reordering the words around it.
        """
        return self._catalogue.gettext(message).format(**_isolate(fields))

    def count(self, singular: str, plural: str, number: int, **fields: object) -> str:
        """The message that fits this number, which is its field `{number}`."""
        return self._catalogue.ngettext(singular, plural, number).format(number=number, **_isolate(fields))

    def day(self, day: date) -> str:
        """A day such as `1 december 2026`."""
        return format_date(day, format="d MMMM y", locale=self.language)

    def month(self, day: date) -> str:
        """The month of a day, such as `december 2026`."""
        return format_date(day, format="MMMM y", locale=self.language)

    def moment(self, at: datetime) -> str:
        """A time in the office's zone, such as `1 december 2026 14:05`."""
        return format_datetime(at, format="d MMMM y HH:mm", tzinfo=OFFICE_ZONE, locale=self.language)

    def second(self, at: datetime) -> str:
        """A time to the second in the zone that it has, such as `1 dec 2026 14:05:09`."""
        return format_datetime(at, format="d MMM y HH:mm:ss", tzinfo=at.tzinfo, locale=self.language)

    def size(self, size: int) -> str:
        """A number of bytes such as `1,2 MB`, in steps of 1,000."""
        amount, unit = float(size), _UNITS[0]
        for unit in _UNITS:
            if amount < _STEP or unit == _UNITS[-1]:
                break
            amount /= _STEP
        digits = "#,##0" if unit in _UNITS[:2] else "#,##0.0"
        return f"{format_decimal(amount, format=digits, locale=self.language)} {unit}"


def _isolate(fields: Mapping[str, object]) -> dict[str, object]:
    return {name: isolate(field) if isinstance(field, str) else field for name, field in fields.items()}


def find_language(locale: str | None, otherwise: str = LANGUAGES[0]) -> str:
    """The language to address a reader in, by a locale tag such as `nl-NL` or `en_US`.

    A reader whose language nobody translated reads English; one whose locale is unknown reads `otherwise`.
    """
    if not locale:
        return otherwise
    try:
        language = Locale.parse(locale.replace("-", "_")).language
    except (UnknownLocaleError, ValueError):
        return otherwise
    return language if language in LANGUAGES else SOURCE_LANGUAGE


@lru_cache(maxsize=len(LANGUAGES))
def load_texts(language: str) -> Texts:
    """The texts of one of `LANGUAGES`. Raises `FileNotFoundError` for a language without a catalogue."""
    if language == SOURCE_LANGUAGE:
        return Texts(language, gettext.NullTranslations())
    with files(__name__).joinpath(f"{language}.po").open("rb") as source:
        catalogue = read_po(source, locale=language, abort_invalid=True)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return Texts(language, gettext.GNUTranslations(compiled))


def texts_for(locale: str | None, otherwise: str = LANGUAGES[0]) -> Texts:
    """The texts for a reader with this locale; see `find_language`."""
    return load_texts(find_language(locale, otherwise))
