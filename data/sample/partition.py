"""Street blocks parted into connected communities of deliberately uneven size: growth, then annealing."""

from collections.abc import Mapping, Sequence

import numpy as np

from data.sample.geo import Rng

SMALLEST, LARGEST = 1_000, 5_600  # households a community should have; a single great estate may exceed them
GREAT = 3_500  # households of a block that is nearly a community of its own
Links = dict[int, dict[int, float]]  # block -> neighbour -> what a border between them costs less than none


class Parts:
    """Membership of the blocks with running sums per part, so that a move is scored in a few additions.

    `links[a][b]` is dear where no great street runs between two blocks: borders prefer cheap links.
    """

    def __init__(
        self, links: Links, households: np.ndarray, centre: np.ndarray, area_m2: np.ndarray, target: np.ndarray
    ) -> None:
        self.links, self.households, self.target = links, households, target
        self.part: dict[int, int] = {}
        self.members: list[set[int]] = [set() for _ in target]
        self.load = np.zeros(len(target))
        self._moments = np.zeros((len(target), 4))  # area, area x, area y, area (x2 + y2)
        self._moment = np.column_stack([area_m2, area_m2[:, None] * centre, area_m2 * (centre**2).sum(1)])
        self.border = np.zeros(len(target))
        self._radius = float(np.sqrt(area_m2[list(links)].sum() / len(target) / np.pi))

    def put(self, block: int, to: int) -> None:
        """Give a block to a part, taking it from the one that had it."""
        old = self.part.get(block)
        if old is not None:
            self.members[old].discard(block)
            self._add(block, old, -1)
        self.part[block] = to
        self.members[to].add(block)
        self._add(block, to, 1)
        for neighbour, cost in self.links[block].items():
            side = self.part.get(neighbour)
            if side is None:
                continue
            if old is not None:
                self._edge(cost, old, side, -1)
            self._edge(cost, to, side, 1)

    def _add(self, block: int, to: int, sign: int) -> None:
        self.load[to] += sign * self.households[block]
        self._moments[to] += sign * self._moment[block]

    def _edge(self, cost: float, one: int, two: int, sign: int) -> None:
        if one != two:
            self.border[one] += sign * cost
            self.border[two] += sign * cost

    def energy(self, n: int) -> float:
        """How far a part is from its size, from roundness and from good borders."""
        area, ax, ay, axx = self._moments[n]
        shape = (axx - (ax * ax + ay * ay) / area) / area / self._radius**2
        small = max(0.0, (SMALLEST - self.load[n]) / SMALLEST)
        large = max(0.0, (self.load[n] - LARGEST) / 1_000)
        off = (self.load[n] - self.target[n]) / self.target[n]
        return float(6 * small**2 + large**2 + 1.8 * off**2 + 1.5 * shape + 0.5 * self.border[n] / (2 * self._radius))

    def holds_without(self, block: int) -> bool:
        """Whether a part stays in one piece when a block leaves."""
        rest = self.members[self.part[block]] - {block}
        if not rest:
            return False
        stack = [min(rest)]
        seen = {stack[0]}
        while stack:
            for b in self.links[stack.pop()]:
                if b in rest and b not in seen:
                    seen.add(b)
                    stack.append(b)
        return len(seen) == len(rest)


def part_blocks(
    links: Links,
    hard: Mapping[int, Sequence[int]],
    households: np.ndarray,
    centre: np.ndarray,
    area_m2: np.ndarray,
    k: int,
    rng: Rng,
    rounds: int,
) -> dict[int, int]:
    """Part number per block. `links` joins blocks over streets, `hard` over rail, river or motorway as a last way."""
    blocks = sorted(links)
    seeds = _seeds(blocks, households, centre, k)
    target = np.exp(np.clip(rng.normal(0, 0.28, k), -0.50, 0.60))
    great = households[seeds] > GREAT  # a great estate is its community's size
    target *= (households[blocks].sum() - households[seeds][great].sum() * 1.02) / target[~great].sum()
    target[great] = households[seeds][great] * 1.02
    parts = Parts(links, households, centre, area_m2, target)
    for n, block in enumerate(seeds):
        parts.put(block, n)
    _grow(parts, hard, seeds, centre)
    _anneal(parts, blocks, rng, rounds)
    return parts.part


def _seeds(blocks: Sequence[int], households: np.ndarray, centre: np.ndarray, k: int) -> list[int]:
    """Populous blocks far from each other, the most populous first."""
    ids = np.array(blocks)
    pull = 0.4 + np.minimum(households[ids], 900) / 900
    pull[households[ids] > GREAT] *= 4
    chosen = [int(np.argmax(households[ids]))]
    far = np.hypot(*(centre[ids] - centre[ids[chosen[0]]]).T)
    while len(chosen) < k:
        score = far * pull
        score[chosen] = -1
        chosen.append(int(np.argmax(score)))
        far = np.minimum(far, np.hypot(*(centre[ids] - centre[ids[chosen[-1]]]).T))
    return [int(ids[c]) for c in chosen]


def _grow(parts: Parts, hard: Mapping[int, Sequence[int]], seeds: Sequence[int], centre: np.ndarray) -> None:
    """The part farthest below its size takes the next block, until none is left."""
    left = set(parts.links) - set(seeds)
    while left:
        for n in np.argsort(parts.load / parts.target, kind="stable"):
            front = {b for a in parts.members[n] for b in parts.links[a] if b in left}
            if front:
                block = min(front, key=lambda b: (_pull(parts, b, n, centre[seeds[n]], centre), b))
                parts.put(block, int(n))
                left.discard(block)
                break
        else:
            left.discard(_take_island(parts, hard, left))


def _pull(parts: Parts, block: int, n: int, seed_at: np.ndarray, centre: np.ndarray) -> float:
    shared = sum(cost for a, cost in parts.links[block].items() if parts.part.get(a) == n)
    return float(np.hypot(*(centre[block] - seed_at)) - 0.5 * shared)


def _take_island(parts: Parts, hard: Mapping[int, Sequence[int]], left: set[int]) -> int:
    """Ground behind a barrier joins any part that touches it."""
    for block in sorted(left):
        for neighbour in hard[block]:
            if neighbour in parts.part:
                parts.links[block][neighbour] = parts.links[neighbour][block] = 1.0
                parts.put(block, parts.part[neighbour])
                return block
    raise ValueError("a piece of the subdistrict touches nothing")


def _anneal(parts: Parts, blocks: Sequence[int], rng: Rng, rounds: int) -> None:
    for r in range(rounds):
        block = blocks[rng.integers(len(blocks))]
        home = parts.part[block]
        others = sorted({parts.part[b] for b in parts.links[block]} - {home})
        if not others or not parts.holds_without(block):
            continue
        to = others[rng.integers(len(others))]
        touched = sorted({home, to, *(parts.part[b] for b in parts.links[block])})
        before = sum(parts.energy(n) for n in touched)
        parts.put(block, to)
        gain = before - sum(parts.energy(n) for n in touched)
        if gain <= 0 and rng.random() >= np.exp(gain / (0.12 * (1 - r / rounds) + 1e-4)):
            parts.put(block, home)
