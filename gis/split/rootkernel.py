"""Compiled search for the cheapest closed walk round the part that holds a given unit, borders priced by direction."""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from gis.kernels import compiled
from gis.split.dualkernel import FOUND, FULL, NOTHING
from gis.split.slots import FREE, least, release, shift, slot_of

Longs = NDArray[np.int64]
Ints = NDArray[np.int32]

FIELDS: Final = 6
FACE, OUTSIDE, MASK, PARENT, STEP, NEXT = range(FIELDS)
# columns of a step
TO, PAY, HOUSEHOLDS, MARKS, BACK, WATCH = range(6)
FAR: Final = 2**29


@compiled
def distances(indptr: Longs, step: Longs, start: int, closed: NDArray[np.bool_], pay: int, far: Longs) -> None:
    """Least sum of column `pay` from the start (of PAY: along steps, of BACK: against them) to every open face."""
    faces = len(far)
    far[:] = FAR
    far[start] = 0
    queue = np.empty(faces, np.int64)
    waits = np.zeros(faces, np.bool_)
    queue[0] = start
    first, number = 0, 1
    while number > 0:
        f = queue[first]
        first = (first + 1) % faces
        number -= 1
        waits[f] = False
        for t in range(indptr[f], indptr[f + 1]):
            g = step[t, TO]
            d = far[f] + step[t, pay]
            if not closed[g] and d < far[g]:
                far[g] = d
                if not waits[g]:
                    waits[g] = True
                    queue[(first + number) % faces] = g
                    number += 1


@compiled
def _key(face: int, outside: int, mask: int, faces: int, span: int) -> int:
    key: int = (mask * faces + face) * (2 * span + 1) + outside + span
    return key


@compiled
def _entered(mask: int, now: int, watch: int, parts_of: Longs, marks: int) -> int:
    """Mask after entering a watched yard, -1 where the loop since its first entry does not hold whole parts."""
    place = 2 * marks + (watch - 1) * (marks + 1)
    every = (1 << marks) - 1
    first = (mask >> (place + 1)) & every
    if (mask >> place) & 1 == 0:
        # shut: two groups of parts held apart meet in one yard at most
        return -1 if first == every else mask | (((now << 1) | 1) << place)
    return -1 if parts_of[first ^ now] == 0 else mask


@compiled
def _holds(outside: int, parts: int, window: Longs, least: int, most: int) -> bool:
    """Whether a walk back at its start encloses so many parts, `least` to `most`, with their households."""
    return bool(least <= parts <= most and window[parts, 0] <= outside <= window[parts, 1])


@compiled
def _back(mask: int, now: int, beyond: int, parts_of: Longs, marks: int, window: Longs, watched: int) -> int:
    """Mask after coming back to the yard of the start, -1 unless whole parts were added to those enclosed before.

    Yards entered on the way are shut from then on.
    """
    before = (mask >> marks) & ((1 << marks) - 1)
    if now & before != before or parts_of[now ^ before] == 0:
        return -1
    if not _holds(beyond, parts_of[now], window, 1, len(window) - 1):
        return -1
    mask |= now << marks
    for watch in range(watched):
        place = 2 * marks + watch * (marks + 1)
        if (mask >> place) & 1:
            mask = (mask | (((1 << (marks + 1)) - 1) << place)) ^ (1 << place)
    return mask


@compiled
def _write(row: Ints, face: int, outside: int, mask: int, parent: int, step: int, after: int) -> None:
    row[FACE] = face
    row[OUTSIDE] = outside
    row[MASK] = mask
    row[PARENT] = parent
    row[STEP] = step
    row[NEXT] = after


@compiled
def cheapest(
    indptr: Longs,
    step: Longs,
    inside_yard: Longs,
    outside_yard: Longs,
    start: int,
    closed: NDArray[np.bool_],
    home: Longs,
    gain: Ints,
    grain: int,
    parts_of: Longs,
    window: Longs,
    goal: Longs,
    watched: int,
    cap: int,
    head: Ints,
    label: Ints,
    table_key: Longs,
    table_cost: Ints,
) -> Any:
    """Labels on (face, households, marked units enclosed on the right, yards entered) in the order of cost below `cap`.

    step (s, 6): TO face; what it PAYs; HOUSEHOLDS it adds (less the unit's side); MARKS toggled; BACK, what the
    opposite step pays; WATCH: 0, the number of a watched yard it enters (1…), or -1 for the yard of the start.
    inside_yard, outside_yard: marks and households between a face and the first of its yard, along borders nobody can
    cross; parts_of: per set of marks the number of parts that hold just these, 0 where there are none; window: per
    number of parts the least and most households; goal: least and most parts to enclose, least and most households of
    those, most households an unfinished walk can enclose; watched: number of yards.
    Returns (FOUND, cost, labels, last label), (NOTHING, cap, labels, -1) or (FULL, cost, labels, -1).
    """
    fewest, many, low, high, span = goal[0], goal[1], goal[2], goal[3], goal[4]
    faces = len(indptr) - 1
    every = len(parts_of) - 1
    marks = 64 - shift(len(parts_of))
    bits = shift(len(table_key))
    most = min(len(label), (len(table_key) * 3) // 4) - 1
    head[:cap] = -1
    _write(label[0], start, 0, 0, -1, -1, -1)
    head[0], used = 0, 1
    status, cost, end = NOTHING, cap, -1
    for c in range(cap):
        while head[c] >= 0 and status == NOTHING:
            i = head[c]
            face, outside, mask = label[i, FACE], label[i, OUTSIDE], int(label[i, MASK])
            head[c] = label[i, NEXT]
            if i > 0 and face == start and _holds(outside, parts_of[mask & every], window, fewest, many):
                status, cost, end = FOUND, c, i
                break
            if i > 0 and table_cost[slot_of(_key(face, outside, mask, faces, span), table_key, bits)] != c:
                continue
            for t in range(indptr[face], indptr[face + 1]):
                g = step[t, TO]
                c2 = c + step[t, PAY]
                outside2 = outside + step[t, HOUSEHOLDS]
                if closed[g] or c2 + home[g] >= cap or abs(outside2) > span:
                    continue
                ahead = gain[(cap - 1 - c2) // grain, g]
                if outside2 + ahead[0] < low or outside2 + ahead[1] > high:
                    continue
                mask2 = mask ^ step[t, MARKS]
                if step[t, WATCH] > 0:
                    mask2 = _entered(mask2, (mask2 & every) ^ inside_yard[g], step[t, WATCH], parts_of, marks)
                elif step[t, WATCH] < 0:
                    now = (mask2 & every) ^ inside_yard[g] ^ inside_yard[start]
                    beyond = outside2 - outside_yard[g] + outside_yard[start]
                    mask2 = _back(mask2, now, beyond, parts_of, marks, window, watched)
                if mask2 < 0 or not least(_key(g, outside2, mask2, faces, span), c2, table_key, table_cost, bits):
                    continue
                _write(label[used], g, outside2, mask2, i, t, head[c2])
                head[c2] = used
                used += 1
                if used >= most:
                    status, cost = FULL, c
                    break
        if status != NOTHING:
            break
    _clear(label, used, faces, span, table_key, bits)
    return status, cost, used, end


@compiled
def _clear(label: Ints, used: int, faces: int, span: int, table_key: Longs, bits: int) -> None:
    """Free every slot the labels took."""
    if used * 4 > len(table_key):
        table_key[:] = FREE
        return
    for i in range(1, used):
        release(_key(label[i, FACE], label[i, OUTSIDE], int(label[i, MASK]), faces, span), table_key, bits)
