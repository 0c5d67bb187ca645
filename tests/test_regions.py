"""Covers of regions, against distances in 60 digits, other packages and themselves turned."""

import re

import numpy as np
import pytest

import mortie

if mortie.backend() != "native":
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


@pytest.mark.parametrize("seed", range(24))
def test_random_regions(seed):
    pytest.importorskip("mpmath")
    rng = np.random.default_rng(seed)
    ring, inner = star(rng, rng.integers(4, 12), 10 ** rng.uniform(-2, 0.1))
    check(rng.integers(0, 4), [ring], inner)


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
        assert np.array_equal(expand(order, mixed), mortie.mort2nest(cells[mode]))
        assert_fewest(mixed)


def vectors_of(lat, lon):
    lat, lon = np.radians(lat), np.radians(lon)
    return np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)], -1)


def latlon_of(points):
    x, y, z = points.T
    return np.degrees(np.arctan2(z, np.hypot(x, y))), np.degrees(np.arctan2(y, x))


def expand(order, cells):
    """List the nested cells of one order."""
    depth = order - mortie.mort2order(cells)
    nest = mortie.mort2nest(cells)
    parts = [np.arange(n << 2 * d, (n + 1) << 2 * d) for n, d in zip(nest, depth, strict=True)]
    return np.concatenate([*parts, np.empty(0, np.int64)])


def assert_fewest(cells):
    """No four cells make one."""
    order, nest = mortie.mort2order(cells), mortie.mort2nest(cells)
    keys = set(zip(order.tolist(), nest.tolist(), strict=True))
    for k, n in keys:
        assert k == 0 or n % 4 != 0 or any((k, n + i) not in keys for i in range(1, 4))


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


def test_tracks_of_few_vertices():
    cells, enter, leave = mortie.track([10.0], [20.0], 6)
    assert np.array_equal(cells, [mortie.latlon2mort(6, 10.0, 20.0)])
    assert enter[0] == leave[0] == 0
    assert all(len(part) == 0 for part in mortie.track([], [], 6))
    cells, enter, leave = mortie.track([10, 10, 11], [20, 20, 20], 2)
    assert leave[-1] == 2
    for lat, lon, order, message in [
        ([0, 95], [0, 1], 5, "vertex 1: latitude .* not 95"),
        ([0, 5], [np.nan, 1], 5, "vertex 0: longitude .* not nan"),
        ([0, 0], [-90, 90], 5, "antipode"),
        ([0, 1], [0], 5, "2 latitudes and 1 longitudes"),
        ([0, 1], [0, 1], 19, "order must lie in 0-18, not 19"),
    ]:
        with pytest.raises(ValueError, match=message):
            mortie.track(lat, lon, order)


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


def test_planar_edges_as_shapely():
    shapely = pytest.importorskip("shapely")
    region = shapely.Polygon([(-170, -80), (150, -60), (170, 20), (0, 75), (-175, 10)])
    cells = mortie.cover(region, 6, mode="centre", edges="planar")
    nest = np.arange(12 * 4**6)
    lat, lon = mortie.mort2latlon(mortie.nest2mort(6, nest))
    points = shapely.points((lon + 180) % 360 - 180, lat)
    assert np.array_equal(mortie.mort2nest(cells), nest[shapely.contains(region, points)])


WRONG = [
    ([0, 1, 91], [0, 1, 2], {}, "geometry 0, part 0, vertex 2: latitude .* not 91"),
    ([0, np.nan, 1], [0, 1, 2], {}, "vertex 1: latitude .* not nan"),
    ([0, 1, 2], [np.inf, 1, 2], {}, "vertex 0: longitude .* not inf"),
    ([0, 0, 5], [0, 180, 3], {}, "vertex 0: the next vertex is its antipode"),
    ([1, 1, 2, 1], [5, 5, 6, 365], {}, "a ring needs three different vertices"),
    ([1, 2], [5, 5, 6], {}, "2 latitudes and 3 longitudes"),
    ([0, 1, 2], [0, 1, 0], {"order": 19}, "order must lie in 0-18, not 19"),
    ([0, 1, 2], [0, 1, 0], {"mode": "all"}, "mode must be one of"),
    ([0, 1, 2], [0, 1, 0], {"edges": "flat"}, "edges must be"),
    ([0, 0, 80], [0, 90, 0], {"order": 18}, r"2\*\*31 are the most"),
]


@pytest.mark.parametrize(("lat", "lon", "options", "message"), WRONG)
def test_wrong_regions(lat, lon, options, message):
    with pytest.raises(ValueError, match=message):
        mortie.cover((lat, lon), **{"order": 3, **options})


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


TOUCHING = {
    "two triangles at a vertex": ([0, 5, 5, 0, -5, -5], [0, -3, 3, 0, 3, -3]),
    "a spike": ([0, 5, 5, 8, 5], [0, -3, 3, 9, 3]),
    "a vertex on an edge": ([0, 0, 10, 0, 10], [0, 20, 15, 10, 5]),
    "repeated vertices": ([0, 0, 0, 5, 5, 5], [0, 0, 9, 9, 9, 3]),
}
CROSSING = {
    "two triangles through a vertex": ([0, 5, 5, 0, -5, -5], [0, -3, 3, 0, -3, 3], {0, 3}),
    "through an edge at a vertex": ([0, 0, 10, 0, -10], [0, 20, 15, 10, 5], {0, 2}),
    "around the pole twice": ([80, 70] * 3 + [75] * 4, [*range(0, 720, 72)], None),
}


@pytest.mark.parametrize("name", [*TOUCHING, *CROSSING])
@pytest.mark.parametrize("edges", ["geodesic", "planar"])
def test_touching_and_crossing(name, edges):
    if name in TOUCHING:
        lat, lon = TOUCHING[name]
        assert len(mortie.cover((lat, lon), 4, edges=edges)) > 0
        return
    lat, lon, vertices = CROSSING[name]
    message = "geometry 0, part 0, vertex .* must not cross itself"
    if name == "around the pole twice" and edges == "planar":
        lon = (np.array(lon) + 180) % 360 - 180
    with pytest.raises(ValueError, match=message) as caught:
        mortie.cover((lat, lon), 4, edges=edges)
    found = {int(number) for number in re.findall(r"vertex (\d+)", str(caught.value))}
    if name == "two triangles through a vertex":  # of the two visits either edge may be named
        found = {v if v in (0, 3) else (v + 1) % 6 for v in found}
    assert vertices is None or found == vertices


def test_rings_of_a_polygon_must_not_cross():
    shapely = pytest.importorskip("shapely")
    shell = [(0, 0), (20, 0), (20, 20), (0, 20)]
    inside, across = [(2, 2), (4, 2), (2, 4)], [(5, 5), (25, 5), (5, 10)]
    polygons = [shapely.Polygon(shell), shapely.Polygon(shell, [inside, across])]
    with pytest.raises(ValueError, match=r"geometry 1, part 0, .* vertex . of part 2"):
        mortie.cover(polygons, 4)
    apart = shapely.MultiPolygon([shapely.Polygon(shell), shapely.Polygon(across)])
    assert set(mortie.cover(apart, 4)) == set(mortie.cover(polygons[0], 4)) | set(
        mortie.cover(shapely.Polygon(across), 4)
    )  # parts may overlap


def test_vertices_of_planar_rings_keep_their_numbers():
    lat, lon = [0, 10, 10, 0, 3], [0, 40, 0, 40, 20]
    for turned, edges in ((1, {"0", "2"}), (-1, {"3", "1"})):
        with pytest.raises(ValueError, match="must not cross itself") as caught:
            mortie.cover((lat[::turned], lon[::turned]), 3, edges="planar")
        assert set(re.findall(r"vertex (\d+)", str(caught.value))) == edges
    for lat in ([0, 40, 91], [0, 91, 40], [40, 0, 95]):
        wrong = np.argmax(lat)
        with pytest.raises(ValueError, match=f"vertex {wrong}: latitude .* not {lat[wrong]}"):
            mortie.cover((lat, [0, 50, 60]), 3, edges="planar")


def test_kinds_of_input():
    shapely = pytest.importorskip("shapely")
    region = shapely.Polygon([(0, 0), (20, 0), (20, 30)])
    ring = ([0, 0, 30], [0, 20, 20])
    expected = mortie.cover(ring, 5)
    feature = {"type": "Feature", "geometry": region.__geo_interface__, "properties": {}}
    for one in (region, region.wkb, region.__geo_interface__, feature,
                shapely.MultiPolygon([region]), shapely.GeometryCollection([region])):  # fmt: skip
        assert np.array_equal(mortie.cover(one, 5), expected)
    other = mortie.disc(-50, 10, 3)
    cells, place = mortie.cover([region, other, ring], 5)
    assert np.array_equal(cells[place == 0], expected)
    assert np.array_equal(cells[place == 1], mortie.cover(other, 5))
    assert np.array_equal(cells[place == 2], expected)
    cells, place = mortie.cover([], 5)
    assert len(cells) == len(place) == 0
    assert len(mortie.cover(shapely.Polygon(), 5)) == 0
    for wrong in (5, "x", [1.0], [None]):
        with pytest.raises((TypeError, ValueError)):
            mortie.cover(wrong, 5)


MODES = ("overlap", "centre", "within", "boundary")
