"""What the command line does, one module per command; imported when the command is run, so that others start fast."""
