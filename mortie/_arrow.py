"""Arrow's columns of numbers as float64."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

__all__ = ["floats"]


def floats(column: Any) -> Any:
    """Convert a column of numbers to float64, each to the nearest; nulls stay null.

    Arrow's own cast of decimals multiplies by a power of ten, which rounds twice and can move
    a pole beyond 90 degrees; text it reads to the nearest double.
    """
    if pa.types.is_decimal(column.type):
        column = column.cast(pa.string())
    return column.cast(pa.float64(), safe=False)
