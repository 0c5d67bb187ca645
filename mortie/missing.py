"""Missing values, of which ufuncs know nothing: they see arrays."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

__all__ = ["nullable"]

DTYPES = {"b": "boolean", "i": "Int64", "f": "Float64"}  # of pandas


def _kind(column: Any) -> str:
    """Name what can hold missing values, or nothing."""
    if isinstance(column, np.ma.MaskedArray):
        return "numpy"
    package = type(column).__module__.partition(".")[0]
    known = package in ("pandas", "polars", "pyarrow", "dask") and hasattr(column, "__len__")
    return package if known or hasattr(column, "unmasked") else ""


def _split(column: Any) -> tuple[Any, Any]:
    """Give the values as an array, and where they are missing."""
    kind = _kind(column)
    if kind == "pandas":
        dtype = getattr(column.dtype, "numpy_dtype", column.dtype)
        return column.fillna(0).to_numpy(dtype), column.isna().to_numpy()
    if kind == "polars":
        return column.fill_null(0).to_numpy(), column.is_null().to_numpy()
    if kind == "pyarrow":
        return np.asarray(column.fill_null(0)), np.asarray(column.is_null())
    if kind == "astropy":
        return column.unmasked, column.mask
    return np.ma.getdata(column), np.ma.getmaskarray(column)


def _join(found: Any, missing: Any, like: Any) -> Any:
    """Make a column of results of the same kind."""
    kind = _kind(like)
    if kind == "pandas":
        return like.__class__(found, like.index, DTYPES[found.dtype.kind]).mask(missing)
    if kind == "polars":
        values = like.__class__(found)
        return values.zip_with(like.__class__(~missing), values.clear(1))
    if kind == "pyarrow":
        import pyarrow as pa

        return pa.array(found, mask=missing)
    if kind == "astropy":
        from astropy.utils.masked import Masked

        return Masked(found, mask=missing)
    return np.ma.array(found, mask=missing)


def nullable(ufunc: Callable[..., Any]) -> Callable[..., Any]:
    """Make a function of columns that may lack values: the result lacks them, too.

    A ufunc of NumPy gets whatever stands in the place of a missing value, often
    NaN, and mortie's refuse what is no coordinate and no index. The new function
    hands the values that are there to the ufunc, and no others.

    Parameters
    ----------
    ufunc : numpy.ufunc
        One of mortie's ufuncs.

    Returns
    -------
    callable
        A function with the ufunc's inputs. These may be masked arrays of NumPy
        or astropy, Series of pandas (where NaN is missing, too) or polars,
        arrays of Arrow, and with them whatever NumPy broadcasts. The first
        input that is one of these says of which kind the result is; a Series of
        pandas comes in a nullable dtype. Without such an input it is the ufunc.

    Raises
    ------
    ValueError
        By the function: what the ufunc raises, for values that are not missing;
        and if Series of pandas have different indexes.
    TypeError
        If `ufunc` can't be called; and by the function: if there are more inputs
        than the ufunc has, or one is Dask's, whose ``map_blocks`` and
        ``map_partitions`` take the function.

    Examples
    --------
    >>> import mortie, numpy as np
    >>> lat = np.ma.masked_invalid([-77.85, np.nan])
    >>> print(mortie.nullable(mortie.latlon2mort)(6, lat, [166.67, 0.0]))
    [-4112241 --]
    """
    if not callable(ufunc):
        raise TypeError(f"nullable takes a ufunc, not {ufunc!r}")

    @functools.wraps(ufunc, ("__name__", "__doc__"), ())
    def function(*columns: Any) -> Any:
        holders = [column for column in columns if _kind(column)]
        if not holders:
            return ufunc(*columns)
        inputs = getattr(ufunc, "nin", len(columns))
        if len(columns) > inputs:  # it would be taken for `out`, and not be seen again
            raise TypeError(f"{ufunc.__name__} takes {inputs} inputs, not {len(columns)}")
        if any(_kind(holder) == "dask" for holder in holders):
            raise TypeError(
                "Dask's collections take this function by map_blocks or map_partitions, not as "
                "its arguments"
            )
        series = [holder for holder in holders if _kind(holder) == "pandas"]
        if any(not one.index.equals(series[0].index) for one in series):
            raise ValueError("the Series have different indexes: align them first")
        values, masks = zip(*map(_split, columns), strict=True)
        values = np.broadcast_arrays(*values)
        missing = functools.reduce(np.logical_or, masks)
        present = ~missing if missing.any() else ...
        found = ufunc(*(value[present] for value in values))

        def fill(results: Any) -> Any:
            filled = np.zeros(missing.shape, results.dtype)
            filled[present] = results
            return _join(filled, missing, holders[0])

        return tuple(map(fill, found)) if isinstance(found, tuple) else fill(found)

    return function
