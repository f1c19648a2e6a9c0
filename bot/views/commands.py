"""How people give a command: typed after a slash in Slack, after a mention in Teams."""

from bot.domain.people import Platform

SIGN, TASKS, LINK, LOG, INTAKE, HELP = "", "taken", "koppel", "log", "intake", "help"
"""What stands behind the command itself."""


def spell(platform: Platform, words: str = SIGN) -> str:
    """What to type for a command, such as `/sign koppel` or `@Paraaf koppel`."""
    match platform:
        case Platform.SLACK:
            return f"/sign {words}".rstrip()
        case Platform.TEAMS:
            return f"@Paraaf {words or 'sign'}"


def name_entry(platform: Platform) -> str:
    """What the entry in a message's menu is called, in the words of the app's manifest."""
    match platform:
        case Platform.SLACK:
            return "Laten ondertekenen"
        case Platform.TEAMS:
            return "Document laten ondertekenen"
