"""The watched folder, for source packages that can only write files."""
