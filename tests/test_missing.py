"""Missing values: kept missing, and never shown to a ufunc. More kinds in test_ecosystem.py."""

import numpy as np
import pytest

import mortie

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


def test_without_missing_values_it_is_the_ufunc():
    assert mortie.nullable(mortie.mort2order)(-3241) == 3
    assert type(mortie.nullable(mortie.mort2order)([1, 12])) is np.ndarray
    assert mortie.nullable(mortie.mort2order).__name__ == "mort2order"


def test_errors():
    with pytest.raises(ValueError, match="15 is none"):
        mortie.nullable(mortie.mort2order)(np.ma.array([15, 16], mask=[0, 1]))
    with pytest.raises(ValueError, match="latitude must lie in -90 to 90 degrees, not nan"):
        mortie.nullable(mortie.latlon2mort)(9, np.ma.array([np.nan, 1]), 0.0)
