"""The installation a command works on: settings, database up and migrated."""

from dataclasses import dataclass

from sqlalchemy import Engine

from api.settings import Settings
from data import audit
from data.session import addresses, make_engine, migrate, transaction
from data.viewers import Viewer

OPERATOR = Viewer("命令行")
# who keeps and changes plans from the command line
OPERATING_PLANNER = Viewer("规划", account="命令行")


@dataclass(frozen=True)
class Site:
    """Settings and an engine on a migrated database."""

    settings: Settings
    engine: Engine

    def note(self, action: str, what: str, area: str | None = None) -> None:
        """Put down that a command handed out what may hold exact counts: `read` on the screen, `export` as a file."""
        with transaction(self.engine) as connection:
            audit.note(connection, OPERATOR, action, what, {"area": area} if area else None)


def open_site(settings: Settings | None = None) -> Site:
    """Start the private cluster if it is the one in use, bring the tables up to date, and connect."""
    chosen = settings or Settings()
    owner, app = addresses(chosen.database_url, chosen.cluster)
    migrate(owner)
    return Site(chosen, make_engine(app))
