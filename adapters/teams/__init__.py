"""Microsoft Teams, over the Bot Framework's own wire: a few REST calls, and requests that are signed with tokens.

No SDK of Microsoft's: the one for Python is not maintained any more, and it blocks the event loop, answers 500 to bad
tokens and drops what it does not know.
"""
