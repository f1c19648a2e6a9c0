"""Where platforms, the web and the command line meet the core."""
