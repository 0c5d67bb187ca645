"""What the commands do with rows, and what they do about bad ones."""

from __future__ import annotations

import contextlib
import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pyarrow as pa

import mortie
from mortie._cli import columns
from mortie._cli.columns import Place
from mortie._cli.errors import CommandError
from mortie._cli.stream import ahead, errors_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mortie._cli.csv_files import CsvSource
    from mortie._cli.parquet_files import ParquetSource


@contextlib.contextmanager
def naming(path: str) -> Iterator[None]:
    """Put the name of the file before errors."""
    try:
        yield
    except CommandError as error:
        raise CommandError(f"{path}: {error}") from None


class Fault(NamedTuple):
    """Where a column breaks a rule."""

    column: str
    bad: np.ndarray
    rule: str


@dataclass(frozen=True)
class Points:
    """Coordinates in two columns; None stands for a column with a usual name."""

    lat: str | None
    lon: str | None
    filler = 0.0
    kind = pa.float64()

    def choose(self, schema: pa.Schema, say: Callable[[str], None]) -> tuple[str, ...]:
        """Choose the columns."""
        found: list[str] = []
        names = (
            columns.choose(schema, "lat", self.lat, found.append),
            columns.choose(schema, "lon", self.lon, found.append),
        )
        if found:
            say(", ".join(found))
        return names

    def read(self, names, batch, place) -> tuple[list[np.ndarray], list[Fault]]:
        """Give the columns as arrays, and what is bad in them."""
        lat, lon = (columns.floats(batch, name, place) for name in names)
        return [lat, lon], [
            Fault(names[0], ~(np.abs(lat) <= 90), "latitudes lie in -90 to 90 degrees"),
            Fault(names[1], ~np.isfinite(lon), "longitudes are finite numbers of degrees"),
        ]


@dataclass(frozen=True)
class Indices:
    """Morton indices in one column, at least of some order."""

    column: str | None
    order: int = 0
    filler = 1111111111111111111  # of order 18, so that it can be clipped to any
    kind = pa.int64()

    def choose(self, schema: pa.Schema, say: Callable[[str], None]) -> tuple[str, ...]:
        """Choose the column."""
        return (columns.choose(schema, "column", self.column, say),)

    def read(self, names, batch, place) -> tuple[list[np.ndarray], list[Fault]]:
        """Give the column as an array, and what is bad in it."""
        [name] = names
        morton = columns.integers(batch, name, place)
        rule = "Morton indices have 1 to 19 digits, 1-6 and then 1-4"
        if batch.column(name).type == pa.uint64():
            rule += "; if negative ones were made unsigned, cast the column to int64"
        none = ~mortie.is_mort(morton)
        faults = [Fault(name, none, rule)]
        if self.order:
            coarse = mortie.mort2order(np.where(none, self.filler, morton)) < self.order
            faults.append(Fault(name, coarse, f"its order is below {self.order}"))
        return [morton], faults


@dataclass(frozen=True)
class Operation:
    """What a command computes of each row.

    Parameters
    ----------
    source : Points or Indices
        What it computes it from.
    function : callable
        From the arrays of the source to one array or several.
    on_error : {"fail", "null", "skip"}
        Whether bad rows are an error, get nulls or are left out.
    value : str, optional
        A column of numbers that is a further result.
    """

    source: Points | Indices
    function: Callable[..., Any]
    on_error: str
    value: str | None = None

    def choose(self, path: str, schema: pa.Schema, say: Callable[[str], None]) -> tuple[str, ...]:
        """Choose the columns of the source in a file, and that of values, if there is one."""
        with naming(path):
            names = self.source.choose(schema, say)
            if self.value is None:
                return names
            return *names, columns.choose(schema, "value", self.value, say)

    def __call__(
        self, place: Place, names: tuple[str, ...], batch: pa.RecordBatch
    ) -> tuple[pa.RecordBatch, list[pa.Array], int]:
        """Compute a batch: the rows that are kept, the results, and how many rows were left out."""
        more = []
        if self.value is not None:
            name, names = names[-1], names[:-1]
            more = [columns.floats(batch, name, place)]
        values, faults = self.source.read(names, batch, place)
        bad = functools.reduce(np.logical_or, (fault.bad for fault in faults))
        mask = None
        rows = batch.num_rows
        if bad.any():
            if self.on_error == "fail":
                row = int(bad.argmax())
                fault = next(fault for fault in faults if fault.bad[row])
                value = batch.column(fault.column)[row].as_py()
                shown = "null" if value in (None, "") else value
                raise CommandError(f"{place.at(row, fault.column)} is {shown}, but {fault.rule}")
            if self.on_error == "skip":
                batch = batch.filter(pa.array(~bad))
                values, more = ([array[~bad] for array in arrays] for arrays in (values, more))
            else:
                values = [np.where(bad, self.source.filler, value) for value in values]
                mask = bad
        results = self.function(*values)
        if not isinstance(results, tuple):
            results = (results,)
        return (
            batch,
            [columns.from_numpy(result, mask) for result in (*results, *more)],
            rows - batch.num_rows,
        )


def results_of(
    source: ParquetSource | CsvSource,
    operation: Operation,
    names: tuple[str, ...],
    *,
    columns: tuple[str, ...] | None = None,
    advance: Callable[[int], object] = lambda size: None,
) -> Iterator[tuple[pa.RecordBatch, list[pa.Array], int]]:
    """Compute all batches of a table, and yield what `Operation` returns, in the order of the file.

    `columns` are those to read, by default all; `advance` is told how many bytes were used.
    """
    used, first = 0, 1
    for batch in ahead(source.batches(columns), source.path):
        with errors_of(source.path):
            result = operation(Place(source.path, first, source.decimal), names, batch)
        yield result
        first += batch.num_rows
        advance(source.position - used)
        used = source.position
    advance(source.size - used)


def to_cells(
    schema: pa.Schema,
    *,
    order: int | None,
    column: str | None,
    lat: str | None,
    lon: str | None,
    on_error: str,
    value: str | None = None,
) -> Operation:
    """Find the cells of rows from their indices, where a table has them, else from coordinates.

    Without an order, indices stay as they are. The columns are those that the user named.
    """
    points = lat is not None or lon is not None
    if column is not None or (not points and columns.candidates(schema, "column")):
        if order is None:
            return Operation(Indices(column), np.positive, on_error, value)
        clip = functools.partial(mortie.clip_mort, order)
        return Operation(Indices(column, order), clip, on_error, value)
    if order is None:
        raise CommandError("cells of points need an order: --order K")
    latlon2mort = functools.partial(mortie.latlon2mort, order)
    return Operation(Points(lat, lon), latlon2mort, on_error, value)
