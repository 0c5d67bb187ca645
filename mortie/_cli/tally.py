"""The command that counts points in cells."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

from mortie._cli.atomic import whole_file
from mortie._cli.files import STANDARD
from mortie._cli.stream import stream
from mortie._cli.tables import open_sink, open_source

if TYPE_CHECKING:
    from collections.abc import Callable

    from mortie._cli.rows import Operation

SCHEMA = pa.schema([("morton", pa.int64()), ("count", pa.int64())])


class Tally:
    """How often each index occurred; it takes memory for the distinct ones alone."""

    def __init__(self) -> None:
        self.table = SCHEMA.empty_table()
        self.new: list[pa.Table] = []

    def add(self, table: pa.Table) -> None:
        """Add counts, of which the same index may have several."""
        self.new.append(table)
        # Summing when as many are new as are known costs a constant time for each.
        if sum(map(len, self.new)) > max(len(self.table), 1 << 20):
            self.sum()

    def sum(self) -> pa.Table:
        """Give the table of distinct indices and their counts."""
        merged = pa.concat_tables([self.table, *self.new])
        summed = merged.group_by("morton").aggregate([("count", "sum")])
        self.new = []
        self.table = pa.table([summed["morton"], summed["count_sum"]], schema=SCHEMA)
        return self.table


def count(
    path: str,
    say: Callable[[str], None],
    advance: Callable[[int], object] = lambda size: None,
    *,
    choose: Callable[[pa.Schema], Operation],
    workers: int,
) -> tuple[pa.Table, int]:
    """Count the points of one file in each cell, and the rows that were skipped."""
    tally, skipped = Tally(), 0
    with open_source(path) as source:
        operation = choose(source.schema)
        names = operation.choose(source.path, source.schema, say)
        for _, [morton], left_out in stream(
            source, operation, names, columns=names, workers=workers, advance=advance
        ):
            tally.add(pa.table(morton.value_counts().flatten(), schema=SCHEMA))
            skipped += left_out
    return tally.sum(), skipped


def write(table: pa.Table, out: str, force: bool) -> None:
    """Write the counts, sorted by index."""
    table = table.sort_by("morton")

    def to(path):
        with open_sink(path, out, SCHEMA, "SNAPPY") as sink:
            for batch in table.to_batches(1 << 17):
                sink.write(batch)

    if out == STANDARD:
        to(out)
    else:
        with whole_file(out, force) as path:
            to(str(path))
