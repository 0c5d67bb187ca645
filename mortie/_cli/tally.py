"""How many points lie in cells, and the sums of their values."""

import argparse
import functools
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa

from mortie._cli.columns import from_numpy, to_numpy
from mortie._cli.errors import CommandError, Say
from mortie._cli.files import find
from mortie._cli.geometries import RegionFile
from mortie._cli.rows import cells_of, results_of
from mortie._cli.tables import open_source
from mortie._cli.work import each, say

NAMES = ("morton", "count", "sum")
MANY = 1 << 20
SORTED_ROWS = 1 << 22  # at once, where only rows are counted: 32 MB


class Tally:
    """Distinct indices in order, their counts and, if asked for, sums of values.

    Its memory grows with the distinct indices alone.
    """

    def __init__(self, values: bool):
        self.parts = [[np.empty(0, kind) for kind in (np.int64, np.int64, float)[: 2 + values]]]
        self.rows: list[np.ndarray] = []  # indices that are yet to be sorted

    def add(self, *columns: np.ndarray) -> None:
        """Add indices, of which some may be the same, their counts and sums."""
        self.add_part(summed(*columns))

    def add_part(self, part: list[np.ndarray]) -> None:
        """Add distinct indices, in order, their counts and sums."""
        self.parts.append(part)
        known, *new = (len(part[0]) for part in self.parts)
        # Merging when a part as many are new as are known costs a constant time for each.
        if sum(new) > max(known // 4, MANY):
            self.sums()

    def count(self, cells: np.ndarray) -> None:
        """Add indices, each of which counts one."""
        self.rows.append(cells)
        if sum(map(len, self.rows)) >= SORTED_ROWS:
            self.sort()

    def sort(self) -> None:
        """Count the rows that are waiting: one sort of many costs less than many of few."""
        cells, self.rows = np.concatenate(self.rows), []
        cells.sort()
        first = starts(cells)
        self.add_part([cells[first], np.diff(first, append=len(cells))])

    def sums(self) -> list[np.ndarray]:
        """Give the distinct indices, in order, their counts and sums."""
        if self.rows:
            self.sort()
        if len(self.parts) == 1:
            return self.parts[0]
        self.parts = [summed(*map(np.concatenate, zip(*self.parts, strict=True)))]
        return self.parts[0]


def starts(cells: np.ndarray) -> np.ndarray:
    """Give where sorted indices change, and 0 if there are any."""
    changes = np.flatnonzero(cells[1:] != cells[:-1]) + 1
    return np.insert(changes, 0, 0) if len(cells) else changes


def summed(cells: np.ndarray, *terms: np.ndarray) -> list[np.ndarray]:
    """Give the distinct ones of indices, in order, and the sums of their terms."""
    order = np.argsort(cells, kind="stable")  # which merges what is in order already
    cells = cells[order]
    first = starts(cells)
    return [cells[first], *(np.add.reduceat(part[order], first) for part in terms)]


def tally(options: argparse.Namespace) -> pa.Table:
    """Count the points of all inputs in each cell, and sum the values if a column is named."""
    inputs = [path for path, _ in find(options.inputs, options.dask)]
    cells = Tally(options.value is not None)
    for _, sums in each(options, functools.partial(count, options), inputs, inputs):
        cells.add(*sums)
    arrays = [from_numpy(column, None) for column in cells.sums()]
    return pa.table(arrays, NAMES[: len(arrays)])


def tally_regions(options: argparse.Namespace) -> pa.Table:
    """Count the points of all inputs in each region, by its name."""
    if options.column is not None:
        raise CommandError("--column names indices, and regions take points: --lat and --lon")
    options.regions = str(Path(options.regions).absolute())  # for workers in other folders
    _, names = RegionFile.open(options.regions, options.id).regions()
    places, counts = (column.to_numpy() for column in tally(options))
    outside = int(counts[places < 0].sum())
    if outside:
        say(f"{outside:,} point{'s lie' if outside > 1 else ' lies'} in no region")
    found = np.zeros(len(names), np.int64)
    found[places[places >= 0]] = counts[places >= 0]
    return pa.table([names, found], [options.id or "region", "count"])


def count(
    options: argparse.Namespace, path: str, say: Say, advance: Callable
) -> tuple[list[np.ndarray], int]:
    """Count the points of one file, and the rows that were left out.

    Those without a value, where values are summed, count for nothing.
    """
    cells, rows = Tally(options.value is not None), 0
    with open_source(path, options, say=say) as source:
        operation = cells_of(source.schema, options)
        names = operation.choose(source, say)
        for _, results, left_out in results_of(source, operation, names, advance, names):
            morton, *values = (to_numpy(result) for result in results)
            there = ~np.isnan(values[0]) if values else slice(None)
            morton, *values = (column[there] for column in (morton, *values))
            if values:
                cells.add(morton, np.ones(len(morton), np.int64), *values)
            else:
                cells.count(morton)
            rows += left_out
    return cells.sums(), rows
