"""Counts the pages of the PDF on standard input and prints the number; run as a process of its own.

Whatever is wrong with the file (broken, locked, no PDF, too deep, too large for the limits) ends this process with an
exit code other than 0, and prints nothing.
"""

import logging
import sys
from io import BytesIO
from math import ceil

MEMORY = 512 * 1024 * 1024
"""Bytes of address space: enough for a scan of a few hundred pages, too little to make this machine swap."""
CPU_SECONDS = 5


def set_limits(
    memory: int = MEMORY, cpu_seconds: int = CPU_SECONDS, file_size: int = 0, *, is_last: bool = True
) -> None:
    """Let the system end this process rather than let it take the machine along; where the system can (not Windows).

    `memory` is bytes of address space, `cpu_seconds` counts from now, `file_size` is the most bytes of a file that it
    writes. Limits that are the last ones can never be raised again.
    """
    if sys.platform == "win32":
        return
    import resource  # noqa: PLC0415 - exists on POSIX systems only

    used = resource.getrusage(resource.RUSAGE_SELF)
    seconds = ceil(used.ru_utime + used.ru_stime) + cpu_seconds
    limits = {resource.RLIMIT_CPU: seconds, resource.RLIMIT_CORE: 0, resource.RLIMIT_FSIZE: file_size}
    if sys.platform != "darwin":  # macOS refuses a limit on the address space
        limits[resource.RLIMIT_AS] = memory
    for kind, most in limits.items():
        resource.setrlimit(kind, (most, most if is_last else resource.getrlimit(kind)[1]))


def main() -> None:
    """Count, and print the number."""
    content = sys.stdin.buffer.read()
    set_limits()
    logging.disable()
    from pypdf import PdfReader  # noqa: PLC0415 - read no file with it before the limits are set

    reader = PdfReader(BytesIO(content), strict=False)
    if reader.is_encrypted:
        sys.exit(1)
    sys.stdout.write(f"{len(reader.pages)}\n")


if __name__ == "__main__":
    main()
