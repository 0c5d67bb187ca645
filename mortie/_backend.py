"""Choose where the ufuncs come from: the C++ extension, else numba."""

from __future__ import annotations

import os
import warnings
from typing import TYPE_CHECKING

import numpy as np

from mortie._signatures import name_arguments

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import NoReturn

# The one list of the ufuncs' names; tests hold the extension, its stub and the fallback against it.
__all__ = [
    "VaexNorm2Mort",
    "authalic2geodetic",
    "backend",
    "clip_mort",
    "fastNorm2Mort",
    "fast_norm2mort",
    "geodetic2authalic",
    "is_mort",
    "kernel",
    "latlon2mort",
    "latlon2nest",
    "mort2latlon",
    "mort2nest",
    "mort2norm",
    "mort2order",
    "mort2uniq",
    "mort2vertices",
    "mort2word",
    "mort_neighbours",
    "mort_range",
    "nest2mort",
    "uniq2mort",
    "vaex_norm2mort",
    "word2mort",
]

NATIVE_AVAILABLE = False
_forced = os.environ.get("MORTIE_FORCE_NUMBA", "") not in ("", "0")

if _forced:
    _why_not_native = "MORTIE_FORCE_NUMBA is set"
else:
    try:
        from mortie._native import *

        NATIVE_AVAILABLE = True
        for _ufunc in list(globals().values()):
            if isinstance(_ufunc, np.ufunc):
                name_arguments(_ufunc)
    except ImportError as _error:
        if os.environ.get("MORTIE_KERNEL"):  # who forces a kernel wants no fallback
            raise
        _why_not_native = f"the C++ extension of mortie can't be imported ({_error})"


def backend() -> str:
    """Return which implementation of the ufuncs is in use.

    Returns
    -------
    str
        ``"native"`` for the C++ extension; ``"numba"`` for the fallback, which
        stands in where the extension can't be imported or the environment
        variable ``MORTIE_FORCE_NUMBA`` is set to 1.

    Examples
    --------
    >>> import mortie
    >>> mortie.backend()
    'native'
    """
    return "native" if NATIVE_AVAILABLE else "numba"


if not NATIVE_AVAILABLE:
    try:
        from mortie import _numba
    except ImportError as _error:
        raise ImportError(
            f"{_why_not_native}, and the numba fallback can't be imported ({_error}). Install "
            "mortie again for the extension (pip install --force-reinstall mortie), or numba for "
            "the slower fallback (pip install 'mortie[numba]')."
        ) from _error
    if not _forced:
        warnings.warn(
            f"{_why_not_native}; mortie uses the slower numba fallback",
            RuntimeWarning,
            stacklevel=2,
        )
    globals().update(_numba.ufuncs(), kernel=_numba.kernel)

fast_norm2mort = fastNorm2Mort
vaex_norm2mort = VaexNorm2Mort


def _only_native(name: str, why: str) -> Callable[..., NoReturn]:
    """Make what stands in the place of a ufunc that the fallback doesn't have."""

    def ufunc(*operands: object, **options: object) -> NoReturn:
        raise ImportError(
            f"{name} needs the C++ extension, and numba runs in its place: {why}",
            name="mortie._native",
        )

    ufunc.__name__ = ufunc.__qualname__ = name
    ufunc.__doc__ = f"{name} needs the C++ extension of mortie."
    return ufunc


if not NATIVE_AVAILABLE:
    for _name in set(__all__) - set(globals()):
        globals()[_name] = _only_native(_name, _why_not_native)
