"""Tables in files, read and written batch by batch."""

import argparse
import contextlib
from collections.abc import Collection, Iterator
from typing import IO, Any, Protocol

import pyarrow as pa

from mortie._cli.atomic import STANDARD
from mortie._cli.csv_files import CsvSink, CsvSource
from mortie._cli.errors import Say, errors_of
from mortie._cli.files import format_of, is_parquet
from mortie._cli.parquet_files import ParquetSink, ParquetSource


class Source(Protocol):
    """A table that is read once; `position` and `size` are in bytes."""

    path: str
    position: int
    size: int
    decimal: str
    codecs: dict[str, str]  # the compression of columns
    schema: pa.Schema

    def batches(self, columns: Collection[str] | None = None) -> Iterator[pa.RecordBatch]:
        """Read the rows of all columns, or of some."""

    def close(self) -> None:
        """Close the file."""


@contextlib.contextmanager
def open_source(path: str, options: argparse.Namespace, *how: Any, say: Say) -> Iterator[Source]:
    """Open a table by its suffix; the other arguments are those of `CsvSource`."""
    with errors_of("standard input" if path == STANDARD else path):
        source: Any  # one class for each format
        if format_of(path) == "hdf5":
            from mortie._cli.hdf5_files import Hdf5Source

            source = Hdf5Source(path, options, say)
        elif is_parquet(path):
            source = ParquetSource(path)
        else:
            source = CsvSource(path, options, *how)
    with contextlib.closing(source):
        yield source


@contextlib.contextmanager
def open_sink(
    stream: IO[bytes],
    out: str,
    schema: pa.Schema,
    options: argparse.Namespace,
    codecs: dict[str, str] | None = None,
) -> Iterator[ParquetSink | CsvSink]:
    """Write a table to a stream, in the format of the suffix of the output."""
    if is_parquet(out):
        sink: ParquetSink | CsvSink = ParquetSink(stream, schema, codecs or {})
    else:
        sink = CsvSink(stream, schema, out, options)
    try:
        yield sink
    except BaseException:
        with contextlib.suppress(Exception):  # the first error counts
            sink.close()
        raise
    sink.close()
