"""Compiled search for the cheapest closed walk in the dual that encloses the right number of households."""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from gis.kernels import compiled
from gis.split.slots import FREE, least, release, shift, slot_of

Longs = NDArray[np.int64]
Ints = NDArray[np.int32]

FOUND: Final = 1
NOTHING: Final = 0
FULL: Final = -1
FIELDS: Final = 7
# free steps in a circle could gain for ever: after so many rounds the gain is set to the span
ROUNDS: Final = 30
# columns of a label
FACE, HOUSEHOLDS, CENTRES, MASK, PARENT, STEP, NEXT = range(FIELDS)


@compiled
def _key(row: Ints, faces: int, span: int, side: int, masks: int) -> int:
    wide = 2 * span + 1
    key: int = ((np.int64(row[CENTRES] + side) * masks + row[MASK]) * faces + row[FACE]) * wide + row[HOUSEHOLDS] + span
    return key


@compiled
def _ends(row: Ints, window: Longs, centres: int) -> bool:
    """Whether a walk back at its start encloses what it should; each walk counts in its positive direction."""
    q = row[HOUSEHOLDS]
    if not (window[0] <= q <= window[1] or window[2] <= q <= window[3]):
        return False
    return centres == 0 or 1 <= row[CENTRES] <= centres - 1


@compiled
def gains(
    indptr: Longs,
    step: Longs,
    start: int,
    closed: NDArray[np.bool_],
    grain: int,
    span: int,
    gain: Ints,
    through: bool = False,
) -> None:
    """Most and least households a way home can still add, per budget: fills `gain` (levels, faces, 2).

    A walk of cost r adds up to at most r // grain in rounded-down costs, so gain[r // grain] holds for it. Where no way
    home fits, most < least. Values beyond `span` are cut off there. through: a walk may go on when it comes home.
    """
    levels, faces = gain.shape[0], gain.shape[1]
    # steps that take nothing off the budget, as it is counted: where they leave from and where they lead
    short = np.zeros(faces, np.bool_)
    feeds = np.zeros(faces, np.bool_)
    for f in range(faces):
        for t in range(indptr[f], indptr[f + 1]):
            short[f] |= step[t, 1] < grain
            feeds[step[t, 0]] |= step[t, 1] < grain
    for b in range(levels):
        for f in range(faces):
            gain[b, f, 0] = gain[b - 1, f, 0] if b > 0 else -span - 1
            gain[b, f, 1] = gain[b - 1, f, 1] if b > 0 else span + 1
        if b == 0 or not through:
            gain[b, start] = 0
        changed, rounds = True, 0
        while changed:
            changed = False
            rounds += 1
            for f in range(faces):
                if (f == start and not through) or closed[f] or (rounds > 1 and not short[f]):
                    continue
                for t in range(indptr[f], indptr[f + 1]):
                    g = step[t, 0]
                    rest = b - step[t, 1] // grain
                    if rest < 0 or closed[g] or gain[rest, g, 0] < gain[rest, g, 1]:
                        continue
                    more = min(gain[rest, g, 0] + step[t, 2], span)
                    less = max(gain[rest, g, 1] + step[t, 2], -span)
                    if rounds > ROUNDS:
                        more, less = span, -span
                    if more > gain[b, f, 0]:
                        gain[b, f, 0] = more
                        changed |= feeds[f]
                    if less < gain[b, f, 1]:
                        gain[b, f, 1] = less
                        changed |= feeds[f]


@compiled
def _can_end(row: Ints, ahead: Ints, low: int, high: int, span: int, centres: int) -> bool:
    """Whether what is enclosed can still come into the window and stays within what a simple walk can enclose."""
    enclosed = row[HOUSEHOLDS]
    within = enclosed + ahead[0] >= low and enclosed + ahead[1] <= high
    return bool(within and abs(enclosed) <= span and abs(row[CENTRES]) <= centres)


@compiled
def cheapest(
    indptr: Longs,
    step: Longs,
    enters: Ints,
    start: int,
    closed: NDArray[np.bool_],
    home: Ints,
    gain: Ints,
    grain: int,
    window: Longs,
    sizes: Longs,
    cap: int,
    head: Ints,
    label: Ints,
    table_key: Longs,
    table_cost: Ints,
) -> Any:
    """Labels on (face, enclosed households, enclosed centres, yards entered) in the order of cost, below `cap`.

    step (s, 4): face, cost, households, centres; enters: bit of the watched yard a step enters, or 0; closed: faces
    not to be used; home: least cost back to `start`; gain, grain: as `gains` gives them; window: low, high, low, high
    of the enclosed households; sizes: faces, span (most an unfinished simple walk can enclose), all centres (0: not
    counted), masks; head (cap), label (l, 7), table (a power of two): work space, the table all FREE before and after.
    Returns (FOUND, cost, labels, last label), (NOTHING, cap, labels, -1) or (FULL, cost, labels, -1): everything below
    that cost was looked at.
    """
    bits = shift(len(table_key))
    most = min(len(label), (len(table_key) * 3) // 4) - 1
    span, centres = sizes[1], sizes[2]
    low, high = max(min(window[0], window[2]), 1), max(window[1], window[3])
    head[:cap] = -1
    label[0] = -1
    label[0, FACE] = start
    label[0, HOUSEHOLDS : MASK + 1] = 0
    head[0] = 0
    used = 1
    status, cost, end = NOTHING, cap, -1
    for c in range(cap):
        while head[c] >= 0 and status == NOTHING:
            i = head[c]
            head[c] = label[i, NEXT]
            here = label[i]
            if i > 0 and here[FACE] == start:
                if _ends(here, window, centres):
                    status, cost, end = FOUND, c, i
                continue
            if i > 0 and table_cost[slot_of(_key(here, sizes[0], span, centres, sizes[3]), table_key, bits)] != c:
                continue
            for t in range(indptr[here[FACE]], indptr[here[FACE] + 1]):
                g = step[t, 0]
                c2 = c + step[t, 1]
                if closed[g] or c2 + home[g] >= cap or here[MASK] & enters[t]:
                    continue
                row = label[used]
                row[FACE] = g
                row[HOUSEHOLDS] = here[HOUSEHOLDS] + step[t, 2]
                row[CENTRES] = here[CENTRES] + step[t, 3] if centres > 0 else 0
                row[MASK] = here[MASK] | enters[t]
                ahead = gain[(cap - 1 - c2) // grain, g]
                if not _can_end(row, ahead, low, high, span, centres):
                    continue
                key = _key(row, sizes[0], sizes[1], sizes[2], sizes[3])
                if g != start and not least(key, c2, table_key, table_cost, bits):
                    continue
                row[PARENT] = i
                row[STEP] = t
                row[NEXT] = head[c2]
                head[c2] = used
                used += 1
                if used >= most:
                    status, cost = FULL, c
                    break
        if status != NOTHING:
            break
    _clear(label, used, start, sizes, table_key, bits)
    return status, cost, used, end


@compiled
def _clear(label: Ints, used: int, start: int, sizes: Longs, table_key: Longs, bits: int) -> None:
    """Free every slot the labels took."""
    if used * 4 > len(table_key):
        table_key[:] = FREE
        return
    for i in range(1, used):
        if label[i, FACE] != start:
            release(_key(label[i], sizes[0], sizes[1], sizes[2], sizes[3]), table_key, bits)
