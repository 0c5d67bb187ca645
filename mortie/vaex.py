"""The functions of mortie on columns of vaex, lazily.

Where both packages are installed vaex finds the accessor of DataFrames by itself, and
``df.mortie.VaexNorm2Mort(df.normed, df.parents)`` works without a further step; `register` makes
the functions known to all of vaex. A ufunc called on Expressions raises NumPy's TypeError, as vaex
gives NumPy no way to take them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
import vaex
from vaex.expression import Expression

import mortie

__all__ = ["DataFrameAccessor", "register"]


def _on_columns(ufunc: Callable[..., Any], name: str, output: int | None = None) -> Any:
    """Make a function of chunks of columns, which may lack values, of a ufunc."""
    keep_missing = mortie.nullable(ufunc)

    def function(*chunks: Any) -> Any:
        found = keep_missing(*chunks)
        found = found if output is None else found[output]
        # Of masked arrays vaex's threads may lose the mask, when they put the chunks together.
        return pa.array(found) if isinstance(found, np.ma.MaskedArray) else found

    # A state that vaex saves names its functions: they stay where they can be found again.
    function.__name__ = function.__qualname__ = name
    function.__doc__ = ufunc.__doc__
    return function


VaexNorm2Mort = _on_columns(mortie.VaexNorm2Mort, "VaexNorm2Mort")
is_mort = _on_columns(mortie.is_mort, "is_mort")
mort2lat = _on_columns(mortie.mort2latlon, "mort2lat", 0)
mort2lon = _on_columns(mortie.mort2latlon, "mort2lon", 1)
mort2nest = _on_columns(mortie.mort2nest, "mort2nest")
mort2normed = _on_columns(mortie.mort2norm, "mort2normed", 1)
mort2order = _on_columns(mortie.mort2order, "mort2order")
mort2parents = _on_columns(mortie.mort2norm, "mort2parents", 2)
mort2uniq = _on_columns(mortie.mort2uniq, "mort2uniq")
mort2word = _on_columns(mortie.mort2word, "mort2word")
uniq2mort = _on_columns(mortie.uniq2mort, "uniq2mort")
word2mort = _on_columns(mortie.word2mort, "word2mort")
authalic2geodetic = _on_columns(mortie.authalic2geodetic, "authalic2geodetic")
geodetic2authalic = _on_columns(mortie.geodetic2authalic, "geodetic2authalic")

clip_mort = _on_columns(mortie.clip_mort, "clip_mort")
fastNorm2Mort = _on_columns(mortie.fastNorm2Mort, "fastNorm2Mort")
latlon2mort = _on_columns(mortie.latlon2mort, "latlon2mort")
latlon2nest = _on_columns(mortie.latlon2nest, "latlon2nest")
mort2greatest = _on_columns(mortie.mort_range, "mort2greatest", 1)
mort2least = _on_columns(mortie.mort_range, "mort2least", 0)
nest2mort = _on_columns(mortie.nest2mort, "nest2mort")

OF_A_COLUMN = (
    *(VaexNorm2Mort, is_mort, mort2lat, mort2lon, mort2nest, mort2normed, mort2order),
    *(mort2parents, mort2uniq, mort2word, uniq2mort, word2mort),
    *(authalic2geodetic, geodetic2authalic),
)
OF_AN_ORDER = (
    *(clip_mort, fastNorm2Mort, latlon2mort, latlon2nest, mort2greatest, mort2least, nest2mort),
)


def _source(df: Any, argument: Any) -> str:
    """Write an argument in vaex's language of expressions."""
    if isinstance(argument, (Expression, str)):
        # vaex knows how to write a name that is no identifier.
        return str(df[argument] if isinstance(argument, str) else argument)
    value = argument.item() if isinstance(argument, (np.generic, np.ndarray)) else argument
    if isinstance(value, (int, float)):
        return repr(value)
    raise TypeError(f"a column, an expression or a number is needed, not {argument!r}")


def _method(ufunc: Callable[..., Any], *functions: Callable[..., Any]) -> Any:
    """Make a method that gives an Expression for each function."""

    def method(self: DataFrameAccessor, *arguments: Any) -> Any:
        sources = ", ".join(_source(self.df, argument) for argument in arguments)
        expressions = []
        for function in functions:
            name = function.__name__
            self.df.add_function(name, function)
            expressions.append(Expression(self.df, f"{name}({sources})"))
        return expressions[0] if len(expressions) == 1 else tuple(expressions)

    method.__name__ = ufunc.__name__
    method.__doc__ = ufunc.__doc__
    return method


class DataFrameAccessor:
    """The ufuncs of mortie as methods of a vaex DataFrame, ``df.mortie``.

    Each takes Expressions, the names of columns, or numbers, and gives an
    Expression; ``mort2latlon`` and ``mort_range`` give two, and ``mort2norm`` three.
    (A column can't hold corners and neighbours.) Missing values, masked or Arrow's
    nulls, become Arrow's nulls.

    Parameters
    ----------
    df : vaex.dataframe.DataFrame
        The DataFrame.

    Examples
    --------
    >>> import numpy as np, vaex
    >>> df = vaex.from_arrays(lat=np.array([-77.85, -90.0]), lon=np.array([166.67, 0.0]))
    >>> df["morton"] = df.mortie.latlon2mort(6, df.lat, df.lon)
    >>> df.morton.tolist()
    [-4112241, -3111111]
    """

    def __init__(self, df: Any) -> None:
        self.df = df

    VaexNorm2Mort = _method(mortie.VaexNorm2Mort, VaexNorm2Mort)
    authalic2geodetic = _method(mortie.authalic2geodetic, authalic2geodetic)
    clip_mort = _method(mortie.clip_mort, clip_mort)
    fastNorm2Mort = _method(mortie.fastNorm2Mort, fastNorm2Mort)
    geodetic2authalic = _method(mortie.geodetic2authalic, geodetic2authalic)
    is_mort = _method(mortie.is_mort, is_mort)
    latlon2mort = _method(mortie.latlon2mort, latlon2mort)
    latlon2nest = _method(mortie.latlon2nest, latlon2nest)
    mort2latlon = _method(mortie.mort2latlon, mort2lat, mort2lon)
    mort2nest = _method(mortie.mort2nest, mort2nest)
    mort2norm = _method(mortie.mort2norm, mort2order, mort2normed, mort2parents)
    mort2order = _method(mortie.mort2order, mort2order)
    mort2uniq = _method(mortie.mort2uniq, mort2uniq)
    mort2word = _method(mortie.mort2word, mort2word)
    mort_range = _method(mortie.mort_range, mort2least, mort2greatest)
    nest2mort = _method(mortie.nest2mort, nest2mort)
    uniq2mort = _method(mortie.uniq2mort, uniq2mort)
    word2mort = _method(mortie.word2mort, word2mort)


def register() -> None:
    """Make the functions known to vaex, for all DataFrames.

    They are then functions of ``df.func`` and of expressions that are strings;
    and those whose first argument is a column are methods of Expressions. The
    ufuncs with several results have a function for each: ``mort2lat`` and
    ``mort2lon``, ``mort2least`` and ``mort2greatest``, ``mort2order``,
    ``mort2normed`` and ``mort2parents``.

    A state that such a DataFrame saves names the functions: call this
    before it is loaded elsewhere. (``df.mortie`` has no need of that.)

    Examples
    --------
    >>> import mortie.vaex, numpy as np, vaex
    >>> mortie.vaex.register()
    >>> df = vaex.from_arrays(normed=np.array([28, 3]), parents=np.array([8, 11]))
    >>> df.normed.VaexNorm2Mort(df.parents).tolist()
    [-3111111111111111241, -6111111111111111114]
    >>> df.evaluate("fastNorm2Mort(3, normed, parents)")
    array([-3241, -6114])
    """
    for function in OF_A_COLUMN:
        vaex.register_function()(function)
    for function in OF_AN_ORDER:
        vaex.register_function(on_expression=False)(function)
