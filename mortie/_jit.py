"""The ufuncs inside code that numba compiles, where numba is installed: it calls `init` itself.

Jitted code forgets the errors of numba's own ufuncs and goes on with a wrong number. Here arrays,
too, are computed by the functions of one element, whose errors arrive.
"""
# mypy: disable-error-code="no-untyped-def"

from __future__ import annotations

__all__ = ["init"]


def init() -> None:
    """Give numba an implementation of each ufunc: the fallback's, compiled when first used."""
    try:
        from mortie import _native
    except ImportError:
        return  # the fallback's functions are numba's already
    import numpy as np
    from numba.core import types
    from numba.extending import overload

    def function_of(name, *operands):
        """Give the function of one element and whether there are arrays; None for wrong types."""
        from mortie import _numba

        array = [isinstance(operand, types.Array) for operand in operands]
        for operand, is_array in zip(operands, array, strict=True):
            dtype = operand.dtype if is_array else operand
            if not isinstance(dtype, (types.Boolean, types.Integer)) or dtype == types.uint64:
                return None, False
        return getattr(_numba, "_" + name), any(array)

    def of_one(name, dtype=np.int64):
        @overload(getattr(_native, name))
        def implementation(a):
            function, array = function_of(name, a)

            def loop(a):
                out = np.empty(a.shape, dtype)
                for i, x in np.ndenumerate(a):
                    out[i] = function(x)
                return out

            return loop if array else function and (lambda a: function(a))

    def of_two(name):
        @overload(getattr(_native, name))
        def implementation(a, b):
            function, array = function_of(name, a, b)

            def loop(a, b):
                shape = np.broadcast_shapes(np.shape(a), np.shape(b))
                xs, ys = np.broadcast_to(a, shape), np.broadcast_to(b, shape)
                out = np.empty(shape, np.int64)
                for i in np.ndindex(shape):
                    out[i] = function(xs[i], ys[i])
                return out

            return loop if array else function and (lambda a, b: function(a, b))

    def of_three(name):
        @overload(getattr(_native, name))
        def implementation(a, b, c):
            function, array = function_of(name, a, b, c)

            def loop(a, b, c):
                shape = np.broadcast_shapes(np.shape(a), np.shape(b), np.shape(c))
                xs, ys = np.broadcast_to(a, shape), np.broadcast_to(b, shape)
                zs = np.broadcast_to(c, shape)
                out = np.empty(shape, np.int64)
                for i in np.ndindex(shape):
                    out[i] = function(xs[i], ys[i], zs[i])
                return out

            return loop if array else function and (lambda a, b, c: function(a, b, c))

    of_one("is_mort", np.bool_)
    of_one("mort2nest")
    of_one("mort2order")
    of_two("VaexNorm2Mort")
    of_two("clip_mort")
    of_two("nest2mort")
    of_three("fastNorm2Mort")

    mort2nest, mort2order = _native.mort2nest, _native.mort2order

    @overload(_native.mort2norm)
    def mort2norm(morton):
        def implementation(morton):
            order, nest = mort2order(morton), mort2nest(morton)
            parents = nest >> 2 * order
            return order, nest - (parents << 2 * order), parents

        return implementation
