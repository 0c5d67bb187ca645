"""The functions of the C++ extension in numba and healpy, for places where it can't be used.

Each function of one element is compiled by itself, for jitted code (_jit.py), and as a ufunc.
"""

import numba
import numpy as np

__all__ = [
    "VaexNorm2Mort",
    "clip_mort",
    "fastNorm2Mort",
    "is_mort",
    "kernel",
    "latlon2mort",
    "latlon2nest",
    "mort2latlon",
    "mort2nest",
    "mort2norm",
    "mort2order",
    "nest2mort",
]


@numba.njit("int64(int64, int64, int64)")
def _norm2mort(order, normed, parents):
    digits = 0
    place = 1
    for level in range(order):
        digits += ((normed >> (2 * level) & 3) + 1) * place
        place *= 10
    if parents < 6:
        return digits + (parents + 1) * place
    return -(digits + (parents - 5) * place)


@numba.njit("int64(int64, int64, int64)")
def _fastNorm2Mort(order, normed, parents):
    if order > 18:
        raise ValueError("Max order is 18 (to output to 64-bit int).")
    if order < 0:
        raise ValueError("order must lie in 0-18, not " + str(order))
    return _norm2mort(order, normed, parents)


@numba.vectorize(["int64(int64, int64, int64)"])
def fastNorm2Mort(order, normed, parents):
    """Give decimal Morton indices of HEALPix NESTED pixels of orders 0-18."""
    return _fastNorm2Mort(order, normed, parents)


@numba.njit("int64(int64, int64)")
def _VaexNorm2Mort(normed, parents):
    return _norm2mort(18, normed, parents)


@numba.vectorize(["int64(int64, int64)"])
def VaexNorm2Mort(normed, parents):
    """Give decimal Morton indices of HEALPix NESTED pixels of order 18."""
    return _VaexNorm2Mort(normed, parents)


@numba.njit
def _no_order(order):
    why = "Max order is 18 (to output to 64-bit int): " if order > 18 else ""
    return why + "order must lie in 0-18, not " + str(order)


@numba.njit("int64(int64, int64)")
def _nest2mort(order, nest):
    if order < 0 or order > 18:
        raise ValueError(_no_order(order))
    if nest < 0 or nest >> (2 * order) > 11:
        raise ValueError(
            "nest must lie in 0-"
            + str((12 << (2 * order)) - 1)
            + " at order "
            + str(order)
            + ", not "
            + str(nest)
        )
    return _norm2mort(order, nest, nest >> (2 * order))


@numba.vectorize(["int64(int64, int64)"])
def nest2mort(order, nest):
    """Give decimal Morton indices of HEALPix NESTED pixel numbers."""
    return _nest2mort(order, nest)


@numba.njit("UniTuple(int64, 2)(int64)")
def _decode(morton):
    """Give the order, -1 if the number is no index, and the NESTED pixel number."""
    left = abs(morton)
    order = 0
    nest = 0
    while left > 6:
        digit = left % 10
        if digit < 1 or digit > 4:
            return -1, 0
        nest |= (digit - 1) << (2 * order)
        left //= 10
        order += 1
    if left < 1:
        return -1, 0
    parent = left - 1 if morton > 0 else left + 5
    return order, parent << (2 * order) | nest


@numba.njit
def _no_index(morton):
    return (
        "a Morton index has 1 to 19 digits, the first in 1-6 and the others in 1-4, and "
        + str(morton)
        + " is none"
    )


@numba.njit("boolean(int64)")
def _is_mort(morton):
    return _decode(morton)[0] >= 0


@numba.vectorize(["boolean(int64)"])
def is_mort(morton):
    """Tell which numbers are decimal Morton indices."""
    return _is_mort(morton)


@numba.njit("int64(int64)")
def _mort2order(morton):
    order = _decode(morton)[0]
    if order < 0:
        raise ValueError(_no_index(morton))
    return order


@numba.vectorize(["int64(int64)"])
def mort2order(morton):
    """Give the orders of decimal Morton indices."""
    return _mort2order(morton)


@numba.njit("int64(int64)")
def _mort2nest(morton):
    order, nest = _decode(morton)
    if order < 0:
        raise ValueError(_no_index(morton))
    return nest


@numba.vectorize(["int64(int64)"])
def mort2nest(morton):
    """Give the HEALPix NESTED pixel numbers of decimal Morton indices."""
    return _mort2nest(morton)


@numba.njit("int64(int64, int64)")
def _clip_mort(order, morton):
    highest, nest = _decode(morton)
    if highest < 0:
        raise ValueError(_no_index(morton))
    if order < 0 or order > highest:
        raise ValueError(
            "order must lie in 0-"
            + str(highest)
            + ", up to that of the Morton index "
            + str(morton)
            + ", not "
            + str(order)
        )
    return _norm2mort(order, nest >> (2 * (highest - order)), nest >> (2 * highest))


@numba.vectorize(["int64(int64, int64)"])
def clip_mort(order, morton):
    """Give the decimal Morton indices of the coarser cells that hold given ones."""
    return _clip_mort(order, morton)


def mort2norm(morton):
    """Give the orders, addresses and base cells of decimal Morton indices."""
    order, nest = mort2order(morton), mort2nest(morton)
    parents = nest >> 2 * order
    return order, nest - (parents << 2 * order), parents


def latlon2nest(order, lat, lon):
    """Give the HEALPix NESTED pixel numbers of the cells that hold given points."""
    import healpy  # heavy: only once it is needed

    order, lat, lon = np.asarray(order), np.asarray(lat), np.asarray(lon)
    for values, good, message in (
        (order, (order >= 0) & (order <= 29), "order must lie in 0-29"),
        (lat, np.abs(lat) <= 90, "latitude must lie in -90 to 90 degrees"),
        (lon, np.isfinite(lon), "longitude must be a finite number of degrees"),
    ):
        if not np.all(good):
            raise ValueError(f"{message}, not {values[~good].flat[0]}")
    return healpy.ang2pix(1 << order, lon, lat, nest=True, lonlat=True)


def latlon2mort(order, lat, lon):
    """Give the decimal Morton indices of the cells that hold given points."""
    for bad in np.ravel(order)[(np.ravel(order) < 0) | (np.ravel(order) > 18)]:
        raise ValueError(_no_order(bad))
    return nest2mort(order, latlon2nest(order, lat, lon))


def mort2latlon(morton):
    """Give the latitudes and longitudes of the centres of cells."""
    import healpy  # heavy: only once it is needed

    order = mort2order(morton)
    lon, lat = healpy.pix2ang(1 << order, mort2nest(morton), nest=True, lonlat=True)
    return lat, lon


def kernel():
    """Tell that numba runs in place of the native kernels."""
    return "numba"
