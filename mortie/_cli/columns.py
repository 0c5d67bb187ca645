"""Columns: how they are found, and how they become arrays of NumPy."""

import contextlib
import re

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from mortie import _arrow
from mortie._cli.errors import TableError

# Of the usual tables, ICESat's and ICESat-2's (lat_ph, h_lat, d_lat) and Darwin Core's among them;
# in brackets only the units that coordinates are taken to have.
UNITS = r"( *[(\[] *(°|d|deg(rees?)?|decimal degrees?)[ _]*([nsew]|north|south|east|west)?[)\]])?"
USUAL = {
    "lat": rf"((h|d)_|decimal_?)?lat(s|itudes?)?(_ph|_deg(rees)?)?{UNITS}",
    "lon": rf"((h|d)_|decimal_?)?(lng|lon(s|g|gitudes?)?)(_ph|_deg(rees)?)?{UNITS}",
    "column": r"mort(on)?(_?[0-9]+)?",
}
MEANING = {
    "lat": "latitudes",
    "lon": "longitudes",
    "column": "Morton indices",
    "value": "values",
}


def candidates(schema: pa.Schema, option: str) -> list[str]:
    """List the columns whose names are usual for what an option names."""
    names = [name for name in schema.names if re.fullmatch(USUAL[option], name.strip(), re.I)]
    # Beside the indices that `encode` made, `clip` may have put coarser ones.
    return ["morton"] if option == "column" and names.count("morton") == 1 else names


def choose(schema: pa.Schema, option: str, given: str | None) -> str:
    """Choose the column that the user named with an option, or the one with a usual name.

    There must be exactly one, of numbers or text.
    """
    if given is None:
        names, what = candidates(schema, option), f"column of {MEANING[option]}"
    else:
        names = [name for name in schema.names if name.strip() == given.strip()]
        what = f"column {given!r}"
    if len(names) != 1:
        several = f"more than one {what} ({some(names)})" if names else f"no {what}"
        hint = f"{dialect(schema.names)}name one with --{option} COL"
        raise TableError(f"{several} among {some(schema.names)}: {hint}")
    [name] = names
    kind = schema.field(name).type
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    integer = pa.types.is_integer(kind) or pa.types.is_null(kind) or is_text(kind)
    number = pa.types.is_floating(kind) or pa.types.is_decimal(kind)
    if not (integer or (number and option != "column")):
        wanted = "integers" if option == "column" else "numbers"
        cast = ": cast the column to int64" if number else ""
        lost = ", unless it has rounded them" if pa.types.is_floating(kind) else ""
        raise TableError(
            f"column {name!r} holds {kind}, and {MEANING[option]} are {wanted}{cast}{lost}"
        )
    return name


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
    """Return whether a type is one of the string types."""
    return pa.types.is_string(kind) or pa.types.is_large_string(kind)


def numbers(column: pa.Array, name: str, kind: pa.DataType, first: int, decimal: str) -> pa.Array:
    """Give a column as float64 or int64, with null for text that stands for a missing value.

    `first` is the number of the first row, for messages; in text `decimal` begins fractions.
    """
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if column.type == pa.uint64() and kind == pa.int64():  # what has more bits is no index
        column = pc.if_else(pc.less_equal(column, pa.scalar(2**63 - 1, pa.uint64())), column, None)
    if not is_text(column.type):
        return _arrow.floats(column) if kind == pa.float64() else column.cast(kind)
    if decimal == "." and not (kind == pa.int64() and has(column, "[xX]")):  # usual, and fast
        with contextlib.suppress(pa.ArrowInvalid):
            return column.cast(kind)
    text = pc.utf8_trim_whitespace(column.cast(pa.string()))
    if kind == pa.int64():  # of which pyarrow also reads hexadecimal digits, but no plus
        text = pc.replace_substring_regex(text, r"^\+([0-9])", r"\1")
        text = pc.replace_substring_regex(text, r"^(-?0[xX])", "?")
    elif decimal != ".":
        text = with_point(text, decimal)
    missing = [  # but NaN is a float
        word
        for word in pyarrow.csv.ConvertOptions().null_values
        if kind == pa.int64() or word.strip("-").lower() != "nan"
    ]
    text = pc.if_else(pc.is_in(text, value_set=pa.array(missing)), None, text)
    try:
        return text.cast(kind)
    except pa.ArrowInvalid:
        row = next(row for row, value in enumerate(text) if not can_be(value, kind))
        wanted = "a number" if kind == pa.float64() else "an integer of 64 bits"
        units = ": leave out a line of units with --skip-rows-after-header 1"
        raise TableError(
            f"row {first + row}: {name} is {column[row].as_py()!r}, not {wanted}"
            + (units if first + row == 1 else "")
        ) from None


def has(text: pa.Array, pattern: str) -> bool:
    """Return whether a pattern is found in any of some texts."""
    return pc.any(pc.match_substring_regex(text, pattern)).as_py()


def with_point(text: pa.Array, decimal: str) -> pa.Array:
    """Give numbers with a point before fractions, and what has one already as no number."""
    if decimal == ".":
        return text
    return pc.replace_substring(pc.replace_substring(text, ".", "?"), decimal, ".")


def can_be(values: pa.Array | pa.Scalar, kind: pa.DataType) -> bool:
    """Return whether pyarrow can convert all values to a type."""
    try:
        values.cast(kind)
    except pa.ArrowInvalid:
        return False
    return True


# pyarrow's own conversions import pandas, where it is installed: a quarter of a second.


def to_numpy(column: pa.Array) -> np.ndarray:
    """View a column of float64 or int64; nulls become NaN or 0, which is no index."""
    whole = column.type == pa.int64()
    if column.null_count:
        column = pc.fill_null(column, 0 if whole else float("nan"))
    kind = np.int64 if whole else np.float64
    if not len(column):
        return np.empty(0, kind)
    return np.frombuffer(column.buffers()[1], kind, len(column), column.offset * 8)


def from_numpy(values: np.ndarray | pa.Array, mask: np.ndarray | None) -> pa.Array:
    """Give an array, or what is a column already, as a column with nulls under the mask."""
    if isinstance(values, pa.Array):
        return values if mask is None else pc.if_else(pa.array(mask), None, values)
    if mask is not None:
        return pa.array(values, mask=mask)
    kind = pa.from_numpy_dtype(values.dtype)
    return pa.Array.from_buffers(kind, len(values), [None, pa.py_buffer(values)])


def bytes_of(column: pa.Array) -> memoryview:
    """Give the bytes of all values of a text column, one after the other."""
    _, offsets, data = column.buffers()
    kind = np.int64 if pa.types.is_large_string(column.type) else np.int32
    ends = np.frombuffer(offsets, kind)[[column.offset, column.offset + len(column)]]
    return memoryview(data or b"")[ends[0] : ends[1]]
