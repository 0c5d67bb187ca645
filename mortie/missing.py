"""Missing values, of which ufuncs know nothing: they see arrays."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from mortie._columns import aligned, compute, join, package, split

__all__ = ["nullable"]

# Who works later, column by column or block by block, and how it takes the function.
LAZY = {
    "dask": "Dask's collections take this function by map_blocks or map_partitions",
    "polars": "polars' expressions take this function by polars.map_batches",
    "vaex": "vaex's expressions have these functions as methods of df.mortie",
    "xarray": "xarray's chunked arrays need load() first, or their .data dask.array.map_blocks",
}

# What xarray calls the dimension of several numbers for each element.
DIMENSIONS = {"mort2vertices": "corner", "mort_neighbours": "neighbour"}


def nullable(ufunc: Callable[..., Any]) -> Callable[..., Any]:
    """Make a function of columns that may lack values, and then so does the result.

    A ufunc of NumPy gets whatever stands in the place of a missing value, often
    NaN, and mortie's refuse what is no coordinate and no index. The new function
    puts other values of the columns there, calls the ufunc, and marks its results
    as missing.

    Parameters
    ----------
    ufunc : callable
        One of mortie's ufuncs, or another function that works on arrays element
        by element.

    Returns
    -------
    callable
        A function with the ufunc's inputs; it can be pickled if the ufunc can.
        Missing are NaN, None, masked values, nulls and pandas' NA. Units of
        angle, of astropy, are converted to degrees; decimals become the nearest
        float64.

        The result is of the kind of that input, among those of its shape, that
        has the most to say:

        - xarray: a DataArray or Dataset, where missing is NaN in floats, and
          None among integers, which are then objects;
        - pandas: a DataFrame, Series, Index or array in a nullable dtype, with
          the index, and with the name if all have the same;
        - polars: a Series with the first one's name;
        - astropy: a MaskedColumn or a Masked array;
        - pyarrow: an Array;
        - else a masked array of NumPy, or a scalar or ``numpy.ma.masked``. Integers
          that can lack nothing give what the ufunc gives.

        Several numbers for each element, as `mort2vertices` and `mort_neighbours` give
        them, fit no other column: they come as an array of NumPy, masked if it may
        lack some, and in xarray with a dimension ``corner`` or ``neighbour``.

    Raises
    ------
    ValueError
        By the function: what the ufunc raises, for values that are not missing;
        and if Series or DataFrames of pandas have different indexes.
    TypeError
        If `ufunc` can't be called; and by the function: if there are more inputs
        than the ufunc has; for the arguments `out` and `where`; for columns that
        hold no numbers; and for what is computed later, by Dask, polars or vaex.
    astropy.units.UnitTypeError
        By the function, if a unit is not one of angle.

    Examples
    --------
    >>> import mortie, numpy as np
    >>> latlon2mort = mortie.nullable(mortie.latlon2mort)
    >>> print(latlon2mort(6, [-77.85, np.nan], [166.67, 0.0]))
    [-4112241 --]
    """
    if not callable(ufunc):
        raise TypeError(f"nullable takes a ufunc, not {ufunc!r}")
    function = functools.partial(_call, ufunc)
    return functools.update_wrapper(function, ufunc, ("__name__", "__doc__"), ())


def _call(ufunc: Callable[..., Any], /, *columns: Any, **keywords: Any) -> Any:
    """Call a ufunc with columns that may lack values."""
    for name in ("out", "where"):
        if name in keywords:
            raise TypeError(f"nullable makes new columns, and takes no {name!r}")
    most = getattr(ufunc, "nin", None)
    if most is None:  # a function, whose keywords may be columns
        names, places = tuple(keywords), len(columns)
        columns = (*columns, *keywords.values())

        def call(*values: Any) -> Any:
            return ufunc(*values[:places], **dict(zip(names, values[places:], strict=True)))
    else:
        if len(columns) > most:  # it would be taken for `out`, and not be seen again
            raise TypeError(f"{ufunc.__name__} takes {most} inputs, not {len(columns)}")
        call = functools.partial(ufunc, **keywords)

    for column in columns:
        _refuse_lazy(column)
    packages = {package(column) for column in columns}
    if "xarray" in packages:
        return _on_xarrays(ufunc, call, columns)
    if "pandas" in packages:
        labelled = aligned(columns)
        if any(each.ndim == 2 for each in labelled):
            if getattr(ufunc, "__name__", "") in DIMENSIONS:
                raise TypeError(
                    f"{ufunc.__name__} gives several numbers for each element, for which a "
                    "DataFrame has no room: call it with one of its columns"
                )
            return _on_frames(call, columns)
    if packages <= {"", "numpy"} and any(map(_is_foreign, columns)):
        return call(*columns)
    return _on_columns(call, columns)


def _refuse_lazy(column: Any) -> None:
    """Refuse what is computed later, and in parts."""
    name = package(column)
    later = name in LAZY
    if name == "polars":
        later = type(column).__name__ in ("Expr", "LazyFrame")
    elif name == "xarray":
        later = column.__dask_graph__() is not None
    if later:
        raise TypeError(f"{LAZY[name]}: nullable works at once")


def _is_foreign(column: Any) -> bool:
    """Recognise an array of another package, as Awkward Array, which knows itself what it lacks."""
    return not package(column) and hasattr(column, "__array_ufunc__")


def _on_xarrays(ufunc: Callable[..., Any], call: Callable[..., Any], columns: Sequence[Any]) -> Any:
    """Call with what DataArrays hold, as xarray matches it by the names of dimensions."""
    import xarray as xr

    def masked(column: Any) -> Any:
        values, missing = split(column)
        return np.ma.array(values, mask=False if missing is None else missing)

    def hold(result: Any) -> Any:
        """Put None among integers: xarray has no masks, and its NaN would make floats of them."""
        values, missing = np.ma.getdata(result), np.ma.getmaskarray(result)
        if not missing.any():
            return values
        lack: Any = np.nan if values.dtype.kind == "f" else None
        return np.where(missing, lack, values.astype(object if lack is None else float))

    def function(*arrays: Any) -> Any:
        found = _on_columns(call, [*map(masked, arrays)])
        return tuple(map(hold, found)) if isinstance(found, tuple) else hold(found)

    arrays = [each if package(each) == "xarray" else masked(each) for each in columns]
    dimension = DIMENSIONS.get(getattr(ufunc, "__name__", ""))
    each_result = [dimension] if dimension else []
    outputs = getattr(ufunc, "nout", 1)
    return xr.apply_ufunc(function, *arrays, output_core_dims=[each_result] * outputs)


def _on_frames(call: Callable[..., Any], columns: Sequence[Any]) -> Any:
    """Call with the columns of DataFrames, one after the other."""
    import pandas as pd

    frames = [each for each in columns if isinstance(each, pd.DataFrame)]
    names = frames[0].columns
    if names.empty:
        raise ValueError("the DataFrame has no columns")
    if any(not each.columns.equals(names) for each in frames):
        raise ValueError("the DataFrames have different columns: align them first")
    if any(np.ndim(each) for each in columns if not isinstance(each, pd.DataFrame)):
        raise TypeError("a DataFrame goes with numbers and with DataFrames, not with columns")
    results = [
        _on_columns(call, [e.iloc[:, k] if isinstance(e, pd.DataFrame) else e for e in columns])
        for k in range(len(names))
    ]

    def frame(series: Sequence[Any]) -> Any:
        return pd.concat(series, axis=1).set_axis(names, axis=1)

    several = isinstance(results[0], tuple)
    return tuple(map(frame, zip(*results, strict=True))) if several else frame(results)


def _on_columns(call: Callable[..., Any], columns: Sequence[Any]) -> Any:
    """Call with arrays that lack nothing, and mark as missing the results of other values."""
    if not columns:
        return call()
    values, masks = zip(*map(split, columns), strict=True)
    shape = np.broadcast_shapes(*(each.shape for each in values))
    lacking = [mask for mask in masks if mask is not None and mask.any()] or [np.False_]
    missing = np.broadcast_to(functools.reduce(np.logical_or, lacking), shape)
    if missing.size and missing.all():  # what lacks every value may be of any type
        values = tuple(
            value.astype(bool) if mask is not None and mask.all() else value
            for value, mask in zip(values, masks, strict=True)
        )

    def mark(result: Any) -> Any:
        if result.ndim == 0:
            return np.ma.masked if missing else result[()]
        if all(mask is None for mask in masks):
            return result
        # The result may be flat, or have more dimensions: those of a generalized ufunc.
        flat = shape if result.size != missing.size else result.shape
        marks = missing.reshape(flat + (1,) * (result.ndim - len(flat)))
        alike = [e for e, value in zip(columns, values, strict=True) if value.shape == result.shape]
        return join(result, np.array(np.broadcast_to(marks, result.shape)), alike)

    results = compute(call, values, missing)
    return tuple(map(mark, results)) if isinstance(results, tuple) else mark(results)
