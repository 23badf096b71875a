"""Plans edited by hand: every change is one version on, remembered, and refused where somebody else was faster."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine

from api.flows.plans import dressing, making, showing
from api.flows.plans.shelf import Bench, Benches
from data import audit, plans
from data.plans import Stored
from data.session import transaction
from data.viewers import Viewer
from gis.errors import BadInputError, ConflictError
from gis.split import hand
from gis.split.hand import Locks, Moved
from gis.split.plan import Plan

DRAFT = "草案"


class PlanChangedError(ConflictError):
    """Somebody changed the plan after the asker had read it."""

    code = "PLAN_CHANGED"

    def __init__(self, stored: Stored) -> None:
        super().__init__(
            f"{stored.changed_by}刚刚改过这个方案（第 {stored.version} 版），这次没有改动。重新载入，看过再改"
        )
        self.facts = {
            "version": stored.version,
            "changed_by": stored.changed_by,
            "changed_at": stored.changed_at.isoformat(),
        }


@dataclass(frozen=True)
class Desk:
    """A plan locked for one change: nobody else writes it before the transaction ends."""

    connection: Connection
    bench: Bench
    stored: Stored
    viewer: Viewer

    @property
    def locks(self) -> Locks:
        """What may not move."""
        return Locks(frozenset(self.stored.locked_atoms), frozenset(self.stored.locked_parts))

    def write(self, plan: Plan | None = None, **values: Any) -> dict[str, Any]:
        """Store the change and answer with every number of the plan as it is now."""
        before, said = self.stored, None
        if plan is not None and plan.assignment != before.assignment:
            said = dressing.numbers(self.bench, plan, dict(before.solved))
            values |= {"assignment": list(plan.assignment), "summary": dressing.summary(said)}
        actor = self.viewer.account or self.viewer.role
        plans.change(self.connection, before.id, before.version, actor, **values)
        return showing.told(self.bench, plans.find(self.connection, before.id, self.viewer), said=said)


@contextmanager
def desk(
    engine: Engine,
    benches: Benches,
    viewer: Viewer,
    number: int,
    version: int | None,
    what: str,
    *,
    draft: bool = True,
    roles: Collection[str] = making.EDITORS,
) -> Iterator[Desk]:
    """One change of a plan in one transaction, noted in the audit.

    Raises NotFoundError, NotAllowedError, PlanChangedError where `version` is not the plan's, BadInputError where the
    plan is no draft any more and only drafts may change.
    """
    with transaction(engine, viewer.whole) as connection:
        stored = plans.find(connection, number, viewer, lock=True)
        making.may_edit(viewer, stored.code, roles)
        if version is not None and version != stored.version:
            raise PlanChangedError(stored)
        if draft and stored.state != DRAFT:
            raise BadInputError(f"方案已到“{stored.state}”，不能再改单元。先退回草案，或复制一份再改")
        yield Desk(connection, benches.take(connection, stored.run_id), stored, viewer)
        audit.note(connection, viewer, "write", f"plan {stored.code}", {"plan": number, "change": what})


def move(
    engine: Engine, benches: Benches, viewer: Viewer, number: int, version: int | None, chosen: Sequence[int], part: int
) -> dict[str, Any]:
    """Move units to another part; with them goes what must stay together."""
    with desk(engine, benches, viewer, number, version, "move") as here:
        before = here.bench.plan(here.stored)
        return _step(here, hand.moved(here.bench.atoms, before, chosen, part, here.locks))


def repair(engine: Engine, benches: Benches, viewer: Viewer, number: int, version: int) -> dict[str, Any]:
    """Give what is torn off its part to a neighbour."""
    with desk(engine, benches, viewer, number, version, "repair") as here:
        before = here.bench.plan(here.stored)
        return _step(here, hand.repaired(here.bench.atoms, before, here.locks))


def undo(engine: Engine, benches: Benches, viewer: Viewer, number: int, version: int) -> dict[str, Any]:
    """Take the last move back."""
    with desk(engine, benches, viewer, number, version, "undo") as here:
        at = here.stored.step
        moved = plans.step_of(here.connection, number, at) if at else None
        if moved is None:
            raise BadInputError("没有可以撤销的移动")
        return here.write(_again(here, moved, back=True), step=at - 1)


def redo(engine: Engine, benches: Benches, viewer: Viewer, number: int, version: int) -> dict[str, Any]:
    """Make a move again that was taken back."""
    with desk(engine, benches, viewer, number, version, "redo") as here:
        moved = plans.step_of(here.connection, number, here.stored.step + 1)
        if moved is None:
            raise BadInputError("没有可以重做的移动")
        return here.write(_again(here, moved, back=False), step=here.stored.step + 1)


def lock(
    engine: Engine,
    benches: Benches,
    viewer: Viewer,
    number: int,
    version: int,
    atoms: Sequence[int],
    parts: Sequence[int],
) -> dict[str, Any]:
    """Say which units and parts are locked from now on: exactly these."""
    with desk(engine, benches, viewer, number, version, "lock") as here:
        locks = Locks(frozenset(atoms), frozenset(parts))
        hand.require_parts(len(here.bench.atoms), locks, here.bench.run.parts)
        return here.write(locked_atoms=sorted(locks.atoms), locked_parts=sorted(locks.parts))


def rename(
    engine: Engine,
    benches: Benches,
    viewer: Viewer,
    number: int,
    version: int,
    name: str | None,
    names: Sequence[str] | None,
) -> dict[str, Any]:
    """Name the plan, or its parts."""
    with desk(engine, benches, viewer, number, version, "rename") as here:
        values: dict[str, Any] = {}
        if name is not None:
            values["name"] = _words(name)
        if names is not None:
            if len(names) != here.bench.run.parts:
                raise BadInputError(f"这个方案有 {here.bench.run.parts} 个部分，请给出同样多的名称")
            values["names"] = [_words(one) for one in names]
            if len(set(values["names"])) < len(names):
                raise BadInputError("有两个部分同名。改成不同的名称再保存")
        return here.write(**values)


def comment(engine: Engine, benches: Benches, viewer: Viewer, number: int, words: str) -> dict[str, Any]:
    """Say something about a plan; in its comment period it counts as one of the comments collected."""
    with desk(engine, benches, viewer, number, None, "comment", draft=False, roles=making.COMMENTERS) as here:
        kind = "意见" if here.stored.state == "征求意见" else "备注"
        plans.add_comment(here.connection, number, kind, _words(words), viewer.account or viewer.role)
        said = plans.comments(here.connection, number)
        return {"comments": [one | {"at": one["at"].isoformat()} for one in said]}


def copy(engine: Engine, benches: Benches, viewer: Viewer, number: int, name: str | None) -> dict[str, Any]:
    """A new draft that starts as a plan is now, with its locks and names."""
    with desk(engine, benches, viewer, number, None, "copy", draft=False) as here:
        stored, bench = here.stored, here.bench
        called = _words(name) if name else f"{stored.name} 副本"
        row = making.plan_row(bench, bench.plan(stored), dict(stored.solved), stored.aim, called, None, viewer)
        made = plans.add(here.connection, row)
        copied = plans.find(here.connection, made, viewer, lock=True)
        return Desk(here.connection, bench, copied, viewer).write(
            names=list(stored.names),
            locked_atoms=list(stored.locked_atoms),
            locked_parts=list(stored.locked_parts),
        )


def _step(here: Desk, after: Plan) -> dict[str, Any]:
    moved = hand.difference(here.bench.plan(here.stored), after)
    if not moved:
        return showing.told(here.bench, here.stored)
    no = here.stored.step + 1
    plans.add_step(here.connection, here.stored.id, no, moved, here.viewer.account or here.viewer.role)
    return here.write(after, step=no)


def _again(here: Desk, moved: list[list[int]], *, back: bool) -> Plan:
    steps: Moved = tuple((atom, before, after) for atom, before, after in moved)
    return hand.redone(here.bench.plan(here.stored), steps, back=back)


def _words(text: str) -> str:
    clean = " ".join(text.split())
    if not clean:
        raise BadInputError("没有写内容。写上再保存")
    return clean
