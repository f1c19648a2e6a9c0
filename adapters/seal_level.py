"""How long a seal can be checked."""

from enum import StrEnum
from typing import Final


class Level(StrEnum):
    """The levels of PAdES baseline signatures (ETSI EN 319 142-1)."""

    B_B = "B-B"
    """A signature; only our clock says when."""
    B_T = "B-T"
    """With a timestamp by an authority."""
    B_LT = "B-LT"
    """With what it takes to check the certificates after they expired, too."""
    B_LTA = "B-LTA"
    """With a second timestamp, over all of that."""


LEVELS: Final = tuple(Level)
"""From the lowest to the highest."""
