"""The Slack client of the demo and the end-to-end tests: a Slack server with a page, from npm, on this machine only."""
