"""Keeps the evidence port: in this process, or in a process of its own; the only importer of storage.evidence's log."""
