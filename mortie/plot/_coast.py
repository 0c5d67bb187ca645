"""The coast lines of Natural Earth, 1:110 million (public domain); `make_coast.py` wrote them."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

UNITS = 100  # in a degree


@cache
def coast() -> list[tuple[Any, Any]]:
    """Give the latitudes and longitudes of each line, in degrees."""
    with np.load(Path(__file__).with_name("coast.npz")) as file:
        lat, lon, sizes = file["lat"], file["lon"], file["sizes"]
    starts = np.cumsum(sizes.astype(int))[:-1]
    parts = zip(np.split(lat, starts), np.split(lon, starts), strict=True)
    return [(np.cumsum(y.astype(int)) / UNITS, np.cumsum(x.astype(int)) / UNITS) for y, x in parts]
