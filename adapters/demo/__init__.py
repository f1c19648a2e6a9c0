"""`make demo`: an invented office, Paraaf, and clients for Slack and Teams, all on this machine and for nobody else."""
