"""Tabs in Teams: a page of Paraaf's own that shows somebody's tasks, or those of a conversation."""
