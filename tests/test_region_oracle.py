"""The oracle of regions against healpy, shapely, spherely (S2), dense samples and known answers."""

import itertools

import numpy as np
import pytest

import region_makers as makers
import region_oracle as oracle
from region_oracle import Disc, Oracle

healpy = pytest.importorskip("healpy", reason="healpy is missing; mortie[test] has it")
pytestmark = pytest.mark.slow


def draw(seed):
    return np.random.default_rng(seed)


def curves_of(geometry):
    return [curve for part in oracle.parts(geometry) for curve in part.curves]


def sampled(curve, order, n=20_000):
    """Give the pixels that healpy sees along a curve, as they follow each other."""
    a = np.linspace(0, float(curve.end), n)
    vectors = oracle.Sheaf([curve]).at(np.zeros(n, int), a)
    pixels = healpy.vec2pix(2**order, *vectors, nest=True)
    return pixels[np.append(True, np.diff(pixels) != 0)].tolist()


@pytest.mark.parametrize("order", [0, 1, 3, 7])
def test_cells_are_healpix(order):
    nest = np.arange(12 * 4**order)
    centres = oracle.centres(order, nest)
    np.testing.assert_array_equal(healpy.vec2pix(2**order, *centres.T, nest=True), nest)
    expected = np.transpose(healpy.pix2vec(2**order, nest, nest=True))
    np.testing.assert_allclose(centres, expected, rtol=0, atol=2e-15)
    np.testing.assert_array_equal(oracle.cell_of(order, *oracle.place_of(order, nest)), nest)
    for some in draw(1).choice(nest, 12):
        exact = np.array(oracle.exact_centre(order, some), float)
        np.testing.assert_allclose(centres[some], exact, rtol=0, atol=2e-15)


def test_points():
    random = draw(2)
    for order in (0, 1, 4, 9, 18):
        lon, lat = makers.lonlat([makers.direction(random) for _ in range(40)]).T
        expected = healpy.ang2pix(2**order, lon, lat, lonlat=True, nest=True)
        for each in zip(lon, lat, expected, strict=True):
            assert oracle.touched(oracle.vector(each[1], each[0]), order, 0) == {each[2]}


@pytest.mark.parametrize(
    ("lat", "lon", "count"),
    [(0, 0, 4), (0, 45, 4), (90, 17, 4), (-90, 0, 4), (0, 22.5, 4), (50, 90, 2), (50, 45, 1)],
)
def test_points_on_edges_and_corners(lat, lon, count):
    assert len(oracle.touched(oracle.vector(lat, lon), 2, oracle.SAME)) == count


def test_three_cells_meet_where_zones_do():
    corner = oracle.point_on_map(1, 1)  # t = 0, z = 2 / 3
    assert float(corner[2]) == 2 / 3
    assert oracle.touched(corner, 0, oracle.SAME) == {0, 3, 4}
    assert len(oracle.touched(corner, 3, oracle.SAME)) == 3


@pytest.mark.parametrize("kind", ["arc", "circle", "planar"])
def test_walks_against_samples(kind):
    random = draw(3)
    for _ in range(5):
        order = int(random.integers(0, 4))
        (lon, lat), (x, y) = makers.lonlat([makers.direction(random) for _ in range(2)])
        curve = {
            "arc": lambda a, b, c, d: oracle.arc(oracle.vector(b, a), oracle.vector(d, c)),
            "circle": lambda a, b, c, d: oracle.circle(Disc(b, a, abs(c) / 2)),
            "planar": lambda a, b, c, d: oracle.Planar((a, b), (c, d)),
        }[kind](lon, lat, x, y)
        [walk] = oracle.walk_all([curve], order)
        found = [each for [each] in walk.cells]
        left = iter(found)
        # What lies between two samples may be missing among them.
        assert all(pixel in left for pixel in sampled(curve, order))
        exactly = oracle.walk_exactly(curve, order)
        assert walk.cells == exactly.cells
        assert walk[2:] == exactly[2:]
        np.testing.assert_allclose(
            np.array(walk.entered, float), np.array(exactly.entered, float), atol=1e-13
        )


@pytest.mark.parametrize("maker", makers.UNUSUAL)
def test_special_curves_against_samples(maker):
    random = draw(4)
    for order in (0, 2, 4):
        for curve in curves_of(maker(random)):
            [walk] = oracle.walk_all([curve], order)
            assert walk.through <= walk.met <= walk.near
            if curve.end:
                pixels = set(sampled(curve, order))
                assert pixels <= walk.near  # a sample on an edge is on either side of it


def test_tangents():
    # A parallel touches cells at their corners, and a disc its neighbours' corners.
    equator = oracle.Planar((0.0, 0.0), (359.0, 0.0))
    [walk] = oracle.walk_all([equator], 1)
    assert len(walk.through) == 8
    assert len(walk.met) == 24
    disc = oracle.circle(Disc(0.0, 45.0, 45.0))
    [walk] = oracle.walk_all([disc], 0)
    for lon in (0, 90):
        assert oracle.touched(oracle.vector(0, lon), 0, oracle.SAME) <= walk.met


def test_arcs_along_edges_meet_both_sides():
    [walk] = oracle.walk_all([oracle.arc(oracle.vector(50, 90), oracle.vector(80, 90))], 0)
    assert walk.cells == [{0, 1}]
    assert (walk.met, walk.through) == ({0, 1}, set())
    [walk] = oracle.walk_all([oracle.arc(oracle.vector(50, 0), oracle.vector(50, 180))], 0)
    assert walk.cells == [{0, 3}, {1, 2}]
    assert (walk.met, walk.through) == ({0, 1, 2, 3}, set())


def test_beside_an_edge():
    beside = oracle.arc(oracle.vector(50, 90 + 1e-13), oracle.vector(60, 90 + 1e-13))
    [walk] = oracle.walk_all([beside], 0)
    assert (walk.met, walk.near) == ({1}, {0, 1})
    beside = oracle.arc(oracle.vector(50, 90 + 1e-9), oracle.vector(60, 90 + 1e-9))
    [walk] = oracle.walk_all([beside], 0)
    assert (walk.met, walk.near, walk.through) == ({1}, {1}, {1})


def test_centres_against_healpy():
    random = draw(5)
    for _ in range(15):
        order = int(random.integers(0, 7))
        ring = makers.convex(random, size=random.uniform(0.05, 1.4))
        vectors = makers.unit(*ring.T)
        expected = healpy.query_polygon(2**order, vectors, inclusive=False, nest=True)
        must, may = Oracle(makers.polygon(ring), order).judge("centre")
        np.testing.assert_array_equal(must, np.sort(expected))
        np.testing.assert_array_equal(may, must)


@pytest.mark.parametrize("radius", [0.0, 1e-6, 0.4, 30.0, 90.0, 150.0, 180.0])
def test_discs_against_healpy(radius):
    random = draw(6)
    for _ in range(8):
        order = int(random.integers(0, 6))
        [(lon, lat)] = makers.lonlat([makers.direction(random)])
        vector = makers.unit(lon, lat)
        expected = healpy.query_disc(2**order, vector, np.radians(radius), nest=True)
        judge = Oracle(Disc(lat, lon, radius), order)
        must = judge.judge("centre").must
        np.testing.assert_array_equal(must, np.sort(expected))
        if radius == 0:
            assert judge.judge("overlap").must == healpy.vec2pix(2**order, *vector, nest=True)


def test_planar_against_shapely():
    shapely = pytest.importorskip("shapely", reason="shapely is missing; mortie[regions] has it")
    random = draw(7)
    order = 3
    nest = np.arange(12 * 4**order)
    lon, lat = healpy.pix2ang(2**order, nest, nest=True, lonlat=True)
    # Cells as dense rings, away from the antimeridian.
    corners = healpy.boundaries(2**order, nest, step=64, nest=True).transpose(0, 2, 1)
    rings = np.stack(
        [
            np.degrees(np.arctan2(corners[..., 1], corners[..., 0])),
            np.degrees(np.arcsin(np.clip(corners[..., 2], -1, 1))),
        ],
        axis=-1,
    )
    usual = (np.ptp(rings[..., 0], axis=1) < 180) & (np.abs(lat) < 60)
    cells = shapely.polygons(rings[usual])
    lon = (lon + 180) % 360 - 180
    for _ in range(20):
        angles = makers.angles_of(random, 9)
        radii = random.uniform(10, 50, 9)
        ring = np.stack(
            [100 * random.uniform(-1, 1) + radii * np.cos(angles), radii * np.sin(angles)], axis=1
        )
        region = shapely.Polygon(ring)
        judge = Oracle(makers.polygon(ring), order, edges="planar")
        must, may = judge.judge("centre")
        np.testing.assert_array_equal(must, nest[shapely.contains_xy(region, lon, lat)])
        for mode, predicate in (("overlap", shapely.intersects), ("within", shapely.contains)):
            must, may = judge.judge(mode)
            expected = nest[usual][predicate(region, cells)]
            np.testing.assert_array_equal(np.intersect1d(must, nest[usual]), expected)
            np.testing.assert_array_equal(np.intersect1d(may, nest[usual]), expected)


def s2_cells(spherely, order, nest):
    corners = healpy.boundaries(2**order, nest, step=64, nest=True).transpose(0, 2, 1)
    return [spherely.create_polygon(makers.lonlat(ring).tolist()) for ring in corners]


@pytest.mark.parametrize("maker", [makers.random_polygon, makers.with_hole, makers.about_a_pole])
def test_polygons_against_s2(maker):
    spherely = pytest.importorskip("spherely", reason="spherely is missing; pip install spherely")
    random = draw(8)
    for order in (0, 1, 2):
        nest = np.arange(12 * 4**order)
        cells = s2_cells(spherely, order, nest)
        points = spherely.points(*makers.lonlat(oracle.centres(order, nest)).T)
        for _ in range(3):
            geometry = maker(random)
            outer, *holes = (ring[:-1] for ring in geometry["coordinates"])
            region = spherely.create_polygon(outer, holes or None)
            judge = Oracle(geometry, order)
            for mode, found in (
                ("overlap", spherely.intersects(region, cells)),
                ("within", spherely.contains(region, cells)),
                ("centre", spherely.contains(region, points)),
            ):
                must, may = judge.judge(mode)
                np.testing.assert_array_equal(must, nest[found], err_msg=f"{mode} {geometry}")
                np.testing.assert_array_equal(may, must)


def test_areas_against_s2():
    spherely = pytest.importorskip("spherely", reason="spherely is missing; pip install spherely")
    random = draw(9)
    for _ in range(50):
        ring = makers.star(random, size=random.uniform(0.01, 1.5))
        for each in (ring, ring[::-1]):
            [found] = oracle.parts(makers.polygon(each))[0].rings
            region = spherely.create_polygon(each.tolist(), oriented=True)
            assert float(found.area) == pytest.approx(spherely.area(region, radius=1), rel=1e-9)


def test_sides():
    random = draw(10)
    for maker in (makers.random_polygon, makers.repeated, makers.spiked, makers.touching):
        for _ in range(10):
            ring = maker(random)["coordinates"][0]
            [found] = oracle.parts(makers.polygon(ring))[0].rings
            [other] = oracle.parts(makers.polygon(ring[::-1]))[0].rings
            assert float(found.area + other.area) == pytest.approx(4 * np.pi)
            points = np.array([makers.direction(random) for _ in range(200)])
            left, sure = found.lefts(points)
            assert sure.all()
            np.testing.assert_array_equal(other.lefts(points)[0], ~left)
            for p, expected in itertools.islice(zip(points, left, strict=True), 10):
                assert found.left(tuple(map(oracle.mpf, p.tolist()))) == expected


def turned(geometry, quarters, mirror):
    """Turn a geometry about the axis, and mirror it at the equator."""

    def move(points):
        if np.ndim(points) == 1:
            return [points[0] + 90 * quarters, -points[1] if mirror else points[1]]
        return [move(each) for each in points]

    return geometry | {"coordinates": move(geometry["coordinates"])}


def turned_cells(order, cells, quarters, mirror):
    lon, lat = healpy.pix2ang(2**order, cells, nest=True, lonlat=True)
    lat = -lat if mirror else lat
    return np.sort(healpy.ang2pix(2**order, lon + 90 * quarters, lat, nest=True, lonlat=True))


@pytest.mark.parametrize("maker", [makers.special_triangle, makers.along_a_meridian])
def test_symmetries(maker):
    random = draw(11)
    for quarters, mirror in itertools.product((1, 2), (False, True)):
        geometry = maker(random)
        judge, other = Oracle(geometry, 2), Oracle(turned(geometry, quarters, mirror), 2)
        for mode in ("overlap", "centre", "within", "boundary"):
            must, may = (turned_cells(2, each, quarters, mirror) for each in judge.judge(mode))
            # Longitudes are rounded as they are turned.
            assert np.isin(must, other.judge(mode).may).all()
            assert np.isin(other.judge(mode).must, may).all()


def test_modes_are_consistent():
    random = draw(12)
    for maker in makers.USUAL[:3]:
        for order in (2, 5, 8):
            modes = ("overlap", "centre", "within", "boundary")
            overlap, centre, within, boundary = map(Oracle(maker(random), order).judge, modes)
            assert np.isin(within.must, centre.must).all()
            assert np.isin(centre.must, overlap.must).all()
            np.testing.assert_array_equal(overlap.may, oracle.union(boundary.may, within.must))
