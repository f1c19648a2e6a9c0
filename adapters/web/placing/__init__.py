"""The page on which staff place fields on a document."""
