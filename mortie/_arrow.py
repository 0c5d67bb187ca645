"""Numbers in Arrow arrays as the nearest doubles."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from typing import Any


def floats(array: Any) -> Any:
    """Convert an Arrow array of numbers to float64, each value to the nearest double.

    Parameters
    ----------
    array : pyarrow.Array or pyarrow.ChunkedArray
        Integers, floats of any width, decimals, or nulls; or a dictionary of these.

    Returns
    -------
    pyarrow.Array or pyarrow.ChunkedArray
        As long, with nulls where the input has them.

    Raises
    ------
    TypeError
        If the array holds something else, such as booleans or text.

    Examples
    --------
    >>> import decimal, pyarrow as pa
    >>> floats(pa.array([decimal.Decimal("-90.000"), None])).to_pylist()
    [-90.0, None]
    """
    if isinstance(array, pa.ChunkedArray):
        return pa.chunked_array([floats(chunk) for chunk in array.chunks], pa.float64())
    if pa.types.is_dictionary(array.type):
        array = array.dictionary_decode()
    kind = array.type
    if kind == pa.float64():
        return array
    if pa.types.is_decimal(kind):
        # pyarrow divides the digits by a power of ten, both rounded; of text it finds the nearest.
        array = array.cast(pa.string())
    elif pa.types.is_float16(kind):  # which older versions of pyarrow can't cast
        halves = np.frombuffer(array.buffers()[1], np.float16, len(array), 2 * array.offset)
        array = pc.if_else(array.is_valid(), pa.array(halves.astype(float)), None)
    elif not (pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_null(kind)):
        raise TypeError(f"an array of {kind} holds no numbers")
    return array.cast(pa.float64(), safe=False)  # integers beyond 2**53 are rounded
