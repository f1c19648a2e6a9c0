"""Where and as whom Paraaf is installed."""

from dataclasses import dataclass

from adapters.slack.api import Api
from adapters.slack.errors import TOKEN_REFUSED, TokenRefused
from bot.domain.errors import PlatformUnavailable, Undeliverable

BOT_TOKEN = "SLACK_BOT_TOKEN"  # noqa: S105 - the setting's name
APP_TOKEN = "SLACK_APP_TOKEN"  # noqa: S105 - the setting's name


@dataclass(frozen=True, slots=True)
class Installation:
    """What the bot token stands for: the workspace, by id and name, and Paraaf's own user there."""

    team: str
    team_name: str
    bot_user: str
    bot: str = ""
    enterprise: str | None = None


async def ask_installation(api: Api) -> Installation:
    """Ask Slack once. Raises `TokenRefused` for a token that Slack does not take, else a `PlatformError`."""
    try:
        answer = await api.read("auth.test")
    except (PlatformUnavailable, Undeliverable) as refusal:
        if refusal.reason in TOKEN_REFUSED:
            raise TokenRefused(BOT_TOKEN, refusal.reason) from refusal
        raise
    return Installation(
        team=str(answer["team_id"]),
        team_name=str(answer.get("team") or answer["team_id"]),
        bot_user=str(answer["user_id"]),
        bot=str(answer.get("bot_id") or ""),
        enterprise=answer.get("enterprise_id"),
    )
