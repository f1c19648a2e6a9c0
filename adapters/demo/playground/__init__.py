"""The Teams client of the demo and the end-to-end tests: Microsoft's Agents Playground, on this machine only."""
