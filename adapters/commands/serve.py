"""`paraaf serve`."""

from adapters.commands.until_asked import run_until_asked
from adapters.log import set_up_logging
from adapters.main import Paraaf
from adapters.roles import Roles
from adapters.settings import Settings


async def serve(settings: Settings, roles: Roles | None = None) -> None:
    """Run in these roles, or in all of them, until SIGTERM or SIGINT. Raises what `Paraaf.start` raises."""
    set_up_logging()
    paraaf = Paraaf(settings, roles)
    await run_until_asked(paraaf.start, paraaf.stop)
