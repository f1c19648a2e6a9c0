"""The suite: run it with ."""
