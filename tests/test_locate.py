"""Which region holds a point: partitions, exact integers, S2, shapely, the real data.

With MORTIE_LONG_TESTS set, these are many millions of points.
"""

import os
import pickle
import subprocess
import sys
import threading
import time

import numpy as np
import pytest

import mortie

if mortie.backend() != "native":
    pytest.skip("regions need the C++ extension", allow_module_level=True)

LONG = "MORTIE_LONG_TESTS" in os.environ
POINTS = 1_000_000 if LONG else 10_000
TWO_THIRDS = 41.810314895778596
SPECIAL_LATS = [0.0, 30.0, -30.0, 90.0, -90.0, TWO_THIRDS, -TWO_THIRDS, 60.0, 10.0, -75.5]
SPECIAL_LONS = [0.0, 45.0, 90.0, 135.0, 180.0, -90.0, -45.0, 22.5, 11.25, 67.5, 33.0, 360.0]


def unit(lat, lon):
    lat, lon = np.radians(lat), np.radians(lon)
    return np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)], axis=-1)


def latlon(vectors):
    x, y, z = np.asarray(vectors).T
    return np.degrees(np.stack([np.arctan2(z, np.hypot(x, y)), np.arctan2(y, x)]))


def directions(random, n):
    vectors = random.normal(size=(n, 3))
    return vectors / np.linalg.norm(vectors, axis=1)[:, None]


def star(random, n, radius, least=0.4):
    """Make a ring that its centre sees all of, counterclockwise, and that centre."""
    [centre] = directions(random, 1)
    east = np.cross(centre, directions(random, 1)[0])
    east /= np.linalg.norm(east)
    north = np.cross(centre, east)
    angle = 2 * np.pi * (np.arange(n) + random.uniform(-0.3, 0.3, n)) / n
    r = radius * random.uniform(least, 1, n)[:, None]
    across = np.cos(angle)[:, None] * east + np.sin(angle)[:, None] * north
    lat, lon = latlon(np.vstack([np.cos(r) * centre + np.sin(r) * across, centre]))
    return (lat[:-1], lon[:-1]), (lat[-1], lon[-1])


def tessellation(random, n):
    """Give the rings of a Voronoi tessellation of the sphere, which share their vertices."""
    spatial = pytest.importorskip("scipy.spatial", reason="scipy makes tessellations")
    seeds = directions(random, n)
    voronoi = spatial.SphericalVoronoi(seeds)
    voronoi.sort_vertices_of_regions()
    lat, lon = latlon(voronoi.vertices)
    return [(lat[region], lon[region]) for region in voronoi.regions], seeds


def octants():
    """Give the partition by the equator and four meridians: every corner is a special place."""
    return [
        (np.array([0.0, 0.0, pole]), np.array([lon, lon + 90, 0.0]))
        for pole in (90.0, -90.0)
        for lon in (0.0, 90.0, 180.0, -90.0)
    ]


def beside(random, lat, lon):
    """Give points and their neighbours, some roundings away."""
    near = np.repeat([lat, lon], 6, axis=1)
    for row in near:
        for towards in (-np.inf, np.inf):
            step = random.integers(0, 3, row.size) == 0
            row[step] = np.nextafter(row, towards)[step]
    return np.clip(near[0], -90, 90), near[1]


def hard_points(random, rings, n):
    """Give points at random, on vertices, on edges, and next to these."""
    lat, lon = (np.concatenate(each) for each in zip(*rings, strict=True))
    ends = [np.concatenate([np.roll(ring[k], -1) for ring in rings]) for k in (0, 1)]
    t = random.uniform(0, 1, (len(lat), 1))
    on = latlon((1 - t) * unit(lat, lon) + t * unit(*ends))
    parts = [latlon(directions(random, n)), (lat, lon), on]
    parts += [beside(random, lat, lon), beside(random, *on)]
    return [np.concatenate(each) for each in zip(*parts, strict=True)]


def check_partition(regions, lat, lon):
    found = regions.locate(lat, lon)
    assert found.dtype == np.int64
    assert found.min() >= 0
    points, places = regions.locate(lat, lon, all=True)
    np.testing.assert_array_equal(points, np.arange(len(lat)))  # each point once
    np.testing.assert_array_equal(places, found)
    return found


@pytest.mark.parametrize("size", [4, 12, 200, 3000])
def test_each_point_is_in_one_part(size):
    random = np.random.default_rng(size)
    rings, seeds = tessellation(random, size)
    regions = mortie.Regions(rings)
    found = None
    for _ in range(25 if LONG else 1):
        lat, lon = hard_points(random, rings, POINTS)
        found = check_partition(regions, lat, lon)
    # The nearest seed is that of the part, but for points near its edges.
    scores = unit(lat[:10_000], lon[:10_000]) @ seeds.T
    best = np.sort(scores, axis=1)
    clear = best[:, -1] - best[:, -2] > 1e-12
    np.testing.assert_array_equal(found[:10_000][clear], scores.argmax(axis=1)[clear])


def test_octants():
    random = np.random.default_rng(1)
    regions = mortie.Regions(octants())
    lat, lon = hard_points(random, octants(), POINTS)
    special = np.array([(x, y) for x in SPECIAL_LATS for y in SPECIAL_LONS]).T
    special = beside(random, *special)
    lat, lon = np.append(lat, special[0]), np.append(lon, special[1])
    places = check_partition(regions, lat, lon)
    inside = (np.abs(lat) > 1e-9) & (np.abs((lon + 45) % 90 - 45) > 1e-9) & (np.abs(lat) < 89)
    expected = np.where(lat > 0, 0, 4) + np.floor(lon % 360 / 90).astype(int)
    np.testing.assert_array_equal(places[inside], expected[inside])


def test_a_vertex_on_the_edge_of_another():
    """Two small squares and a large one beside them; their common vertex lies on its edge."""
    rings = [([0.0, 0, 10, 10], [0.0, 10, 10, 0]), ([0.0, 0, 10, 10], [10.0, 20, 20, 10])]
    rings.append(([-10.0, -10, 0, 0], [0.0, 20, 20, 0]))
    regions = mortie.Regions([tuple(map(np.array, ring)) for ring in rings])
    lat, lon = np.zeros(1001), np.linspace(0.01, 19.99, 1001)
    lat, lon = np.append(lat, [0.0, 0.0]), np.append(lon, [10.0, 5.0])
    points, _ = regions.locate(lat, lon, all=True)
    np.testing.assert_array_equal(points, np.arange(len(lat)))


def test_order_and_place_of_a_part_do_not_matter():
    random = np.random.default_rng(2)
    rings, _ = tessellation(random, 60)
    lat, lon = hard_points(random, rings, 500)
    expected = mortie.Regions(rings).locate(lat, lon)
    order = random.permutation(60)
    turned = [tuple(np.roll(each, 1)[::-1] for each in rings[k]) for k in order]
    np.testing.assert_array_equal(order[mortie.Regions(turned).locate(lat, lon)], expected)
    for k in (0, 17):
        alone = mortie.Regions([rings[k]]).locate(lat, lon)
        np.testing.assert_array_equal(alone == 0, expected == k)
        np.testing.assert_array_equal(np.unique(alone), [-1, 0])


# --- exact integers, on the very vectors ---


def vectors_of(lat, lon):
    """Give latlon2vector of csrc/regions/sphere.hpp, by the same operations."""
    odd_terms = [6, 120, 5040, 362880, 39916800, 6227020800, 1307674368000, 355687428096000]
    even_terms = [24, 720, 40320, 3628800, 479001600, 87178291200, 20922789888000]

    def series(s, terms, first):
        """Give a Horner scheme of 1 / terms, whose signs change; the first one has `first`."""
        total = s / terms[-1]
        for k in range(len(terms) - 2, -1, -1):
            total = (first * (-1.0) ** k / terms[k]) + total
            total = s * total if k else total
        return total

    def sine_cosine(angle):
        s = angle * angle
        odd = s * series(s, odd_terms, -1.0)
        even = s * s * series(s, even_terms, 1.0)
        half = 0.5 * s
        near_one = 1 - half
        return angle + angle * odd, near_one + (((1 - near_one) - half) + even)

    degree = np.pi / 180
    steep = np.abs(lat) > 45
    s, c = sine_cosine(np.where(steep, 90 - np.abs(lat), lat) * degree)
    z = np.where(steep, np.copysign(c, lat), s)
    radius = np.where(steep, s, c)
    quarters = np.rint(lon * (1.0 / 90))
    sine, cosine = sine_cosine((lon - 90 * quarters) * degree)
    x, y = radius * cosine, radius * sine
    which = quarters.astype(int) & 3
    return np.stack([np.choose(which, [x, -y, -x, y]), np.choose(which, [y, x, -y, -x]), z], -1)


SCALE = 1 << 300  # coordinates are multiples of 1 / SCALE
MOVE = 2000  # points move by 2**-2000, its square and its cube, times 1 / SCALE


def integers(vector):
    ratios = (float(each).as_integer_ratio() for each in vector)
    return tuple(numerator * (SCALE // denominator) for numerator, denominator in ratios)


def determinant(a, b, c):
    return (
        a[0] * (b[1] * c[2] - b[2] * c[1])
        + a[1] * (b[2] * c[0] - b[0] * c[2])
        + a[2] * (b[0] * c[1] - b[1] * c[0])
    )


def is_left(*places):
    """Return the sign of the determinant of vertices (tuples) and moved points (lists)."""
    value = determinant(*places)
    if value == 0:
        shift = 3 * MOVE
        shifted = ([each << shift for each in place] for place in places)
        value = determinant(
            *(
                [c + (1 << (2 - k) * MOVE) for k, c in enumerate(new)] if type(old) is list else new
                for old, new in zip(places, shifted, strict=True)
            )
        )
    return value > 0


def is_inside(ring, inner, point):
    """Return whether a point lies in a ring, in which `inner` lies, by the edges between them."""
    if point == inner:
        return True
    inside = True
    sides = [is_left(point, inner, vertex) for vertex in ring]
    for k, vertex in enumerate(ring):
        before = ring[k - 1]
        if sides[k - 1] != sides[k]:
            of_inner = is_left(before, vertex, inner)
            if of_inner != is_left(before, vertex, point) and of_inner == sides[k - 1]:
                inside = not inside
    return inside


@pytest.mark.parametrize("seed", range(650 if LONG else 8))
def test_against_exact_integers(seed):
    random = np.random.default_rng(seed)
    (lat, lon), inner = star(random, random.integers(3, 12), 10 ** random.uniform(-7, 0))
    if seed % 4 == 0:  # vertices in special places, and edges along meridians and the equator
        lat, lon = (np.round(each / 7.5) * 7.5 for each in (lat, lon))
    ring = [integers(each) for each in vectors_of(lat, lon)]
    ring = [each for k, each in enumerate(ring) if each != ring[k - 1]]
    inner = list(integers(vectors_of(*map(np.array, inner))))
    turns = [is_left(inner, ring[k - 1], each) for k, each in enumerate(ring)]
    if len(ring) < 3 or not all(turns):  # rounded too far
        return
    points = hard_points(random, [(lat, lon)], 0)
    near = [np.tile(each, 20) for each in points]
    off = 10 ** random.uniform(-17, -5, near[0].size)
    near = [np.clip(near[0] + off * random.normal(size=off.size), -90, 90),
            near[1] + off * random.normal(size=off.size)]  # fmt: skip
    lat_of, lon_of = (np.concatenate(each) for each in zip(points, near, strict=True))
    found = mortie.Regions([(lat, lon)]).locate(lat_of, lon_of)
    for place, vector in zip(found, vectors_of(lat_of, lon_of), strict=True):
        assert (place == 0) == is_inside(ring, inner, list(integers(vector)))


# --- other packages ---


def polygon(ring, *holes):
    shapely = pytest.importorskip("shapely")
    shell, *holes = (np.column_stack([lon, lat]) for lat, lon in (ring, *holes))
    return shapely.Polygon(shell, holes)


def check_against_s2(regions, geometries, lat, lon):
    """Compare all points further than 1e-12 from edges."""
    spherely = pytest.importorskip("spherely", reason="spherely is missing: pip install spherely")
    shapely = pytest.importorskip("shapely")
    points = spherely.points(lon, lat)
    expected = np.full(len(lat), -1)
    far = np.ones(len(lat), bool)
    for k in range(len(geometries) - 1, -1, -1):
        other = spherely.from_wkb(shapely.to_wkb(geometries[k]))
        expected[spherely.contains(other, points)] = k
        far &= spherely.distance(spherely.boundary(other), points, radius=1) > 1e-12
    np.testing.assert_array_equal(regions.locate(lat, lon)[far], expected[far])
    assert far.sum() > len(lat) / 4


@pytest.mark.parametrize("seed", range(200 if LONG else 12))
def test_against_s2(seed):
    random = np.random.default_rng(seed)
    radius = 10 ** random.uniform(-6, 0.1)
    ring, inner = star(random, random.integers(3, 40), radius)
    hole = [inner[k] + 0.3 * (np.asarray(ring[k]) - inner[k]) for k in (0, 1)]
    holes = [hole] if seed % 2 and radius < 0.1 and abs(inner[0]) < 60 else []
    if holes and np.ptp(ring[1]) > 90:  # around the antimeridian
        holes = []
    rings = [ring, *holes]
    lat, lon = hard_points(random, rings, 2000)
    near = random.normal(size=(2, 2000)) * np.degrees(radius)
    lat = np.append(lat, np.clip(inner[0] + near[0], -90, 90))
    lon = np.append(lon, inner[1] + near[1])
    geometry = polygon(*rings)
    check_against_s2(mortie.Regions([geometry]), [geometry], lat, lon)


@pytest.mark.parametrize("seed", range(100 if LONG else 6))
def test_planar_against_shapely(seed):
    shapely = pytest.importorskip("shapely")
    random = np.random.default_rng(seed)
    angles = 2 * np.pi * (np.arange(15) + random.uniform(0, 0.9, 15)) / 15
    radii = random.uniform(5, 60, 15)
    region = polygon((radii * np.sin(angles), 2 * radii * np.cos(angles)))
    lat, lon = random.uniform(-60, 60, 3000), random.uniform(-120, 120, 3000)
    found = mortie.Regions([region], edges="planar").locate(lat, lon)
    far = shapely.distance(region.boundary, shapely.points(lon, lat)) > 1e-7
    np.testing.assert_array_equal((found == 0)[far], shapely.contains_xy(region, lon, lat)[far])


def test_planar_parts_share_their_edges():
    """Cut into arcs, an edge is the same from either side."""
    random = np.random.default_rng(5)
    corners = np.array([[-50.0, 10], [-40, 60], [20, 70], [70.0, 80], [80, 0], [10, -20]])
    middle = np.array([12.3, 31.7])
    rings = [np.array([middle, corners[k], corners[k - 1]]).T.copy() for k in range(len(corners))]
    regions = mortie.Regions([tuple(ring) for ring in rings], edges="planar")
    t, k = random.uniform(0, 1, POINTS), random.integers(0, 6, POINTS)
    lat, lon = (middle + t[:, None] * (corners[k] - middle) * 0.999).T
    points, _ = regions.locate(*beside(random, lat, lon), all=True)
    np.testing.assert_array_equal(points, np.arange(6 * POINTS))


# --- discs, holes, overlapping regions, how many ---


def test_discs():
    random = np.random.default_rng(3)
    centres = latlon(directions(random, 40))
    radii = np.append(10 ** random.uniform(-5, 2, 38), [180.0, 179.0])
    regions = mortie.Regions([mortie.disc(*each) for each in zip(*centres, radii, strict=True)])
    lat, lon = latlon(directions(random, 5000))
    near = np.repeat(centres, 50, axis=1) + np.repeat(radii, 50) * random.normal(size=(2, 2000))
    lat, lon = np.append(lat, np.clip(near[0], -90, 90)), np.append(lon, near[1])
    a, b = unit(lat, lon), unit(*centres)
    angle = 2 * np.arcsin(np.clip(np.linalg.norm(a[:, None] - b, axis=-1) / 2, 0, 1))
    expected = angle <= np.radians(radii)
    clear = (np.abs(angle - np.radians(radii)) > 1e-9) | (radii == 180)
    found = np.zeros_like(expected)
    found[regions.locate(lat, lon, all=True)] = True
    np.testing.assert_array_equal(found[clear], expected[clear])
    first = np.where(found.any(axis=1), found.argmax(axis=1), -1)
    np.testing.assert_array_equal(regions.locate(lat, lon), first)
    # Closed, as far as doubles show.
    assert mortie.Regions([mortie.disc(12.3, 45.6, 0)]).locate(12.3, 45.6) == 0
    assert mortie.Regions([mortie.disc(12.3, 45.6, 0)]).locate(12.3, 45.60000001) == -1


def test_overlapping_regions():
    regions = mortie.Regions([mortie.disc(0, lon, 10) for lon in (0, 5, 100, 0)])
    assert regions.locate(0, 2) == 0
    np.testing.assert_array_equal(regions.locate(0, [12, 2, 100, 50]), [1, 0, 2, -1])
    points, places = regions.locate(0, [12, 2, 100, 50], all=True)
    assert points.dtype == places.dtype == np.int64
    np.testing.assert_array_equal(points, [0, 1, 1, 1, 2])
    np.testing.assert_array_equal(places, [1, 0, 1, 3, 2])


def test_overlapping_polygons_are_each_one_alone():
    random = np.random.default_rng(4)
    rings = [star(random, 9, 10 ** random.uniform(-2, 0.3))[0] for _ in range(60)]
    lat, lon = hard_points(random, rings, 3000)
    points, places = mortie.Regions(rings).locate(lat, lon, all=True)
    for k, ring in enumerate(rings):
        alone = np.flatnonzero(mortie.Regions([ring]).locate(lat, lon) == 0)
        np.testing.assert_array_equal(points[places == k], alone)
    assert np.all(np.diff(points * len(rings) + places) > 0)


@pytest.mark.parametrize("oriented", [False, True])
def test_holes_and_parts(oriented):
    shapely = pytest.importorskip("shapely")
    shell = ([0.0, 0, 50, 50], [0.0, 60, 60, 0])
    hole = ([10.0, 10, 30, 30], [10.0, 50, 50, 10])
    island = ([15.0, 15, 25, 25], [20.0, 40, 40, 20])
    other = shapely.MultiPolygon(
        [shapely.geometry.polygon.orient(polygon(*each)) for each in ((shell, hole), (island,))]
    )
    regions = mortie.Regions([other], oriented=oriented)
    found = regions.locate([5, 12, 20, 20, -20], [5, 15, 30, 5, 5])
    np.testing.assert_array_equal(found, [0, -1, 0, 0, -1])


def test_oriented_rings():
    lat, lon = np.array([50.0, 55, 40]), np.array([10.0, 50, 30])
    smaller = mortie.Regions([(lat, lon)])
    left = mortie.Regions([(lat, lon)], oriented=True)
    right = mortie.Regions([(lat[::-1], lon[::-1])], oriented=True)
    of_lat, of_lon = hard_points(np.random.default_rng(6), [(lat, lon)], 1000)
    found = smaller.locate(of_lat, of_lon)
    assert set(found) == {0, -1}
    np.testing.assert_array_equal(left.locate(of_lat, of_lon), -1 - found)
    np.testing.assert_array_equal(right.locate(of_lat, of_lon), found)


def test_how_many_regions():
    none = mortie.Regions([])
    assert len(none) == 0
    np.testing.assert_array_equal(none.locate([0, 90], [0, 0]), [-1, -1])
    shapely = pytest.importorskip("shapely")
    n = 1_000_000 if LONG else 20_000
    random = np.random.default_rng(6)
    lat, lon = random.uniform(-80, 80, n), random.uniform(-179, 179, n)
    box = np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)]) * 1e-4
    regions = mortie.Regions(shapely.polygons(np.stack([lon, lat], axis=1)[:, None] + box))
    some = slice(None, None, max(1, n // 20_000))
    points, places = regions.locate(lat[some], lon[some], all=True)
    pairs = set(zip(points.tolist(), places.tolist(), strict=True))
    assert set(enumerate(range(n)[some])) <= pairs
    assert len(pairs) < 1.01 * len(lat[some])


def test_lines_and_points_hold_nothing():
    shapely = pytest.importorskip("shapely")
    regions = mortie.Regions([shapely.LineString([(0, 0), (10, 0)]), shapely.Point(5, 0)])
    np.testing.assert_array_equal(regions.locate([0, 0, 0], [0, 5, 7]), [-1, -1, -1])


@pytest.mark.slow
def test_many_edges_in_one_vertex():
    """A fan: no cell around it has few edges."""
    n = 20_000
    angle = np.linspace(0, 2 * np.pi, n + 1)
    lat, lon = 40 + 1e-2 * np.sin(angle), 20 + 1e-2 * np.cos(angle)
    rings = [
        (np.array([40.0, lat[k], lat[k + 1]]), np.array([20.0, lon[k], lon[k + 1]]))
        for k in range(n)
    ]
    regions = mortie.Regions(rings)
    random = np.random.default_rng(8)
    r, k = 10 ** random.uniform(-12, -2.1, 500), random.integers(0, n, 500)
    middle = (angle[k] + angle[k + 1]) / 2
    points = 40 + r * np.sin(middle), 20 + r * np.cos(middle)
    found = regions.locate(*points)
    assert np.all(found >= 0)
    off = np.minimum((found - k) % n, (k - found) % n)
    assert off[r > 1e-7].max() <= 1
    assert regions.locate(40.0, 20.0) >= 0
    assert len(regions.locate([40.0, *lat[:50]], [20.0, *lon[:50]], all=True)[0]) <= 51


# --- how it is called ---


def test_shapes_and_kinds():
    regions = mortie.Regions([mortie.disc(10, 20, 5)])
    assert isinstance(regions.locate(10, 20), np.int64)
    assert regions.locate(np.zeros((3, 1)), np.zeros((1, 4))).shape == (3, 4)
    assert regions.locate([], []).shape == (0,)
    lat = np.linspace(-90, 90, 101)
    np.testing.assert_array_equal(regions.locate(lat[::-2], 20), regions.locate(lat, 20)[::-2])
    np.testing.assert_array_equal(regions.locate(10, [20, 380, -340, 20 + 360e5]), [0, 0, 0, 0])
    np.testing.assert_array_equal(regions.locate(lat.astype(">f4"), 20), regions.locate(lat, 20))
    points, _ = regions.locate([[10, 50], [10, 10]], 20, all=True)
    np.testing.assert_array_equal(points, [0, 2, 3])
    with pytest.raises(ValueError, match="shape"):
        regions.locate([1, 2, 3], [1, 2])


def test_missing_values():
    regions = mortie.Regions([mortie.disc(10, 20, 5)])
    masked = np.ma.array([np.nan, 10, 50], mask=[True, False, False])
    for found in (regions.locate(masked, 20), mortie.nullable(regions.locate)(masked, 20)):
        assert found.tolist() == [None, 0, -1]
    assert mortie.nullable(regions.locate)([np.nan, 10.0], 20).tolist() == [None, 0]
    np.testing.assert_array_equal(regions.locate(masked, 20, all=True), [[1], [0]])
    assert regions.locate(20 - masked, np.ma.array([20, 20, 20], mask=[0, 1, 0])).mask.tolist() == [
        True,
        True,
        False,
    ]


def test_series():
    pandas = pytest.importorskip("pandas")
    regions = mortie.Regions([mortie.disc(10, 20, 5)])
    lat = pandas.Series([10.0, 50.0], index=[7, 8])
    found = regions.locate(lat, 0 * lat + 20)
    pandas.testing.assert_series_equal(found, pandas.Series([0, -1], index=[7, 8]))
    with pytest.raises(ValueError, match="different indexes"):
        regions.locate(lat, pandas.Series([20.0, 20.0]))
    lacking = mortie.nullable(regions.locate)(pandas.Series([10.0, None]), 20)
    assert lacking.tolist() == [0, pandas.NA]


@pytest.mark.parametrize(
    ("lat", "lon", "text"),
    [
        (91.0, 0.0, "latitude must lie in -90 to 90 degrees, not 91.0"),
        (np.nan, 0.0, "latitude must lie in -90 to 90 degrees, not nan"),
        (0.0, np.inf, "longitude must be a finite number of degrees, not inf"),
        (0.0, np.nan, "longitude must be a finite number of degrees, not nan"),
    ],
)
@pytest.mark.parametrize("every", [False, True])
def test_bad_points(lat, lon, text, every):
    regions = mortie.Regions([mortie.disc(0, 0, 1)])
    for n in (0, 300):
        with pytest.raises(ValueError, match=text):
            regions.locate([*[0.0] * n, lat, -95], [*[0.0] * n, lon, 0], all=every)


@pytest.mark.parametrize(
    ("ring", "text"),
    [
        (([0, 0, 91], [0, 1, 0]), "geometry 1, part 0, vertex 2: latitude .* 91.0"),
        (([0, 0, 9], [0, np.nan, 0]), "geometry 1, part 0, vertex 1: longitude .* nan"),
        (([0, 0, 9], [0, 180, 0]), "geometry 1, part 0, vertex 0: .* antipode"),
        (([0, 0, 0], [0, 1, 0]), "geometry 1, part 0, vertex 0: .* three different"),
        (([0, 1, 0, 1], [0, 1, 1, 0]), "geometry 1, part 0, vertex 0: .* crosses .* vertex 2"),
    ],
)
def test_bad_regions(ring, text):
    regions = mortie.Regions([mortie.disc(0, 0, 1), tuple(map(np.array, ring))])
    for function in (regions.locate, lambda *_: regions.cover(3)):
        with pytest.raises(ValueError, match=text):
            function(0, 0)


def test_pickles():
    random = np.random.default_rng(7)
    rings, _ = tessellation(random, 30)
    regions = mortie.Regions(rings)
    lat, lon = hard_points(random, rings, 1000)
    found = regions.locate(lat, lon)
    sent = pickle.dumps(regions)
    again = pickle.loads(sent)
    np.testing.assert_array_equal(again.locate(lat, lon), found)
    assert pickle.loads(sent) is again  # with the index that it has made
    assert pickle.dumps(again) == sent == pickle.dumps(mortie.Regions(rings))
    np.testing.assert_array_equal(again.cover(3), regions.cover(3))
    assert repr(again) == repr(regions) == "<mortie.Regions: 30 regions, 30 parts of 168 vertices>"
    code = "import pickle, sys; print(pickle.load(sys.stdin.buffer).locate(0, 0))"
    run = subprocess.run([sys.executable, "-c", code], input=sent, capture_output=True, check=True)
    assert int(run.stdout) == regions.locate(0, 0)


def test_dask():
    base = pytest.importorskip("dask.base", reason="dask is missing; mortie[dask] has it")
    rings, _ = tessellation(np.random.default_rng(7), 30)
    assert base.tokenize(mortie.Regions(rings)) == base.tokenize(mortie.Regions(rings))
    assert base.tokenize(mortie.Regions(rings)) != base.tokenize(mortie.Regions(rings[1:]))
    array = pytest.importorskip("dask.array")
    regions = mortie.Regions(rings)
    lat, lon = latlon(directions(np.random.default_rng(8), 1000))
    found = array.map_blocks(
        regions.locate, array.from_array(lat, 300), array.from_array(lon, 300), dtype=np.int64
    )
    np.testing.assert_array_equal(found.compute(scheduler="threads"), regions.locate(lat, lon))


def test_threads_share_an_index():
    random = np.random.default_rng(9)
    rings, _ = tessellation(random, 100)
    lat, lon = hard_points(random, rings, 20_000)
    expected = mortie.Regions(rings).locate(lat, lon)
    regions = mortie.Regions(rings)
    results = [None] * 8

    def work(k):
        results[k] = regions.locate(lat, lon)

    threads = [threading.Thread(target=work, args=(k,)) for k in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for found in results:
        np.testing.assert_array_equal(found, expected)


def test_the_gil_is_released():
    regions = mortie.Regions([mortie.disc(10, 20, 5)])
    lat, lon = latlon(directions(np.random.default_rng(1), 3_000_000))
    seen = []
    done = threading.Event()

    def watch():
        while not done.is_set():
            seen.append(time.perf_counter())
            time.sleep(0.001)

    thread = threading.Thread(target=watch)
    thread.start()
    begin = time.perf_counter()
    regions.locate(lat, lon)
    end = time.perf_counter()
    done.set()
    thread.join()
    assert sum(begin < each < end for each in seen) >= 3


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="Windows sends no SIGINT to one process")
@pytest.mark.parametrize("what", ["build", "locate"])
def test_interrupt(what):
    """Ctrl-C ends a long call, within a second or so also on a busy machine."""
    code = f"""
import numpy as np, mortie, os, signal, threading, time
lat = np.random.default_rng(1).uniform(-80, 80, 3_000_000)
if {what!r} == "build":
    regions = mortie.Regions([(lat[k:k + 3], lat[k + 1:k + 4]) for k in range(0, 600_000, 3)])
    call = lambda: regions.locate(0, 0)
else:
    regions = mortie.Regions([(lat[k:k + 3], lat[k + 1:k + 4]) for k in range(0, 3000, 3)])
    regions.locate(0, 0)
    call = lambda: [regions.locate(lat, lat, all=True) for _ in range(1000)]
def press():
    global pressed
    pressed = time.perf_counter()
    os.kill(os.getpid(), signal.SIGINT)
threading.Timer(0.3, press).start()
try:
    call()
except KeyboardInterrupt:
    print(time.perf_counter() - pressed)
else:
    print("it came to its end")
"""
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    assert float(run.stdout) < 2


# --- the real data ---


@pytest.mark.slow
def test_drainage_systems(drainage):
    """Points beside the outlines, and at random, against S2 in all but the nearest places."""
    spherely = pytest.importorskip("spherely", reason="spherely is missing: pip install spherely")
    random = np.random.default_rng(8)
    ids = np.unique(drainage["polygon_id"])
    outlines = [
        tuple(drainage[name][drainage["polygon_id"] == each] for name in ("lat", "lon"))
        for each in ids
    ]
    regions = mortie.Regions(outlines)
    step = 20 if LONG else 500
    moved = np.concatenate(outlines, axis=1)[:, ::step]
    moved = np.clip(moved + random.normal(size=moved.shape) * 1e-3, -90, 90)
    n = 1_000_000 if LONG else 10_000
    z = random.uniform(-1, -np.sin(np.radians(60)), n)
    lat = np.append(moved[0], np.degrees(np.arcsin(z)))
    lon = np.append(moved[1], random.uniform(-180, 180, n))
    found = regions.locate(lat, lon)
    points = spherely.points(lon, lat)
    expected = np.full(len(lat), -1)
    for k in range(len(outlines) - 1, -1, -1):
        ring = np.column_stack(outlines[k][::-1])
        inside = spherely.contains(spherely.create_polygon(ring.tolist()), points)
        expected[inside] = k
    np.testing.assert_array_equal(found, expected)
