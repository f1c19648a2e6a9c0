"""One module per capability: what happens when somebody acts."""
