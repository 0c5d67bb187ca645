"""Cells as ufuncs: corners, neighbours, ranges, other numbers, authalic latitudes."""

import functools

import numpy as np
import pytest

import exact
import mortie
from mortie._native import boundary_point

random = np.random.default_rng(17)
NO_INDEX = r"others in 1-4, and {} is none"


def indices(order, n, random=random):
    return mortie.nest2mort(order, random.integers(0, 12 * 4 ** np.asarray(order), n))


MIXED = indices(random.integers(0, 19, 1000), 1000)
MIXED.flags.writeable = False
OF_INDICES = [
    mortie.mort2uniq, mortie.mort2vertices, mortie.mort2word, mortie.mort_neighbours,
    functools.partial(mortie.mort_range, 18), lambda morton, **options: boundary_point(
        3, np.asarray(morton)[..., None], np.arange(12), **options),
]  # fmt: skip


# --- neighbours ---


@pytest.mark.parametrize("order", range(19))
def test_neighbours_are_those_of_healpy(order):
    healpy = pytest.importorskip("healpy", reason="healpy is missing; mortie[test] has it")
    all_of_them = 12 * 4**order
    pixels = np.arange(all_of_them) if order <= 8 else random.integers(0, all_of_them, 1_000_000)
    around = healpy.get_all_neighbours(2**order, pixels, nest=True).T
    expected = np.where(around < 0, 0, mortie.nest2mort(order, np.maximum(around, 0)))
    np.testing.assert_array_equal(mortie.mort_neighbours(mortie.nest2mort(order, pixels)), expected)


def test_neighbours_of_mixed_orders():
    found = mortie.mort_neighbours(MIXED)
    for morton, row in zip(MIXED, found, strict=True):
        np.testing.assert_array_equal(mortie.mort_neighbours(morton), row)
    there = found != 0
    orders = np.broadcast_to(mortie.mort2order(MIXED)[:, None], found.shape)
    np.testing.assert_array_equal(mortie.mort2order(found[there]), orders[there])
    # Who is a neighbour has this one as a neighbour.
    back = mortie.mort_neighbours(found[there])
    assert (back == np.broadcast_to(MIXED[:, None], found.shape)[there][:, None]).any(1).all()


# --- corners ---


def corners(order, normed, parent):
    """Give the unit vectors of a cell's corners in 50 digits, and latitudes and longitudes.

    After Calabretta and Roukema (2007), section 5: on the map a cell is a square, whose corners
    are brought to the sphere.
    """
    mpmath = pytest.importorskip("mpmath", reason="mpmath is missing; mortie[test] has it")
    with mpmath.workdps(50):
        n = mpmath.mpf(2) ** order
        x, y = (sum((normed >> 2 * k + odd & 1) << k for k in range(order)) for odd in (0, 1))
        row, column = divmod(parent, 4)
        for dx, dy in ((1, 1), (0, 1), (0, 0), (1, 0)):
            east, west = (x + dx) / n, (y + dy) / n
            up = 1 - row + (east + west - 1)  # in units of a quarter turn of the map, half
            along = 2 * column + 1 - row % 2 + (east - west)
            if abs(up) <= 1:
                z, eighths = 2 * up / 3, along
            else:
                sigma = 2 - abs(up)
                z = mpmath.sign(up) * (1 - sigma**2 / 3)
                eighths = 2 * column + 1 + (east - west) / sigma if sigma else 2 * column + 1
            yield z, eighths * mpmath.pi / 4


def off(mpmath, lat, lon, z, phi):
    """Give the angle between a point in doubles and an exact one."""
    with mpmath.workdps(50):
        exact_lat = mpmath.asin(z)
        lat, lon = (mpmath.mpf(float(angle)) * mpmath.pi / 180 for angle in (lat, lon))
        around = mpmath.cos(lat) * mpmath.cos(exact_lat) * mpmath.sin((lon - phi) / 2) ** 2
        return 2 * mpmath.asin(mpmath.sqrt(mpmath.sin((lat - exact_lat) / 2) ** 2 + around))


def check_corners(morton):
    mpmath = pytest.importorskip("mpmath", reason="mpmath is missing; mortie[test] has it")
    lat, lon = mortie.mort2vertices(morton)
    assert ((lon >= 0) & (lon < 360) & (np.abs(lat) <= 90)).all()
    worst = 0
    for i, m in enumerate(morton):
        for j, (z, phi) in enumerate(corners(*exact.mort2norm(int(m)))):
            worst = max(worst, off(mpmath, lat[i, j], lon[i, j], z, phi))
            assert (abs(lat[i, j]) == 90) == (abs(z) == 1)
    assert worst <= 1e-15, f"{mpmath.nstr(worst, 3)} rad"
    return worst


@pytest.mark.parametrize("order", [0, 1, 2, 5, 11, 17, 18])
def test_corners_are_exact_everywhere(order):
    check_corners(indices(order, 12 if order == 0 else 60))


@pytest.mark.parametrize("order", [3, 9, 18])
def test_corners_are_exact_at_poles_and_between_zones(order):
    last = 2**order - 1
    x = np.array([last, last, last - 1, last - 2, 0, 0, 1, 2, last, 0, last // 2, last // 2 + 1])
    y = np.array([last, last - 1, last, last - 2, 0, 1, 0, 2, 0, last, last // 2, last // 2])
    normed = sum((x >> k & 1) << 2 * k | (y >> k & 1) << 2 * k + 1 for k in range(order))
    check_corners(mortie.fastNorm2Mort(order, normed[:, None], np.arange(12)).ravel()[::3])


def vectors(lat, lon):
    lat, lon = np.radians(lat), np.radians(lon)
    return np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)], -2)


@pytest.mark.parametrize("order", range(19))
@pytest.mark.parametrize("step", [1, 2, 5, 16])
def test_outlines_are_those_of_healpy(order, step):
    healpy = pytest.importorskip("healpy", reason="healpy is missing; mortie[test] has it")
    all_of_them = 12 * 4**order
    pixels = np.arange(all_of_them) if order <= 3 else random.integers(0, all_of_them, 2000)
    morton = mortie.nest2mort(order, pixels)
    lat, lon = boundary_point(step, morton[:, None], np.arange(4 * step))
    expected = healpy.boundaries(2**order, pixels, step, nest=True)
    # The conversion to vectors rounds on both sides.
    assert np.abs(vectors(lat, lon) - expected).max() < 2.5e-15
    corner_lat, corner_lon = mortie.mort2vertices(morton)
    np.testing.assert_array_equal(lat[:, ::step], corner_lat)
    np.testing.assert_array_equal(lon[:, ::step], corner_lon)


def test_outlines_refuse():
    for step in (0, -1, 2**24 + 1, -(2**63)):
        with pytest.raises(ValueError, match=rf"step must lie in 1-16777216, not {step}$"):
            boundary_point(step, 12, 0)
    with pytest.raises(ValueError, match=r"place must lie in 0-11, not 12$"):
        boundary_point(3, 12, [0, 12])
    with pytest.raises(ValueError, match=NO_INDEX.format(15)):
        boundary_point(1, [12, 15], [[0], [1]])
    lat, lon = boundary_point(2**24, 444444444444444444, [2**24 - 1, 2**24])
    assert np.isfinite([lat, lon]).all()


# --- ranges ---


@pytest.mark.parametrize("parent", range(12))
def test_ranges_hold_the_descendants_and_no_others(parent):
    everything = np.sort(mortie.nest2mort(5, np.arange(12 * 4**5)))
    for order in range(6):
        normed = random.integers(0, 4**order)
        cell = int(mortie.fastNorm2Mort(order, normed, parent))
        least, greatest = mortie.mort_range(5, cell)
        inside = everything[mortie.clip_mort(order, everything) == cell]
        assert (least, greatest) == (inside[0], inside[-1])
        between = everything[(least <= everything) & (everything <= greatest)]
        np.testing.assert_array_equal(between, inside)


def test_ranges_broadcast():
    least, greatest = mortie.mort_range([[18], [17]], [-4112241, 1])
    assert least.tolist() == [
        [-4112241444444444444, 1111111111111111111], [-411224144444444444, 111111111111111111]
    ]  # fmt: skip
    assert greatest.tolist() == [
        [-4112241111111111111, 1444444444444444444], [-411224111111111111, 144444444444444444]
    ]  # fmt: skip


@pytest.mark.parametrize("order", [-1, 2, 19, 2**63 - 1, -(2**63)])
def test_ranges_of_bad_orders(order):
    text = f"order must lie in 3-18, from that of the Morton index -3241 on, not {order}$"
    with pytest.raises(ValueError, match=text):
        mortie.mort_range([18, order], -3241)


# --- other numbers ---


def test_uniq():
    for m, uniq in zip(MIXED, mortie.mort2uniq(MIXED), strict=True):
        order, normed, parent = exact.mort2norm(int(m))
        assert uniq == 4 * 4**order + parent * 4**order + normed
    np.testing.assert_array_equal(mortie.uniq2mort(mortie.mort2uniq(MIXED)), MIXED)
    everything = np.arange(4, 4**7)
    np.testing.assert_array_equal(mortie.mort2uniq(mortie.uniq2mort(everything)), everything)
    assert mortie.uniq2mort(2**40 - 1) == -6444444444444444444


@pytest.mark.parametrize("bad", [3, 0, -4, 2**40, 2**63 - 1, -(2**63)])
def test_no_uniq(bad):
    text = f"a UNIQ number of an order in 0-18 lies in 4-1099511627775, and {bad} does not$"
    with pytest.raises(ValueError, match=text):
        mortie.uniq2mort([4, bad])


def test_words():
    words = mortie.mort2word(MIXED)
    assert words.dtype == np.uint64
    for m, word in zip(MIXED, words, strict=True):
        order, normed, parent = exact.mort2norm(int(m))
        assert int(word) == (parent + 1) << 60 | normed << (60 - 2 * order) | order
    np.testing.assert_array_equal(mortie.word2mort(words), MIXED)
    assert int(mortie.mort2word(-4112241)) == 0xA05C000000000006
    assert type(mortie.mort2word(1)) is np.uint64
    with pytest.raises(TypeError, match="could not be safely coerced"):
        mortie.word2mort(words.view(np.int64))


@pytest.mark.parametrize(
    "bad",
    [
        0, 18, (1 << 60) | 19, (1 << 60) | 63, (13 << 60) | 3, (15 << 60), (1 << 60) | 1 << 53 | 3,
        (1 << 60) | 1 << 6 | 18, 2**64 - 1,
    ],
)  # fmt: skip
def test_no_words(bad):
    with pytest.raises(ValueError, match=f"{bad} is no word of a cell of an order in 0-18"):
        mortie.word2mort(np.array([(1 << 60) | 1 << 59 | 1, bad], np.uint64))


# --- authalic latitudes ---


def test_authalic():
    mpmath = pytest.importorskip("mpmath", reason="mpmath is missing; mortie[test] has it")
    lats = np.concatenate([
        random.uniform(-90, 90, 500), [90, -90, 45, 5e-324, 1e-300, 1e-8],
        90 - 10.0 ** random.uniform(-13, 0, 60), 10.0 ** random.uniform(-20, 0, 60),
    ])  # fmt: skip
    with mpmath.workdps(60):
        flattening = 1 / mpmath.mpf("298.257223563")
        e = mpmath.sqrt(flattening * (2 - flattening))

        def zone(sine):  # Snyder (1987), equation 3-12, but for a factor
            return sine / (1 - e**2 * sine**2) + mpmath.atanh(e * sine) / e

        def authalic(lat):  # equation 3-11
            sine = mpmath.sin(mpmath.mpf(float(lat)) * mpmath.pi / 180)
            return mpmath.asin(zone(sine) / zone(mpmath.mpf(1))) * 180 / mpmath.pi

        for lat, found in zip(lats, mortie.geodetic2authalic(lats), strict=True):
            expected = authalic(lat)
            assert abs(found - expected) <= np.spacing(abs(float(expected))), lat
        for lat, found in zip(lats, mortie.authalic2geodetic(lats), strict=True):
            # It is an increasing function: within one unit is between those one unit off.
            below, above = (np.nextafter(found, end) for end in (-90, 90))
            assert authalic(below) <= lat <= authalic(above), lat


def test_authalic_and_back():
    lats = np.concatenate(
        [random.uniform(-90, 90, 1_000_000), 10.0 ** random.uniform(-300, 1, 9999)]
    )
    there = mortie.geodetic2authalic(lats)
    assert (np.abs(there) <= np.abs(lats)).all()
    np.testing.assert_array_max_ulp(mortie.authalic2geodetic(there), lats, 1)
    there = mortie.authalic2geodetic(lats)
    assert (np.abs(there) <= 90).all()
    np.testing.assert_array_max_ulp(mortie.geodetic2authalic(there), lats, 1)
    assert np.signbit(mortie.geodetic2authalic(-0.0))


@pytest.mark.parametrize("ufunc", [mortie.geodetic2authalic, mortie.authalic2geodetic])
@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf, 90.00000000000001, -91.0])
def test_no_latitudes(ufunc, bad):
    with pytest.raises(ValueError, match=f"latitude must lie in -90 to 90 degrees, not {bad}$"):
        ufunc([1.0, bad])


# --- as ufuncs ---


def test_types():
    i, u = np.dtype(np.int64).char, np.dtype(np.uint64).char
    assert mortie.mort2vertices.signature == "()->(4),(4)"
    assert mortie.mort_neighbours.signature == "()->(8)"
    assert mortie.mort2vertices.types == [i + "->dd"]
    assert mortie.mort_neighbours.types == [i + "->" + i]
    assert mortie.mort_range.types == [2 * i + "->" + 2 * i]
    assert mortie.mort2word.types == [i + "->" + u]
    assert mortie.word2mort.types == [u + "->" + i]


@pytest.mark.parametrize("n", [0, 1, 3, 4, 5, 9, 255, 256, 257, 600])
def test_generalised_ufuncs_in_every_layout(n):
    morton = MIXED[:n]
    around, (lat, lon) = mortie.mort_neighbours(morton), mortie.mort2vertices(morton)
    assert around.shape == (n, 8)
    assert lat.shape == lon.shape == (n, 4)
    for i in range(0, n, 50):
        np.testing.assert_array_equal(mortie.mort_neighbours(morton[i]), around[i])
        np.testing.assert_array_equal(mortie.mort2vertices(morton[i]), (lat[i], lon[i]))
    unaligned = np.frombuffer(b"." + morton.tobytes(), np.uint8)[1:].view(np.int64)
    for cells in (np.repeat(morton, 2)[::2], morton[::-1].copy()[::-1], morton.astype(">i8"),
                  unaligned):  # fmt: skip
        np.testing.assert_array_equal(mortie.mort_neighbours(cells), around)
        np.testing.assert_array_equal(mortie.mort2vertices(cells), (lat, lon))
    for out in (np.full((n, 8), 7), np.full((8, n), 7).T, np.full((n + 2, 16), 7)[1:-1, 3:11],
                np.full((n, 16), 7)[:, ::-2]):  # fmt: skip
        assert mortie.mort_neighbours(morton, out=out) is out
        np.testing.assert_array_equal(out, around)
    wide = np.full((n + 2, 16), 7)
    mortie.mort_neighbours(morton, out=wide[1:-1, 3:11])
    wide[1:-1, 3:11] = 7
    assert (wide == 7).all()
    pair = np.zeros((n, 4, 2))
    mortie.mort2vertices(morton, out=(pair[..., 0], pair[..., 1]))
    np.testing.assert_array_equal(pair, np.stack([lat, lon], -1))
    np.testing.assert_array_equal(mortie.mort_neighbours(morton, axis=0), around.T)


def test_generalised_ufuncs_over_their_own_inputs():
    cells = np.repeat(MIXED[:300, None], 8, axis=1)
    expected = mortie.mort_neighbours(MIXED[:300])
    mortie.mort_neighbours(cells[:, 0], out=cells)
    np.testing.assert_array_equal(cells, expected)


@pytest.mark.parametrize("function", OF_INDICES)
@pytest.mark.parametrize("bad", [0, 7, 15, -(2**63), 2**63 - 1])
def test_no_indices(function, bad):
    for n in (1, 8, 300, 1000):
        morton = MIXED[:n].copy()
        morton[n // 2] = bad
        morton[n // 2 + 1 :] = 25
        with pytest.raises(ValueError, match=NO_INDEX.format(bad)):
            function(morton)


@pytest.mark.parametrize("function", OF_INDICES)
@pytest.mark.parametrize("bad", [1.0, "12", np.uint64(12), None])
def test_no_integers(function, bad):
    with pytest.raises(TypeError):
        function(bad)


def test_no_floating_point_warnings():
    with np.errstate(all="raise"):
        for n in (1, 3, 1000):
            mortie.mort2vertices(MIXED[:n])
            boundary_point(3, MIXED[:n, None], np.arange(12))
        mortie.mort2vertices(np.concatenate([np.arange(1, 7), -np.arange(1, 7)]))
        mortie.geodetic2authalic([0.0, 90.0, -90.0, 1e-300])
