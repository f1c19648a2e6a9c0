"""The app manifests that the platforms are given, each a template with the module that fills it in."""
