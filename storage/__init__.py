"""Where facts are kept: databases, Redis and blobs."""
