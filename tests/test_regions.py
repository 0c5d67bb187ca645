"""Covers of regions and cells of tracks, against 60 digits, other packages and themselves turned.

With MORTIE_LONG_TESTS set, these are thousands of regions.
"""

import itertools
import os
import re

import numpy as np
import pytest

import mortie
import region_makers as makers
import region_oracle as oracle

if mortie.backend() != "native":
    pytest.skip("regions need the C++ extension", allow_module_level=True)

shapely = pytest.importorskip("shapely", reason="shapely is missing; mortie[regions] has it")

ROUNDS = 1000 if "MORTIE_LONG_TESTS" in os.environ else 2
MODES = ("overlap", "centre", "within", "boundary")

TWO_THIRDS = 41.810314895778596  # degrees: where the formulas of HEALPix change

# Rings, and whether they are oriented.
DEGENERATE = {
    "octant": ([([0, 0, 90], [0, 90, 0])], False),
    "octant, a repeated pole": ([([0, 0, 0, 90, 90, 0], [0, 90, 90, 17, 3, 0])], False),
    "where three base cells meet": (
        [([TWO_THIRDS, TWO_THIRDS, -TWO_THIRDS, -TWO_THIRDS], [0, 90, 90, 0])], False,
    ),
    "around the pole, through corners": (
        [([TWO_THIRDS] * 8, [0, 45, 90, 135, 180, 225, 270, 315])], False,
    ),
    "at 30 degrees, through corners": (
        [([30, 30, -30, -30], [11.25, 56.25, 56.25, 11.25])], False,
    ),
    "hemisphere": ([([0, 0, 0, 0], [0, 90, 180, 270])], True),
    "other hemisphere": ([([0, 0, 0, 0], [270, 180, 90, 0])], True),
    "half of it, by meridians": ([([90, 0, -90, 0], [0, 90, 0, -90])], True),
    "a pole with a longitude beyond": ([([-75.5, 90, 30], [0, 315 + 6e-14, -90])], False),
    "from the other pole to corners": ([([-90, 0, -TWO_THIRDS], [0, 45, 180])], False),
    "edge through the pole": ([([60, 60, 20], [45, 225, 300])], False),
    "sliver": ([([10, 60, 10], [20, 20, 20 + 6e-11])], False),
    "sliver along a meridian": ([([50, 80, 50], [90, 90, 90 + 1e-10])], False),
    "nearly antipodal": ([([0, 1e-7, 80], [0, 180 - 1e-7, 90])], False),
    "larger than a hemisphere": ([([50, 55, 40], [10, 50, 30])], True),
    "within a cell": ([([1.1, 1.2, 1.15], [45, 45, 45.1])], False),
    "vertices on edges": (
        [([0, 19.471220634490691, 0, -19.471220634490691], [22.5, 45, 67.5, 45])], False,
    ),
    "a hole": (
        [([0, 0, 50, 50], [0, 60, 60, 0]), ([10, 10, 30, 30], [10, 50, 50, 10])], False,
    ),
}  # fmt: skip


def star(rng, n, radius, centre=None):
    """Make a ring that its centre sees all of, and that centre."""
    c = rng.normal(size=3) if centre is None else centre
    c /= np.linalg.norm(c)
    u = np.cross(c, rng.normal(size=3))
    u /= np.linalg.norm(u)
    angle = 2 * np.pi * (np.arange(n) + rng.uniform(-0.3, 0.3, n)) / n
    r = radius * rng.uniform(0.4, 1, n)
    across = np.cos(angle)[:, None] * u + np.sin(angle)[:, None] * np.cross(c, u)
    points = np.vstack([np.cos(r)[:, None] * c + np.sin(r)[:, None] * across, c])
    lat = np.degrees(np.arctan2(points[:, 2], np.hypot(points[:, 0], points[:, 1])))
    lon = np.degrees(np.arctan2(points[:, 1], points[:, 0]))
    return (lat[:-1], lon[:-1]), (lat[-1], lon[-1])


def vectors_of(lat, lon):
    lat, lon = np.radians(lat), np.radians(lon)
    return np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)], -1)


def latlon_of(points):
    x, y, z = points.T
    return np.degrees(np.arctan2(z, np.hypot(x, y))), np.degrees(np.arctan2(y, x))


def draw(seed):
    return np.random.default_rng(seed)


def as_shapely(geometry):
    return shapely.geometry.shape(geometry)


def check(geometry, order, region=None, **options):
    """Compare every mode of one region with the oracle."""
    if region is None:
        region = as_shapely(geometry)
    judge = oracle.Oracle(geometry, order, **options)
    for mode in MODES:
        cells = mortie.cover(region, order, mode=mode, **options)
        assert cells.dtype == np.int64
        nest = mortie.mort2nest(cells)
        assert (mortie.mort2order(cells) == order).all()
        assert (np.diff(nest) > 0).all()  # in the order of the curve, none twice
        missed, extra = judge.judge(mode).faults(nest)
        assert missed.size == extra.size == 0, (geometry, order, mode, missed, extra)
        if mode in ("overlap", "within"):
            check_mixed(mortie.cover(region, order, mode=mode, mixed=True, **options), nest, order)


def check_mixed(mixed, nest, order):
    """A mixed cover has the very area of the flat one, and no four cells that could be one."""
    np.testing.assert_array_equal(oracle.nests(order, mixed), nest)
    orders = mortie.mort2order(mixed)
    parents = mortie.clip_mort(orders - 1, mixed)[orders > 0] if (orders > 0).all() else []
    _, counts = np.unique(parents, return_counts=True)
    assert (counts < 4).all()


@pytest.mark.parametrize("name", DEGENERATE)
def test_degenerate_regions(name):
    rings, oriented = DEGENERATE[name]
    geometry = makers.polygon(*(np.transpose([lon, lat]) for lat, lon in rings))
    for order in (0, 2):
        check(geometry, order, oriented=oriented)


@pytest.mark.slow
@pytest.mark.parametrize("maker", makers.USUAL)
def test_random_regions(maker):
    random = draw(1)
    for _ in range(ROUNDS):
        check(maker(random), int(random.integers(0, 5)))
    check(maker(random), int(random.integers(6, 10)))


@pytest.mark.parametrize("maker", makers.UNUSUAL)
def test_random_degenerate_regions(maker):
    random = draw(2)
    for _ in range(ROUNDS):
        check(maker(random), int(random.integers(0, 5)))


@pytest.mark.parametrize("radius", [0.0, 1e-9, 0.5, 20.0, 60.0, 90.0, 120.0, 179.0, 180.0])
@pytest.mark.parametrize("place", [(0.0, 0.0), (90.0, 0.0), (-90.0, 7.0), (33.3, 180.0)])
def test_discs(radius, place):
    check(oracle.Disc(*place, radius), 3, mortie.disc(*place, radius))


def test_random_discs():
    random = draw(3)
    for _ in range(ROUNDS):
        [(lon, lat)] = makers.lonlat([makers.direction(random)])
        radius = 10 ** random.uniform(-4, 2.2)
        check(oracle.Disc(lat, lon, radius), 3, mortie.disc(lat, lon, radius))


def test_the_left_side():
    random = draw(4)
    for _ in range(ROUNDS):
        ring = makers.star(random)
        for each in (ring, ring[::-1]):  # the second is larger than a hemisphere
            check(makers.polygon(each), 3, oriented=True)
            check(makers.polygon(each), 3)


def test_the_left_side_of_slivers():
    random = draw(14)
    for width in (1e-16, 1e-13, 1e-11):
        for _ in range(ROUNDS):
            ring = makers.sliver(random, width)["coordinates"][0][:-1]
            for each in (ring, ring[::-1]):  # of one of them the rest of the sphere is the inside
                check(makers.polygon(each), 2, oriented=True)
                check(makers.polygon(each), 2)


def test_straight_in_longitude_and_latitude():
    random = draw(5)
    for _ in range(ROUNDS):
        angles = makers.angles_of(random, 9)
        x, y = 80 * np.cos(angles), random.uniform(20, 80, 9) * np.sin(angles)
        check(makers.polygon(np.stack([x, y], axis=1)), 3, edges="planar")
        check(makers.line(np.stack([x, y], axis=1)), 3, edges="planar")


@pytest.mark.parametrize("mixed", [False, True])
def test_within_polygons_that_overlap(mixed):
    parts = [shapely.box(0, 0, 30, 30), shapely.box(20, 20, 50, 50), shapely.box(5, 5, 9, 25)]
    line = shapely.LineString([(1, 1), (40, 40)])
    together = shapely.GeometryCollection([line, *parts])
    cells = mortie.cover(together, 6, mode="within", mixed=mixed)
    expected = np.concatenate([mortie.cover(part, 6, mode="within") for part in parts])
    if mixed:
        check_mixed(cells, np.unique(mortie.mort2nest(expected)), 6)
    else:
        assert np.array_equal(mortie.mort2nest(cells), np.unique(mortie.mort2nest(expected)))


def test_turns_and_mirrors():
    healpy = pytest.importorskip("healpy", reason="healpy is missing; mortie[test] has it")
    random = draw(6)
    for maker, quarters in itertools.product(
        (makers.along_a_meridian, makers.through_a_corner), (1, 2)
    ):
        geometry = maker(random)
        region = as_shapely(geometry)
        for mirror in (1, -1):
            other = shapely.transform(
                region, lambda p, q=quarters, m=mirror: np.add(p, (90.0 * q, 0.0)) * (1.0, m)
            )
            for mode in MODES:
                cells = mortie.mort2nest(mortie.cover(region, 3, mode=mode))
                lon, lat = healpy.pix2ang(8, cells, nest=True, lonlat=True)
                expected = healpy.ang2pix(
                    8, lon + 90 * quarters, lat * mirror, nest=True, lonlat=True
                )
                found = mortie.mort2nest(mortie.cover(other, 3, mode=mode))
                np.testing.assert_array_equal(found, np.sort(expected))


@pytest.mark.parametrize("seed", range(8))
def test_turned_mirrored_and_reversed(seed):
    rng = np.random.default_rng(seed)
    lat, lon = star(rng, 9, 0.5)[0]
    if seed % 2:  # on the edges and corners of cells
        lat, lon = np.round(lat / 30) * 30, np.round(lon / 11.25) * 11.25
        line = [*zip(lon, lat, strict=True)]
        shapely = pytest.importorskip("shapely")

        def cover(lat, lon):
            return mortie.cover(shapely.LineString(np.column_stack([lon, lat])), 5)
    else:
        line = None

        def cover(lat, lon):
            return mortie.cover((lat, lon), 5)

    cells = cover(lat, lon)
    assert line is None or len(cells) > 10
    assert np.array_equal(cover(lat[::-1], lon[::-1]), cells)
    centre = vectors_of(*mortie.mort2latlon(cells))

    def at(x, y, z):
        points = np.stack([x, y, z], -1)
        return np.sort(mortie.latlon2nest(5, *latlon_of(points)))

    x, y, z = centre.T
    assert np.array_equal(at(-y, x, z), mortie.mort2nest(cover(lat, lon + 90)))
    assert np.array_equal(at(x, y, -z), mortie.mort2nest(cover(-lat, lon)))
    assert np.array_equal(at(x, -y, z), mortie.mort2nest(cover(lat, -lon)))


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("order", [7, 12])
def test_cells_of_samples(seed, order):
    rng = np.random.default_rng(seed)
    (lat, lon), inner = star(rng, 40, 0.02 * 2.0 ** (7 - order) * 10 ** rng.uniform(0, 1))
    cells = {mode: mortie.cover((lat, lon), order, mode=mode) for mode in MODES}
    points = vectors_of(lat, lon)
    t = rng.uniform(size=(200, 1, 1))
    edges = (1 - t) * points + t * np.roll(points, -1, 0)
    edges = edges.reshape(-1, 3)
    on_edges = mortie.latlon2mort(order, *latlon_of(edges))
    assert np.isin(on_edges, cells["boundary"]).all()
    within = edges + rng.uniform(size=(len(edges), 1)) * (vectors_of(*inner) - edges)
    assert np.isin(mortie.latlon2mort(order, *latlon_of(within)), cells["overlap"]).all()
    beyond = edges + 0.3 * rng.uniform(size=(len(edges), 1)) * (edges - vectors_of(*inner))
    assert not np.isin(mortie.latlon2mort(order, *latlon_of(beyond)), cells["within"]).any()
    assert set(cells["within"]) <= set(cells["centre"]) <= set(cells["overlap"])
    assert set(cells["overlap"]) == set(cells["within"]) | set(cells["boundary"])
    for mode in ("overlap", "centre", "within"):
        mixed = mortie.cover((lat, lon), order, mode=mode, mixed=True)
        check_mixed(mixed, mortie.mort2nest(cells[mode]), order)


@pytest.mark.parametrize("seed", range(6))
def test_centres_as_healpy(seed):
    healpy = pytest.importorskip("healpy")
    rng = np.random.default_rng(seed)
    centre = rng.normal(size=3)
    n = 8
    angle = 2 * np.pi * (np.arange(n) + rng.uniform(-0.2, 0.2, n)) / n
    c = centre / np.linalg.norm(centre)
    u = np.cross(c, [0.3, 0.5, 0.8])
    u /= np.linalg.norm(u)
    r = rng.uniform(0.05, 0.6)
    points = np.cos(r) * c + np.sin(r) * (
        np.cos(angle)[:, None] * u + np.sin(angle)[:, None] * np.cross(c, u)
    )
    expected = healpy.query_polygon(2**7, points, inclusive=False, nest=True)
    cells = mortie.cover(latlon_of(points), 7, mode="centre")
    assert np.array_equal(mortie.mort2nest(cells), np.sort(expected))


@pytest.mark.parametrize("seed", range(6))
def test_discs_as_healpy(seed):
    healpy = pytest.importorskip("healpy")
    rng = np.random.default_rng(seed)
    lat, lon, radius = rng.uniform(-90, 90), rng.uniform(-180, 180), 10 ** rng.uniform(-1, 2.2)
    cells = mortie.cover(mortie.disc(lat, lon, radius), 6, mode="centre")
    expected = healpy.query_disc(2**6, vectors_of(lat, lon), np.radians(radius), nest=True)
    assert np.array_equal(mortie.mort2nest(cells), np.sort(expected))
    overlap = mortie.mort2nest(mortie.cover(mortie.disc(lat, lon, radius), 6))
    assert np.isin(expected, overlap).all()
    inclusive = healpy.query_disc(
        2**6, vectors_of(lat, lon), np.radians(radius), nest=True, inclusive=True, fact=16
    )
    assert np.isin(overlap, inclusive).all()


def test_real_basins(drainage):
    """Coasts of up to 81,595 vertices don't cross themselves, and lie in the boundary's cells."""
    ids = drainage["polygon_id"]
    basins = [(drainage["lat"][ids == k], drainage["lon"][ids == k]) for k in np.unique(ids)]
    cells, place = mortie.cover(basins, 9, mode="boundary")
    for k, basin in enumerate(basins):
        assert np.isin(mortie.latlon2mort(9, *basin), cells[place == k]).all()
    lat, lon = (part.copy() for part in max(basins, key=lambda basin: len(basin[0])))
    lat[1000], lon[1000] = lat[5000], lon[5000]
    with pytest.raises(ValueError, match=r"geometry 0, part 0, vertex \d+: .* cross itself"):
        mortie.cover((lat, lon), 9)


def test_neighbours_share_no_centre():
    rng = np.random.default_rng(5)
    corners = rng.normal(size=(6, 3))
    corners = np.vstack([np.eye(3), -np.eye(3)]) + 0.2 * corners
    corners /= np.linalg.norm(corners, axis=1)[:, None]
    lat, lon = latlon_of(corners)
    triangles = [(i, j, k) for i in (0, 3) for j in (1, 4) for k in (2, 5)]
    regions = [(lat[list(t)], lon[list(t)]) for t in triangles]
    cells, place = mortie.cover(regions, 6, mode="centre")
    assert np.array_equal(np.sort(mortie.mort2nest(cells)), np.arange(12 * 4**6))
    assert len(np.unique(place)) == 8


def test_crossings_as_shapely():
    shapely = pytest.importorskip("shapely")
    rng = np.random.default_rng(11)
    refused = 0
    for _ in range(300):
        n = rng.integers(4, 30)
        u, v = rng.normal(size=(2, n))  # on a plane that touches the sphere, arcs are straight
        if rng.integers(2):  # a star, of which two vertices may change places
            around = np.argsort(np.arctan2(v, u))
            around[:2] = rng.permutation(around[:2])
            u, v = u[around], v[around]
        frame = np.linalg.qr(rng.normal(size=(3, 3)))[0]
        points = np.column_stack([np.ones(n), u, v]) @ frame
        plane = shapely.LinearRing(np.column_stack([u, v]))
        try:
            mortie.cover(latlon_of(points), rng.integers(0, 5))
        except ValueError as error:
            assert not plane.is_simple
            edges = [int(number) for number in re.findall(r"vertex (\d+)", str(error))]
            first, second = (
                shapely.LineString([plane.coords[k], plane.coords[k + 1]]) for k in edges
            )
            assert first.crosses(second)
            refused += 1
        else:
            assert plane.is_simple
    assert 100 < refused < 250


@pytest.mark.parametrize(
    "maker",
    [makers.random_line, makers.special_line, makers.through_a_corner, makers.nearly_antipodal],
)
def test_tracks_in_60_digits(maker):
    random = draw(7)
    for _ in range(4 * ROUNDS):
        order = int(random.integers(0, 6))
        lon, lat = np.transpose(maker(random)["coordinates"])
        cells, entered, left = mortie.track(lat, lon, order)
        nest = mortie.mort2nest(cells)
        expected, begin, end, near = oracle.track(lat, lon, order)
        assert set(nest.tolist()) <= near
        long = 1e-9
        passed = [k for k in range(len(expected)) if end[k] - begin[k] > long]
        found = np.flatnonzero(left - entered > long)
        assert len(found) == len(passed)
        for k, cell, a, b in zip(passed, nest[found], entered[found], left[found], strict=True):
            assert cell in expected[k]
            assert a == pytest.approx(begin[k], abs=1e-9)
            assert b == pytest.approx(end[k], abs=1e-9)


@pytest.mark.parametrize("seed", range(12))
def test_tracks(seed):
    rng = np.random.default_rng(seed)
    n, order = rng.integers(2, 9), rng.integers(0, 10)
    lat, lon = rng.uniform(-90, 90, n), rng.uniform(-180, 180, n)
    if seed % 3 == 0:
        lat = np.clip(lat[0] + 0.3 * rng.normal(size=n).cumsum(), -90, 90)
        lon = lon[0] + 0.3 * rng.normal(size=n).cumsum()
    cells, enter, leave = mortie.track(lat, lon, order)
    assert enter[0] == 0
    assert leave[-1] == n - 1
    assert np.array_equal(enter[1:], leave[:-1])
    assert np.all(enter <= leave)
    assert np.all(cells[1:] != cells[:-1])
    # Each point of the path lies in the cell whose stay holds its place.
    place = np.sort(rng.uniform(0, n - 1, 2000))
    first = place.astype(int)
    part = (place - first)[:, None]
    points = vectors_of(lat, lon)
    a, b = points[first], points[first + 1]
    angle = np.arctan2(np.linalg.norm(np.cross(a, b), axis=1), (a * b).sum(1))[:, None]
    at = np.sin((1 - part) * angle) * a + np.sin(part * angle) * b
    expected = mortie.latlon2mort(order, *latlon_of(at))
    assert np.array_equal(cells[np.searchsorted(leave, place)], expected)
    # The way back passes the same cells.
    back, entered, left = mortie.track(lat[::-1], lon[::-1], order)
    assert np.array_equal(back[::-1], cells)
    np.testing.assert_allclose(n - 1 - left[::-1], enter, rtol=0, atol=1e-12)
    np.testing.assert_allclose(n - 1 - entered[::-1], leave, rtol=0, atol=1e-12)
