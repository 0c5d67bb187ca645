"""Counts, means, standard deviations and extremes of values in groups.

A part of the values is five arrays, with one element for each group: their count, mean, sum of
squared differences from it, least and greatest. So is a column of rows, each a group of one.
"""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from mortie._cli.errors import TableError

Part = Sequence[np.ndarray]
LENGTH = 5  # of a part
FILL = b"_FillValue"


def fill_of(field: pa.Field) -> float:
    """Give what stands for missing values in a column, if its metadata have it, or NaN."""
    kind = field.type
    narrow = np.dtype(f"f{kind.bit_width // 8}" if pa.types.is_floating(kind) else float).type
    text = (field.metadata or {}).get(FILL, b"nan")
    try:
        return float(narrow(float(text)))
    except ValueError:
        shown = text.decode(errors="replace")
        raise TableError(
            f"the _FillValue of column {field.name!r} is {shown!r}, not a number"
        ) from None


def unit_of(field: pa.Field) -> str | None:
    """Give the unit of a column, if its metadata have it."""
    text = (field.metadata or {}).get(b"units")
    return None if text is None else text.decode(errors="replace")


def of_rows(values: np.ndarray, fill: float) -> Part:
    """Give a column as a part, in which a value that is missing counts nothing."""
    there = ~(np.isnan(values) | (values == fill))
    extreme = np.where(there, values, np.nan)
    return [there.astype(np.int64), np.where(there, values, 0), 0 * there, extreme, extreme]


def merged(part: Part, first: np.ndarray) -> Part:
    """Merge groups that stand side by side, each from one of the first places to the next.

    That is the pairwise update of Chan, Golub and LeVeque (1979), "Updating formulae and a pairwise
    algorithm for computing sample variances", equation 2.1, for any number of parts. Of rows it is
    the usual algorithm in two passes. NumPy sums in pairs here, so that means are right to a few
    roundings; pyarrow's group-by adds value after value, and the more there are, the more it loses.
    """
    counts, means, squares, least, greatest = part
    total = np.add.reduceat(counts, first)
    with np.errstate(over="ignore", invalid="ignore"):  # of infinite values
        mean = np.add.reduceat(counts * means, first) / np.maximum(total, 1)
        away = means - np.repeat(mean, np.diff(first, append=len(means)))
        square = np.add.reduceat(squares + counts * away**2, first)
    extremes = np.fmin.reduceat(least, first), np.fmax.reduceat(greatest, first)
    return [total, mean, square, *extremes]


def table_of(name: str, unit: str | None, part: Part) -> pa.Table:
    """Give the statistics of a column as columns, null where there are too few values."""
    count, mean, square, least, greatest = part
    deviation = np.sqrt(square / np.maximum(count - 1, 1))
    columns = {"mean": mean, "std": deviation, "min": least, "max": greatest}
    arrays = [pa.array(count)] + [
        pa.array(column, mask=count < (2 if key == "std" else 1)) for key, column in columns.items()
    ]
    about = None if unit is None else {"units": unit}
    fields = [pa.field(f"{name}_count", pa.int64())] + [
        pa.field(f"{name}_{key}", pa.float64(), metadata=about) for key in columns
    ]
    return pa.table(arrays, pa.schema(fields))
