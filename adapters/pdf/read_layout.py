"""Prints the pages of the PDF on standard input as JSON: width, height and rotation; run as a process of its own.

What is visible of a page is its crop box as far as that is on its media box (ISO 32000-2, 14.11.2). As in
`adapters.pdf.count_pages`, whatever is wrong with the file ends this process with an exit code other than 0.
"""

import json
import logging
import sys
from io import BytesIO
from typing import TYPE_CHECKING

from adapters.pdf.count_pages import set_limits

if TYPE_CHECKING:
    from pypdf import PageObject


def main() -> None:
    """Read, and print."""
    content = sys.stdin.buffer.read()
    set_limits()
    logging.disable()
    from pypdf import PdfReader  # noqa: PLC0415 - read no file with it before the limits are set

    reader = PdfReader(BytesIO(content), strict=False)
    if reader.is_encrypted:
        sys.exit(1)
    json.dump([_measure(page) for page in reader.pages], sys.stdout)


def _measure(page: "PageObject") -> tuple[float, float, int]:
    media, crop = page.mediabox, page.cropbox
    width = min(media.right, crop.right) - max(media.left, crop.left)
    height = min(media.top, crop.top) - max(media.bottom, crop.bottom)
    if min(width, height) <= 0:  # a crop box beside the page: viewers show the whole page
        width, height = media.width, media.height
    return round(float(width), 3), round(float(height), 3), page.rotation % 360


if __name__ == "__main__":
    main()
