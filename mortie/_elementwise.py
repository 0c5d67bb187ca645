"""What table tools need to know of the ufuncs; calls of them on columns that lack values."""

from __future__ import annotations

import re
from typing import Any

import numpy as np

import mortie
from mortie._columns import compute

__all__ = ["FIELDS", "UFUNCS", "call", "results"]

# By their own names; `fast_norm2mort` is a second one.
UFUNCS = {
    name: ufunc
    for name, ufunc in vars(mortie).items()
    if isinstance(ufunc, np.ufunc) and ufunc.__name__ == name
}

# The names of several results.
FIELDS = {
    "mort2latlon": ("lat", "lon"),
    "mort2norm": ("order", "normed", "parents"),
    "mort2vertices": ("lat", "lon"),
    "mort_range": ("least", "greatest"),
}


def results(ufunc: np.ufunc) -> list[tuple[np.dtype[Any], int | None]]:
    """Give the type of each result and its length, None of one number."""
    [types] = ufunc.types
    sizes = re.findall(r"\((\d*)\)", ufunc.signature or "()" * ufunc.nargs)[ufunc.nin :]
    return [
        (np.dtype(char), int(size) if size else None)
        for char, size in zip(types.partition("->")[2], sizes, strict=True)
    ]


def call(ufunc: np.ufunc, values: list[Any], missing: Any) -> list[Any]:
    """Give arrays of results, zeros where `missing` is true: there the ufunc sees no value."""
    found = compute(ufunc, values, missing)
    return list(found) if isinstance(found, tuple) else [found]
