"""Missing values: kept missing, and never shown to a ufunc. More kinds in test_ecosystem.py."""

import pickle
import time
from decimal import Decimal

import numpy as np
import pytest

import mortie
from mortie import tools

LAT, LON = np.linspace(-90, 90, 7), np.linspace(0, 360, 7)
GAPS = np.array([True, False, False, True, False, False, True])


def test_masked_arrays():
    morton = mortie.latlon2mort(9, LAT, LON)
    lat = np.ma.masked_array(np.where(GAPS, np.nan, LAT), GAPS)
    result = mortie.nullable(mortie.latlon2mort)(9, lat, LON)
    np.testing.assert_array_equal(result.mask, GAPS)
    np.testing.assert_array_equal(result.compressed(), morton[~GAPS])
    assert result.dtype == np.int64


def test_masks_join_and_broadcast():
    orders = np.ma.masked_equal([[3], [99], [5]], 99)
    lat = np.ma.masked_array(LAT, GAPS)
    result = mortie.nullable(mortie.latlon2mort)(orders, lat, LON)
    np.testing.assert_array_equal(result.mask, GAPS | (orders.mask))
    np.testing.assert_array_equal(result[2].compressed(), mortie.latlon2mort(5, LAT, LON)[~GAPS])


def test_nothing_missing_and_all_missing():
    lat = np.ma.masked_array(LAT)
    result = mortie.nullable(mortie.latlon2mort)(9, lat, LON)
    np.testing.assert_array_equal(result, mortie.latlon2mort(9, LAT, LON))
    result = mortie.nullable(mortie.latlon2mort)(9, np.ma.masked_all(7), LON)
    assert result.mask.all()
    assert result.dtype == np.int64


def test_several_results_in_arrow():
    pa = pytest.importorskip("pyarrow", reason="pyarrow is missing; mortie[test] has it")
    morton = mortie.latlon2mort(9, LAT, LON)
    lat, lon = mortie.nullable(mortie.mort2latlon)(pa.array(morton, mask=GAPS))
    for found, expected in zip((lat, lon), mortie.mort2latlon(morton), strict=True):
        assert found.to_pylist() == np.where(GAPS, None, expected).tolist()


def test_large_integers_survive():
    pa = pytest.importorskip("pyarrow", reason="pyarrow is missing; mortie[test] has it")
    morton = pa.array([-6444444444444444443, None, 1111111111111111112])
    nest = mortie.nullable(mortie.mort2nest)(morton)
    assert nest.to_pylist() == [12 * 4**18 - 2, None, 1]


@pytest.mark.parametrize("dtype", ["f2", "f4", "f8", object])
def test_nan_in_arrays_of_floats_is_missing(dtype):
    lat = np.where(GAPS, np.nan, LAT).astype(dtype)
    result = mortie.nullable(mortie.latlon2mort)(9, lat.reshape(7, 1), LON)
    assert isinstance(result, np.ma.MaskedArray)
    np.testing.assert_array_equal(result.mask, np.repeat(GAPS, 7).reshape(7, 7))
    expected = mortie.latlon2mort(9, lat[~GAPS, None].astype(float), LON)
    np.testing.assert_array_equal(result[~GAPS], expected)
    assert (
        mortie.nullable(mortie.latlon2mort)(9, lat.tolist(), LON).tolist()
        == np.where(
            GAPS, None, mortie.latlon2mort(9, np.nan_to_num(lat.astype(float)), LON)
        ).tolist()
    )


def test_none_and_decimals_in_lists():
    lat = [Decimal("-90.000000000000000000"), None, Decimal("NaN"), Decimal("0.1"), 1, True]
    result = mortie.nullable(mortie.latlon2nest)(29, lat, 5.0)
    expected = mortie.latlon2nest(29, [-90.0, 0, 0, 0.1, 1.0, 1.0], 5.0).tolist()
    assert result.tolist() == [expected[0], None, None, *expected[3:]]


def test_masked_objects_are_not_looked_at():
    lat = np.ma.array([Decimal("-90"), "no number"], mask=[0, 1])
    assert mortie.nullable(mortie.latlon2mort)(3, lat, 0.0).tolist() == [-3111, None]


def test_scalars():
    latlon2mort = mortie.nullable(mortie.latlon2mort)
    assert latlon2mort(3, -90.0, 0.0) == -3111
    assert latlon2mort(3, Decimal("-90"), 0) == -3111
    for nothing in (np.nan, None, np.ma.masked, np.float32("nan")):
        assert latlon2mort(3, nothing, 0.0) is np.ma.masked
        assert mortie.nullable(mortie.mort2order)(nothing) is np.ma.masked
    assert latlon2mort(3, [-90.0], np.nan).mask.tolist() == [True]


def test_results_are_inputs():
    lat, lon = (np.ma.array(x, mask=GAPS) for x in (LAT, LON))
    morton = mortie.nullable(mortie.latlon2mort)(9, lat, lon)
    clipped = mortie.nullable(mortie.clip_mort)(3, morton)
    back = mortie.nullable(mortie.mort2latlon)(clipped)
    expected = mortie.mort2latlon(mortie.latlon2mort(3, LAT, LON))
    for found, right in zip(back, expected, strict=True):
        np.testing.assert_array_equal(found.mask, GAPS)
        np.testing.assert_array_equal(found[~GAPS], right[~GAPS])
    assert mortie.nullable(mortie.latlon2mort)(3, *back).tolist() == clipped.tolist()
    found[0] = 1.0  # the masks are not shared
    assert back[0].mask[0]


def test_all_missing_of_whatever_type():
    for nothing in (np.full(3, np.nan), [None] * 3, np.ma.masked_all(3)):
        result = mortie.nullable(mortie.mort2order)(nothing)
        assert result.dtype == np.int64
        assert result.mask.tolist() == [True] * 3
    one, two = mortie.nullable(mortie.mort2latlon)([[None], [None]])
    assert one.shape == two.shape == (2, 1)
    assert one.dtype == np.float64
    assert mortie.nullable(mortie.mort2order)(np.ma.masked_all((0, 3), "i8")).shape == (0, 3)


def test_rows_that_lack_a_value_are_not_looked_at():
    """An order that fits another row may be too high for this one."""
    orders = np.ma.array([18, 3, 0], mask=[1, 0, 0])
    morton = np.array([1, -3241, 12])
    assert mortie.nullable(mortie.clip_mort)(orders, morton).tolist() == [None, -3241, 1]
    lon = np.where(GAPS, np.inf, LON)
    result = mortie.nullable(mortie.latlon2mort)(9, np.where(GAPS, np.nan, LAT), lon)
    np.testing.assert_array_equal(result.mask, GAPS)
    for value in result.data[GAPS]:
        assert value == 0


def test_inputs_are_left_alone():
    lat, orders = np.where(GAPS, np.nan, LAT), np.full(7, 9)
    before = lat.copy()
    lat.flags.writeable = orders.flags.writeable = False
    mortie.nullable(mortie.latlon2mort)(orders, lat, LON)
    np.testing.assert_array_equal(lat, before)


def test_functions_with_keywords():
    lat = np.where(GAPS, np.nan, LAT)
    expected = np.where(GAPS, None, tools.geo2uniq(LAT, LON, 5)).tolist()
    for found in (
        mortie.nullable(tools.geo2uniq)(lat, LON, order=5),
        mortie.nullable(tools.geo2uniq)(lats=lat, lons=LON, order=5),
        mortie.nullable(tools.geo2uniq)(LAT, LON, order=np.ma.array([5] * 7, mask=GAPS)),
    ):
        assert found.tolist() == expected
    flat = mortie.nullable(tools.geo2mort)(lat.reshape(7, 1), LON.reshape(7, 1), order=5)
    assert flat.tolist() == np.where(GAPS, None, tools.geo2mort(LAT, LON, 5)).tolist()


def test_more_dimensions_in_the_result():
    """As a generalized ufunc gives them."""
    result = mortie.nullable(lambda x: np.stack([x, 2 * x], -1))(np.where(GAPS, np.nan, LAT))
    np.testing.assert_array_equal(result.mask, np.stack([GAPS, GAPS], -1))
    np.testing.assert_array_equal(result[~GAPS], np.stack([LAT, 2 * LAT], -1)[~GAPS])


def test_keywords_of_ufuncs():
    latlon2mort = mortie.nullable(mortie.latlon2mort)
    assert latlon2mort(3, [-90.0, np.nan], 0.0, casting="safe").tolist() == [-3111, None]
    with pytest.raises(TypeError, match="signature"):
        latlon2mort(3, [-90.0], 0.0, dtype="f4")
    for keyword in ("out", "where"):
        with pytest.raises(TypeError, match=f"takes no '{keyword}'"):
            latlon2mort(3, [-90.0], 0.0, **{keyword: np.ones(1, bool)})


def test_it_is_pickled():
    copy = pickle.loads(pickle.dumps(mortie.nullable(mortie.latlon2mort)))
    assert copy(3, [-90.0, np.nan], 0.0).tolist() == [-3111, None]
    assert copy.__name__ == "latlon2mort"
    assert copy.__doc__ == mortie.latlon2mort.__doc__


def test_integers_that_lack_nothing_give_what_the_ufunc_gives():
    assert mortie.nullable(mortie.mort2order)(-3241) == 3
    assert type(mortie.nullable(mortie.mort2order)([1, 12])) is np.ndarray
    assert mortie.nullable(mortie.mort2order).__name__ == "mort2order"


def test_errors():
    with pytest.raises(ValueError, match="15 is none"):
        mortie.nullable(mortie.mort2order)(np.ma.array([15, 16], mask=[0, 1]))
    with pytest.raises(ValueError, match="latitude must lie in -90 to 90 degrees, not 91"):
        mortie.nullable(mortie.latlon2mort)(9, [np.nan, 91], 0.0)
    with pytest.raises(TypeError, match="latlon2mort"):
        mortie.nullable(mortie.latlon2mort)()


@pytest.mark.parametrize("text", ["10.5", ["10.5"], [1.0, "10.5"], [None, "10.5"]])
def test_text_is_refused(text):
    with pytest.raises(TypeError, match="not supported for the input types"):
        mortie.nullable(mortie.latlon2mort)(9, text, 0.0)


@pytest.mark.parametrize("kind", ["NumPy", "pandas", "Arrow"])
def test_one_percent_missing_takes_little_longer(kind):
    random = np.random.default_rng(4)
    n = 1_000_000
    lat, lon = random.uniform(-90, 90, n), random.uniform(-180, 180, n)
    gaps = random.random(n) < 0.01
    if kind == "NumPy":
        column = np.where(gaps, np.nan, lat)
    elif kind == "pandas":
        pd = pytest.importorskip("pandas", reason="pandas is missing; nox -s ecosystem has it")
        column = pd.Series(pd.arrays.FloatingArray(lat, gaps))
    else:
        pa = pytest.importorskip("pyarrow", reason="pyarrow is missing; mortie[test] has it")
        column = pa.array(lat, mask=gaps)
    nullable, took = mortie.nullable(mortie.latlon2mort), {"ufunc": [], "nullable": []}
    for _ in range(20):
        for name, call in (
            ("ufunc", lambda: mortie.latlon2mort(18, lat, lon)),
            ("nullable", lambda: nullable(18, column, lon)),
        ):
            start = time.process_time()
            call()
            took[name].append(time.process_time() - start)
    ratio = min(took["nullable"]) / min(took["ufunc"])
    assert ratio < 4, f"{ratio:.1f} times as long; at most 3 where nothing else runs"
