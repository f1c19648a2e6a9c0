"""What one process of Paraaf does of the whole."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Roles:
    """`web` takes requests of platforms and browsers; `worker` delivers, reminds, records and seals by itself."""

    web: bool = True
    worker: bool = True


def choose_roles(*, web: bool, worker: bool) -> Roles:
    """What was asked for; both where nothing was."""
    return Roles(web, worker) if web or worker else Roles()
