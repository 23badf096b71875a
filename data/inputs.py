"""What the numbers of each state of a district rest on, by digest of the state."""

from collections.abc import Mapping

from sqlalchemy import Connection, select
from sqlalchemy.dialects.postgresql import insert as upsert

from data.scenario_tables import coverage_input as i


def find(connection: Connection, digest: str) -> Mapping[str, Mapping[str, str]] | None:
    """Stamps by community and category, None where they were never worked out."""
    found: Mapping[str, Mapping[str, str]] | None = connection.scalar(select(i.c.stamps).where(i.c.digest == digest))
    return found


def known(connection: Connection, digest: str) -> bool:
    """Whether the stamps of a state were ever worked out; results of earlier releases have none."""
    return connection.scalar(select(i.c.digest).where(i.c.digest == digest)) is not None


def store(connection: Connection, digest: str, stamps: Mapping[str, Mapping[str, str]]) -> None:
    """Keep the stamps of a state."""
    connection.execute(upsert(i).on_conflict_do_nothing(), [{"digest": digest, "stamps": stamps}])
