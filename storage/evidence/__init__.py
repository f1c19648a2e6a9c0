"""The evidence log: append-only, signed, verifiable by anyone without Paraaf, of which it imports nothing."""
