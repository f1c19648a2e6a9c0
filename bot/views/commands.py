"""How people give a command: typed after a slash in Slack, after a mention in Teams."""

from bot.domain.people import Platform

SIGN, LINK, HELP = "", "koppel", "help"
"""What stands behind the command itself."""


def spell(platform: Platform, words: str = SIGN) -> str:
    """What to type for a command, such as `/sign koppel` or `@Paraaf koppel`."""
    match platform:
        case Platform.SLACK:
            return f"/sign {words}".rstrip()
        case Platform.TEAMS:
            return f"@Paraaf {words or 'sign'}"
