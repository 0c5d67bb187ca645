"""Batches of rows: how large they are, how they are read ahead, what their errors say."""

from __future__ import annotations

import contextlib
import os
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pyarrow as pa

from mortie._cli.errors import CommandError

if TYPE_CHECKING:
    from collections.abc import Iterator

# Small enough for the caches and for a few batches at once, large enough that Python costs nothing.
BATCH_ROWS = 1 << 17
BATCH_BYTES = 16 << 20


@contextlib.contextmanager
def errors_of(path: str) -> Iterator[None]:
    """Turn errors of pyarrow and of the system into one line that names the file."""
    try:
        yield
    except BrokenPipeError:
        raise
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        number = getattr(error, "errno", None)
        why = os.strerror(number) if number else " ".join(str(error).split())
        raise CommandError(f"{path}: {why}") from error


def ahead(batches: Iterator[pa.RecordBatch], path: str) -> Iterator[pa.RecordBatch]:
    """Read a batch in a thread while the caller works on the one before."""
    reader = ThreadPoolExecutor(1)
    try:
        coming = reader.submit(next, batches, None)
        while True:
            with errors_of(path):
                batch = coming.result()
            if batch is None:
                return
            coming = reader.submit(next, batches, None)
            yield batch
    finally:
        # Without waiting: the thread may sit before a terminal or pipe that brings no more input.
        reader.shutdown(wait=False, cancel_futures=True)
