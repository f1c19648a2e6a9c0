"""Writes what a seal adds to a PDF, and nothing else."""

from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter


class AddingWriter(IncrementalPdfFileWriter):
    """An incremental update that leaves title, times and producer of the document as they are."""

    def _update_meta(self) -> None:
        # pyHanko would write a new modification time even with an archive timestamp. Our judge allows no change of
        # that kind, since a changed title would look no different.
        pass
