"""The help says what to type and where to press, as the reader's platform and the app's manifest call it."""

import pytest

from bot.domain.people import Platform
from bot.texts import load_texts
from bot.views.commands import name_entry
from bot.views.help import show_help
from manifest import slack, teams


@pytest.mark.parametrize(
    ("platform", "command"), [(Platform.SLACK, "/sign koppel"), (Platform.TEAMS, "@Paraaf koppel")]
)
def test_commands_are_spelt_for_the_platform(platform: Platform, command: str) -> None:
    assert command in str(show_help(load_texts("nl"), platform))


def test_the_menu_entry_is_called_as_in_the_manifest() -> None:
    in_slack = slack.render_manifest("https://paraaf.example")
    in_teams = teams.render_manifest("00000000-0000-0000-0000-000000000000", "https://paraaf.example")

    assert f"'{name_entry(Platform.SLACK)}'" in str(in_slack)
    assert f"'{name_entry(Platform.TEAMS)}'" in str(in_teams)
