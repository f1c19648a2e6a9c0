"""`paraaf serve`."""

from adapters.commands.until_asked import run_until_asked
from adapters.log import set_up_logging
from adapters.main import Paraaf
from adapters.settings import Settings


async def serve(settings: Settings) -> None:
    """Run until SIGTERM or SIGINT. Raises what `Paraaf.start` raises."""
    set_up_logging()
    paraaf = Paraaf(settings)
    await run_until_asked(paraaf.start, paraaf.stop)
