"""What replicas share through Redis, each part with an in-process twin."""
