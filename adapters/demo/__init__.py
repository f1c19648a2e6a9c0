"""`make demo`: an invented office, Paraaf, and a Slack client, all on this machine and for nobody else."""
