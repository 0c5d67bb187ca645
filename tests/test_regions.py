"""Covers of regions, against distances in 60 digits, other packages and themselves turned."""

import numpy as np
import pytest

import mortie

if not mortie.backend() == "native":
    pytest.skip("regions need the C++ extension", allow_module_level=True)

TWO_THIRDS = 41.810314895778596  # degrees: where the formulas of HEALPix change

# Rings, a point inside, and whether they are oriented.
DEGENERATE = {
    "octant": ([([0, 0, 90], [0, 90, 0])], (30, 40), False),
    "octant, a repeated pole": ([([0, 0, 0, 90, 90, 0], [0, 90, 90, 17, 3, 0])], (30, 40), False),
    "where three base cells meet": (
        [([TWO_THIRDS, TWO_THIRDS, -TWO_THIRDS, -TWO_THIRDS], [0, 90, 90, 0])],
        (1, 40),
        False,
    ),
    "around the pole, through corners": (
        [([TWO_THIRDS] * 8, [0, 45, 90, 135, 180, 225, 270, 315])],
        (88, 13),
        False,
    ),
    "at 30 degrees, through corners": (
        [([30, 30, -30, -30], [11.25, 56.25, 56.25, 11.25])],
        (1, 32),
        False,
    ),
    "hemisphere": ([([0, 0, 0, 0], [0, 90, 180, 270])], (77, 13), True),
    "other hemisphere": ([([0, 0, 0, 0], [270, 180, 90, 0])], (-77, 13), True),
    "half of it, by meridians": ([([90, 0, -90, 0], [0, 90, 0, -90])], (3, 181), True),
    "edge through the pole": ([([60, 60, 20], [45, 225, 300])], (65, 301), False),
    "sliver": ([([10, 60, 10], [20, 20, 20 + 6e-11])], (20, 20 + 3e-11), False),
    "sliver along a meridian": ([([50, 80, 50], [90, 90, 90 + 1e-10])], (60, 90 + 3e-11), False),
    "nearly antipodal": ([([0, 1e-7, 80], [0, 180 - 1e-7, 90])], (60, 88), False),
    "larger than a hemisphere": ([([50, 55, 40], [10, 50, 30])], (-30, 200), True),
    "within a cell": ([([1.1, 1.2, 1.15], [45, 45, 45.1])], (1.15, 45.03), False),
    "vertices on edges": ([([0, 19.471220634490691, 0, -19.471220634490691], [22.5, 45, 67.5, 45])],
                          (1, 44), False),
    "a hole": (
        [([0, 0, 50, 50], [0, 60, 60, 0]), ([10, 10, 30, 30], [10, 50, 50, 10])],
        (5, 5),
        False,
    ),
}  # fmt: skip


def polygon(rings):
    shapely = pytest.importorskip("shapely")
    shell, *holes = (np.column_stack([lon, lat]) for lat, lon in rings)
    return shapely.Polygon(shell, holes)


def nests(order, cells):
    assert np.all(mortie.mort2order(cells) == order)
    found = mortie.mort2nest(cells)
    assert np.all(np.diff(found) > 0)  # in the order of the curve, none twice
    return found


def check(order, rings, inner, oriented=False, exact=False):
    from region_oracle import Oracle

    region = rings[0] if len(rings) == 1 else polygon(rings)
    oracle = Oracle(order, rings, inner)
    if exact:
        oracle.decide_exactly()

    def cover(mode):
        return nests(order, mortie.cover(region, order, mode=mode, oriented=oriented))

    assert oracle.check(cover) == {}


@pytest.mark.parametrize("order", [0, 1, 2])
@pytest.mark.parametrize("name", DEGENERATE)
def test_degenerate_regions(name, order):
    pytest.importorskip("mpmath")
    rings, inner, oriented = DEGENERATE[name]
    check(order, rings, inner, oriented, exact=True)
