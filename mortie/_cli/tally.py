"""How many points lie in cells, and the statistics of their values."""

import argparse
import functools
import itertools
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

import mortie
from mortie._cli import statistics
from mortie._cli.columns import from_numpy, to_numpy
from mortie._cli.errors import CommandError, Say, errors_of
from mortie._cli.files import find
from mortie._cli.geometries import RegionFile
from mortie._cli.rows import cells_of, results_of
from mortie._cli.tables import open_source
from mortie._cli.work import each, say

MANY = 1 << 20
SORTED_ROWS = 1 << 22  # at once, where only rows are counted: 32 MB
DENSE_ORDER = 10  # the highest of which all cells have counters, where rows are many: 100 MB


class Tally:
    """Distinct indices in order, their counts and the statistics of some columns of values.

    Its memory grows with the distinct indices alone.
    """

    def __init__(self, values: int, order: int | None = None):
        kinds = [np.int64, np.int64, *(np.int64, float, float, float, float) * values]
        self.empty = [np.empty(0, kind) for kind in kinds]
        self.parts: list[list[np.ndarray]] = []
        self.rows = np.empty(SORTED_ROWS, np.int64)  # indices that are yet to be sorted
        self.waiting = 0  # how many those are
        self.order = order  # of all indices
        self.counters: np.ndarray | None = None  # of all cells on Earth

    def add(self, *columns: np.ndarray) -> None:
        """Add indices, of which some may be the same, their counts and statistics."""
        self.add_part(summed(*columns))

    def add_part(self, part: list[np.ndarray]) -> None:
        """Add distinct indices, in order, their counts and statistics."""
        self.parts.append(part)
        known, *new = (len(part[0]) for part in self.parts)
        # Merging when a part as many are new as are known costs a constant time for each.
        if sum(new) > max(known // 4, MANY):
            self.merge()

    def merge(self) -> None:
        """Make one part of all."""
        self.parts = [summed(*map(np.concatenate, zip(*self.parts, strict=True)))]

    def count(self, cells: np.ndarray) -> None:
        """Add indices, each of which counts one."""
        while len(cells) and self.counters is None:
            if self.waiting == len(self.rows):
                self.make_room()
                continue
            now, cells = np.split(cells, [len(self.rows) - self.waiting])
            self.rows[self.waiting : self.waiting + len(now)] = now
            self.waiting += len(now)
        if self.counters is not None:
            np.add.at(self.counters, mortie.mort2nest(cells), 1)

    def make_room(self) -> None:
        """Count the rows that are waiting, or let more of them wait if most are distinct.

        One sort of many costs less than sorts of few whose counts are then merged.
        """
        if self.order is not None and self.order <= DENSE_ORDER:
            self.counters, self.waiting = np.zeros(12 * 4**self.order, np.int64), 0
            self.count(self.rows)
            return
        self.rows.sort()
        if 2 * len(bounds(self.rows)) > len(self.rows):
            rows, self.rows = self.rows, np.empty(4 * len(self.rows), np.int64)
            self.rows[: len(rows)] = rows
        else:
            self.sort()

    def sort(self) -> None:
        """Count the rows that are waiting."""
        cells, self.waiting = self.rows[: self.waiting], 0
        cells.sort()
        ends = bounds(cells)
        self.add_part([cells[ends[:-1]], np.diff(ends)])

    def sums(self) -> list[np.ndarray]:
        """Give the distinct indices, in order, their counts and statistics."""
        if self.waiting:
            self.sort()
        if self.counters is not None and self.order is not None:
            nest = np.flatnonzero(self.counters)
            self.add(mortie.nest2mort(self.order, nest), self.counters[nest])
            self.counters = None
        if len(self.parts) > 1:
            self.merge()
        return self.parts[0] if self.parts else self.empty


def bounds(cells: np.ndarray) -> np.ndarray:
    """Give where sorted indices change, with their two ends."""
    changes = np.ones(len(cells) + 1, bool)
    np.not_equal(cells[1:], cells[:-1], out=changes[1:-1])
    return np.flatnonzero(changes)


def summed(cells: np.ndarray, counts: np.ndarray, *parts: np.ndarray) -> list[np.ndarray]:
    """Give the distinct ones of indices, in order, the sums of counts and merged statistics."""
    order = np.argsort(cells, kind="stable")  # which merges what is in order already
    cells = cells[order]
    first = bounds(cells)[:-1]
    found = [cells[first], np.add.reduceat(counts[order], first)]
    for part in columns_of(parts):
        found += statistics.merged([array[order] for array in part], first)
    return found


def columns_of(parts: Sequence[np.ndarray]) -> list[statistics.Part]:
    """Give the statistics of each column of values."""
    length = statistics.LENGTH
    return [parts[i : i + length] for i in range(0, len(parts), length)]


def tally(options: argparse.Namespace) -> pa.Table:
    """Count the points of all inputs in each cell, with the statistics of columns of values."""
    inputs = [path for path, _ in find(options.inputs, options.dask)]
    cells = Tally(len(options.value))
    units: dict[str, str | None] = {}
    for path, (sums, told) in each(options, functools.partial(count, options), inputs, inputs):
        cells.add_part(sums)
        for name, unit in zip(options.value, told, strict=True):
            if unit != units.setdefault(name, unit):
                raise CommandError(
                    f"{path}: the unit of column {name!r} is {unit}, and {units[name]} elsewhere"
                )
    morton, counts, *parts = cells.sums()
    table = pa.table([from_numpy(morton, None), from_numpy(counts, None)], ["morton", "count"])
    for name, part in zip(options.value, columns_of(parts), strict=True):
        more = statistics.table_of(name, units[name], part)
        for field, column in zip(more.schema, more.columns, strict=True):
            table = table.append_column(field, column)
    return table


def tally_regions(options: argparse.Namespace) -> pa.Table:
    """Count the points of all inputs in each region, by its name, with the same statistics."""
    if options.column is not None:
        raise CommandError("--column names indices, and regions take points: --lat and --lon")
    options.regions = str(Path(options.regions).absolute())  # for workers in other folders
    _, names = RegionFile.open(options.regions, options.id).regions()
    table = tally(options)
    if (name := options.id or "region") in table.column_names:
        raise CommandError(f"--id {name} names a column that the counts have as well")
    places = table["morton"].to_numpy()
    outside = int(table["count"].to_numpy()[places < 0].sum())
    if outside:
        say(f"{outside:,} point{'s lie' if outside > 1 else ' lies'} in no region")
    rows = np.full(len(names), -1)
    rows[places[places >= 0]] = np.flatnonzero(places >= 0)
    table = table.drop_columns("morton").take(pa.array(rows, mask=rows < 0))
    for i, field in enumerate(table.schema):
        if field.type == pa.int64():  # a count
            table = table.set_column(i, field, pc.fill_null(table[i], 0))
    return table.add_column(0, name, names)


def count(
    options: argparse.Namespace, path: str, say: Say, advance: Callable
) -> tuple[tuple[list[np.ndarray], list[str | None]], int]:
    """Count the points of one file, with statistics; then give units, and how many rows are bad."""
    cells, rows = Tally(len(options.value), options.order), 0
    with open_source(path, options, say=say) as source:
        operation = cells_of(source.schema, options)
        names = operation.choose(source, say)
        fields = [source.schema.field(name) for name in names[len(operation.wanted) :]]
        with errors_of(source.path):
            fills = [statistics.fill_of(field) for field in fields]
        for _, results, left_out in results_of(source, operation, names, advance, names):
            morton, *values = (to_numpy(result) for result in results)
            if values:
                parts = map(statistics.of_rows, values, fills)
                cells.add(morton, np.ones(len(morton), np.int64), *itertools.chain(*parts))
            else:
                cells.count(morton)
            rows += left_out
    return (cells.sums(), [statistics.unit_of(field) for field in fields]), rows
