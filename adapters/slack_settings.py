"""What an operator decides about Slack, and what can be wrong with it."""

from dataclasses import dataclass

from pydantic import SecretStr

_BOT_TOKEN = "Bot User OAuth Token (xoxb-…)"  # noqa: S105 - what Slack calls it


@dataclass(frozen=True, slots=True)
class SlackSettings:
    """How to reach Slack and be reached by it: with an `app_token` in Socket Mode, else by signed HTTP requests."""

    bot_token: SecretStr
    signing_secret: SecretStr | None
    app_token: SecretStr | None
    api_url: str


def find_slack_faults(bot: SecretStr | None, secret: SecretStr | None, app: SecretStr | None) -> dict[str, str]:
    """What is wrong or missing, by the name of the setting; nothing where nothing of Slack is given."""
    if bot is None and app is None and secret is None:
        return {}
    faults: list[tuple[str, str]] = []
    if bot is None:
        faults.append(("SLACK_BOT_TOKEN", f"missing; copy the {_BOT_TOKEN} from OAuth & Permissions"))
    elif bot.get_secret_value().startswith("xapp-"):
        faults.append(("SLACK_BOT_TOKEN", f"this is an app-level token; use the {_BOT_TOKEN}"))
    if app is not None and app.get_secret_value().startswith(("xoxb-", "xoxp-")):
        faults.append(("SLACK_APP_TOKEN", "this is no app-level token; use the one (xapp-…) from Basic Information"))
    if secret is None and app is None:
        whence = "copy the Signing Secret from Basic Information, or set SLACK_APP_TOKEN for Socket Mode"
        faults.append(("SLACK_SIGNING_SECRET", f"missing; {whence}"))
    return dict(faults)
