"""What-if: edits on today's state, exactly the walks that change, scorecards before and after; nothing is stored."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from api.flows.detail import number
from api.flows.edits import Edit, Made, make
from api.flows.planning import Ground
from gis import closures as closing
from gis.coverage import Item, limit_cm
from gis.effects import Both, Situation, compare, turn
from gis.errors import BadInputError
from gis.standards import COUNT_COLUMN, GROUPS
from gis.walked import minutes_up
from gis.whatif import Changes, Session

MOST_EDITS = 50
SHOWN = ("people", "people_in", "share", "people_in_time", "share_time", "people_in_radius", "verdict")


def what_if(ground: Ground, edits: Sequence[Edit]) -> Mapping[str, object]:
    """Make the edits one after another and say what differs, in the area asked for and in every community touched."""
    if not 0 < len(edits) <= MOST_EDITS:
        raise BadInputError(f"给出 1 到 {MOST_EDITS} 个修改")
    session, made = Session(ground.warm.frozen), Made()
    for edit in edits:
        make(session, ground, edit, made)
    changes = session.changes()
    lanes = sorted({*changes.lane.tolist(), *(ground.lane(name) for name in (*made.closed, *made.added))})
    categories = tuple(ground.warm.lanes[lane] for lane in lanes)
    here = ground.inside[changes.home]
    return {
        **head(ground),
        "edits": made.words,
        "categories": list(categories),
        "compounds_changed": len(np.unique(changes.home[here])),
        **_scored(ground, session, made, categories, changes),
        "changes": _changes(ground, changes),
    }


def closures(ground: Ground, category: str) -> Mapping[str, object]:
    """For every point of a category: who would walk farther, and who would fall out, if it closed."""
    found = closing.closures(ground.warm.frozen, ground.lane(category))
    points, compounds, rules = ground.warm.rows.frames["service_points"], ground.compounds, ground.rules
    rows = [row for row in rules.standard.rows if row.category.id == category]
    sites = []
    for point in np.unique(found.point).tolist():
        mine = (found.point == point) & ground.inside[found.home]
        if not mine.any():
            continue
        homes, before, after = found.home[mine], found.before_cm[mine], found.after_cm[mine]
        losses = [
            {"circle_min": row.circle_min, "group": row.group, "people_out": lost.loss}
            for row in rows
            for lost in [turn(compounds.iloc[homes], row, rules.speeds, before, after)]
        ]
        sites.append(
            {
                "uid": points["uid"].iloc[point],
                "name": points["name"].iloc[point],
                "compounds": len(homes),
                "compounds_without": int((after < 0).sum()),
                "people": _people(ground, homes),
                "losses": losses,
            }
        )
    sites.sort(key=lambda site: (-max([loss["people_out"] for loss in site["losses"]], default=0), site["uid"]))
    return {**head(ground), "category": category, "name": rules.categories[category].name, "sites": sites}


def head(ground: Ground) -> dict[str, object]:
    """What every planning answer says first; `base` names the state, to go on from it."""
    warm, standard = ground.warm, ground.rules.standard
    return {
        "code": ground.area.code,
        "name": ground.area.name,
        "level": ground.area.level,
        "base": warm.rows.digest,
        "synthetic": ground.area.synthetic,
        "standard": {"id": standard.id, "title": standard.title, "status": standard.status},
    }


def _scored(
    ground: Ground, session: Session, made: Made, categories: tuple[str, ...], changes: Changes
) -> dict[str, object]:
    if not categories:
        return {"area": [], "communities": []}
    before, frozen, compounds = ground.now(categories), ground.warm.frozen, ground.compounds
    net = np.stack([session.walks(ground.lane(one)) for one in categories], axis=1)
    straight = before.straight_cm.copy()
    for place, one in enumerate(categories):
        if one in made.closed or one in made.added:
            added = np.array(made.added.get(one, []), np.float64).reshape(-1, 2)
            straight[:, place] = ground.warm.straight_with(one, made.closed.get(one, ()), added)
    facts = dict(ground.facts)
    for one in categories:
        more = len(made.added.get(one, ())) - len(made.closed.get(one, ()))
        facts[one] = replace(facts[one], points=max(0, facts[one].points + more))
    after = Situation(categories, net, straight, facts)
    snapped = np.bincount(frozen.homes.owner, minlength=frozen.n_homes) > 0
    rules = ground.rules
    whole = compare(compounds, snapped, ground.inside, before, after, rules.standard, rules.speeds)
    codes = sorted(compounds["community"].iloc[np.unique(changes.home)].dropna().unique())
    codes = [code for code in codes if code.startswith(ground.area.code)]
    chosen = compounds["community"].isin(codes).to_numpy()
    each = (
        compare(compounds, snapped, chosen, before, after, rules.standard, rules.speeds, "community", codes)
        if codes
        else {}
    )
    names = dict(
        zip(ground.warm.rows.frames["communities"]["code"], ground.warm.rows.frames["communities"]["name"], strict=True)
    )
    return {
        "area": [_both(one) for one in whole[""]],
        "communities": [
            {"code": code, "name": names.get(code), "items": [_both(one) for one in items if one.differs]}
            for code, items in each.items()
        ],
    }


def _both(both: Both) -> dict[str, object]:
    def shown(item: Item) -> dict[str, object]:
        return {key: getattr(item, key) for key in SHOWN}

    item = both.after
    return {
        "category": item.category,
        "name": item.name,
        "circle_min": item.circle_min,
        "limit_m": item.limit_m,
        "limit_min": item.limit_min,
        "group": item.group,
        "before": shown(both.before),
        "after": shown(item),
    }


def _changes(ground: Ground, changes: Changes) -> list[dict[str, Any]]:
    """Every walk of the area that differs, the largest gain or loss of metres first."""
    rules, cm_s = ground.rules, ground.rules.speeds["all"].cm_s
    limits = {row.category.id: limit_cm(row, rules.speeds) for row in reversed(rules.standard.rows)}
    columns = ground.warm.told
    rows = []
    for lane, home, before, after in zip(*(a.tolist() for a in vars(changes).values()), strict=True):
        if not ground.inside[home]:
            continue
        category = ground.warm.lanes[lane]
        rows.append(
            {
                "category": category,
                "uid": columns["uid"][home],
                "name": columns["name"][home],
                "community": columns["community"][home],
                "residents": number(columns["residents"][home]),
                "before_cm": None if before < 0 else before,
                "after_cm": None if after < 0 else after,
                "minutes_before": None if before < 0 else minutes_up(before, cm_s),
                "minutes_after": None if after < 0 else minutes_up(after, cm_s),
                "within_before": _within(before, limits.get(category)),
                "within_after": _within(after, limits.get(category)),
            }
        )
    far = int(rules.halo_m * 100)
    rows.sort(key=lambda row: (-abs((row["before_cm"] or far) - (row["after_cm"] or far)), row["uid"], row["category"]))
    return rows


def _within(net_cm: int, far_cm: int | None) -> bool | None:
    return None if far_cm is None else 0 <= net_cm <= far_cm


def _people(ground: Ground, homes: "np.ndarray[Any, np.dtype[Any]]") -> dict[str, int | float | None]:
    some = ground.compounds.iloc[np.unique(homes)]
    return {group: number(some[COUNT_COLUMN[group]].astype(float).sum()) for group in GROUPS}
