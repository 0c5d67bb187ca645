"""Times of the ways between coordinates, pixels and indices, beside other packages.

As in bench_norm2mort.py, every case is measured in several turns, and the report takes the minimum.
"""

import os

import numpy as np
import pytest

import mortie
from makers import HEALPY, LIMIT, NATIVE, NUMBA, PUBLISHED, RUST_1, published

ORDER = 18
FORCED = bool(os.environ.get("MORTIE_KERNEL"))

POINTS = {
    "sphere": lambda random, n: np.degrees(np.arcsin(random.uniform(-1, 1, n))),
    "Antarctica": lambda random, n: random.uniform(-88, -63, n),
}


# How orders lie in memory.
ORDERS = {
    "one": lambda random, n: np.int64(7),
    "runs of 8": lambda random, n: np.repeat(random.integers(0, 19, n // 8 + 1), 8)[:n],
    "random": lambda random, n: random.integers(0, 19, n),
    "0-18 innermost": None,  # by broadcasting
}


class Sample:
    """Points, their pixels and indices, and space for results."""

    def __init__(self, where, n):
        random = np.random.default_rng(1)
        self.lat = POINTS[where](random, n)
        self.lon = random.uniform(-180, 180, n)
        self.nest = mortie.latlon2nest(ORDER, self.lat, self.lon)
        self.mort = mortie.nest2mort(ORDER, self.nest)
        self.out = np.zeros((3, n), np.int64)
        self.places = np.zeros((2, n))
        self.valid = np.zeros(n, bool)


def healpy_ways():
    import healpy

    return healpy_like(HEALPY, healpy)


def astropy_ways():
    from astropy_healpix import healpy

    return healpy_like("astropy-healpix", healpy)


def healpy_like(maker, module):
    def to_pixels(s):
        return module.ang2pix(2**ORDER, s.lon, s.lat, nest=True, lonlat=True)

    def to_centres(s):
        return module.pix2ang(2**ORDER, s.nest, nest=True, lonlat=True)

    return {("points to pixels", maker): to_pixels, ("centres", maker): to_centres}


def cdshealpix_ways():
    import astropy.units as u
    from astropy.coordinates import Latitude, Longitude
    from cdshealpix import nested

    def to_pixels(s):
        lon, lat = Longitude(s.lon, u.deg, copy=False), Latitude(s.lat, u.deg, copy=False)
        return nested.lonlat_to_healpix(lon, lat, ORDER, num_threads=1)

    def to_centres(s):
        return nested.healpix_to_lonlat(s.nest, ORDER, num_threads=1)

    return {("points to pixels", "cdshealpix"): to_pixels, ("centres", "cdshealpix"): to_centres}


def healpix_geo_ways():
    from healpix_geo import nested

    def to_pixels(s):
        return nested.lonlat_to_healpix(s.lon, s.lat, ORDER, num_threads=1)

    def to_centres(s):
        return nested.healpix_to_lonlat(s.nest, ORDER, num_threads=1)

    return {("points to pixels", "healpix-geo"): to_pixels, ("centres", "healpix-geo"): to_centres}


def mortie_ways():
    return {
        ("points to pixels", NATIVE): lambda s: mortie.latlon2nest(ORDER, s.lat, s.lon, s.out[0]),
        ("points to indices", NATIVE): lambda s: mortie.latlon2mort(ORDER, s.lat, s.lon, s.out[0]),
        ("centres", NATIVE): lambda s: mortie.mort2latlon(s.mort, *s.places),
        ("indices", LIMIT): lambda s: np.add(s.nest, s.mort, s.out[0]),
        ("indices", "nest2mort"): lambda s: mortie.nest2mort(ORDER, s.nest, s.out[0]),
        ("indices", "mort2nest"): lambda s: mortie.mort2nest(s.mort, s.out[0]),
        ("indices", "mort2norm"): lambda s: mortie.mort2norm(s.mort, *s.out),
        ("indices", "mort2order"): lambda s: mortie.mort2order(s.mort, s.out[0]),
        ("indices", "clip_mort"): lambda s: mortie.clip_mort(7, s.mort, s.out[0]),
        ("indices", "is_mort"): lambda s: mortie.is_mort(s.mort, s.valid),
    }


def published_ways():
    old, new = published("0.3.1/mortie/tools.py"), published("1.0.0/mortie/__init__.py")
    return {
        ("points to indices", "mortie, geo2mort"): lambda s: mortie.tools.geo2mort(s.lat, s.lon),
        ("points to indices", NUMBA): lambda s: old.geo2mort(s.lat, s.lon, ORDER),
        # It makes another kind of index, of 64 bits.
        ("points to indices", RUST_1): lambda s: new.geo2mort(s.lat, s.lon, ORDER),
    }


# A forced kernel is compared with healpy and np.add alone.
WAYS = healpy_ways() | mortie_ways()
if not FORCED:
    WAYS |= astropy_ways() | cdshealpix_ways() | healpix_geo_ways()
    WAYS |= published_ways() if PUBLISHED else {}


@pytest.mark.parametrize(("way", "maker"), list(WAYS))
@pytest.mark.parametrize("where", list(POINTS))
@pytest.mark.parametrize("turn", range(3))
def bench_ways(measure, short, way, maker, where, turn):
    n = 1000 if short else 1_200_000
    measure(WAYS[way, maker], (Sample(where, n),), n, case=way, maker=maker, where=where)


def by_orders(orders, s):
    """Give calls with these orders; the innermost ones come by broadcasting."""
    if orders == "0-18 innermost":
        k, rows = np.arange(19), len(s.lat) // 19
        lat, lon = s.lat[:rows, None], s.lon[:rows, None]
        nest = s.nest[:rows, None] >> 2 * (ORDER - k)
        mort = s.mort[:rows, None]
        out = s.out[0][: rows * 19].reshape(rows, 19)
    else:
        k = ORDERS[orders](np.random.default_rng(2), len(s.lat))
        lat, lon, nest, mort, out = s.lat, s.lon, s.nest >> 2 * (ORDER - k), s.mort, s.out[0]
    return {
        "latlon2mort": (mortie.latlon2mort, (k, lat, lon, out)),
        "nest2mort": (mortie.nest2mort, (k, nest, out)),
        "clip_mort": (mortie.clip_mort, (k, mort, out)),
    }


@pytest.mark.parametrize("name", ["latlon2mort", "nest2mort", "clip_mort"])
@pytest.mark.parametrize("orders", list(ORDERS))
@pytest.mark.parametrize("turn", range(3))
def bench_orders(measure, short, name, orders, turn):
    n = 1000 if short else 1_200_000
    function, args = by_orders(orders, Sample("sphere", n))[name]
    measure(function, args, args[-1].size, case="orders", name=name, orders=orders)


@pytest.mark.parametrize("written_out", [False, True])
@pytest.mark.parametrize("turn", range(3))
def bench_grids(measure, short, written_out, turn):
    rows, columns = (10, 100) if short else (120, 10_000)
    lat, lon = np.linspace(-80, 80, rows)[:, None], np.linspace(-179, 179, columns)
    if written_out:
        lat, lon = (np.array(each) for each in np.broadcast_arrays(lat, lon))
    out = np.zeros((rows, columns), np.int64)
    measure(
        mortie.latlon2mort, (ORDER, lat, lon, out), out.size, case="grids", written_out=written_out
    )
