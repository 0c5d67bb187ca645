"""The stream of batches through a command: read ahead, computed by threads, in order."""

from __future__ import annotations

import functools
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pyarrow as pa

from mortie._cli.tables import errors_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mortie._cli.rows import Operation
    from mortie._cli.tables import CsvSource, ParquetSource


def stream(
    source: ParquetSource | CsvSource,
    operation: Operation,
    names: tuple[str, ...],
    *,
    columns: tuple[str, ...] | None = None,
    workers: int = 1,
    advance: Callable[[int], object] = lambda size: None,
) -> Iterator[tuple[pa.RecordBatch, list[pa.Array], int]]:
    """Compute the batches of a table, while the caller uses those before.

    Parameters
    ----------
    source : ParquetSource or CsvSource
        The table.
    operation : Operation
        What to compute.
    names : tuple of str
        The columns to compute it from.
    columns : tuple of str, optional
        The columns to read; by default all.
    workers : int, default 1
        How many threads compute. One more reads.
    advance : callable, optional
        Told of how many bytes of the file were used since the last call.

    Yields
    ------
    tuple
        What `Operation` returns, in the order of the file.
    """
    reader, pool = ThreadPoolExecutor(1), ThreadPoolExecutor(workers)
    batches = source.batches(columns)
    compute = functools.partial(operation, source.path, names)
    pending: deque = deque()
    used = 0
    first = 1
    try:
        ahead = reader.submit(next, batches, None)
        while (batch := ahead.result()) is not None:
            ahead = reader.submit(next, batches, None)
            pending.append(pool.submit(compute, first, batch))
            first += batch.num_rows
            if len(pending) > workers:
                yield result(pending.popleft(), source.path)
                advance(source.position - used)
                used = source.position
        while pending:
            yield result(pending.popleft(), source.path)
        advance(source.size - used)
    finally:
        # Without waiting: a thread may sit before a terminal or pipe that brings no more input.
        for threads in (reader, pool):
            threads.shutdown(wait=False, cancel_futures=True)


def result(future, path):
    """Wait for what a thread computes."""
    with errors_of(path):
        return future.result()
