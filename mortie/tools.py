"""From coordinates to decimal Morton indices, and what surrounds them.

Latitudes and longitudes are in degrees, pixels in the NESTED scheme of HEALPix
(Gorski et al. 2005, The Astrophysical Journal 622, 759). Functions accept
whatever NumPy's ufuncs accept: scalars, sequences, arrays and their subclasses.
Numbers of any type are right or refused: integers are computed with in int64,
others in float64.
"""

from __future__ import annotations

import contextlib
import operator
from typing import TYPE_CHECKING, Any

import numpy as np

from mortie._backend import (
    NATIVE_AVAILABLE,
    VaexNorm2Mort,
    clip_mort,
    fast_norm2mort,
    fastNorm2Mort,
    latlon2mort,
    latlon2nest,
    vaex_norm2mort,
)
from mortie._columns import degrees, plain

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

__all__ = [
    "NATIVE_AVAILABLE",
    "VaexNorm2Mort",
    "clip2order",
    "fastNorm2Mort",
    "fast_norm2mort",
    "geo2mort",
    "geo2uniq",
    "heal_norm",
    "order2res",
    "res2display",
    "unique2parent",
    "vaex_norm2mort",
]


def order2res(order: Any) -> Any:
    """Approximate the size of a cell.

    Parameters
    ----------
    order : int or array_like
        HEALPix order (level) k; nside is ``2**k``. The formula is worked out for
        any number, also for what is no order.

    Returns
    -------
    float or ndarray of float64
        Length of a cell's side in kilometres: ``111 * 58.6323 * 0.5**order``.

    Raises
    ------
    TypeError
        If the order is no real number.

    Notes
    -----
    A degree of latitude is about 111 km, and 58.6323 degrees are the square
    root of a base cell's area, 4 pi / 12 steradians [1]_; each order halves it.

    References
    ----------
    .. [1] Gorski et al. (2005), "HEALPix: A Framework for High-Resolution
       Discretization and Fast Analysis of Data Distributed on the Sphere",
       The Astrophysical Journal 622, 759, section 4.

    Examples
    --------
    >>> from mortie import tools
    >>> print(f"{tools.order2res(18) * 1000:.1f} m")
    24.8 m
    """
    # Floats of 16 and 32 bits would be computed with as such.
    wide: Any = {"dtype": np.float64}
    half = 0.5**order if isinstance(order, int) else np.power(0.5, _numbers(order), **wide)
    return 111 * 58.6323 * half


def _numbers(values: Any, kinds: str = "biuf") -> Any:
    """Make an array of what has no type, and refuse types that are not of NumPy's kinds."""
    if getattr(getattr(values, "dtype", np.dtype("O")), "kind", "") == "O":
        values = plain(values)
    dtype = getattr(values, "dtype", None)
    if getattr(dtype, "kind", "b") not in kinds:
        raise TypeError(f"{'numbers' if 'f' in kinds else 'integers'} are needed, not {dtype}")
    return values


def _integers(values: Any) -> Any:
    """Refuse what is no int64, though NumPy would cast it."""
    values = _numbers(values, "biu")
    if str(getattr(values, "dtype", "")).lower() == "uint64" and (values >= 2**63).any():
        raise ValueError(f"integers end at 2**63 - 1, before {values.max()}")
    return values


def res2display() -> None:
    """Print the approximate cell size of every order from 0 to 19.

    Examples
    --------
    >>> from mortie import tools
    >>> tools.res2display()  # doctest: +ELLIPSIS
    6508.1853 km at tessellation order 0
    3254.09265 km at tessellation order 1
    ...
    """
    for order in range(20):
        print(f"{order2res(order)} km at tessellation order {order}")


def unique2parent(unique: ArrayLike) -> Any:
    """Find the base cells of UNIQ pixel numbers that share one order.

    Parameters
    ----------
    unique : array_like of int64
        UNIQ numbers, ``4 * 4**k + nest``, of any shape.

    Returns
    -------
    ndarray of int64, or numpy.int64 for a scalar
        Base cells, 0-11, in the shape of `unique`.

    Raises
    ------
    NotImplementedError
        If the numbers are of different orders.
    ValueError
        If a number is less than 4 or above ``2**62 - 1``, which is of order 29.
    TypeError
        If the numbers are not integers.

    Notes
    -----
    UNIQ numbers of order k run from ``4 * 4**k`` to ``16 * 4**k - 1`` [1]_: the
    bits above the low ``2 * k`` are the base cell plus 4.

    References
    ----------
    .. [1] Reinecke and Hivon (2015), "Efficient data structures for masks on 2D
       grids", Astronomy & Astrophysics 580, A132.

    Examples
    --------
    >>> from mortie import tools
    >>> tools.unique2parent([4 * 4**5, 4 * 4**5 + 11 * 4**5 + 7])
    array([ 0, 11])
    """
    numbers: Any = np.asanyarray(plain(unique))
    if numbers.size and numbers.dtype.kind not in "iu":
        raise TypeError(f"UNIQ numbers are integers, not {numbers.dtype}")
    present = np.ma.compressed(numbers)
    if present.size == 0:
        return numbers.astype(np.int64)
    least, greatest = int(present.min()), int(present.max())
    if least < 4:
        raise ValueError(f"UNIQ numbers are 4 or more, not {least}")
    if greatest >= 2**62:
        raise ValueError(f"UNIQ numbers of order 29 end at 2**62 - 1, before {greatest}")
    order = (least.bit_length() - 3) // 2
    if greatest >= 16 * 4**order:
        raise NotImplementedError("Cannot parse mixed resolution unique cells")
    return (numbers >> 2 * order).astype(np.int64) - 4


def heal_norm(base: Any, order: Any, addr_nest: Any) -> Any:
    """Take the base cells out of NESTED pixel numbers.

    Parameters
    ----------
    base : int or array_like of int64
        Base cells, 0-11.
    order : int or array_like of int64
        HEALPix order k of the pixels, 0-29.
    addr_nest : int or array_like of int64
        NESTED pixel numbers.

    Returns
    -------
    int or ndarray of int64
        Addresses inside the base cells: ``addr_nest - base * 4**order``.

    Raises
    ------
    ValueError
        If any order lies outside 0-29, or a number is above ``2**63 - 1``.
    TypeError
        If the numbers are not integers.

    Notes
    -----
    As fillers under a mask may be among them, base cells and pixel numbers are
    not checked: the formula is worked out for any, in arrays modulo ``2**64``.

    Examples
    --------
    >>> from mortie import tools
    >>> tools.heal_norm(8, 3, 8 * 4**3 + 28)
    28
    """
    orders = np.ma.compressed(plain(_integers(order)))
    for bad in orders[(orders < 0) | (orders > 29)]:
        raise ValueError(f"order must lie in 0-29, not {bad}")
    if all(isinstance(each, int) for each in (base, order, addr_nest)):
        return addr_nest - base * 4**order
    wide: Any = {"dtype": np.int64}  # whatever the integers are
    shift = np.multiply(2, _integers(order), **wide)
    size = 4**order if isinstance(order, int) else np.left_shift(1, shift, **wide)
    first = np.multiply(_integers(base), size, **wide)
    if isinstance(first, np.int64):  # polars takes no scalars of NumPy
        first = int(first)
    return np.subtract(_integers(addr_nest), first, **wide)


# NumPy takes an array of no dimension in half the time that it needs for an int.
_ORDERS = tuple(np.array(order, np.int64) for order in range(19))


def geo2uniq(lats: ArrayLike, lons: ArrayLike, order: int = 18) -> Any:
    """Find the UNIQ numbers of the pixels that hold given coordinates.

    Parameters
    ----------
    lats, lons : array_like of float64
        Latitudes (-90 to 90) and longitudes in degrees; they broadcast. What
        has a unit of astropy is converted, decimals to the nearest float64.
    order : int, default 18
        HEALPix order k, 0-29.

    Returns
    -------
    ndarray of int64, or numpy.int64 for scalars
        ``4 * 4**k + nest``, in the broadcast shape.

    Raises
    ------
    ValueError
        If the order lies outside 0-29, a latitude outside -90 to 90, or a
        coordinate is NaN or infinite.
    TypeError
        If the order is no integer, or a coordinate no number.
    astropy.units.UnitTypeError
        If a unit is not one of angle.

    Notes
    -----
    ``nest`` is the NESTED pixel number of [1]_, section 4.1, as
    `mortie.latlon2nest` and ``healpy.ang2pix`` find it.

    References
    ----------
    .. [1] Gorski et al. (2005), "HEALPix: A Framework for High-Resolution
       Discretization and Fast Analysis of Data Distributed on the Sphere",
       The Astrophysical Journal 622, 759. https://doi.org/10.1086/427976

    Examples
    --------
    >>> from mortie import tools
    >>> tools.geo2uniq([-77.85, -90.0], [166.67, 0.0], order=6)
    array([53340, 49152])
    """
    order = plain(order)
    nest = latlon2nest(order, degrees(lats), degrees(lons))
    return nest + np.left_shift(4, np.multiply(2, order, dtype=np.int64))


def geo2mort(lats: ArrayLike, lons: ArrayLike, order: int = 18) -> NDArray[np.int64]:
    """Find the decimal Morton indices of given coordinates.

    Parameters
    ----------
    lats, lons : array_like of float64
        Latitudes (-90 to 90) and longitudes in degrees; they broadcast. What
        has a unit of astropy is converted, decimals to the nearest float64.
    order : int, default 18
        HEALPix order k, 0-18.

    Returns
    -------
    ndarray of int64
        Indices as `mortie.fastNorm2Mort` describes them, always one-dimensional:
        the broadcast shape is ravelled, and scalars give one element. It is
        masked if one of the inputs is.

    Raises
    ------
    ValueError
        If the order lies outside 0-18, a latitude outside -90 to 90, or a
        coordinate is NaN or infinite.
    TypeError
        If the order is no integer, or a coordinate no number.
    astropy.units.UnitTypeError
        If a unit is not one of angle.

    See Also
    --------
    mortie.fastNorm2Mort : The index and its formula.

    Examples
    --------
    >>> from mortie import tools
    >>> tools.geo2mort([-77.85, -90.0], [166.67, 0.0], order=6)
    array([-4112241, -3111111])
    """
    orders = _ORDERS[order] if type(order) is int and 0 <= order <= 18 else plain(order)
    lat: Any = lats
    lon: Any = lons
    if not (type(lat) is type(lon) is np.ndarray and lat.dtype == lon.dtype == np.float64):
        lat, lon = degrees(lat), degrees(lon)
    morton = latlon2mort(orders, lat, lon)
    return morton if type(morton) is np.ndarray and morton.ndim == 1 else np.ravel(morton)


def clip2order(clip_order: int, midx: ArrayLike | None = None, print_factor: bool = False) -> Any:
    """Coarsen order-18 decimal Morton indices.

    Parameters
    ----------
    clip_order : int
        HEALPix order to clip to, 0-18.
    midx : array_like of int64, optional
        Indices of order 18; `mortie.clip_mort` takes them of any order. Needed
        unless `print_factor` is true.
    print_factor : bool, default False
        Return the factor that the indices are divided by, and nothing else.

    Returns
    -------
    ndarray of int64, numpy.int64 for a scalar, or int
        The indices at order `clip_order`, truncated toward zero:
        ``sign(midx) * (abs(midx) // 10**(18 - clip_order))``; or the factor.

    Raises
    ------
    ValueError
        If `clip_order` lies outside 0-18.
    TypeError
        If `midx` is missing, or it or `clip_order` are not integers.

    Notes
    -----
    The formula is worked out for any number, and the result for one that is no
    index of order 18 is no index at `clip_order`: -3241, of order 3, becomes 0.

    Examples
    --------
    >>> from mortie import tools
    >>> tools.clip2order(3, [-3241111111111111111, 1111111111111111111])
    array([-3241,  1111])
    >>> tools.clip2order(16, print_factor=True)
    100
    """
    clip_order = operator.index(clip_order)
    if not 0 <= clip_order <= 18:
        raise ValueError(f"order must lie in 0-18, not {clip_order}")
    factor = 10 ** (18 - clip_order)
    if print_factor:
        return factor
    if midx is None:
        raise TypeError("clip2order needs midx, the indices to clip, or print_factor=True")
    midx = _integers(midx)
    if type(midx) is np.ndarray and midx.dtype == np.int64:
        with contextlib.suppress(ValueError):  # of coarser indices, and of none
            clip_mort(_ORDERS[18], midx)
            return clip_mort(_ORDERS[clip_order], midx)
    # Of the least integer there is no absolute value; the remainder has the sign of the index.
    return np.subtract(midx, np.fmod(midx, factor, dtype=np.int64), dtype=np.int64) // factor
