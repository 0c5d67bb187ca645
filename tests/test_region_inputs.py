"""What covers and tracks take, and how they refuse, stop, remember and pickle."""

import copy
import functools
import os
import pickle
import re
import signal
import subprocess
import sys
import threading
import time

import numpy as np
import pytest

import mortie
import region_makers as makers

if mortie.backend() != "native":
    pytest.skip("regions need the C++ extension", allow_module_level=True)

shapely = pytest.importorskip("shapely", reason="shapely is missing; mortie[regions] has it")

SQUARE = [(10.0, 40.0), (20.0, 40.0), (20.0, 50.0), (10.0, 50.0)]  # longitudes, latitudes
NAN = float("nan")


def inputs():
    lon, lat = np.transpose(SQUARE)
    region = shapely.Polygon(SQUARE)
    yield "a pair", (lat, lon)
    yield "lists", (lat.tolist(), lon.tolist())
    yield "shapely", region
    yield "a mapping", {"type": "Polygon", "coordinates": [[*SQUARE, SQUARE[0]]]}
    feature = {"type": "Feature", "properties": {}, "geometry": shapely.geometry.mapping(region)}
    yield "a feature", feature


def columns():
    region = shapely.Polygon(SQUARE)
    yield "an array", np.array([region])
    yield "a list", [region]
    try:
        import geopandas
    except ImportError:
        return
    series = geopandas.GeoSeries([region], crs=4326)
    yield "a GeoSeries", series
    yield "a GeoDataFrame", geopandas.GeoDataFrame(geometry=series)
    yield "GeoArrow", series.to_arrow(geometry_encoding="geoarrow")
    yield "WKB", series.to_arrow(geometry_encoding="WKB")


@pytest.mark.parametrize(("kind", "region"), list(inputs()))
def test_kinds_of_regions(kind, region):
    expected = mortie.cover(shapely.Polygon(SQUARE), 6)
    np.testing.assert_array_equal(mortie.cover(region, 6), expected)


@pytest.mark.parametrize(("kind", "regions"), list(columns()))
def test_kinds_of_arrays(kind, regions):
    expected = mortie.cover(shapely.Polygon(SQUARE), 6)
    cells, places = mortie.cover(regions, 6)
    np.testing.assert_array_equal(cells, expected)
    assert (places == 0).all()


def test_arrays_of_regions():
    random = np.random.default_rng(9)
    regions = [shapely.geometry.shape(maker(random)) for maker in makers.USUAL for _ in range(3)]
    for options in ({}, {"mode": "centre"}, {"mode": "within"}, {"mixed": True}):
        cells, places = mortie.cover(np.array(regions, object), 4, **options)
        assert places.dtype == np.int64
        assert (np.diff(places) >= 0).all()
        for k, region in enumerate(regions):
            np.testing.assert_array_equal(cells[places == k], mortie.cover(region, 4, **options))
        made = mortie.Regions(regions)
        for one, two in zip(made.cover(4, **options), (cells, places), strict=True):
            np.testing.assert_array_equal(one, two)
    cells, places = mortie.cover(np.array([], object), 4)
    assert cells.shape == places.shape == (0,)


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
    (
        [-90, 0, 0, 0],
        [0, 0, 120, 240],
        {"order": 18},
        r"has \d{12} cells, and 2\*\*31 are the most",
    ),
]


@pytest.mark.parametrize(("lat", "lon", "options", "message"), WRONG)
def test_wrong_regions(lat, lon, options, message):
    with pytest.raises(ValueError, match=message):
        mortie.cover((lat, lon), **{"order": 3, **options})
    if options.get("edges") != "flat" and "order" not in options and "mode" not in options:
        good = ([0, 1, 2], [0, 1, 0])
        with pytest.raises(ValueError, match="geometry 2"):
            mortie.cover([good, good, (lat, lon)], 3)


@pytest.mark.parametrize("disc", [(91, 0, 1), (0, NAN, 1), (0, 0, -1), (0, 0, 181), (0, 0, NAN)])
def test_bad_discs(disc):
    with pytest.raises(ValueError):  # noqa: PT011, what is said of each differs
        mortie.disc(*disc)


@pytest.mark.parametrize("region", ["POLYGON", 5, None, {"type": "Circle"}, object()])
def test_what_is_no_region(region):
    with pytest.raises((TypeError, ValueError)):
        mortie.cover(region, 5)


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


@pytest.mark.skipif(os.name == "nt", reason="Windows can't send itself a Ctrl-C alone")
@pytest.mark.thread_unsafe(reason="the main thread alone is interrupted")
@pytest.mark.parametrize("kind", ["cover", "track"])
def test_interrupt(kind):
    """One call that would take a minute stops within a second of this process's time."""
    if kind == "cover":
        regions = mortie.Regions([mortie.disc(10, 10, 60)] * 40)
        call = functools.partial(regions.cover, 18, mode="boundary", mixed=True)
    else:
        turns = np.arange(3000)
        call = functools.partial(mortie.track, 80 * np.cos(turns), 100.0 * turns, 16)
    sent = []

    def press():
        sent.append(time.process_time())
        os.kill(os.getpid(), signal.SIGINT)

    timer = threading.Timer(0.3, press)
    try:
        timer.start()
        with pytest.raises(KeyboardInterrupt):
            call()
        assert time.process_time() - sent[0] < 1
    finally:
        timer.join()


MEMORY = """
import resource
import numpy as np
import mortie

def ring(n):
    angle = 2 * np.pi * np.arange(n) / n
    lat = -75 + 8 * np.cos(angle) * (1 + 0.1 * np.sin(50 * angle))
    return lat, 40 + 20 * np.sin(angle)

mortie.cover(ring(100), 5)
most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
lat, lon = ring({vertices})
most += 2 * lat.nbytes // 1024
cells = mortie.cover((lat, lon), {order})
further = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - most
print(1024 * further, cells.nbytes, 2 * lat.nbytes)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="Linux counts kibibytes")
@pytest.mark.parametrize(("vertices", "order"), [(2000, 13), (10**6, 6)])
def test_memory(vertices, order):
    code = MEMORY.format(vertices=vertices, order=order)
    printed = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True
    ).stdout
    further, output, given = map(int, printed.split())
    assert max(output, given) > 15e6
    assert further < 2 * output + 4.5 * given + 4e6


def test_pickles():
    regions = mortie.Regions([shapely.Polygon(SQUARE), mortie.disc(0, 0, 5)])
    assert len(regions) == 2
    cells, places = regions.cover(6)
    for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1):
        other = pickle.loads(pickle.dumps(regions, protocol))
        assert len(other) == 2
        np.testing.assert_array_equal(other.cover(6)[0], cells)
    for other in (copy.copy(regions), copy.deepcopy(regions)):
        np.testing.assert_array_equal(other.cover(6)[1], places)
    assert "2" in repr(regions)


def test_inputs_stay_as_they_are():
    lat, lon = np.array([40.0, 40.0, 50.0]), np.array([10.0, 20.0, 15.0])
    lat.flags.writeable = lon.flags.writeable = False
    kept = lat.copy(), lon.copy()
    mortie.cover((lat, lon), 6)
    mortie.track(lat, lon, 6)
    np.testing.assert_array_equal((lat, lon), kept)
