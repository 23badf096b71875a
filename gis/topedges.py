"""Streets from junction to junction: which segments of a network belong to one topological edge."""

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from gis.kernels import Ints


def topological_edges(indptr: Ints, slot_segment: Ints, snappable: NDArray[np.bool_]) -> Ints:
    """Return the edge number of every segment.

    An edge is a chain of segments through nodes of degree 2; it also ends where snappability changes, so that an
    edge may be snapped to as a whole or not at all. `slot_segment`: segment of each CSR slot.
    """
    n_segments = len(snappable)
    if n_segments == 0:
        return np.empty(0, np.int32)
    through = indptr[:-1][np.diff(indptr) == 2]
    a, b = slot_segment[through], slot_segment[through + 1]
    same = snappable[a] == snappable[b]
    a, b = a[same], b[same]
    chained = coo_array((np.ones(len(a)), (a, b)), shape=(n_segments, n_segments))
    number: Ints = connected_components(chained, directed=False)[1].astype(np.int32)
    return number
