"""Coordinates to pixels and back; test_healpy.py has more points."""

import re

import numpy as np
import pytest

import exact
import mortie
from mortie._native import exact_points
from points import sphere

ORDERS = range(30)
random = np.random.default_rng(5)
LATS, LONS = sphere(random, 500, 18)
for shared in (LATS, LONS):
    shared.flags.writeable = False


@pytest.fixture(params=[(mortie.latlon2nest, 29), (mortie.latlon2mort, 18)], ids=["nest", "mort"])
def ufunc(request):
    return request.param[0]


# --- the numbers ---


@pytest.mark.parametrize("order", ORDERS)
def test_against_the_formulas(order):
    nest = [exact.latlon2nest(order, *point) for point in zip(LATS, LONS, strict=True)]
    np.testing.assert_array_equal(mortie.latlon2nest(order, LATS, LONS), nest)
    if order <= 18:
        morton = [exact.norm2mort(order, n % 4**order, n // 4**order) for n in nest]
        np.testing.assert_array_equal(mortie.latlon2mort(order, LATS, LONS), morton)


def near(values, most):
    """Give doubles, and those up to `most` representable ones from them."""
    values = np.concatenate([np.asarray(values, float)] * (2 * most + 1))
    steps = np.repeat(np.arange(-most, most + 1), len(values) // (2 * most + 1))
    for step in range(most):
        moved = np.nextafter(values, np.copysign(np.inf, steps))
        values = np.where(step < abs(steps), moved, values)
    return values


ZONES = near([41.810314895778596, -41.810314895778596], 40)
HARD_LATS = [*ZONES, 0.0, -0.0, 5e-324, 30, -30, 89.4, *near([89.42704], 2), 89.99999999999999]
HARD_LATS = np.array([*HARD_LATS, 90, -90])
TURNS = near(np.arange(-720, 721, 90), 3)
HARD_LONS = np.array([*TURNS, *np.arange(-675, 720, 90), -0.0, -5e-324, -1e-17, -1e-15, -3e-14])


@pytest.mark.parametrize("order", ORDERS)
def test_a_point_lies_in_its_pixel(order):
    choose = np.random.default_rng(order)
    lats, lons = choose.choice(HARD_LATS, 600), choose.choice(HARD_LONS, 600)
    # Where healpy 1.19 finds pixels that hold no such point, or do not exist.
    corners = np.tile(near([41.81031489577859, -41.81031489577859], 5), 2)
    lats[: len(corners)] = corners
    lons[: len(corners)] = np.repeat([359.99999999999994, -5e-14], len(corners) // 2)
    for lat, lon in ((lats, lons), sphere(choose, 100, order)):
        nest = mortie.latlon2nest(order, lat, lon)
        points = zip(nest.tolist(), lat.tolist(), lon.tolist(), strict=True)
        assert max(exact.outside(order, *point) for point in points) < 1e-12


def test_the_other_pixel_is_outside():
    for nest in range(1, 48):
        lat, lon = map(float, mortie.mort2latlon(mortie.nest2mort(1, nest)))
        assert exact.outside(1, nest, lat, lon) == 0
        assert exact.outside(1, nest - 1, lat, lon) > 0.2


def exact_points_of(call):
    """Give the causes for which points were left to the exact functions, and how many."""
    before = exact_points()
    call()
    return {cause: n - before[cause] for cause, n in exact_points().items() if n > before[cause]}


@pytest.mark.thread_unsafe(reason="the count is the process's")
def test_the_exact_way_is_rare():
    lat, lon = sphere(np.random.default_rng(3), 1_000_000, 18)
    counts = exact_points_of(lambda: mortie.latlon2nest(18, lat, lon))
    assert counts.keys() <= {"near a pole", "near an edge"}
    assert counts["near a pole"] == (abs(lat) > 89.4).sum()
    assert counts.get("near an edge", 0) < 100


@pytest.mark.thread_unsafe(reason="the count is the process's")
@pytest.mark.parametrize(
    ("cause", "lat", "lon"),
    [
        ("near a pole", 89.5, 10),
        ("beyond a turn", 10, 361),
        ("where zones meet", -41.8103148957786, 10),
        ("near an edge", 0, 45),
    ],
)
def test_why_the_exact_way_is_taken(cause, lat, lon):
    for n in (1, 100, 1000):
        counts = exact_points_of(
            lambda n=n: mortie.latlon2nest(18, np.full(n, lat), np.full(n, lon))
        )
        assert counts == {cause: n}


def test_ten_million_round_trips():
    for _ in range(10):
        morton = mortie.nest2mort(18, random.integers(0, 12 * 4**18, 1_000_000, dtype=np.int64))
        np.testing.assert_array_equal(mortie.latlon2mort(18, *mortie.mort2latlon(morton)), morton)


# --- as ufuncs ---


def test_types():
    int64 = np.dtype(np.int64).char
    assert mortie.latlon2nest.types == mortie.latlon2mort.types == [int64 + "dd->" + int64]
    assert mortie.mort2latlon.types == [int64 + "->dd"]


def test_orders_broadcast(ufunc):
    order = np.array([0, 5, 18, 7])[:, None]
    expected = [ufunc(k, LATS, LONS) for k in order.ravel()]
    np.testing.assert_array_equal(ufunc(order, LATS, LONS), expected)
    for each in (
        random.integers(0, 19, 500, dtype=np.int64),
        np.sort(random.integers(0, 19, 500, dtype=np.int64)),
    ):
        one_by_one = [ufunc(*point) for point in zip(each, LATS, LONS, strict=True)]
        np.testing.assert_array_equal(ufunc(each, LATS, LONS), one_by_one)


@pytest.mark.parametrize("n", [0, 1, 2, 3, 7, 8, 9, 63, 64, 65, 255, 256, 257, 500])
def test_lengths_and_layouts(ufunc, n):
    expected = ufunc(18, LATS, LONS)[:n]
    lat, lon = LATS[:n], LONS[:n]
    for a in (lat, np.repeat(lat, 2)[::2], lat[::-1].copy()[::-1], lat.astype(">f8")):
        np.testing.assert_array_equal(ufunc(18, a, lon), expected)
    for offset in range(8):
        out = np.full(n + 16, -5, np.int64)
        ufunc(18, lat, lon, out=out[offset : offset + n])
        np.testing.assert_array_equal(out[offset : offset + n], expected)
        assert (np.delete(out, np.arange(offset, offset + n)) == -5).all()


def test_centres_in_every_layout():
    morton = mortie.latlon2mort(18, LATS, LONS)
    lat, lon = mortie.mort2latlon(morton)
    for n in (0, 1, 7, 8, 9, 255, 256, 257):
        for cells in (morton[:n], np.repeat(morton, 2)[::2][:n]):
            out = np.zeros(2 * n)[::2], np.zeros(n)
            mortie.mort2latlon(cells, out=out)
            np.testing.assert_array_equal(out, (lat[:n], lon[:n]))


def test_in_place(ufunc):
    expected = ufunc(18, LATS, LONS)
    lat = LATS.copy()
    ufunc(18, lat, LONS, out=lat.view(np.int64))
    np.testing.assert_array_equal(lat.view(np.int64), expected)


def test_narrow_inputs(ufunc):
    lat, lon = LATS.astype("f4"), LONS.astype("i2")
    np.testing.assert_array_equal(
        ufunc(18, lat, lon), ufunc(18, lat.astype(float), lon.astype(float))
    )
    assert type(ufunc(18, 1, 2)) is np.int64
    with pytest.raises(TypeError, match="could not be safely coerced"):
        ufunc(18, 1j, 2)
    with pytest.raises(TypeError, match="could not be safely coerced"):
        ufunc(18.0, 1, 2)


def test_where_keeps_bad_points_out(ufunc):
    lat = np.array([0.0, np.nan, 91.0, 45.0])
    out = np.zeros(4, np.int64)
    ufunc(18, lat, 10.0, out=out, where=np.abs(lat) <= 90)
    np.testing.assert_array_equal(out != 0, [True, False, False, True])


def test_no_floating_point_warnings(ufunc):
    lat = np.array([90.0, -90.0, 0.0, -0.0, 41.8, 89.99, 1.0])
    lon = np.array([0.0, 1e300, -1e300, 360.0, -720.0, 45.0, 1e17])
    with np.errstate(all="raise"):
        nest = mortie.latlon2nest(29, lat, lon)
        morton = ufunc(np.arange(7), lat, lon)
        mortie.mort2latlon(mortie.nest2mort(18, nest >> 22))
        mortie.mort2latlon(np.arange(1, 7))
    assert len(morton) == 7


# --- what is refused ---


@pytest.mark.parametrize("bad", [90.00000000000001, -91.0, 1e300, np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("n", [1, 8, 13, 300])
@pytest.mark.parametrize(
    "lon", [0.0, np.zeros(1)], ids=["scalar", "array"]
)  # other ways of NumPy's
def test_bad_latitudes(ufunc, bad, n, lon):
    for position in {0, n // 2, n - 1}:
        lat = LATS[:n].copy()
        lat[position] = bad
        lat[position + 1 :] = -99.5
        with pytest.raises(
            ValueError, match=f"latitude must lie in -90 to 90 degrees, not {re.escape(str(bad))}$"
        ):
            ufunc(3, lat, lon)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("lat", [0.0, np.zeros(1)], ids=["scalar", "array"])
def test_bad_longitudes(ufunc, bad, lat):
    for position in (0, 5, 299):
        lon = LONS[:300].copy()
        lon[position] = bad
        with pytest.raises(ValueError, match=f"longitude must be a finite number .* not {bad}$"):
            ufunc(3, lat, lon)


@pytest.mark.parametrize("bad", [-1, 30, 99, 2**63 - 1, -(2**63)])
def test_bad_orders(bad):
    for order in (bad, [3, bad, 99]):
        with pytest.raises(ValueError, match=f"order must lie in 0-29, not {bad}$"):
            mortie.latlon2nest(order, 0.0, 0.0)
        with pytest.raises(ValueError, match=f"order must lie in 0-18, not {bad}$"):
            mortie.latlon2mort(order, 0.0, 0.0)


def test_a_bad_point_is_named_in_place():
    lat = LATS.copy()
    lat[300] = 91.25
    with pytest.raises(ValueError, match=r"not 91\.25$"):
        mortie.latlon2nest(5, lat, LONS, out=lat.view(np.int64))


def test_bad_indices_have_no_centre():
    for n in (1, 9, 300):
        morton = mortie.latlon2mort(18, LATS, LONS)[:n]
        morton[-1] = 15
        with pytest.raises(ValueError, match="15 is none"):
            mortie.mort2latlon(morton)
