"""The platform-neutral card model and its renderers."""
