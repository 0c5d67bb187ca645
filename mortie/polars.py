"""The functions of mortie as functions of polars' expressions.

Each takes names of columns, expressions or numbers, as many as the ufunc of its name has
inputs, and gives an expression, for frames and for lazy ones, in which its type is known. Where an
input is null the result is. Of several results one gets a struct, and of a fixed number of them an
array:

>>> import polars as pl, mortie.polars
>>> df = pl.DataFrame({"lat": [-77.85, None], "lon": [166.67, 0.0]})
>>> df = df.with_columns(morton=mortie.polars.latlon2mort(6, "lat", "lon"))
>>> df["morton"].to_list()
[-4112241, None]
>>> df.select(mortie.polars.mort2latlon("morton").struct.field("lat").round(4))["lat"].to_list()
[-77.5491, None]
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from mortie import _elementwise

if TYPE_CHECKING:
    from typing import TypeAlias

    Input: TypeAlias = str | float | pl.Expr | pl.Series

__all__ = list(_elementwise.UFUNCS)

TYPES = {
    "bool": pl.Boolean, "int64": pl.Int64, "uint64": pl.UInt64, "float64": pl.Float64,
}  # fmt: skip


def _expression(one: Input) -> pl.Expr:
    if isinstance(one, pl.Expr):
        return one
    return pl.col(one) if isinstance(one, str) else pl.lit(one)


def _evaluate(ufunc: np.ufunc, columns: Sequence[pl.Series]) -> pl.Series:
    length = 0 if any(not len(column) for column in columns) else max(map(len, columns))
    columns = [
        column if len(column) == length else column.new_from_index(0, length)
        for column in columns
    ]  # fmt: skip
    missing = np.any([column.is_null().to_numpy() for column in columns], axis=0)
    values = [column.fill_null(0).to_numpy() for column in columns]
    found = [pl.Series(array) for array in _elementwise.call(ufunc, values, missing)]
    names = _elementwise.FIELDS.get(ufunc.__name__)
    result = pl.DataFrame(found, schema=names).to_struct() if names else found[0]
    return pl.select(pl.when(pl.Series(~missing)).then(result)).to_series()


def _type(ufunc: np.ufunc) -> Any:
    kinds = [
        TYPES[dtype.name] if size is None else pl.Array(TYPES[dtype.name], size)
        for dtype, size in _elementwise.results(ufunc)
    ]
    names = _elementwise.FIELDS.get(ufunc.__name__)
    return pl.Struct(dict(zip(names, kinds, strict=True))) if names else kinds[0]


def _of_expressions(ufunc: np.ufunc) -> Callable[..., pl.Expr]:
    def function(*inputs: Input) -> pl.Expr:
        if len(inputs) != ufunc.nin:
            raise TypeError(f"{ufunc.__name__} takes {ufunc.nin} inputs, not {len(inputs)}")
        expressions = [_expression(one) for one in inputs]
        return pl.map_batches(
            expressions, partial(_evaluate, ufunc), return_dtype=_type(ufunc), is_elementwise=True
        )

    function.__name__ = function.__qualname__ = ufunc.__name__
    function.__doc__ = ufunc.__doc__
    return function


for _name, _ufunc in _elementwise.UFUNCS.items():
    globals()[_name] = _of_expressions(_ufunc)


def __getattr__(name: str) -> Callable[..., pl.Expr]:  # for type checkers
    raise AttributeError(f"mortie.polars has no function {name!r}")
