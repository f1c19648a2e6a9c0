"""Judges the PDF on standard input, after one line with whom to believe; run as a process of its own."""

import logging
import sys

from pydantic import TypeAdapter

from adapters.pdf.count_pages import set_limits
from adapters.pdf.sealing.asking import Question
from adapters.seal_judgement import Judgement

MEMORY = 1024 * 1024 * 1024
"""Bytes of address space: enough for several times the largest file that is taken."""
CPU_SECONDS = 60


def main() -> None:
    """Judge, and write what came of it as JSON."""
    line, content = sys.stdin.buffer.readline(), sys.stdin.buffer.read()
    set_limits(MEMORY, CPU_SECONDS)
    logging.disable()
    from adapters.pdf.sealing.judging import judge  # noqa: PLC0415 - read no file with it before the limits are set

    question = TypeAdapter(Question).validate_json(line)
    judged = judge(content, question.read_trust(), question.logged)
    sys.stdout.buffer.write(TypeAdapter(Judgement).dump_json(judged))


if __name__ == "__main__":
    main()
