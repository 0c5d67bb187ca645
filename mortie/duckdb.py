"""The functions of mortie in the SQL of DuckDB."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import duckdb
import numpy as np
import pyarrow as pa
from duckdb import sqltypes

from mortie import _elementwise

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

__all__ = ["register"]

TYPES = {
    "bool": sqltypes.BOOLEAN, "int64": sqltypes.BIGINT, "uint64": sqltypes.UBIGINT,
    "float64": sqltypes.DOUBLE,
}  # fmt: skip


def _evaluate(ufunc: np.ufunc, *columns: Any) -> Any:
    missing = np.any([np.asarray(column.is_null()) for column in columns], axis=0)
    values = [np.asarray(column.fill_null(0)) for column in columns]
    found = [
        pa.FixedSizeListArray.from_arrays(pa.array(array.ravel()), array.shape[1])
        if array.ndim == 2
        else pa.array(array)
        for array in _elementwise.call(ufunc, values, missing)
    ]
    names = _elementwise.FIELDS.get(ufunc.__name__)
    result = pa.StructArray.from_arrays(found, list(names)) if names else found[0]
    # Nulls go where a place has none to take from.
    places = pa.array(np.arange(len(missing)), mask=missing)
    return result.take(places)


def _of_columns(ufunc: np.ufunc) -> Callable[..., Any]:
    # DuckDB counts the parameters.
    of_columns: dict[int, Callable[..., Any]] = {
        1: lambda a: _evaluate(ufunc, a),
        2: lambda a, b: _evaluate(ufunc, a, b),
        3: lambda a, b, c: _evaluate(ufunc, a, b, c),
    }
    return of_columns[ufunc.nin]


def _type(connection: DuckDBPyConnection, ufunc: np.ufunc) -> Any:
    kinds = [
        TYPES[dtype.name] if size is None else connection.array_type(TYPES[dtype.name], size)
        for dtype, size in _elementwise.results(ufunc)
    ]
    names = _elementwise.FIELDS.get(ufunc.__name__)
    return connection.struct_type(dict(zip(names, kinds, strict=True))) if names else kinds[0]


def register(connection: DuckDBPyConnection | None = None) -> None:
    """Make the ufuncs known as functions of SQL.

    Where an argument is NULL the result is. Several results come as a struct, such
    as ``mort2latlon(m).lat``, and a fixed number of them as an array, such as
    ``mort_neighbours(m)[1]``.

    Parameters
    ----------
    connection : duckdb.DuckDBPyConnection, optional
        Where to; by default DuckDB's own connection.

    Raises
    ------
    duckdb.InvalidInputException
        By the functions: what the ufuncs raise, with their texts.
    ImportError
        At import, if duckdb or pyarrow are missing.

    Notes
    -----
    To read only what lies in a cell, compare with the constants of
    `mortie.mort_range`: ``WHERE morton BETWEEN least AND greatest`` skips the row
    groups of a Parquet file whose statistics lie elsewhere.

    Examples
    --------
    >>> import duckdb, mortie.duckdb
    >>> connection = duckdb.connect()
    >>> mortie.duckdb.register(connection)
    >>> connection.sql("SELECT latlon2mort(6, -77.85, 166.67) AS morton").fetchall()
    [(-4112241,)]
    >>> connection.sql("SELECT round(mort2latlon(-4112241).lat, 4)").fetchall()
    [(-77.5491,)]
    """
    connected: Any = duckdb.default_connection() if connection is None else connection
    for name, ufunc in _elementwise.UFUNCS.items():
        [types] = ufunc.types
        inputs = [TYPES[np.dtype(char).name] for char in types.partition("->")[0]]
        connected.create_function(
            name,
            _of_columns(ufunc),
            inputs,
            _type(connected, ufunc),
            type="arrow",
            null_handling="special",
        )
