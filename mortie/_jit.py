"""The ufuncs inside code that numba compiles, where numba is installed: it calls `init` itself."""

from __future__ import annotations

__all__ = ["init"]

NAMES = (
    *("VaexNorm2Mort", "clip_mort", "fastNorm2Mort", "is_mort", "mort2nest", "mort2norm"),
    *("mort2order", "nest2mort"),
)


def init() -> None:
    """Give numba an implementation of each ufunc: the fallback's, compiled when first used."""
    try:
        from mortie import _native
    except ImportError:
        return  # the fallback's functions are numba's already
    from numba.extending import overload, register_jitable

    def implement(name: str) -> None:
        def implementation(*args):  # type: ignore[no-untyped-def] # numba compares the signatures
            from mortie import _numba

            function = getattr(_numba, name)
            if name == "mort2norm":
                function = register_jitable(function)
            return lambda *args: function(*args)

        overload(getattr(_native, name))(implementation)

    for name in NAMES:
        implement(name)
