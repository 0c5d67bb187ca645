"""The ufuncs inside code that numba compiles, where numba is installed: it calls `init` itself.

Jitted code forgets the errors of ufuncs and goes on with a wrong number. Here arrays also are
computed by the functions of one element, whose errors arrive.
"""
# mypy: disable-error-code="no-untyped-def"

from __future__ import annotations

__all__ = ["implement", "init"]


def init() -> None:
    """Give numba an implementation of each ufunc, compiled when first used."""
    from mortie import _backend

    if _backend.NATIVE_AVAILABLE:  # the fallback gives its own as it makes them
        from mortie import _numba

        for name, element in _numba.ELEMENTS.items():
            implement(getattr(_backend, name), element)


def implement(ufunc, element) -> None:
    """Give numba an implementation of a ufunc by its function of one element."""
    import numpy as np
    from numba.core import errors, types
    from numba.extending import overload
    from numba.np.numpy_support import as_dtype

    def can_cast(operand, to):
        try:
            dtype = as_dtype(operand.dtype if isinstance(operand, types.Array) else operand)
        except errors.NumbaNotImplementedError:
            return False
        return np.can_cast(dtype, to)

    @overload(ufunc, strict=False)
    def implementation(*operands):
        if len(operands) != len(element.inputs):
            return None
        if not all(map(can_cast, operands, element.inputs)):
            return None
        if element.raises and loses_errors():
            raise errors.TypingError(
                f"{ufunc.__name__} can't be called in code compiled with parallel=True or as a "
                "ufunc: numba loses errors of its threads, and would go on with a wrong number"
            )
        arrays = any(isinstance(operand, types.Array) for operand in operands)
        names = {"function": element.compiled, "np": np}
        exec(source(element, arrays), names)
        return names["call"]


def loses_errors():
    """Return whether the code that numba compiles may run in threads that lose errors."""
    from numba.core.targetconfig import ConfigStack

    flags = ConfigStack.top_or_none()
    # As a ufunc, which may be for threads, code gets a wrapper for C alone.
    as_ufunc = flags.no_cpython_wrapper and not flags.no_cfunc_wrapper
    return flags.auto_parallel.enabled or as_ufunc


def source(element, arrays):
    """Write the function that jitted code calls: numba wants one of just these operands."""
    x = [f"x{i}" for i in range(len(element.inputs))]
    if not arrays:
        return f"def call({', '.join(x)}):\n    return function({', '.join(x)})\n"
    y = [f"y{i}" for i in range(len(element.outputs))]
    all_of, one_of = ("shape", "[i]")
    if element.length is not None:
        all_of, one_of = f"shape + ({element.length},)", "[i][:]"
    lines = [
        f"def call({', '.join(x)}):",
        f"    shape = np.broadcast_shapes({', '.join(f'np.shape({each})' for each in x)})",
        *(f"    {each} = np.broadcast_to({each}, shape)" for each in x),
        *(
            f"    {each} = np.empty({all_of}, np.{dtype})"
            for each, dtype in zip(y, element.outputs, strict=True)
        ),
        "    for i in np.ndindex(shape):",
        f"        {', '.join(f'{each}{one_of}' for each in y)} = function("
        f"{', '.join(f'{each}[i]' for each in x)})",
        f"    return {', '.join(y)}",
    ]
    return "\n".join(lines)
