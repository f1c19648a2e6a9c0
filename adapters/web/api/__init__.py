"""The HTTP interface for source packages, below `/api/v1`."""
