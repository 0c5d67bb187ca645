// What `help` shows of the ufuncs on cells and on latitudes, like docstrings.hpp.
#pragma once

namespace mortie::docstrings {

inline constexpr const char *mort2vertices =
    R"(Latitudes and longitudes of the corners of cells.

Call it as ``mort2vertices(morton)``. It is a generalised ufunc of the signature
``()->(4),(4)``, which takes no ``where=``.

Parameters
----------
morton : array_like of int64
    Decimal Morton indices, as `fastNorm2Mort` describes them; their orders may
    differ.
out : tuple of ndarray, optional
    As for every `numpy.ufunc`, like the further keyword arguments.

Returns
-------
lat : ndarray of float64
    Latitudes in degrees, -90 to 90, of the shape of `morton` and one axis more,
    of length 4: the northern, western, southern and eastern corner. A pole is
    exactly -90 or 90.
lon : ndarray of float64
    Longitudes in degrees, from 0 to below 360, of the same shape. At a pole it is
    that of the middle of the cell.

Raises
------
ValueError
    If a number is no index; `is_mort` finds such numbers.
TypeError
    If an argument does not cast safely to int64, such as float or uint64.

See Also
--------
mortie.cells.boundary : More points of the outline, whose sides are not straight.
mortie.cells.polygons : Outlines as geometries of shapely.
mort2latlon : Centres.

Notes
-----
The corners are those of [1]_, section 4.1: each lies within 1e-15 radians of the
exact point. Their order is that of
``healpy.boundaries(2**order, nest, step=1, nest=True)``.

References
----------
.. [1] Gorski et al. (2005), "HEALPix: A Framework for High-Resolution
   Discretization and Fast Analysis of Data Distributed on the Sphere",
   The Astrophysical Journal 622, 759. https://doi.org/10.1086/427976

Examples
--------
>>> import mortie
>>> lat, lon = mortie.mort2vertices([1, -3241])
>>> print(lat.round(4))
[[ 90.      41.8103   0.      41.8103]
 [-30.     -35.6853 -41.8103 -35.6853]]
>>> print(lon.round(4))
[[45.     0.    45.    90.   ]
 [67.5   61.875 67.5   73.125]]
)";

inline constexpr const char *mort_neighbours = R"(Indices of the cells around cells.

Call it as ``mort_neighbours(morton)``. It is a generalised ufunc of the signature
``()->(8)``, which takes no ``where=``.

Parameters
----------
morton : array_like of int64
    Decimal Morton indices, as `fastNorm2Mort` describes them; their orders may
    differ.
out : ndarray, optional
    As for every `numpy.ufunc`, like the further keyword arguments.

Returns
-------
neighbours : ndarray of int64
    Indices of the same order, of the shape of `morton` and one axis more, of
    length 8: to the south-west, west, north-west, north, north-east, east,
    south-east and south. Where only three base cells meet there is no such cell:
    there stands 0, which is no index.

Raises
------
ValueError
    If a number is no index; `is_mort` finds such numbers.
TypeError
    If an argument does not cast safely to int64, such as float or uint64.

See Also
--------
mortie.cells.children : The cells inside a cell.

Notes
-----
The base cells and their places are those of [1]_, section 4.1. The neighbours
equal those of ``healpy.get_all_neighbours(2**order, nest, nest=True)``, which has
-1 in the place of 0.

References
----------
.. [1] Gorski et al. (2005), "HEALPix: A Framework for High-Resolution
   Discretization and Fast Analysis of Data Distributed on the Sphere",
   The Astrophysical Journal 622, 759. https://doi.org/10.1086/427976

Examples
--------
>>> import mortie
>>> mortie.mort_neighbours([-3241, 1])
array([[-3232, -3234, -3243, -3244, -3242, -3224, -3223, -3214],
       [    5,     0,     4,     3,     2,     0,     6,    -3]])
)";

inline constexpr const char *mort_range =
    R"(Numbers among which the indices of all cells inside a cell lie.

Call it as ``mort_range(order, morton)``. The arguments broadcast against each
other.

Parameters
----------
order : array_like of int64
    HEALPix order of the inner cells, from that of the index to 18.
morton : array_like of int64
    Decimal Morton indices, as `fastNorm2Mort` describes them; their orders may
    differ.
out : tuple of ndarray, optional
    As for every `numpy.ufunc`, like the further keyword arguments.

Returns
-------
least : ndarray of int64, or numpy.int64 for scalars
    The least of the indices of this order inside the cell.
greatest : ndarray of int64, or numpy.int64 for scalars
    The greatest of them.

Raises
------
ValueError
    If a number is no index, or any order is below that of the index or above 18.
TypeError
    If an argument does not cast safely to int64, such as float or uint64.

See Also
--------
clip_mort : The way up: ``clip_mort(k, m)`` is the same for all indices of a range.
mortie.cells.isin : Whether points or cells lie in a set of cells.

Notes
-----
An index of the order lies in the cell exactly if it lies in the range, as the
digits of the cell begin all of them: so ``BETWEEN`` of SQL, ``numpy.searchsorted``,
and the statistics of Parquet's row groups find what lies in a cell.

Examples
--------
>>> import mortie
>>> least, greatest = mortie.mort_range(18, -4112241)
>>> print(least, greatest)
-4112241444444444444 -4112241111111111111
)";

inline constexpr const char *mort2uniq = R"(HEALPix UNIQ numbers of decimal Morton indices.

Call it as ``mort2uniq(morton)``.

Parameters
----------
morton : array_like of int64
    Decimal Morton indices, as `fastNorm2Mort` describes them; their orders may
    differ.
out : ndarray, optional
    As for every `numpy.ufunc`, like the further keyword arguments.

Returns
-------
uniq : ndarray of int64, or numpy.int64 for scalars
    ``4 * 4**k + nest``, which holds the order k beside the NESTED pixel number.

Raises
------
ValueError
    If a number is no index; `is_mort` finds such numbers.
TypeError
    If an argument does not cast safely to int64, such as float or uint64.

See Also
--------
uniq2mort : The way back.
mort2nest : NESTED pixel numbers.

Notes
-----
UNIQ numbers are those of [1]_, section 2.3.2.

References
----------
.. [1] Fernique et al. (2014), "MOC - HEALPix Multi-Order Coverage map", IVOA
   Recommendation 1.0. https://www.ivoa.net/documents/MOC/

Examples
--------
>>> import mortie
>>> mortie.mort2uniq([1, -3241])
array([  4, 796])
)";

inline constexpr const char *uniq2mort = R"(Decimal Morton indices of HEALPix UNIQ numbers.

Call it as ``uniq2mort(uniq)``.

Parameters
----------
uniq : array_like of int64
    UNIQ numbers, ``4 * 4**k + nest``, of orders k from 0 to 18.
out : ndarray, optional
    As for every `numpy.ufunc`, like the further keyword arguments.

Returns
-------
morton : ndarray of int64, or numpy.int64 for scalars
    Indices as `fastNorm2Mort` describes them.

Raises
------
ValueError
    If a number is no UNIQ number, or one of an order above 18.
TypeError
    If an argument does not cast safely to int64, such as float or uint64.

See Also
--------
mort2uniq : The way back, with the source of the formula.

Examples
--------
>>> import mortie
>>> mortie.uniq2mort([4, 796])
array([    1, -3241])
)";

inline constexpr const char *mort2word = R"(Packed words of mortie 1.0 of decimal Morton indices.

Call it as ``mort2word(morton)``.

Parameters
----------
morton : array_like of int64
    Decimal Morton indices, as `fastNorm2Mort` describes them; their orders may
    differ.
out : ndarray, optional
    As for every `numpy.ufunc`, like the further keyword arguments.

Returns
-------
word : ndarray of uint64, or numpy.uint64 for scalars
    ``(parents + 1) << 60 | normed << (60 - 2 * k) | k``, of the base cell, the
    address and the order k that `mort2norm` gives.

Raises
------
ValueError
    If a number is no index; `is_mort` finds such numbers.
TypeError
    If an argument does not cast safely to int64, such as float or uint64.

See Also
--------
word2mort : The way back.

Notes
-----
The words sort along the curve, whatever their orders. Packages named mortie of
version 1.0 write and read them; those before 0.8.1 wrote decimal indices.

Examples
--------
>>> import mortie
>>> print(hex(mortie.mort2word(-4112241)))
0xa05c000000000006
)";

inline constexpr const char *word2mort = R"(Decimal Morton indices of packed words of mortie 1.0.

Call it as ``word2mort(word)``.

Parameters
----------
word : array_like of uint64
    Packed words, as `mort2word` describes them, of orders 0-18. An array of
    signed integers does not cast safely: ``word2mort(a.view("uint64"))`` reads its
    bits as a word's.
out : ndarray, optional
    As for every `numpy.ufunc`, like the further keyword arguments.

Returns
-------
morton : ndarray of int64, or numpy.int64 for scalars
    Indices as `fastNorm2Mort` describes them.

Raises
------
ValueError
    If a word is 0, which stands for no cell, of an order above 18, or of no cell.
TypeError
    If an argument does not cast safely to uint64, such as float or int64.

See Also
--------
mort2word : The way back.

Examples
--------
>>> import mortie, numpy as np
>>> print(mortie.word2mort(np.uint64(0xA05C000000000006)))
-4112241
)";

inline constexpr const char *geodetic2authalic =
    R"(Authalic latitudes of geodetic ones on WGS 84.

Call it as ``geodetic2authalic(lat)``.

Parameters
----------
lat : array_like of float64
    Geodetic latitudes in degrees, -90 to 90, as satellites and maps give them.
out : ndarray, optional
    As for every `numpy.ufunc`, like the further keyword arguments.

Returns
-------
authalic : ndarray of float64, or numpy.float64 for scalars
    Latitudes in degrees on the sphere with the ellipsoid's area.

Raises
------
ValueError
    If a latitude lies outside -90 to 90, or is NaN.
TypeError
    If an argument does not cast safely to float64.

See Also
--------
authalic2geodetic : The way back.

Notes
-----
Cells of one order have equal areas on the sphere; on the ellipsoid they have them
if their latitudes are authalic ones. `latlon2mort` takes latitudes as they are:
they are converted only where this function is called.

The results lie within one unit in the last place of the exact ones, and so do
those of the way there and back. The difference of the two latitudes is a series
of sines [1]_, for the flattening 1 / 298.257223563.

References
----------
.. [1] Karney (2022), "On auxiliary latitudes", https://arxiv.org/abs/2212.05818

Examples
--------
>>> import mortie
>>> print(mortie.geodetic2authalic([-90.0, 0.0, 45.0]).round(6))
[-90.         0.        44.871703]
)";

inline constexpr const char *authalic2geodetic =
    R"(Geodetic latitudes on WGS 84 of authalic ones.

Call it as ``authalic2geodetic(lat)``.

Parameters
----------
lat : array_like of float64
    Authalic latitudes in degrees, -90 to 90.
out : ndarray, optional
    As for every `numpy.ufunc`, like the further keyword arguments.

Returns
-------
geodetic : ndarray of float64, or numpy.float64 for scalars
    Geodetic latitudes in degrees.

Raises
------
ValueError
    If a latitude lies outside -90 to 90, or is NaN.
TypeError
    If an argument does not cast safely to float64.

See Also
--------
geodetic2authalic : The way back, with the formula and its source.

Examples
--------
>>> import mortie
>>> print(mortie.authalic2geodetic([-90.0, 0.0, 44.871703]).round(6))
[-90.   0.  45.]
)";

inline constexpr const char *boundary_point = R"(Points of the outlines of cells.

Call it as ``boundary_point(step, morton, place)``, as `mortie.cells.boundary` does.
Places count from the northern corner, `step` on each side. It gives latitudes and
longitudes in degrees.
)";

} // namespace mortie::docstrings
