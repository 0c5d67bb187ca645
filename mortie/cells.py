"""Cells as shapes and as sets: outlines, children, and sets of cells of any orders.

A set is a one-dimensional array of indices. What counts is the area: cells may be nested or
repeated, and stand in any order. Results are *compact*: the fewest cells with their area, none
inside another, in the order of the curve, which is that of base cells 0-11 and then of digits.

What is masked in an array of NumPy is in no set; elsewhere results are masked where the index is,
and `polygons` has None there.
"""

from __future__ import annotations

from functools import partial
from operator import index
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np

import mortie
from mortie import _backend

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

_native: Any
if _backend.NATIVE_AVAILABLE:
    from mortie import _native
else:
    _names = ("boundary_point", "difference", "expand", "intersection", "isin", "union")
    _missing = _backend._only_native("mortie.cells", _backend._why_not_native)
    _native = SimpleNamespace(**dict.fromkeys(_names, _missing))

__all__ = [
    "boundary",
    "children",
    "compact",
    "difference",
    "expand",
    "intersection",
    "isin",
    "polygons",
    "union",
]

MOST_CHILDREN = 10**9


def boundary(morton: ArrayLike, step: int = 1) -> tuple[NDArray[Any], NDArray[Any]]:
    """Give points of the outlines of cells.

    Parameters
    ----------
    morton : array_like of int64
        Morton indices, whose orders may differ.
    step : int, default 1
        Into how many parts each side is cut, equal ones inside the base cell.

    Returns
    -------
    lat : ndarray of float64
        Latitudes in degrees, of the shape of `morton` and one axis more, of length
        ``4 * step``: from the northern corner over the western, southern and
        eastern one. With `step` 1 they are those of `mortie.mort2vertices`.
    lon : ndarray of float64
        Longitudes in degrees, from 0 to below 360, of the same shape.

    Raises
    ------
    ValueError
        If a number is no index, or `step` lies outside 1 to 2**24.
    TypeError
        If an argument does not cast safely to int64.

    Notes
    -----
    The points are those of ``healpy.boundaries(2**order, nest, step, nest=True)``,
    each within 1e-15 radians of the exact one [1]_. The sides between them are no
    great circles.

    References
    ----------
    .. [1] Gorski et al. (2005), "HEALPix: A Framework for High-Resolution
       Discretization and Fast Analysis of Data Distributed on the Sphere",
       The Astrophysical Journal 622, 759. https://doi.org/10.1086/427976

    Examples
    --------
    >>> import mortie.cells
    >>> lat, lon = mortie.cells.boundary(-3241, step=2)
    >>> print(lat.round(2))
    [-30.   -32.8  -35.69 -38.68 -41.81 -38.68 -35.69 -32.8 ]
    """
    cells, mask = _split(morton)
    parts = np.asarray(step)
    if parts.ndim:
        raise TypeError(f"step is one number for all cells, not an array of shape {parts.shape}")
    # A step out of range has no places, yet is refused.
    places = np.arange(4 * int(parts) if 1 <= parts <= 2**24 else 1)
    lat, lon = _native.boundary_point(parts, cells[..., np.newaxis], places)
    return _join(lat, mask), _join(lon, mask)


def children(order: int, morton: ArrayLike) -> NDArray[np.int64]:
    """Give the cells of a higher order inside cells.

    Parameters
    ----------
    order : int
        Order of the children, from that of the cells to 18.
    morton : array_like of int64
        Morton indices, all of one order k.

    Returns
    -------
    ndarray of int64
        Morton indices, of the shape of `morton` and one axis more, of length
        ``4**(order - k)``, in the order of the curve.

    Raises
    ------
    ValueError
        If a number is no index, the indices are of several orders, or `order` is
        below theirs or above 18; and if there are more than 10**9 children.
    TypeError
        If an argument does not cast safely to int64.

    See Also
    --------
    expand : For cells of several orders.
    mortie.clip_mort : The way back.

    Examples
    --------
    >>> import mortie.cells
    >>> mortie.cells.children(2, [6, -3])
    array([[ 611,  612,  613,  614,  621,  622,  623,  624,  631,  632,  633,
             634,  641,  642,  643,  644],
           [-311, -312, -313, -314, -321, -322, -323, -324, -331, -332, -333,
            -334, -341, -342, -343, -344]])
    """
    order = index(order)
    cells, mask = _split(morton)
    orders = np.unique(mortie.mort2order(cells))
    if len(orders) > 1:
        raise ValueError(
            f"children takes cells of one order, and these have {', '.join(map(str, orders))}; "
            "expand takes several"
        )
    mortie.mort_range(order, cells)  # raises for a bad order
    levels = order - int(orders[0]) if len(orders) else 0
    count = cells.size * 4**levels
    if count > MOST_CHILDREN:
        raise ValueError(f"the cells have {count} children of order {order}, more than 10**9")
    nest = np.asarray(mortie.mort2nest(cells))[..., np.newaxis] << 2 * levels
    nest = nest | np.arange(4**levels)
    return _join(mortie.nest2mort(order, nest, out=nest), mask)


def polygons(morton: ArrayLike, step: int = 1) -> Any:
    """Give cells as polygons in longitude and latitude.

    Parameters
    ----------
    morton : array_like of int64
        Morton indices, whose orders may differ.
    step : int, default 1
        Into how many parts each side is cut.

    Returns
    -------
    ndarray of shapely.Geometry, or a geometry for a scalar
        Of the shape of `morton`: polygons, and multipolygons of two parts where a
        cell lies across the antimeridian. Longitudes lie in -180 to 180, and outer
        rings run counterclockwise.

    Raises
    ------
    ValueError
        If a number is no index, or `step` lies outside 1 to 2**24.
    ImportError
        If shapely is missing: ``pip install 'mortie[regions]'``.

    Notes
    -----
    The polygons are valid as GeoJSON [1]_, section 3.1.9, and as GeoParquet. A cell
    at a pole reaches the pole along its whole width: in longitude and latitude the
    pole is a line. So the polygons of all cells of one order and step fill the map
    without gaps and overlaps.

    References
    ----------
    .. [1] Butler et al. (2016), "The GeoJSON Format", RFC 7946.
       https://www.rfc-editor.org/rfc/rfc7946

    Examples
    --------
    >>> import mortie, mortie.cells
    >>> print(mortie.cells.polygons(1))
    POLYGON ((90 90, 0 90, 0 41.810314895778596, 45 0, 90 41.810314895778596, 90 90))
    """
    try:
        import shapely
    except ImportError as error:
        raise ImportError(
            f"polygons needs shapely ({error}): pip install 'mortie[regions]'"
        ) from error
    cells, mask = _split(morton)
    lat, lon = boundary(cells.ravel(), step)
    middle = mortie.mort2latlon(cells.ravel())[1]
    middle = np.where(middle > 180, middle - 360, middle)[:, np.newaxis]
    # In one piece, maybe beyond the map.
    lon = np.where(lon - middle > 180, lon - 360, np.where(middle - lon > 180, lon + 360, lon))
    at_pole = np.abs(lat) == 90
    shapes = np.empty(len(lat), object)
    plain = ~at_pole.any(1)
    shapes[plain] = shapely.polygons(np.stack([lon[plain], lat[plain]], -1))
    for i in np.flatnonzero(~plain):  # at most eight of each order
        [j] = np.flatnonzero(at_pole[i])
        lons = np.insert(lon[i], j, lon[i, j - 1])
        lons[j + 1] = lon[i, (j + 1) % len(lon[i])]
        shapes[i] = shapely.Polygon(np.stack([lons, np.insert(lat[i], j, lat[i, j])], -1))
    the_map = shapely.box(-180, -90, 180, 90)
    for beyond, shift in ((lon.max(1) > 180, -360), (lon.min(1) < -180, 360)):
        if beyond.any():
            parts = [
                shapely.intersection(shapely.transform(shapes[beyond], move), the_map)
                for move in (lambda points: points, partial(np.add, [shift, 0]))
            ]
            shapes[beyond] = shapely.multipolygons(np.stack(parts, -1))
    shapes = shapely.orient_polygons(shapes)
    shapes = shapes.reshape(cells.shape)
    return shapes[()] if mask is None else np.where(mask, None, shapes)


def _indices(cells: ArrayLike) -> Any:
    """Give an array; an empty list, which NumPy takes for floats, is one of integers."""
    array = np.asarray(cells)
    return array if array.size or isinstance(cells, np.ndarray) else array.astype(np.int64)


def _split(morton: ArrayLike) -> tuple[Any, Any]:
    """Give indices, with one of the others where they are masked, and the mask or None."""
    if not isinstance(morton, np.ma.MaskedArray):
        return _indices(morton), None
    mask, cells = np.ma.getmaskarray(morton), morton.data
    return np.where(mask, np.append(cells[~mask], 1)[0], cells), mask


def _join(results: Any, mask: Any) -> Any:
    """Mask all results of the cells that are masked."""
    if mask is None:
        return results
    return np.ma.array(results, mask=np.broadcast_to(mask[..., np.newaxis], results.shape))


def _set(cells: ArrayLike) -> Any:
    """Give the indices of a set as the extension takes them."""
    if isinstance(cells, np.ma.MaskedArray):
        return cells.compressed()
    return _indices(cells).ravel()


def compact(cells: ArrayLike) -> NDArray[np.int64]:
    """Give the fewest cells with the area of a set.

    Parameters
    ----------
    cells : array_like of int64
        Morton indices of any orders.

    Returns
    -------
    ndarray of int64
        Morton indices in the order of the curve, none inside another.

    Raises
    ------
    ValueError
        If a number is no index.
    TypeError
        If the array does not cast safely to int64.

    Examples
    --------
    >>> import mortie.cells
    >>> mortie.cells.compact([-34, 12, -31, -32, -33, 1213])
    array([12, -3])
    """
    return _native.union(_set(cells), np.empty(0, np.int64))


def expand(order: int, cells: ArrayLike) -> NDArray[np.int64]:
    """Give a set as cells of one order.

    Parameters
    ----------
    order : int
        Order of the cells, from the highest in the set to 18.
    cells : array_like of int64
        Morton indices of any orders.

    Returns
    -------
    ndarray of int64
        Morton indices of that order, each once, in the order of the curve.

    Raises
    ------
    ValueError
        If a number is no index, or `order` is below that of a cell or above 18;
        and if there are more than 10**9 cells.
    TypeError
        If an argument does not cast safely to int64.

    See Also
    --------
    compact : The way back.

    Examples
    --------
    >>> import mortie.cells
    >>> mortie.cells.expand(2, [12, -33, 121])
    array([ 121,  122,  123,  124, -331, -332, -333, -334])
    """
    return _native.expand(order, _set(cells))


def union(a: ArrayLike, b: ArrayLike) -> NDArray[np.int64]:
    """Give the cells of what is in one of two sets, or in both.

    Parameters
    ----------
    a, b : array_like of int64
        Morton indices of any orders.

    Returns
    -------
    ndarray of int64
        The compact set.

    Raises
    ------
    ValueError
        If a number is no index.
    TypeError
        If an array does not cast safely to int64.

    Examples
    --------
    >>> import mortie.cells
    >>> mortie.cells.union([121, 122, 123], [124, 1, 24])
    array([ 1, 24])
    """
    return _native.union(_set(a), _set(b))


def intersection(a: ArrayLike, b: ArrayLike) -> NDArray[np.int64]:
    """Give the cells of what is in both of two sets.

    Parameters
    ----------
    a, b : array_like of int64
        Morton indices of any orders.

    Returns
    -------
    ndarray of int64
        The compact set.

    Raises
    ------
    ValueError
        If a number is no index.
    TypeError
        If an array does not cast safely to int64.

    Examples
    --------
    >>> import mortie.cells
    >>> mortie.cells.intersection([12, -3], [121, 122, -3241, 4])
    array([  121,   122, -3241])
    """
    return _native.intersection(_set(a), _set(b))


def difference(a: ArrayLike, b: ArrayLike) -> NDArray[np.int64]:
    """Give the cells of what is in the first of two sets and not in the second.

    Parameters
    ----------
    a, b : array_like of int64
        Morton indices of any orders.

    Returns
    -------
    ndarray of int64
        The compact set.

    Raises
    ------
    ValueError
        If a number is no index.
    TypeError
        If an array does not cast safely to int64.

    Examples
    --------
    >>> import mortie.cells
    >>> mortie.cells.difference([12, -3], [1, -34, -331])
    array([ -31,  -32, -332, -333, -334])
    """
    return _native.difference(_set(a), _set(b))


def isin(morton: ArrayLike, cells: ArrayLike) -> Any:
    """Find which cells lie in a set.

    Parameters
    ----------
    morton : array_like of int64
        Morton indices of any orders.
    cells : array_like of int64
        The set: Morton indices of any orders.

    Returns
    -------
    ndarray of bool, or numpy.bool for a scalar
        Of the shape of `morton`: whether the cell, or one that holds it, is in the
        compact set. So it is if four cells of the set make it up.

    Raises
    ------
    ValueError
        If a number is no index.
    TypeError
        If an argument does not cast safely to int64.

    See Also
    --------
    mortie.mort_range : The same question in SQL.

    Examples
    --------
    >>> import mortie, mortie.cells
    >>> morton = mortie.latlon2mort(18, [-77.85, -90.0], [166.67, 0.0])
    >>> mortie.cells.isin(morton, [-4112, 12])
    array([ True, False])
    """
    held, mask = _split(morton)
    found = _native.isin(held.ravel(), _set(cells)).reshape(held.shape)
    return found[()] if mask is None else np.ma.array(found, mask=mask)
