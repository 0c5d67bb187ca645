"""Coordinates to pixels and back: as healpy has them, to the bit or nearly."""

import numpy as np
import pytest

import mortie
from points import MAKERS

healpy = pytest.importorskip("healpy", reason="healpy is missing; mortie[test] has it")
random = np.random.default_rng(5)


@pytest.mark.parametrize("maker", MAKERS, ids=lambda maker: maker.__name__)
@pytest.mark.parametrize("order", range(30))
def test_two_million_points(order, maker):
    n = 10_000
    lat, lon = maker(np.random.default_rng([order, MAKERS.index(maker)]), n, order)
    nest = healpy.ang2pix(2**order, lon, lat, nest=True, lonlat=True)
    np.testing.assert_array_equal(mortie.latlon2nest(order, lat, lon), nest)
    if order <= 18:
        morton = mortie.latlon2mort(order, lat, lon)
        np.testing.assert_array_equal(
            morton, mortie.fastNorm2Mort(order, nest % 4**order, nest // 4**order)
        )


@pytest.mark.parametrize("order", range(19))
def test_centres(order):
    pixels = np.arange(12 * 4**order) if order <= 8 else random.integers(0, 12 * 4**order, 200_000)
    morton = mortie.nest2mort(order, pixels)
    lat, lon = mortie.mort2latlon(morton)
    healpy_lon, healpy_lat = healpy.pix2ang(2**order, pixels, nest=True, lonlat=True)
    np.testing.assert_array_max_ulp(lat, healpy_lat, 2)
    np.testing.assert_array_max_ulp(lon, healpy_lon, 2)
    np.testing.assert_array_equal(mortie.latlon2mort(order, lat, lon), morton)


def test_centres_of_mixed_orders():
    order = random.integers(0, 19, 1000)
    nest = random.integers(0, 12 * 4**order)
    lat, lon = mortie.mort2latlon(mortie.nest2mort(order, nest))
    healpy_lon, healpy_lat = healpy.pix2ang(2**order, nest, nest=True, lonlat=True)
    np.testing.assert_array_max_ulp(lat, healpy_lat, 2)
    np.testing.assert_array_max_ulp(lon, healpy_lon, 2)
