"""What the commands compute of rows, and what they do about bad ones."""

import argparse
import functools
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pyarrow as pa

import mortie
from mortie._cli import columns
from mortie._cli.errors import CommandError, Say, TableError, errors_of
from mortie._cli.geometries import RegionFile
from mortie._cli.tables import Source

Faults = list[tuple[str, np.ndarray, str]]  # columns, where they are bad, and the rules they break


@dataclass(frozen=True)
class Operation:
    """A function of the columns of a table that some options name.

    It gives one array or several; the values of the columns of --value are further results.
    """

    function: Callable[..., Any]
    options: argparse.Namespace
    wanted: ClassVar[tuple[str, ...]]  # those options
    kind: ClassVar[pa.DataType]  # of their columns
    filler: ClassVar[float]  # in the place of bad values

    def choose(self, source: Source, say: Say) -> tuple[str, ...]:
        """Choose the columns of a table, and say which were found by their usual names."""
        given = [(option, getattr(self.options, option)) for option in self.wanted]
        given += [("value", name) for name in self.options.value]
        with errors_of(source.path):
            names = [columns.choose(source.schema, option, name) for option, name in given]
        found = [
            f"{columns.MEANING[option]} from column {name!r}"
            for (option, told), name in zip(given, names, strict=True)
            if told is None
        ]
        if found:
            say(", ".join(found))
        return tuple(names)

    def faults(self, batch: pa.RecordBatch, names: tuple[str, ...], *values: Any) -> Faults:
        """Give what is bad in the columns."""
        raise NotImplementedError

    def __call__(
        self, batch: pa.RecordBatch, names: tuple[str, ...], first: int, decimal: str
    ) -> tuple[pa.RecordBatch, list[pa.Array], int]:
        """Compute a batch: the rows that are kept, the results, and how many rows were left out."""
        kinds = [self.kind] * len(self.wanted) + [pa.float64()] * len(self.options.value)
        arrays = [
            columns.to_numpy(columns.numbers(batch.column(name), name, kind, first, decimal))
            for name, kind in zip(names, kinds, strict=True)
        ]
        values, more = arrays[: len(self.wanted)], arrays[len(self.wanted) :]
        faults = self.faults(batch, names, *values)
        bad = functools.reduce(np.logical_or, (where for _, where, _ in faults))
        mask, rows = None, batch.num_rows
        if bad.any():
            if self.options.on_error == "fail":
                row = int(bad.argmax())
                name, rule = next((name, rule) for name, where, rule in faults if where[row])
                value = batch.column(name)[row].as_py()
                shown = "null" if value in (None, "") else value
                raise TableError(f"row {first + row}: {name} is {shown}, but {rule}")
            if self.options.on_error == "skip":
                batch = batch.filter(pa.array(~bad))
                values, more = ([array[~bad] for array in each] for each in (values, more))
            else:
                values = [np.where(bad, self.filler, value) for value in values]
                mask = bad
        results = self.function(*values)
        results = results if isinstance(results, tuple) else (results,)
        found = [columns.from_numpy(result, mask) for result in (*results, *more)]
        return batch, found, rows - batch.num_rows


class Points(Operation):
    """A function of coordinates."""

    wanted, kind, filler = ("lat", "lon"), pa.float64(), 0.0

    def faults(self, batch: pa.RecordBatch, names: tuple[str, ...], *values: Any) -> Faults:
        """Give what are no coordinates."""
        lat, lon = values
        return [
            (names[0], ~(np.abs(lat) <= 90), "latitudes lie in -90 to 90 degrees"),
            (names[1], ~np.isfinite(lon), "longitudes are finite numbers of degrees"),
        ]


@dataclass(frozen=True)
class Indices(Operation):
    """A function of Morton indices, at least of some order."""

    order: int = 0
    wanted, kind = ("column",), pa.int64()
    filler = 1111111111111111111  # of order 18, so that it can be clipped to any

    def faults(self, batch: pa.RecordBatch, names: tuple[str, ...], *values: Any) -> Faults:
        """Give what are no indices, and those of lower orders."""
        [morton] = values
        name = names[0]
        none = ~mortie.is_mort(morton)
        rule = "Morton indices have 1 to 19 digits, 1-6 and then 1-4"
        if batch.column(name).type == pa.uint64():
            rule += "; if negative ones were made unsigned, cast the column to int64"
        faults = [(name, none, rule)]
        if self.order:
            coarse = np.abs(morton) < 10**self.order  # one digit more than its order
            faults.append((name, coarse, f"its order is below {self.order}"))
        return faults


def cells_of(schema: pa.Schema, options: argparse.Namespace) -> Operation:
    """Find the cells of rows from their indices, where a table has them, else from coordinates.

    Without an order, indices stay as they are. Of regions, places are given in place of cells.
    """
    if options.regions is not None:
        return Points(RegionFile.open(options.regions, options.id).places_of, options)
    order, points = options.order, (options.lat, options.lon) != (None, None)
    if options.column is not None or (not points and columns.candidates(schema, "column")):
        if order is None:
            return Indices(np.positive, options)
        return Indices(functools.partial(mortie.clip_mort, order), options, order)
    if order is None:
        raise CommandError("cells of points need an order: --order K")
    return Points(functools.partial(mortie.latlon2mort, order), options)


def results_of(
    source: Source,
    operation: Operation,
    names: tuple[str, ...],
    advance: Callable,
    read: tuple[str, ...] | None = None,
) -> Iterator[tuple[pa.RecordBatch, list[pa.Array], int]]:
    """Compute all batches of a table, and yield what `Operation` returns, in the order of the file.

    Only the columns of `read` are read, by default all; `advance` is told how many bytes were used.
    """
    used, first = 0, 1
    with errors_of(source.path):
        for batch in ahead(source.batches(read)):
            yield operation(batch, names, first, source.decimal)
            first += batch.num_rows
            advance(source.position - used)
            used = source.position
    advance(source.size - used)


def ahead(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Read a batch in a thread while the caller works on the one before."""
    reader = ThreadPoolExecutor(1)
    try:
        coming = reader.submit(next, batches, None)
        while (batch := coming.result()) is not None:
            coming = reader.submit(next, batches, None)
            yield batch
    finally:
        # Without waiting: the thread may sit before a terminal or pipe that brings no more input.
        reader.shutdown(wait=False, cancel_futures=True)
