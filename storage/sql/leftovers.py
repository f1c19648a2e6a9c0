"""Columns that the code uses no more and the database still has, since the release before uses them.

Name them here as `table.column` when they leave `tables.py`; drop them, and their names here, in the release after.
"""

LEFTOVERS: frozenset[str] = frozenset()
