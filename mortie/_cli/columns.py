"""Columns: how they are found, and how they become arrays of NumPy."""

from __future__ import annotations

import contextlib
import re
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from mortie import _arrow
from mortie._cli.errors import CommandError

if TYPE_CHECKING:
    from collections.abc import Callable

# Of the usual tables, ICESat's and ICESat-2's (lat_ph, h_lat, d_lat) and Darwin Core's among them;
# in brackets only the units that coordinates are taken to have.
UNITS = r"( *[(\[] *(°|d|deg(rees?)?|decimal degrees?)[ _]*([nsew]|north|south|east|west)?[)\]])?"
USUAL = {
    "lat": re.compile(rf"((h|d)_|decimal_?)?lat(s|itudes?)?(_ph|_deg(rees)?)?{UNITS}", re.I),
    "lon": re.compile(
        rf"((h|d)_|decimal_?)?(lng|lon(s|g|gitudes?)?)(_ph|_deg(rees)?)?{UNITS}", re.I
    ),
    "column": re.compile(r"mort(on)?(_?[0-9]+)?", re.I),
}
MEANING = {
    "lat": "latitudes",
    "lon": "longitudes",
    "column": "Morton indices",
    "value": "values",
}


class Place(NamedTuple):
    """Where a batch comes from, for messages."""

    path: str
    first: int  # the number of its first row
    decimal: str = "."  # how its file writes fractions

    def at(self, row: int, name: str) -> str:
        """Name the place of a value."""
        return f"{self.path}: row {self.first + row}: {name}"


def candidates(schema: pa.Schema, option: str) -> list[str]:
    """List the columns whose names are usual for what an option names."""
    names = [name for name in schema.names if USUAL[option].fullmatch(name.strip())]
    # Beside the indices that `encode` made, `clip` may have put coarser ones.
    return ["morton"] if option == "column" and names.count("morton") == 1 else names


def choose(schema: pa.Schema, option: str, given: str | None, say: Callable[[str], None]) -> str:
    """Choose the column that the user named, or the one with a usual name.

    `option` is that which names it; `say` is told which column was found, if none was given. There
    must be exactly one, of numbers or text.
    """
    if given is None:
        names = candidates(schema, option)
    else:
        names = [name for name in schema.names if name.strip() == given.strip()]
    if len(names) != 1:
        what = f"column {given!r}" if given is not None else f"column of {MEANING[option]}"
        several = f"more than one {what} ({some(names)})" if names else f"no {what}"
        hint = f"{dialect(schema.names)}name one with --{option} COL"
        raise CommandError(f"{several} among {some(schema.names)}: {hint}")
    kind = schema.field(names[0]).type
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    integer = pa.types.is_integer(kind) or pa.types.is_null(kind)
    number = integer or pa.types.is_floating(kind) or pa.types.is_decimal(kind)
    if not (is_text(kind) or integer or (number and option != "column")):
        wanted = "integers" if option == "column" else "numbers"
        cast = ": cast the column to int64" if number else ""
        lost = ", unless it has rounded them" if cast and pa.types.is_floating(kind) else ""
        raise CommandError(
            f"column {names[0]!r} holds {kind}, and {MEANING[option]} are {wanted}{cast}{lost}"
        )
    if given is None:
        say(f"{MEANING[option]} from column {names[0]!r}")
    return names[0]


def dialect(names: list[str]) -> str:
    """Guess which option a CSV file needs whose line of names makes no sense."""
    if names and names[0].startswith("#"):
        return "leave out lines of comments with --comment '#', or "
    marks = [mark for mark in ";\t|" if len(names) == 1 and mark in names[0]]
    return f"separate columns with --delimiter {marks[0]!r}, or " if marks else ""


def some(names: list[str]) -> str:
    """List names, but not more than a screen holds."""
    return ", ".join(names[:50]) + (f", … ({len(names):,} in all)" if len(names) > 50 else "")


def is_text(kind: pa.DataType) -> bool:
    """Tell whether a type is one of the string types."""
    return pa.types.is_string(kind) or pa.types.is_large_string(kind)


def numbers(column: pa.Array, name: str, kind: pa.DataType, place: Place) -> pa.Array:
    """Convert a column to float64 or int64; text that stands for a missing value becomes null."""
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if not is_text(column.type):
        return _arrow.floats(column) if kind == pa.float64() else column.cast(kind)
    usual = place.decimal == "." and (
        kind == pa.float64() or not pc.any(pc.match_substring_regex(column, "[xX]")).as_py()
    )
    if usual:  # which is much faster
        with contextlib.suppress(pa.ArrowInvalid):
            return column.cast(kind)
    text = pc.utf8_trim_whitespace(column.cast(pa.string()))
    if kind == pa.int64():  # of which pyarrow also reads hexadecimal digits, but no plus
        text = pc.replace_substring_regex(text, r"^\+([0-9])", r"\1")
        text = pc.replace_substring_regex(text, r"^(-?0[xX])", "?")
    elif place.decimal != ".":
        text = pc.replace_substring(pc.replace_substring(text, ".", "?"), place.decimal, ".")
    missing = [word for word in pyarrow.csv.ConvertOptions().null_values if not nan(word, kind)]
    text = pc.if_else(pc.is_in(text, value_set=pa.array(missing)), None, text)
    try:
        return text.cast(kind)
    except pa.ArrowInvalid:
        row = next(row for row, value in enumerate(text) if not can_be(value, kind))
        wanted = "a number" if kind == pa.float64() else "an integer of 64 bits"
        units = ": leave out a line of units with --skip-rows-after-header 1"
        raise CommandError(
            f"{place.at(row, name)} is {column[row].as_py()!r}, not {wanted}"
            + (units if place.first + row == 1 else "")
        ) from None


def nan(word: str, kind: pa.DataType) -> bool:
    """Tell whether a word is a number of a type: NaN, of floats."""
    return kind == pa.float64() and word.lower().endswith("nan") and word.strip("-").isalpha()


def can_be(values: pa.Array | pa.Scalar, kind: pa.DataType) -> bool:
    """Tell whether pyarrow can convert all values to a type."""
    try:
        values.cast(kind)
    except pa.ArrowInvalid:
        return False
    return True


def floats(batch: pa.RecordBatch, name: str, place: Place) -> np.ndarray:
    """Give a column as float64, with NaN for nulls."""
    return to_numpy(numbers(batch.column(name), name, pa.float64(), place), np.float64(np.nan))


def integers(batch: pa.RecordBatch, name: str, place: Place) -> np.ndarray:
    """Give a column as int64, with 0, which is no index, for nulls and what 64 bits can't hold."""
    column = batch.column(name)
    if column.type == pa.uint64():
        column = pc.if_else(pc.less_equal(column, pa.scalar(2**63 - 1, pa.uint64())), column, None)
    return to_numpy(numbers(column, name, pa.int64(), place), np.int64(0))


# pyarrow's own conversions import pandas, where it is installed: a quarter of a second.


def to_numpy(column: pa.Array, null: np.generic) -> np.ndarray:
    """View a column of numbers, all of the type of the one that stands for nulls."""
    if column.null_count:
        column = pc.fill_null(column, null.item())
    if not len(column):
        return np.empty(0, null.dtype)
    start = column.offset * null.itemsize
    return np.frombuffer(column.buffers()[1], null.dtype, len(column), start)


def from_numpy(values: np.ndarray, mask: np.ndarray | None) -> pa.Array:
    """Give an array as a column, with nulls under the mask."""
    if mask is not None:
        return pa.array(values, mask=mask)
    kind = pa.from_numpy_dtype(values.dtype)
    return pa.Array.from_buffers(kind, len(values), [None, pa.py_buffer(values)])
