"""A table of the least cost of every key for compiled searches: open addressing in a power of two of slots.

Compiled callers are kept on disk by the state of their own file: after a change here, empty their `__pycache__`.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from gis.kernels import compiled

Longs = NDArray[np.int64]
Ints = NDArray[np.int32]

FREE: Final = -1

_SPIN = np.uint64(0x9E3779B97F4A7C15)


@compiled
def shift(size: int) -> int:
    """How far a 64-bit hash is shifted to number the slots of a table, a power of two."""
    bits = 64
    while size > 1:
        size >>= 1
        bits -= 1
    return bits


@compiled
def slot_of(key: int, table_key: Longs, bits: int) -> int:
    """Where a key is, or the free slot where it belongs."""
    last = len(table_key) - 1
    slot: int = np.int64((np.uint64(key) * _SPIN) >> np.uint64(bits))  # type: ignore[assignment]
    while table_key[slot] != key and table_key[slot] != FREE:
        slot = (slot + 1) & last
    return slot


@compiled
def least(key: int, cost: int, table_key: Longs, table_cost: Ints, bits: int) -> bool:
    """Keep a cost in the table if it is the least of its key."""
    slot = slot_of(key, table_key, bits)
    if table_key[slot] == key and table_cost[slot] <= cost:
        return False
    table_key[slot] = key
    table_cost[slot] = cost
    return True


@compiled
def release(key: int, table_key: Longs, bits: int) -> None:
    """Free the slots from a key's first one to the end of their run; once every key is released all are free."""
    last = len(table_key) - 1
    slot = np.int64((np.uint64(key) * _SPIN) >> np.uint64(bits))
    while table_key[slot] != FREE:
        table_key[slot] = FREE
        slot = (slot + 1) & last
