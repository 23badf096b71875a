"""Planar embedding of a graph by the left-right method, or the answer that there is none.

Source: U. Brandes, The left-right planarity test (2009). Iterative, so that depth is not bounded by the interpreter.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

Edge = tuple[int, int]
Interval = tuple[Edge | None, Edge | None]
_NONE: Interval = (None, None)


@dataclass
class _Pair:
    """Return edges that must lie on different sides."""

    left: Interval = _NONE
    right: Interval = _NONE

    def swapped(self) -> "_Pair":
        return _Pair(self.right, self.left)


@dataclass
class _State:
    """What the passes of one test share."""

    around: Sequence[Sequence[int]]
    height: list[int]
    parent: list[Edge | None]
    roots: list[int] = field(default_factory=list)
    out: list[list[int]] = field(default_factory=list)
    low: dict[Edge, int] = field(default_factory=dict)
    low2: dict[Edge, int] = field(default_factory=dict)
    nesting: dict[Edge, int] = field(default_factory=dict)
    ref: dict[Edge, Edge | None] = field(default_factory=dict)
    side: dict[Edge, int] = field(default_factory=dict)
    low_edge: dict[Edge, Edge] = field(default_factory=dict)
    stack: list[_Pair] = field(default_factory=list)
    bottom: dict[Edge, int] = field(default_factory=dict)


def embed(n: int, edges: Sequence[Edge]) -> list[list[int]] | None:
    """Neighbours of every node in clockwise order of a planar drawing; None where the graph is not planar.

    edges: pairs of different nodes, each pair once. The answer depends only on the input.
    """
    if n > 2 and len(edges) > 3 * n - 6:
        return None
    around: list[list[int]] = [[] for _ in range(n)]
    for a, b in edges:
        around[a].append(b)
        around[b].append(a)
    state = _State([sorted(row) for row in around], [-1] * n, [None] * n)
    _orient(state)
    for v in range(n):
        state.out[v].sort(key=lambda w: state.nesting[v, w])
    if not all(_fits(state, root) for root in state.roots):
        return None
    for v in range(n):
        for w in state.out[v]:
            state.nesting[v, w] *= _sign(state, (v, w))
        state.out[v].sort(key=lambda w: state.nesting[v, w])
    return _order(state)


def _orient(state: _State) -> None:
    """Depth-first tree with low points and nesting depths."""
    n = len(state.around)
    state.out = [[] for _ in range(n)]
    for root in range(n):
        if state.height[root] >= 0:
            continue
        state.roots.append(root)
        state.height[root] = 0
        walks: list[tuple[int, Iterator[int]]] = [(root, iter(state.around[root]))]
        while walks:
            v, rest = walks[-1]
            w = next(rest, None)
            if w is None:
                walks.pop()
                if (up := state.parent[v]) is not None:
                    _settle(state, up)
                continue
            if (v, w) in state.low or (w, v) in state.low:
                continue
            edge = (v, w)
            state.out[v].append(w)
            state.low[edge] = state.low2[edge] = state.height[v]
            if state.height[w] < 0:
                state.parent[w] = edge
                state.height[w] = state.height[v] + 1
                walks.append((w, iter(state.around[w])))
            else:
                state.low[edge] = state.height[w]
                _settle(state, edge)


def _settle(state: _State, edge: Edge) -> None:
    """Fix the nesting depth of a finished edge and pass its low points to the parent edge."""
    v = edge[0]
    low, low2 = state.low, state.low2
    state.nesting[edge] = 2 * low[edge] + (low2[edge] < state.height[v])
    up = state.parent[v]
    if up is None:
        return
    if low[edge] < low[up]:
        low2[up] = min(low[up], low2[edge])
        low[up] = low[edge]
    elif low[edge] > low[up]:
        low2[up] = min(low2[up], low[edge])
    else:
        low2[up] = min(low2[up], low2[edge])


def _fits(state: _State, root: int) -> bool:
    """Second pass: can all return edges be put left or right?"""
    walks: list[tuple[int, int]] = [(root, 0)]
    while walks:
        v, place = walks.pop()
        out = state.out[v]
        if place < len(out):
            edge = (v, out[place])
            if edge not in state.bottom:
                state.bottom[edge] = len(state.stack)
                if state.parent[edge[1]] == edge:
                    walks += [(v, place), (edge[1], 0)]
                    continue
                state.low_edge[edge] = edge
                state.stack.append(_Pair(right=(edge, edge)))
            if state.low[edge] < state.height[v] and not _merge(state, edge, place):
                return False
            walks.append((v, place + 1))
        elif (up := state.parent[v]) is not None:
            _trim(state, up)
    return True


def _merge(state: _State, edge: Edge, place: int) -> bool:
    """Join the return edges of a new edge with those before it."""
    up = state.parent[edge[0]]
    if up is None:
        return True
    if place == 0:
        state.low_edge[up] = state.low_edge[edge]
        return True
    return _constrain(state, edge, up)


def _constrain(state: _State, edge: Edge, up: Edge) -> bool:
    joined = _Pair()
    ref, low, stack = state.ref, state.low, state.stack
    while True:
        top = stack.pop()
        if top.left != _NONE:
            top = top.swapped()
        if top.left != _NONE:
            return False
        assert top.right[0] is not None
        if low[top.right[0]] > low[up]:
            if joined.right == _NONE:
                joined.right = top.right
            else:
                assert joined.right[0] is not None
                ref[joined.right[0]] = top.right[1]
                joined.right = (top.right[0], joined.right[1])
        else:
            ref[top.right[0]] = state.low_edge[up]
        if len(stack) == state.bottom[edge]:
            break
    while stack and (_conflicts(state, stack[-1].left, edge) or _conflicts(state, stack[-1].right, edge)):
        top = stack.pop()
        if _conflicts(state, top.right, edge):
            top = top.swapped()
        if _conflicts(state, top.right, edge):
            return False
        if joined.right[0] is not None:
            ref[joined.right[0]] = top.right[1]
        if top.right[0] is not None:
            joined.right = (top.right[0], joined.right[1])
        if joined.left == _NONE:
            joined.left = top.left
        else:
            assert joined.left[0] is not None
            ref[joined.left[0]] = top.left[1]
            joined.left = (top.left[0], joined.left[1])
    if joined.left != _NONE or joined.right != _NONE:
        stack.append(joined)
    return True


def _conflicts(state: _State, interval: Interval, edge: Edge) -> bool:
    high = interval[1]
    return high is not None and state.low[high] > state.low[edge]


def _trim(state: _State, up: Edge) -> None:
    """Drop the return edges that end at the parent, and set the side of its tree edge."""
    u = up[0]
    stack, ref = state.stack, state.ref
    while stack and _lowest(state, stack[-1]) == state.height[u]:
        pair = stack.pop()
        if pair.left[0] is not None:
            state.side[pair.left[0]] = -1
    if stack:
        pair = stack.pop()
        pair.left = _trimmed(state, pair.left, pair.right, u)
        pair.right = _trimmed(state, pair.right, pair.left, u)
        stack.append(pair)
    if state.low[up] < state.height[u] and stack:
        left, right = stack[-1].left[1], stack[-1].right[1]
        higher = left is not None and (right is None or state.low[left] > state.low[right])
        ref[up] = left if higher else right


def _trimmed(state: _State, own: Interval, other: Interval, u: int) -> Interval:
    low, high = own
    while high is not None and high[1] == u:
        high = state.ref.get(high)
    if high is None and low is not None:
        state.ref[low] = other[0]
        state.side[low] = -1
        low = None
    return (low, high)


def _lowest(state: _State, pair: _Pair) -> int:
    ends = [state.low[side[0]] for side in (pair.left, pair.right) if side[0] is not None]
    return min(ends)


def _sign(state: _State, edge: Edge) -> int:
    chain = [edge]
    while (above := state.ref.get(chain[-1])) is not None:
        chain.append(above)
    sign = state.side.get(chain[-1], 1)
    for one in reversed(chain[:-1]):
        sign *= state.side.get(one, 1)
        state.side[one] = sign
        state.ref[one] = None
    return sign


def _order(state: _State) -> list[list[int]]:
    """Third pass: put the return edges beside the tree edges they belong to."""
    ring = [list(row) for row in state.out]
    left: dict[int, int] = {}
    right: dict[int, int] = {}
    walks: list[tuple[int, int]] = [(root, 0) for root in state.roots]
    while walks:
        v, place = walks.pop()
        if place == len(state.out[v]):
            continue
        walks.append((v, place + 1))
        w = state.out[v][place]
        if state.parent[w] == (v, w):
            ring[w].insert(0, v)
            left[v] = right[v] = w
            walks.append((w, 0))
        elif state.side.get((v, w), 1) == 1:
            ring[w].insert(ring[w].index(right[w]) + 1, v)
        else:
            ring[w].insert(ring[w].index(left[w]), v)
            left[w] = v
    return ring
