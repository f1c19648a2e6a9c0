"""How the name of a file says what it is, for packages that can say it nowhere else: `{kind}_{client}_{period}.pdf`."""

import re
from collections.abc import Mapping
from typing import Final

FIELDS: Final = ("kind", "client", "period", "title", "reference")
NEEDED: Final = frozenset({"kind", "client", "period"})
SUFFIX: Final = ".pdf"
MOST: Final = 200
"""Characters of a pattern."""
_FIELD = re.compile(r"\{(\w*)\}")


class PatternRefused(Exception):
    """A pattern cannot be used; the message says why and what to do."""


def check_pattern(pattern: str) -> None:
    """Raise `PatternRefused` unless every name that fits can be read in one way alone."""
    names = _FIELD.findall(pattern)
    between = _FIELD.split(pattern)[2:-1:2]
    if len(pattern) > MOST or not pattern.lower().endswith(SUFFIX) or "/" in pattern or "\\" in pattern:
        raise PatternRefused(f"Write a file name that ends in {SUFFIX}, such as {{kind}}_{{client}}_{{period}}.pdf.")
    if unknown := [name for name in names if name not in FIELDS]:
        raise PatternRefused(f"There is no {{{unknown[0]}}}; there are: {', '.join(FIELDS)}.")
    if "{" in _FIELD.sub("", pattern) or "}" in _FIELD.sub("", pattern):
        raise PatternRefused("Write { and } around the name of a field, and nowhere else.")
    if missing := sorted(NEEDED - set(names)):
        raise PatternRefused(f"The name must say all of kind, client and period; {{{missing[0]}}} is missing.")
    if len(names) != len(set(names)):
        raise PatternRefused("Use each field once.")
    if not all(between):
        raise PatternRefused("Put something between two fields, such as _, which stands in neither.")


def read_name(pattern: str, file_name: str) -> Mapping[str, str] | None:
    """What a name says by a pattern that was checked; None where it does not fit. Kinds are in small letters."""
    found = re.fullmatch(_write_expression(pattern), file_name, re.IGNORECASE)
    if found is None:
        return None
    said = {name: value.strip() for name, value in found.groupdict().items()}
    return {**said, "kind": said["kind"].lower()}


def _write_expression(pattern: str) -> str:
    """No field holds a character that follows a field, so that a name is read in one way, quickly, or in none."""
    parts = _FIELD.split(pattern)
    ends = "".join(re.escape(literal[0]) for literal in parts[2::2])
    written = [re.escape(parts[0])]
    for name, literal in zip(parts[1::2], parts[2::2], strict=True):
        written.append(f"(?P<{name}>[^{ends}]+){re.escape(literal)}")
    return "".join(written)
