"""How many points lie in cells, and the sums of their values."""

import argparse
import functools
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa

from mortie._cli.columns import to_numpy
from mortie._cli.errors import CommandError, Say
from mortie._cli.files import find
from mortie._cli.geometries import RegionFile
from mortie._cli.rows import cells_of, results_of
from mortie._cli.tables import open_source
from mortie._cli.work import each, say

NAMES = ("morton", "count", "sum")
MANY = 1 << 20


class Tally:
    """Distinct indices in order, their counts and, if asked for, sums of values.

    Its memory grows with the distinct indices alone.
    """

    def __init__(self, values: bool):
        self.parts = [[np.empty(0, kind) for kind in (np.int64, np.int64, float)[: 2 + values]]]

    def add(self, *columns: np.ndarray) -> None:
        """Add indices, of which some may be the same, their counts and sums."""
        self.parts.append(summed(*columns))
        known, *new = (len(part[0]) for part in self.parts)
        # Merging when a part as many are new as are known costs a constant time for each.
        if sum(new) > max(known // 4, MANY):
            self.sums()

    def sums(self) -> list[np.ndarray]:
        """Give the distinct indices, in order, their counts and sums."""
        self.parts = [summed(*map(np.concatenate, zip(*self.parts, strict=True)))]
        return self.parts[0]


def summed(cells: np.ndarray, *terms: np.ndarray) -> list[np.ndarray]:
    """Give the distinct ones of indices, in order, and the sums of their terms."""
    order = np.argsort(cells, kind="stable")  # which merges what is in order already
    cells = cells[order]
    first = np.flatnonzero(np.diff(cells, prepend=~cells[:1]))  # whatever differs from the first
    return [cells[first], *(np.add.reduceat(part[order], first) for part in terms)]


def tally(options: argparse.Namespace) -> pa.Table:
    """Count the points of all inputs in each cell, and sum the values if a column is named."""
    inputs = [path for path, _ in find(options.inputs, options.dask)]
    cells = Tally(options.value is not None)
    for _, sums in each(options, functools.partial(count, options), inputs, inputs):
        cells.add(*sums)
    arrays = list(map(pa.array, cells.sums()))
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
            cells.add(morton, np.ones(len(morton), np.int64), *values)
            rows += left_out
    return cells.sums(), rows
