"""PDF files: what Paraaf reads out of those that strangers may have made, and the ones it draws itself."""
