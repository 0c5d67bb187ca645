"""The ufuncs as numba compiles them, for places where the C++ extension can't be used."""

import numba

__all__ = ["VaexNorm2Mort", "fastNorm2Mort", "kernel"]


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


@numba.vectorize(["int64(int64, int64, int64)"])
def fastNorm2Mort(order, normed, parents):
    """Give decimal Morton indices of HEALPix NESTED pixels of orders 0-18."""
    if order > 18:
        raise ValueError("Max order is 18 (to output to 64-bit int).")
    if order < 0:
        raise ValueError("order must lie in 0-18, not " + str(order))
    return _norm2mort(order, normed, parents)


@numba.vectorize(["int64(int64, int64)"])
def VaexNorm2Mort(normed, parents):
    """Give decimal Morton indices of HEALPix NESTED pixels of order 18."""
    return _norm2mort(18, normed, parents)


def kernel():
    """Tell that numba runs in place of the native kernels."""
    return "numba"
