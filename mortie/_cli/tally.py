"""How many points lie in cells, and the means of their values."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from mortie._cli import columns
from mortie._cli.atomic import whole_file
from mortie._cli.files import STANDARD
from mortie._cli.rows import results_of
from mortie._cli.stream import BATCH_ROWS
from mortie._cli.tables import open_sink, open_source

if TYPE_CHECKING:
    from collections.abc import Callable

    from mortie._cli.csv_files import Dialect
    from mortie._cli.rows import Operation

SCHEMA = pa.schema([("morton", pa.int64()), ("count", pa.int64())])


class Tally:
    """Distinct indices in order, their counts and, if asked for, sums of values.

    Its memory grows with the distinct indices alone.
    """

    def __init__(self, values: bool) -> None:
        self.known = [np.empty(0, kind) for kind in (np.int64, np.int64, float)[: 2 + values]]
        self.new: list[list[np.ndarray]] = []

    def add(self, cells: np.ndarray, *terms: np.ndarray) -> None:
        """Add indices, of which some may be the same, and arrays of the terms of sums."""
        self.new.append(summed(cells, *terms))
        # Summing when a part as many are new as are known costs a constant time for each.
        if sum(len(part[0]) for part in self.new) > max(len(self.known[0]) // 4, 1 << 20):
            self.sums()

    def sums(self) -> list[np.ndarray]:
        """Give the distinct indices, in order, and the sums."""
        if self.new:
            cells, *sums = summed(*map(np.concatenate, zip(*self.new, strict=True)))
            self.new = []
            place = np.searchsorted(self.known[0], cells)
            old = place < len(self.known[0])
            old[old] = self.known[0][place[old]] == cells[old]
            for i, part in enumerate((cells, *sums)):
                if i:
                    self.known[i][place[old]] += part[old]
                self.known[i] = np.insert(self.known[i], place[~old], part[~old])
        return self.known


def summed(cells: np.ndarray, *terms: np.ndarray) -> list[np.ndarray]:
    """Give the distinct ones of indices, in order, and the sums of their terms."""
    order = np.argsort(cells, kind="stable")  # which merges what is in order already
    cells = cells[order]
    first = np.flatnonzero(np.diff(cells, prepend=~cells[:1]))  # whatever differs from the first
    return [cells[first], *(np.add.reduceat(part[order], first) for part in terms)]


def count(
    path: str,
    say: Callable[[str], None],
    advance: Callable[[int], object] = lambda size: None,
    *,
    choose: Callable[[pa.Schema], Operation],
    dialect: Dialect,
) -> tuple[list[np.ndarray], int]:
    """Count the points of one file in each cell, and the rows that were skipped.

    Where the operation also gives values, they are summed, and points without one are left out.
    """
    with open_source(path, dialect) as source:
        operation = choose(source.schema)
        tally, skipped = Tally(operation.value is not None), 0
        names = operation.choose(source.path, source.schema, say)
        for _, [morton, *values], left_out in results_of(
            source, operation, names, columns=names, advance=advance
        ):
            cells = columns.to_numpy(morton, np.int64(0))
            terms = [columns.to_numpy(value, np.float64(np.nan)) for value in values]
            there = ~np.isnan(terms[0]) if terms else slice(None)
            cells, terms = cells[there], [part[there] for part in terms]
            if terms:
                tally.add(cells, np.ones(len(cells), np.int64), *terms)
            else:
                tally.add(*np.unique(cells, return_counts=True))
            skipped += left_out
    return tally.sums(), skipped


def write(
    sums: list[np.ndarray], out: str, force: bool, say: Callable[[str], None], dialect: Dialect
) -> None:
    """Write the counts as a table."""
    table = pa.table(list(map(pa.array, sums)), schema=SCHEMA)

    def to(path):
        with open_sink(path, out, SCHEMA, {}, dialect) as sink:
            for batch in table.to_batches(BATCH_ROWS):
                sink.write(batch)

    if out == STANDARD:
        to(out)
    else:
        with whole_file(out, force, say) as stream:
            to(stream)
