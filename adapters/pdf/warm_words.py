"""What a process that forks, its workers, and who has jobs for them say to each other."""

from struct import Struct
from typing import Final

READY: Final = b"r"
FORK: Final = b"f"
BEGUN: Final = b"b"
"""What is said over the sockets: that workers can be forked, that one is wanted, that it has read a job."""
JOB: Final = Struct(">I")
ANSWER: Final = Struct(">?I")
"""What goes before a job, with its files, and before an answer: bytes that follow, and whether its worker stays."""
