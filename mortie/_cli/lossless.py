"""The narrowest types that keep every value of text, as in CSV."""

from __future__ import annotations

import re

import pyarrow as pa
import pyarrow.compute as pc

from mortie._cli.columns import can_be

INTEGER = r"^(0|-?[1-9][0-9]*)$"
# As Python, Arrow, C's "%f" and "%e", and R write floats; not as codes such as 007 or 12E7 look.
NUMBER = r"^(-?(0|[1-9][0-9]*)(\.[0-9]+)?|-?[0-9](\.[0-9]+)?[eE][+-][0-9]{2,3}|NaN|nan|-?inf)$"
WORD = r"^(NaN|nan|-?inf)$"
BOOLEAN = r"^(true|false|True|False|TRUE|FALSE)$"
DATE = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
TIME = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?Z?$"
# Of those that nanoseconds hold whole, in 64 bits; some versions of pyarrow wrap others silently.
NANO_YEARS = r"^(1[7-9]|2[01])"
TIMES = [pa.timestamp(unit, zone) for zone in (None, "UTC") for unit in ("ms", "us", "ns")]
# In this order; text comes first where there are only words, such as NaN, or nothing at all.
ORDER = [pa.string(), pa.int64(), pa.uint64(), pa.float64(), pa.bool_(), pa.date32(), *TIMES]
EXACT = 2**53  # beyond it doubles miss integers


def choose(kinds: set[pa.DataType] | None) -> pa.DataType:
    """Choose among the types that `narrow` left."""
    return next((kind for kind in ORDER if kind in (kinds or ())), pa.string())


def narrow(
    kinds: set[pa.DataType] | None, column: pa.Array, decimal: str = "."
) -> set[pa.DataType] | None:
    """Keep those types that hold all values of a further batch; none at all means text.

    None stands for no values so far.
    """
    values = column.drop_null()
    if kinds == set() or not len(values):
        return kinds
    found = holding(plain(values, decimal))
    return found if kinds is None else kinds & found


def plain(text: pa.Array, decimal: str) -> pa.Array:
    """Give numbers with a point before fractions."""
    if decimal == ".":
        return text
    return pc.replace_substring(pc.replace_substring(text, ".", "#"), decimal, ".")


def holding(values: pa.Array) -> set[pa.DataType]:
    """Give the types that hold all of some texts, each as it is or as the same value."""

    def all_match(pattern: str) -> bool:
        if not re.search(pattern, values[0].as_py()):  # mostly that is enough to know
            return False
        return pc.all(pc.match_substring_regex(values, pattern)).as_py()

    if all_match(INTEGER):
        integers = {kind for kind in (pa.int64(), pa.uint64()) if can_be(values, kind)}
        return integers | ({pa.float64()} if pa.int64() in integers and small(values) else set())
    if all_match(NUMBER):
        words = {pa.string()} if all_match(WORD) else set()
        return {pa.float64()} | words if doubles_keep(values) else set()
    if all_match(BOOLEAN):
        return {pa.bool_()}
    if all_match(DATE):
        return {pa.date32()} if can_be(values, pa.date32()) else set()
    if all_match(TIME):
        return {kind for kind in TIMES if can_be(values, kind) and within(values, kind)}
    return set()


def small(values: pa.Array) -> bool:
    """Tell whether doubles hold integers, and all between."""
    ends = pc.min_max(values.cast(pa.int64())).as_py()
    return ends["min"] >= -EXACT and ends["max"] <= EXACT


def within(values: pa.Array, kind: pa.DataType) -> bool:
    """Tell whether 64 bits hold times in a unit."""
    return kind.unit != "ns" or pc.all(pc.match_substring_regex(values, NANO_YEARS)).as_py()


def doubles_keep(values: pa.Array) -> bool:
    """Tell whether doubles keep all digits of numbers."""
    # Up to 15 digits they always do. Longer ones are mostly those that a double was written as.
    short = pc.and_(
        pc.less_equal(pc.binary_length(values), 15),
        pc.invert(pc.match_substring_regex(values, "[eE]")),
    )
    long = values.filter(pc.invert(short))
    written = long.cast(pa.float64()).cast(pa.string())
    rest = long.filter(pc.not_equal(written, long))
    return all(map(double_keeps, rest.to_pylist()))


def double_keeps(text: str) -> bool:
    """Tell whether the nearest double has the digits of a number, written with as many."""
    if re.search(WORD, text):
        return True
    mantissa, form, _ = re.split("([eE])", text) if "e" in text.lower() else (text, "f", "")
    digits = len(mantissa.partition(".")[2])
    return f"{float(text):.{digits}{form}}" == text and (
        "." in text or form != "f" or abs(int(text)) <= EXACT
    )
