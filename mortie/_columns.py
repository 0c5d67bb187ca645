"""The columns of other packages as arrays of NumPy, and back.

A package is known by the name of its modules, so that none is imported that the caller doesn't
use. For each there is a function that splits a column into its values and where they are missing
(None if they can't be), and one that joins these to a column.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

__all__ = ["aligned", "compute", "degrees", "join", "package", "plain", "split"]


def package(column: Any) -> str:
    """Name the package of a column, "" if it is none of those that are known here."""
    names = (each.__module__.partition(".")[0] for each in type(column).__mro__)
    return next((name for name in names if name in PACKAGES), "")


def split(column: Any) -> tuple[Any, Any]:
    """Give the values as an array, degrees if they have a unit, and where they are missing.

    Missing are masked values, nulls, None, NA and NaN; what stands in their place is any number.
    """
    values, missing = SPLIT.get(package(column), _split_numpy)(column)
    if values.dtype.kind == "f":
        nan = np.isnan(values)
        missing = nan if missing is None else missing | nan
    if missing is None and package(column) not in ("", "numpy"):
        missing = np.zeros(values.shape, bool)
    return values, missing


def join(values: Any, missing: Any, columns: list[Any]) -> Any:
    """Make a column like those of the `columns` whose package has the most to say."""
    for name, function in JOIN.items():
        alike = [column for column in columns if package(column) == name]
        if alike:
            return function(values, missing, alike)
    return np.ma.array(values, mask=missing)


def compute(call: Callable[..., Any], values: Sequence[Any], missing: Any) -> Any:
    """Call with arrays, but for the places where values are missing: there the results are 0.

    The function sees each of these rows as the first one that is whole.
    """
    gaps = np.flatnonzero(missing)
    nothing = 0 < gaps.size == missing.size
    first = np.argmax(~missing) if gaps.size and not nothing else 0  # argmin takes much longer

    def complete(value: Any) -> Any:
        if nothing:
            return np.zeros(0, value.dtype)
        if not gaps.size or value.ndim == 0:
            return value[()]
        filled = np.array(np.broadcast_to(value, missing.shape), order="C")
        filled.reshape(-1)[gaps] = filled.flat[first]
        return filled

    def blank(result: Any) -> Any:
        found = np.asarray(result)
        if nothing:
            return np.zeros(missing.shape + found.shape[1:], found.dtype)
        if gaps.size:
            found = np.require(found, requirements="W")
            found.reshape(missing.size, -1)[gaps] = 0
        return found

    results = call(*map(complete, values))
    return tuple(map(blank, results)) if isinstance(results, tuple) else blank(results)


def aligned(columns: Sequence[Any]) -> list[Any]:
    """Give those columns that have an index of pandas, which must be the same."""
    labelled = [each for each in columns if package(each) == "pandas" and hasattr(each, "iloc")]
    if any(not each.index.equals(labelled[0].index) for each in labelled):
        raise ValueError("the Series have different indexes: align them first")
    return labelled


def plain(column: Any) -> Any:
    """Make an array, masked where values are missing, of what NumPy would take for objects."""
    if column is None:
        return np.asarray(column)
    dtype = getattr(column, "dtype", None)
    ours = package(column) or not hasattr(column, "__array_ufunc__")
    if not ours or (isinstance(dtype, np.dtype) and dtype.kind != "O"):
        return column  # as NumPy or its package knows how to take it
    values, missing = SPLIT.get(package(column), _split_numpy)(column)
    if missing is None or not missing.any():
        return values
    # Ufuncs see what is under a mask, which Arrow and pandas leave to chance.
    return np.ma.array(np.where(missing, values.dtype.type(0), values), mask=missing)


def degrees(column: Any) -> Any:
    """Convert columns with units of astropy, and decimals, to degrees in float64; keep masks."""
    if package(column) != "astropy" or getattr(column, "unit", None) is None:
        return plain(column)
    values, missing = _split_astropy(column)
    if missing is None:
        return values
    if isinstance(column, np.ma.MaskedArray):
        return np.ma.array(values, mask=missing)
    from astropy.utils.masked import Masked

    return Masked(values, mask=missing)


# --- NumPy: arrays, masked arrays, and whatever NumPy makes an array of ---


def _split_numpy(column: Any) -> tuple[Any, Any]:
    if getattr(column, "units", None) is not None and package(column) != "xarray":
        raise TypeError(f"the unit {column.units} is not known here: convert to degrees")
    array = np.asanyarray(column)
    missing = np.ma.getmaskarray(array) if isinstance(array, np.ma.MaskedArray) else None
    values = np.asarray(array)
    return (values, missing) if values.dtype != object else _split_objects(values, missing)


def _split_objects(objects: Any, missing: Any) -> tuple[Any, Any]:
    """Find the type of NumPy that holds all numbers but decimals, which become float64."""
    from decimal import Decimal  # few need it

    def lacks(value: Any) -> bool:
        if isinstance(value, Decimal):
            return value.is_nan()
        # NA of pandas is neither equal to itself nor not.
        return value is None or type(value).__name__ in ("NAType", "NaTType") or value != value

    gaps = np.fromiter(map(lacks, objects.flat), bool, objects.size).reshape(objects.shape)
    missing = gaps if missing is None else missing | gaps
    present = [float(each) if isinstance(each, Decimal) else each for each in objects[~missing]]
    numbers = np.array(present) if present else np.zeros(0, bool)
    values = np.zeros(objects.shape, numbers.dtype)
    values[~missing] = numbers
    return values, missing


# --- pandas: Series, Index and their arrays ---


def _split_pandas(column: Any) -> tuple[Any, Any]:
    dtype: Any = getattr(column, "dtype", None)
    if hasattr(dtype, "pyarrow_dtype"):
        import pyarrow as pa

        return _split_arrow(pa.array(column))
    if hasattr(dtype, "numpy_dtype"):
        array = getattr(column, "array", column)
        return array._data, array._mask  # to_numpy makes a copy
    return _split_numpy(np.asarray(column, None if isinstance(dtype, np.dtype) else object))


def _join_pandas(values: Any, missing: Any, columns: list[Any]) -> Any:
    import pandas as pd

    arrays = {"b": pd.arrays.BooleanArray, "f": pd.arrays.FloatingArray}
    array = arrays.get(values.dtype.kind, pd.arrays.IntegerArray)(values, missing)
    for kind in (pd.Series, pd.Index):
        alike = [column for column in columns if isinstance(column, kind)]
        if alike:
            index = {"index": alike[0].index} if kind is pd.Series else {}
            return kind(array, name=_name(alike), copy=False, **index)
    return array


def _name(columns: list[Any]) -> Any:
    """Give the name that columns have in common, or None."""
    first = columns[0].name
    return first if all(column.name == first for column in columns) else None


# --- polars: Series ---


def _split_polars(column: Any) -> tuple[Any, Any]:
    import polars as pl

    if not isinstance(column, pl.Series):
        raise TypeError(f"a column is needed, not a {type(column).__name__} of polars")
    missing = column.is_null().to_numpy()
    if column.dtype == pl.Null:
        return np.zeros(len(column), bool), missing
    if column.dtype == pl.Decimal:  # its own conversion isn't always to the nearest
        column = column.cast(pl.Utf8).cast(pl.Float64)
    return _split_numpy(column.fill_null(strategy="zero").to_numpy())[0], missing


def _join_polars(values: Any, missing: Any, columns: list[Any]) -> Any:
    import polars as pl

    found = pl.Series(columns[0].name, values)
    return found.zip_with(pl.Series(~missing), found.clear(1))


# --- Arrow: arrays, in one piece or chunks, and scalars ---


def _split_arrow(column: Any) -> tuple[Any, Any]:
    import pyarrow as pa

    if isinstance(column, pa.Scalar):
        return split(column.as_py())
    if not isinstance(column, (pa.Array, pa.ChunkedArray)):
        raise TypeError(f"a column is needed, not a {type(column).__name__} of Arrow")
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    if isinstance(column, pa.ChunkedArray):
        column = column.combine_chunks()
    if pa.types.is_decimal(column.type):
        from mortie._arrow import floats

        column = floats(column)
    kind, size, start = column.type, len(column), column.offset
    if pa.types.is_null(kind):
        return np.zeros(size, bool), np.ones(size, bool)
    if not (pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_boolean(kind)):
        raise TypeError(f"numbers are needed, not Arrow's {kind}")
    # As they lie in memory: copies, and the import of pyarrow.compute, take longer than the ufunc.
    bits, data = column.buffers()
    values = pa.Array.from_buffers(kind, size, [None, data], 0, start)
    missing = np.zeros(size, bool)
    if bits is not None:
        byte, bit = divmod(start, 8)
        valid = np.frombuffer(bits, np.uint8, offset=byte)
        missing = np.unpackbits(valid, count=bit + size, bitorder="little")[bit:] == 0
    return values.to_numpy(zero_copy_only=False), missing


def _join_arrow(values: Any, missing: Any, columns: list[Any]) -> Any:
    import pyarrow as pa

    whole = pa.array(values)
    valid = pa.py_buffer(np.packbits(~missing, bitorder="little"))
    return pa.Array.from_buffers(whole.type, len(whole), [valid, whole.buffers()[1]])


# --- Astropy: Column, Quantity, Masked ---


def _split_astropy(column: Any) -> tuple[Any, Any]:
    values = getattr(column, "unmasked", column)
    unit = getattr(column, "unit", None)
    if unit is None:
        return _split_numpy(values)[0], getattr(column, "mask", None)
    from mortie.astropy import to_degrees

    return to_degrees(values, unit), getattr(column, "mask", None)


def _join_astropy(values: Any, missing: Any, columns: list[Any]) -> Any:
    from astropy.table import Column, MaskedColumn
    from astropy.utils.masked import Masked

    named = [column for column in columns if isinstance(column, Column)]
    if named:
        return MaskedColumn(values, _name(named), missing)
    return Masked(values, mask=missing)


SPLIT = {
    "pandas": _split_pandas,
    "polars": _split_polars,
    "astropy": _split_astropy,
    "pyarrow": _split_arrow,
}
# Those first whose columns say more than values: an index, a name.
JOIN = {
    "pandas": _join_pandas,
    "polars": _join_polars,
    "astropy": _join_astropy,
    "pyarrow": _join_arrow,
}
PACKAGES = {*SPLIT, "dask", "numpy", "vaex", "xarray"}
