"""Tables in files, read and written batch by batch."""

from __future__ import annotations

import contextlib
from typing import IO, TYPE_CHECKING, Any

from mortie._cli.csv_files import CsvSink, CsvSource, Dialect, codec_of
from mortie._cli.files import STANDARD, is_parquet
from mortie._cli.parquet_files import ParquetSink, ParquetSource
from mortie._cli.stream import errors_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pyarrow as pa


def open_source(
    path: str, dialect: Dialect, raw: Any = None, types: dict[str, pa.DataType] | None = None
) -> contextlib.closing[ParquetSource | CsvSource]:
    """Open a table by its suffix; the other arguments are those of `CsvSource`."""
    parquet = is_parquet(path)
    return contextlib.closing(
        ParquetSource(path) if parquet else CsvSource(path, dialect, raw, types)
    )


@contextlib.contextmanager
def open_sink(
    path: IO[bytes] | str, out: str, schema: pa.Schema, codecs: dict[str, str], dialect: Dialect
) -> Iterator[ParquetSink | CsvSink]:
    """Open `path` for what is to become the table `out`, in the format of the latter's suffix."""
    with errors_of("standard output" if out == STANDARD else out):
        if is_parquet(out):
            sink: ParquetSink | CsvSink = ParquetSink(path, schema, codecs)
        else:
            sink = CsvSink(path, schema, codec_of(out), dialect)
        try:
            yield sink
        except BaseException:
            with contextlib.suppress(Exception):  # the first error counts
                sink.close()
            raise
        sink.close()
