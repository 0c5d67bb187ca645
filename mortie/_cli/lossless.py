"""The narrowest types that keep every value of text, as in CSV."""

import re

import pyarrow as pa
import pyarrow.compute as pc

from mortie._cli.columns import bytes_of, can_be, with_point

# As Python, Arrow, C's "%f" and "%e", and R write floats; not as codes such as 007 or 12E7 look.
NUMBER = r"^(-?(0|[1-9][0-9]*)(\.[0-9]+)?|-?[0-9](\.[0-9]+)?[eE][+-][0-9]{2,3}|NaN|nan|-?inf)$"
WORD = r"^(NaN|nan|-?inf)$"
BOOLEAN = r"^(true|false|True|False|TRUE|FALSE)$"
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
    found = holding(with_point(values, decimal))
    return found if kinds is None else kinds & found


def holding(values: pa.Array) -> set[pa.DataType]:
    """Give the types that hold all of some texts, each as it is or as the same value."""
    if returns(values, pa.int64()):
        low, high = pc.min_max(values.cast(pa.int64())).as_py().values()
        double = {pa.float64()} if low >= -EXACT and high <= EXACT else set()
        return {pa.int64()} | double | ({pa.uint64()} if low >= 0 else set())
    if returns(values, pa.uint64()):
        return {pa.uint64()}
    if are_numbers(values):
        words = {pa.string()} if all_match(values, WORD) else set()
        return {pa.float64()} | words if doubles_keep(values) else set()
    if all_match(values, BOOLEAN):
        return {pa.bool_()}
    if returns(values, pa.date32()):
        return {pa.date32()}
    if all_match(values, TIME):
        nano = all_match(values, NANO_YEARS)
        return {kind for kind in TIMES if can_be(values, kind) and (nano or kind.unit != "ns")}
    return set()


def returns(values: pa.Array, kind: pa.DataType) -> bool:
    """Return whether texts come back as they are from a type."""
    # A cast that fails takes long, for it writes a message for each value: so try the first alone.
    if not (can_be(values[0], kind) and can_be(values, kind)):
        return False
    return values.cast(kind).cast(pa.string()).equals(values)


def all_match(values: pa.Array, pattern: str) -> bool:
    """Return whether a pattern matches each text; mostly the first is enough to know."""
    first = re.search(pattern, values[0].as_py())
    return bool(first) and pc.all(pc.match_substring_regex(values, pattern)).as_py()


def are_numbers(values: pa.Array) -> bool:
    """Return whether texts look like numbers; of usual ones in a tenth of the time of a pattern."""
    usual = not bytes(bytes_of(values)).translate(None, b"0123456789.-")
    if not usual or not can_be(values, pa.float64()):
        return all_match(values, NUMBER)
    digits = pc.utf8_ltrim(values, "-")
    bare = pc.or_(pc.starts_with(digits, "."), pc.ends_with(digits, "."))
    zero = pc.and_not(pc.starts_with(digits, "0"), pc.starts_with(digits, "0."))
    code = pc.and_(zero, pc.greater(pc.binary_length(digits), 1))
    return not pc.any(pc.or_(bare, code)).as_py()


def doubles_keep(values: pa.Array) -> bool:
    """Return whether doubles keep all digits of numbers."""
    # Up to 15 digits they always do. Longer ones are mostly those that a double was written as.
    long = pc.greater(pc.binary_length(values), 15)
    if b"e" in bytes(bytes_of(values)).lower():
        long = pc.or_(long, pc.match_substring(values, "e", ignore_case=True))
    long = values.filter(long)
    written = long.cast(pa.float64()).cast(pa.string())
    rest = long.filter(pc.not_equal(written, long))
    return all(map(double_keeps, rest.to_pylist()))


def double_keeps(text: str) -> bool:
    """Return whether the nearest double has the digits of a number, written with as many."""
    if re.search(WORD, text):
        return True
    mantissa, form, _ = re.split("([eE])", text) if "e" in text.lower() else (text, "f", "")
    digits = len(mantissa.partition(".")[2])
    return f"{float(text):.{digits}{form}}" == text and (
        "." in text or form != "f" or abs(int(text)) <= EXACT
    )
