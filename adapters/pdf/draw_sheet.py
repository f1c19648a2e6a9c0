"""Draws the sheet on standard input as a PDF on standard output; run as a process of its own."""

import json
import logging
import sys
from collections.abc import Mapping
from typing import Any

from adapters.pdf.paper import INDENT, Paper


class SheetPaper(Paper):
    """A log."""

    def draw(self) -> None:
        """Everything on the sheet."""
        self.put(16, self.words["title"], style="B", height=8)
        self.put(10, self.words["office"], height=6)
        for label, value in self.words["facts"]:
            self.fact(label, value)
        if self.words["warning"]:
            self.ln(2)
            self.put(9.5, self.words["warning"], style="B")
        self.ln(3)
        self.rule()
        for row in self.words["rows"]:
            self._row(row)
        self.ln(2)
        for note in self.words["notes"]:
            self.put(7.5, note, grey=True, height=4)

    def _row(self, row: Mapping[str, Any]) -> None:
        self.part()
        self.ln(1.5)
        self.put(9.5, f"{row['what']} · {row['who']}", style="B")
        self.put(8, " · ".join(row["when"]), grey=True, height=4.4)
        for detail in row["details"]:
            self.put(8.5, detail, indent=INDENT, height=4.6)
        if row["quote"]:
            self.put(8.5, f"“{row['quote']}”", indent=INDENT, height=4.6)
        if row["picture"]:
            self.picture(**row["picture"])
        if row["evidence"]:
            self.put(8, row["evidence"], indent=INDENT, height=4.4, grey=True)
        for label, words in zip(self.words["headings"][3:], (", ".join(row["where"]), row["state"]), strict=True):
            if words:
                self.put(8, f"{label}: {words}", indent=INDENT, height=4.4, grey=True)
        self.ln(1.5)
        self.rule()


def main() -> None:
    """Draw, and write the PDF."""
    logging.disable()
    paper = SheetPaper(json.loads(sys.stdin.buffer.read()))
    paper.draw()
    sys.stdout.buffer.write(paper.finish())


if __name__ == "__main__":
    main()
