"""The command that counts points in cells."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from mortie._cli import columns
from mortie._cli.atomic import whole_file
from mortie._cli.files import STANDARD
from mortie._cli.stream import stream
from mortie._cli.tables import BATCH_ROWS, open_sink, open_source

if TYPE_CHECKING:
    from collections.abc import Callable

    from mortie._cli.rows import Operation

SCHEMA = pa.schema([("morton", pa.int64()), ("count", pa.int64())])


class Tally:
    """How often each index occurred; its memory grows with the distinct ones alone."""

    def __init__(self) -> None:
        self.known = np.empty((2, 0), np.int64)
        self.new: list[np.ndarray] = []

    def add(self, cells_and_counts: np.ndarray) -> None:
        """Add an array of two rows: indices, of which some may be the same, and counts."""
        self.new.append(cells_and_counts)
        # Summing when as many are new as are known costs a constant time for each.
        if sum(part.shape[1] for part in self.new) > max(self.known.shape[1], 1 << 20):
            self.sum()

    def sum(self) -> np.ndarray:
        """Give an array of two rows: distinct indices, in order, and their counts."""
        both = np.concatenate([self.known, *self.new], axis=1)
        cells, counts = both[:, np.argsort(both[0])]
        first = np.flatnonzero(
            np.diff(cells, prepend=~cells[:1])
        )  # whatever differs from the first
        self.known, self.new = np.stack([cells[first], np.add.reduceat(counts, first)]), []
        return self.known


def count(
    path: str,
    say: Callable[[str], None],
    advance: Callable[[int], object] = lambda size: None,
    *,
    choose: Callable[[pa.Schema], Operation],
    workers: int,
) -> tuple[np.ndarray, int]:
    """Count the points of one file in each cell, as in `Tally`, and the rows that were skipped."""
    tally, skipped = Tally(), 0
    with open_source(path) as source:
        operation = choose(source.schema)
        names = operation.choose(source.path, source.schema, say)
        for _, [morton], left_out in stream(
            source, operation, names, columns=names, workers=workers, advance=advance
        ):
            pair = morton.value_counts().flatten()
            tally.add(np.stack([columns.to_numpy(column, np.int64(0)) for column in pair]))
            skipped += left_out
    return tally.sum(), skipped


def write(cells_and_counts: np.ndarray, out: str, force: bool, say: Callable[[str], None]) -> None:
    """Write the counts as a table."""
    table = pa.table(list(map(pa.array, cells_and_counts)), schema=SCHEMA)

    def to(path):
        with open_sink(path, out, SCHEMA, "SNAPPY") as sink:
            for batch in table.to_batches(BATCH_ROWS):
                sink.write(batch)

    if out == STANDARD:
        to(out)
    else:
        with whole_file(out, force, say) as stream:
            to(stream)
