"""The course of a plan: 草案 → 征求意见 → 上报 → 批准 → 生效, by whom and when; and back."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from sqlalchemy import Engine

from api.flows.plans import dressing, showing
from api.flows.plans.hand import DRAFT, Desk, desk
from api.flows.plans.shelf import Benches
from data import plans
from data.viewers import Viewer
from gis.errors import BadInputError, NotAllowedError

COMMENT_DAYS: Final = 30
NEXT: Final = {"草案": "征求意见", "征求意见": "上报", "上报": "批准"}
OPEN, FILED, APPROVED = "征求意见", "上报", "批准"


@dataclass(frozen=True)
class Step:
    """One step asked for: `days` the comment period lasts, the paper that approves and the day it takes effect."""

    to: str
    version: int | None = None
    days: int = COMMENT_DAYS
    note: str = ""
    document_no: str | None = None
    effective: date | None = None


def go(engine: Engine, benches: Benches, viewer: Viewer, number: int, step: Step, today: date) -> dict[str, Any]:
    """Take a plan one step on, or back to a draft; raises as `hand.desk`, NotAllowedError for one account twice."""
    with desk(engine, benches, viewer, number, step.version, f"state {step.to}", draft=False) as here:
        state = here.stored.state
        if step.to == DRAFT and state in (OPEN, FILED, APPROVED):
            return _enter(here, DRAFT, {"note": step.note}, document_no=None, effective=None)
        if NEXT.get(state) != step.to:
            raise BadInputError(
                f"方案现在是“{state}”，不能直接到“{step.to}”。按 草案、征求意见、上报、批准、生效 的次序来"
            )
        if step.to == OPEN:
            return _open(here, step, today)
        if step.to == FILED:
            return _file(here, step, today)
        return _approve(here, step)


def event_of(here: Desk, state: str) -> dict[str, Any] | None:
    """The last time the plan came into a state."""
    return next(
        (one for one in reversed(plans.events(here.connection, here.stored.id)) if one["to_state"] == state), None
    )


def _open(here: Desk, step: Step, today: date) -> dict[str, Any]:
    faults = dressing.judged(here.bench, here.bench.plan(here.stored))
    hard = [one.text for one in faults if one.hard]
    if hard:
        raise BadInputError(f"方案没有守住硬规则（{'；'.join(hard)}），不能征求意见。先改好")
    if showing.is_stale(here.connection, here.bench, here.viewer, today):
        raise BadInputError("求解之后数据已变化，方案里的数不再可靠。按现在的数据重新求解，再征求意见")
    until = today + timedelta(days=step.days)
    said = {"days": step.days, "from": today.isoformat(), "until": until.isoformat(), "note": step.note}
    return _enter(here, OPEN, said)


def _file(here: Desk, step: Step, today: date) -> dict[str, Any]:
    opened = event_of(here, OPEN)
    assert opened is not None
    until = date.fromisoformat(opened["detail"]["until"])
    if today < until:
        left = (until - today).days
        raise BadInputError(f"征求意见到 {until.isoformat()} 才满 {opened['detail']['days']} 天，还差 {left} 天")
    heard = sum(one["kind"] == "意见" for one in plans.comments(here.connection, here.stored.id))
    return _enter(here, FILED, {"comments": heard, "note": step.note})


def _approve(here: Desk, step: Step) -> dict[str, Any]:
    filed = event_of(here, FILED)
    assert filed is not None
    actor = here.viewer.account or here.viewer.role
    if filed["actor"] == actor:
        raise NotAllowedError(f"经办和审核要是两个账号：这个方案由{actor}上报，请另一位来批准")
    number = (step.document_no or "").strip()
    if not number or step.effective is None:
        raise BadInputError("批准要写明批复文号和生效日期")
    said = {"document_no": number, "effective": step.effective.isoformat(), "note": step.note}
    return _enter(here, APPROVED, said, document_no=number, effective=step.effective)


def _enter(here: Desk, state: str, detail: dict[str, Any], **values: Any) -> dict[str, Any]:
    actor = here.viewer.account or here.viewer.role
    plans.add_event(here.connection, here.stored.id, here.stored.state, state, actor, detail)
    return here.write(state=state, **values) | {"state": state}
