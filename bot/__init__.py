"""What Paraaf does, free of every framework and platform."""
