"""Many reminders at one moment leave as fast as the platforms' rates allow, and no faster."""

from bot.domain.people import Platform
from tests.bench.pacing import simulate
from tests.use_cases.conftest import World


async def test_a_crowd_of_reminders_leaves_as_fast_as_the_rates_allow(world: World) -> None:
    seen = await simulate(world.ports, {Platform.SLACK: (3, 600), Platform.TEAMS: (2, 1_000)})
    assert seen.left == {Platform.SLACK: 1_800, Platform.TEAMS: 2_000}
    assert seen.excesses == []
    for platform, window in ((Platform.SLACK, 60), (Platform.TEAMS, 1)):
        assert seen.least[platform] <= seen.last[platform] <= seen.least[platform] + window
    assert seen.asked < 5 * seen.left.total(), "everyone asks for chat and message, and most come at their time"
