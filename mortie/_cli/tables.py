"""Tables in files, read and written batch by batch."""

import argparse
import contextlib
from collections.abc import Iterator
from typing import IO, Any

import pyarrow as pa

from mortie._cli.atomic import STANDARD
from mortie._cli.csv_files import CsvSink, CsvSource
from mortie._cli.errors import errors_of
from mortie._cli.files import is_parquet
from mortie._cli.parquet_files import ParquetSink, ParquetSource

Source = ParquetSource | CsvSource


@contextlib.contextmanager
def open_source(path: str, options: argparse.Namespace, *how: Any) -> Iterator[Source]:
    """Open a table by its suffix; the other arguments are those of `CsvSource`."""
    with errors_of("standard input" if path == STANDARD else path):
        source = ParquetSource(path) if is_parquet(path) else CsvSource(path, options, *how)
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
