"""What browsers and operators are served: the documents behind personal links, and how Paraaf is doing."""
