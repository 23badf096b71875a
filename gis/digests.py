"""The digest that says which rows a number was computed from."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, is_dataclass
from typing import Any

import numpy as np


def digest(value: Any) -> str:
    """Return the first 16 hex digits of sha256 over canonical JSON (sorted keys, no spaces, UTF-8).

    Lengths and areas are handed over as integers in cm and m2. Frozen values, tuples, mappings and numpy
    scalars and arrays are accepted; a float that is not finite raises ValueError, any other type TypeError.
    """
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False, default=_plain)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _plain(value: Any) -> Any:
    if isinstance(value, np.generic | np.ndarray):
        return value.tolist()
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"no canonical form for {type(value).__name__}")
