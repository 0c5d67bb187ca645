"""Choose where the ufuncs come from: the C++ extension, else numba."""

import os
import warnings

__all__ = [
    "NATIVE_AVAILABLE",
    "VaexNorm2Mort",
    "backend",
    "fastNorm2Mort",
    "fast_norm2mort",
    "vaex_norm2mort",
]

NATIVE_AVAILABLE = os.environ.get("MORTIE_FORCE_NUMBA", "") in ("", "0")
_why_not_native = "MORTIE_FORCE_NUMBA is set"

if NATIVE_AVAILABLE:
    try:
        from mortie._native import VaexNorm2Mort, fastNorm2Mort
    except ImportError as error:
        NATIVE_AVAILABLE = False
        _why_not_native = f"the C++ extension of mortie can't be imported ({error})"

if not NATIVE_AVAILABLE:
    try:
        from mortie._numba import VaexNorm2Mort, fastNorm2Mort
    except ImportError as error:
        raise ImportError(
            f"{_why_not_native}, and numba can't be imported either ({error}). Install mortie "
            "again for the extension (pip install --force-reinstall mortie), or numba for the "
            "slower fallback (pip install 'mortie[numba]')."
        ) from error
    if "MORTIE_FORCE_NUMBA" not in os.environ:
        warnings.warn(
            f"{_why_not_native}; mortie uses the slower numba fallback",
            RuntimeWarning,
            stacklevel=2,
        )

fast_norm2mort = fastNorm2Mort
vaex_norm2mort = VaexNorm2Mort


def backend() -> str:
    """Tell which implementation of the ufuncs is in use.

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
