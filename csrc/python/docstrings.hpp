// What `help` shows; of the ufuncs, below the signature that NumPy writes.
#pragma once

namespace mortie::docstrings {

inline constexpr const char *fast_norm2mort = R"(Decimal Morton indices of HEALPix NESTED pixels.

Call it as ``fastNorm2Mort(order, normed, parents)``. The arguments broadcast
against each other.

Parameters
----------
order : array_like of int64
    HEALPix order (level) k of the pixels, 0-18; nside is ``2**k``.
normed : array_like of int64
    Address of the pixel inside its base cell, ``nest - parents * 4**k``. Only
    its low ``2*k`` bits count; those above are ignored.
parents : array_like of int64
    Base cell, 0-11. Other values are not refused: the arithmetic wraps modulo
    2**64, so that whatever lies under a mask may be handed over.
out : ndarray, optional
    As for every `numpy.ufunc`, like the further keyword arguments.

Returns
-------
morton : ndarray of int64, or numpy.int64 for scalars
    A sign and ``k + 1`` decimal digits: the sign and the first digit give the
    base cell (0-5 write 1 to 6, 6-11 write -1 to -6), each further digit is one
    base-4 digit of the address plus one, the most significant first.

Raises
------
ValueError
    If any order lies outside 0-18.
TypeError
    If an argument does not cast safely to int64, such as float or uint64.

See Also
--------
VaexNorm2Mort : The same for order 18.
mortie.tools.geo2mort : From latitude and longitude.

Notes
-----
With S the sum of ``(digit_i + 1) * 10**(i - 1)`` over the base-4 digits
``i = 1 .. k`` of the address, counted from the least significant, the index is
``S + (parents + 1) * 10**k`` for base cells 0-5 and
``-(S + (parents - 11) * 10**k) - 6 * 10**k`` for base cells 6-11. Order 18 is
the largest whose indices fit in 64 bits. The NESTED scheme is that of [1]_,
section 4.1.

References
----------
.. [1] Gorski et al. (2005), "HEALPix: A Framework for High-Resolution
   Discretization and Fast Analysis of Data Distributed on the Sphere",
   The Astrophysical Journal 622, 759. https://doi.org/10.1086/427976

Examples
--------
>>> import numpy as np
>>> import mortie
>>> mortie.fastNorm2Mort(3, np.array([28, 63]), 8)
array([-3241, -3444])
>>> mortie.fastNorm2Mort([0, 1, 2, 3], 28, 8)
array([   -3,   -31,  -341, -3241])
)";

inline constexpr const char *vaex_norm2mort =
    R"(Decimal Morton indices of HEALPix NESTED pixels of order 18.

Call it as ``VaexNorm2Mort(normed, parents)``. It equals
``fastNorm2Mort(18, normed, parents)``, with two arguments as vaex wants them.

Parameters
----------
normed : array_like of int64
    Address of the pixel inside its base cell, ``nest - parents * 4**18``. Only
    its low 36 bits count; those above are ignored.
parents : array_like of int64
    Base cell, 0-11. Other values are not refused: the arithmetic wraps modulo
    2**64, so that whatever lies under a mask may be handed over.
out : ndarray, optional
    As for every `numpy.ufunc`, like the further keyword arguments.

Returns
-------
morton : ndarray of int64, or numpy.int64 for scalars
    A sign and 19 decimal digits, as `fastNorm2Mort` describes them.

Raises
------
TypeError
    If an argument does not cast safely to int64, such as float or uint64.

See Also
--------
fastNorm2Mort : The same for any order, with the formula and its source.

Examples
--------
>>> import numpy as np
>>> import mortie
>>> mortie.VaexNorm2Mort(np.array([0, 4**18 - 1]), np.array([2, 8]))
array([ 3111111111111111111, -3444444444444444444])
)";

inline constexpr const char *nest2mort = R"(Decimal Morton indices of HEALPix NESTED pixel numbers.

Call it as ``nest2mort(order, nest)``. The arguments broadcast against each
other.

Parameters
----------
order : array_like of int64
    HEALPix order (level) k of the pixels, 0-18; nside is ``2**k``.
nest : array_like of int64
    NESTED pixel numbers, from 0 to ``12 * 4**k - 1``.
out : ndarray, optional
    As for every `numpy.ufunc`, like the further keyword arguments.

Returns
-------
morton : ndarray of int64, or numpy.int64 for scalars
    Indices as `fastNorm2Mort` describes them.

Raises
------
ValueError
    If any order lies outside 0-18, or any pixel number outside its range.
TypeError
    If an argument does not cast safely to int64, such as float or uint64.

See Also
--------
mort2nest : The way back.
fastNorm2Mort : The index and its formula, from base cell and address.

Notes
-----
The index is ``fastNorm2Mort(order, nest % 4**order, nest // 4**order)``: the
low ``2*k`` bits of a NESTED number are the address inside the base cell, those
above are the base cell [1]_, section 4.1.

References
----------
.. [1] Gorski et al. (2005), "HEALPix: A Framework for High-Resolution
   Discretization and Fast Analysis of Data Distributed on the Sphere",
   The Astrophysical Journal 622, 759. https://doi.org/10.1086/427976

Examples
--------
>>> import mortie
>>> mortie.nest2mort(3, [0, 8 * 4**3 + 28])
array([ 1111, -3241])
)";

inline constexpr const char *mort2nest = R"(HEALPix NESTED pixel numbers of decimal Morton indices.

Call it as ``mort2nest(morton)``; `mort2order` gives the order.

Parameters
----------
morton : array_like of int64
    Decimal Morton indices, as `fastNorm2Mort` describes them; their orders may
    differ.
out : ndarray, optional
    As for every `numpy.ufunc`, like the further keyword arguments.

Returns
-------
nest : ndarray of int64, or numpy.int64 for scalars
    NESTED pixel numbers at the order of each index, 0 to ``12 * 4**k - 1``.

Raises
------
ValueError
    If a number is no index; `is_mort` finds such numbers.
TypeError
    If an argument does not cast safely to int64, such as float or uint64.

See Also
--------
nest2mort : The way back.

Notes
-----
``nest = parents * 4**order + normed``, of what `mort2norm` gives; the NESTED
scheme is that of [1]_, section 4.1.

References
----------
.. [1] Gorski et al. (2005), "HEALPix: A Framework for High-Resolution
   Discretization and Fast Analysis of Data Distributed on the Sphere",
   The Astrophysical Journal 622, 759. https://doi.org/10.1086/427976

Examples
--------
>>> import mortie
>>> mortie.mort2nest([1111, -3241])
array([  0, 540])
)";

inline constexpr const char *mort2norm =
    R"(Orders, addresses and base cells of decimal Morton indices.

Call it as ``mort2norm(morton)``: the inverse of `fastNorm2Mort`, so that
``fastNorm2Mort(*mort2norm(morton))`` is ``morton``.

Parameters
----------
morton : array_like of int64
    Decimal Morton indices, as `fastNorm2Mort` describes them; their orders may
    differ.
out : tuple of ndarray, optional
    As for every `numpy.ufunc`, like the further keyword arguments.

Returns
-------
order : ndarray of int64, or numpy.int64 for scalars
    HEALPix order k, 0-18: one less than the number of digits.
normed : ndarray of int64, or numpy.int64 for scalars
    Address of the pixel inside its base cell, 0 to ``4**k - 1``.
parents : ndarray of int64, or numpy.int64 for scalars
    Base cell, 0-11.

Raises
------
ValueError
    If a number is no index; `is_mort` finds such numbers.
TypeError
    If an argument does not cast safely to int64, such as float or uint64.

See Also
--------
fastNorm2Mort : The way back, with the formula and its source.
mort2nest : The NESTED pixel number in place of address and base cell.

Examples
--------
>>> import mortie
>>> mortie.mort2norm([-3241, 12])
(array([3, 1]), array([28,  1]), array([8, 0]))
)";

inline constexpr const char *mort2order = R"(Orders of decimal Morton indices.

Call it as ``mort2order(morton)``.

Parameters
----------
morton : array_like of int64
    Decimal Morton indices, as `fastNorm2Mort` describes them; their orders may
    differ.
out : ndarray, optional
    As for every `numpy.ufunc`, like the further keyword arguments.

Returns
-------
order : ndarray of int64, or numpy.int64 for scalars
    HEALPix order k, 0-18: one less than the number of digits.

Raises
------
ValueError
    If a number is no index; `is_mort` finds such numbers.
TypeError
    If an argument does not cast safely to int64, such as float or uint64.

See Also
--------
clip_mort : Indices at a coarser order.

Examples
--------
>>> import mortie
>>> mortie.mort2order([-3, -31, -341, -3241])
array([0, 1, 2, 3])
)";

inline constexpr const char *clip_mort =
    R"(Decimal Morton indices of the coarser cells that hold given ones.

Call it as ``clip_mort(order, morton)``. The arguments broadcast against each
other.

Parameters
----------
order : array_like of int64
    HEALPix order (level) to clip to, from 0 to that of the index.
morton : array_like of int64
    Decimal Morton indices, as `fastNorm2Mort` describes them; their orders may
    differ.
out : ndarray, optional
    As for every `numpy.ufunc`, like the further keyword arguments.

Returns
-------
clipped : ndarray of int64, or numpy.int64 for scalars
    The first ``order + 1`` digits of each index, with its sign.

Raises
------
ValueError
    If any order is negative or finer than its index has, or a number is no
    index; `is_mort` finds such numbers.
TypeError
    If an argument does not cast safely to int64, such as float or uint64.

See Also
--------
mort2order : The orders that indices have.

Examples
--------
>>> import mortie
>>> mortie.clip_mort(1, [-3241, 1234123412341234123])
array([-32,  12])
>>> mortie.clip_mort([0, 1, 2, 3], -3241)
array([   -3,   -32,  -324, -3241])
)";

inline constexpr const char *is_mort = R"(Find which numbers are decimal Morton indices.

Call it as ``is_mort(morton)``. No number makes it raise: it is the sieve for
what the functions that take indices would refuse.

Parameters
----------
morton : array_like of int64
    Any numbers.
out : ndarray, optional
    As for every `numpy.ufunc`, like the further keyword arguments.

Returns
-------
valid : ndarray of bool, or numpy.bool for scalars
    True where the number has 1 to 19 decimal digits, the first of them 1-6 and
    the others 1-4; its sign may be either.

Raises
------
TypeError
    If the argument does not cast safely to int64, such as float or uint64.

Examples
--------
>>> import mortie
>>> mortie.is_mort([-3241, 0, 7, 15, 64])
array([ True, False, False, False,  True])
)";

inline constexpr const char *latlon2nest =
    R"(HEALPix NESTED pixel numbers of the cells that hold given points.

Call it as ``latlon2nest(order, lat, lon)``. The arguments broadcast against each
other.

Parameters
----------
order : array_like of int64
    HEALPix order (level) k, 0-29; nside is ``2**k``.
lat : array_like of float64
    Latitudes in degrees, -90 to 90.
lon : array_like of float64
    Longitudes in degrees, any finite number: whole turns do not matter.
out : ndarray, optional
    As for every `numpy.ufunc`, like the further keyword arguments.

Returns
-------
nest : ndarray of int64, or numpy.int64 for scalars
    NESTED pixel numbers, 0 to ``12 * 4**k - 1``.

Raises
------
ValueError
    If any order lies outside 0-29, a latitude outside -90 to 90, or a
    coordinate is NaN or infinite.
TypeError
    If an argument does not cast safely to int64 (order) or float64 (coordinates).

See Also
--------
latlon2mort : Decimal Morton indices in place of pixel numbers.
mortie.tools.geo2uniq : UNIQ numbers.

Notes
-----
The projection is that of [1]_, section 5, and [2]_, section 5. A point
lies in its pixel, always. On x86-64 with the GNU C library the pixels equal,
in every bit, ``healpy.ang2pix(2**order, lon, lat, nest=True, lonlat=True)``,
save at a few doubles near latitude +-41.8103148957786 and below a whole turn of
longitude, where healpy gives a pixel far away, or none. Longitudes of many
turns lose digits when they are reduced, as in healpy.

References
----------
.. [1] Gorski et al. (2005), "HEALPix: A Framework for High-Resolution
   Discretization and Fast Analysis of Data Distributed on the Sphere",
   The Astrophysical Journal 622, 759. https://doi.org/10.1086/427976
.. [2] Calabretta and Roukema (2007), "Mapping on the HEALPix grid", Monthly
   Notices of the Royal Astronomical Society 381, 865.
   https://doi.org/10.1111/j.1365-2966.2007.12297.x

Examples
--------
>>> import mortie
>>> mortie.latlon2nest(6, [-77.85, -90.0], [166.67, 0.0])
array([36956, 32768])
)";

inline constexpr const char *latlon2mort =
    R"(Decimal Morton indices of the cells that hold given points.

Call it as ``latlon2mort(order, lat, lon)``. The arguments broadcast against each
other.

Parameters
----------
order : array_like of int64
    HEALPix order (level) k, 0-18; nside is ``2**k``.
lat : array_like of float64
    Latitudes in degrees, -90 to 90.
lon : array_like of float64
    Longitudes in degrees, any finite number: whole turns do not matter.
out : ndarray, optional
    As for every `numpy.ufunc`, like the further keyword arguments.

Returns
-------
morton : ndarray of int64, or numpy.int64 for scalars
    Indices as `fastNorm2Mort` describes them.

Raises
------
ValueError
    If any order lies outside 0-18, a latitude outside -90 to 90, or a
    coordinate is NaN or infinite.
TypeError
    If an argument does not cast safely to int64 (order) or float64 (coordinates).

See Also
--------
mort2latlon : The way back, to the centres of the cells.
latlon2nest : NESTED pixel numbers, up to order 29.

Notes
-----
The projection is that of [1]_, section 5, and [2]_, section 5. A point
lies in its pixel, always. On x86-64 with the GNU C library the pixels equal,
in every bit, ``healpy.ang2pix(2**order, lon, lat, nest=True, lonlat=True)``,
save at a few doubles near latitude +-41.8103148957786 and below a whole turn of
longitude, where healpy gives a pixel far away, or none. Longitudes of many
turns lose digits when they are reduced, as in healpy.

References
----------
.. [1] Gorski et al. (2005), "HEALPix: A Framework for High-Resolution
   Discretization and Fast Analysis of Data Distributed on the Sphere",
   The Astrophysical Journal 622, 759. https://doi.org/10.1086/427976
.. [2] Calabretta and Roukema (2007), "Mapping on the HEALPix grid", Monthly
   Notices of the Royal Astronomical Society 381, 865.
   https://doi.org/10.1111/j.1365-2966.2007.12297.x

Examples
--------
>>> import mortie
>>> mortie.latlon2mort(6, [-77.85, -90.0], [166.67, 0.0])
array([-4112241, -3111111])
>>> mortie.latlon2mort([0, 6, 18], -77.85, 166.67)
array([                  -4,             -4112241, -4112241134313231121])
)";

inline constexpr const char *mort2latlon = R"(Latitudes and longitudes of the centres of cells.

Call it as ``mort2latlon(morton)``.

Parameters
----------
morton : array_like of int64
    Decimal Morton indices, as `fastNorm2Mort` describes them; their orders may
    differ.
out : tuple of ndarray, optional
    As for every `numpy.ufunc`, like the further keyword arguments.

Returns
-------
lat : ndarray of float64, or numpy.float64 for scalars
    Latitudes in degrees, -90 to 90.
lon : ndarray of float64, or numpy.float64 for scalars
    Longitudes in degrees, from 0 to below 360.

Raises
------
ValueError
    If a number is no index; `is_mort` finds such numbers.
TypeError
    If an argument does not cast safely to int64, such as float or uint64.

See Also
--------
latlon2mort : The way there: ``latlon2mort(order, *mort2latlon(m)) == m``.

Notes
-----
The centres are those of [1]_, section 4.1, equations 4 to 9. On x86-64 with the
GNU C library they equal, in every bit,
``healpy.pix2ang(2**order, nest, nest=True, lonlat=True)``.

References
----------
.. [1] Gorski et al. (2005), "HEALPix: A Framework for High-Resolution
   Discretization and Fast Analysis of Data Distributed on the Sphere",
   The Astrophysical Journal 622, 759. https://doi.org/10.1086/427976

Examples
--------
>>> import mortie
>>> lat, lon = mortie.mort2latlon([1, -3241])
>>> print(lat.round(4), lon.round(4))
[ 41.8103 -35.6853] [45.  67.5]
)";

inline constexpr const char *exact_points = R"(exact_points()
--

Return how many points the exact functions have decided since the import.

The fast way from coordinates to pixels leaves them the points that lie too
near to an edge, or where rounding is another; the scalar kernels, like the
others, count here.

Returns
-------
dict of str to int
    The number of points by cause, for all ufuncs and threads together.
)";

inline constexpr const char *cover =
    R"(cover(lat, lon, kinds, paths, geometries, numbers, order, mode, mixed, oriented)
--

Cover regions in ragged arrays; `mortie.cover` calls it.
)";

inline constexpr const char *track = R"(track(lat, lon, order)
--

List the cells that a path passes; `mortie.track` calls it.
)";

inline constexpr const char *kernel = R"(kernel()
--

Return the name of the kernels that the native ufuncs run on.

They are chosen once, when mortie is imported: the fastest that the machine
supports, or those that the environment variable ``MORTIE_KERNEL`` names. An
ImportError says so if it names none that run here.

Returns
-------
str
    ``"avx512"`` (with VBMI and VNNI), ``"avx2"``, ``"neon"`` or ``"scalar"``.

Examples
--------
>>> import mortie
>>> mortie.kernel() in ("avx512", "avx2", "neon", "scalar")
True
)";

} // namespace mortie::docstrings
