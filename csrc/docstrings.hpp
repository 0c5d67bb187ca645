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

inline constexpr const char *kernel = R"(kernel()
--

Tell which kernels the native ufuncs run on.

They are chosen once, when mortie is imported: the fastest that the machine
supports, or those that the environment variable ``MORTIE_KERNEL`` names. An
ImportError tells if it names none that run here.

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
