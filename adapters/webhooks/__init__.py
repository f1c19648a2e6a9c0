"""Calls to source packages, signed as Standard Webhooks says (standardwebhooks.com)."""
