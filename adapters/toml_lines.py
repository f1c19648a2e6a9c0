"""On which line of a TOML file something stands, which `tomllib` does not tell; for a hint, not for reading it."""

import re
from collections.abc import Iterator

_HEADING = re.compile(r"\s*\[\[\s*\"?template\"?\s*\]\]")
_QUOTES = ('"""', "'''")


class TomlLines:
    """The lines of a file of `[[template]]` tables, counted from 1; a key that stands nowhere is on its heading."""

    def __init__(self, text: str) -> None:
        self._lines = list(_skip_texts(text))
        self._headings = [number for number, line in self._lines if _HEADING.match(line)]

    def find_top(self, key: str) -> int:
        """The line of a key outside of all templates, or of a heading with that name."""
        return self._search(key, 1, len(self._lines) + 1) or 1

    def find(self, template: int, key: str) -> int:
        """The line of a key of the template with this number, from 0."""
        if template >= len(self._headings):  # written as an array of inline tables
            return self.find_top("template")
        start, *later = self._headings[template:]
        return (self._search(key, start + 1, later[0] if later else len(self._lines) + 1) if key else None) or start

    def _search(self, key: str, start: int, end: int) -> int | None:
        name = rf"[\"']?{re.escape(key)}[\"']?"
        sought = re.compile(rf"\s*(?:{name}\s*[=.]|\[\[?(?:\s*template\s*\.)?\s*{name}\s*\])")
        return next((number for number, line in self._lines if start <= number < end and sought.match(line)), None)


def _skip_texts(text: str) -> Iterator[tuple[int, str]]:
    """Every line with its number, empty where it is inside a text of several lines."""
    inside = ""
    for number, line in enumerate(text.split("\n"), start=1):
        yield number, "" if inside else line
        for found in re.findall("|".join(_QUOTES), line):
            inside = "" if found == inside else inside or found
