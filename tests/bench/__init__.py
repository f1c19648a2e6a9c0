"""Measures Paraaf beside what it stands on: `python -m tests.bench`. See docs/performance.md."""
