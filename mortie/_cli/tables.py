"""Tables in files, read and written batch by batch."""

from __future__ import annotations

import contextlib
import csv
import functools
import io
import os
import re
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq

from mortie._cli.errors import CommandError
from mortie._cli.files import STANDARD, is_parquet

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

# Small enough for the caches and for a few batches at once, large enough that Python costs nothing.
BATCH_ROWS = 1 << 17
BATCH_BYTES = 16 << 20
# A row group of pyarrow's usual length, unless its rows are wide.
GROUP_ROWS = 1 << 20
GROUP_BYTES = 64 << 20
# No row of a CSV file may be longer, and types that nobody gave are taken from the first block.
BLOCK_BYTES = 4 << 20


@contextlib.contextmanager
def errors_of(path: str, names: Sequence[str] = ()) -> Iterator[None]:
    """Turn errors of pyarrow and of the system into one line that names the file.

    The names are those of a CSV file's columns, where pyarrow tells of them by their places.
    """
    try:
        yield
    except BrokenPipeError:
        raise
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        number = getattr(error, "errno", None)
        why = os.strerror(number) if number else " ".join(str(error).split())
        if "straddles two block boundaries" in why:
            why = f"a row is longer than {BLOCK_BYTES >> 20} MiB, or a quote is never closed"
        not_utf8 = re.search(r"column #(\d+): Row #(\d+): .* invalid UTF8 data", why)
        if names and not_utf8:
            why = f"row {not_utf8[2]}: {names[int(not_utf8[1])]} is no UTF-8 text"
        raise CommandError(f"{path}: {why}") from error


class ParquetSource:
    """A Parquet file that is read once."""

    def __init__(self, path: str):
        self.path = path
        with errors_of(path):
            self.size = Path(path).stat().st_size
            if Path(path).is_fifo():  # pyarrow would wait for it, and hear no signal
                raise CommandError(f"{path} is a pipe, and Parquet is not read from one: use CSV")
            self.file = pq.ParquetFile(
                pa.OSFile(os.fsencode(path)),  # a name alone may be taken for an address
                pre_buffer=False,  # which would hold the whole file
                buffer_size=1 << 20,
                page_checksum_verification=True,
            )
            self.schema = self.file.schema_arrow
            if self.file.metadata.num_row_groups and self.file.metadata.num_columns:
                # Of a column whose description is broken, reading is an error, but asking for its
                # codec is the end of the process.
                next(self.file.iter_batches(1, [0], self.schema.names[:1]), None)
        self.position = 0  # in bytes, like the size
        meta = self.file.metadata
        groups = [meta.row_group(i) for i in range(meta.num_row_groups)]
        self.codec = groups[0].column(0).compression if groups and meta.num_columns else "SNAPPY"
        self.codec = {"UNCOMPRESSED": "NONE", "LZ4_RAW": "LZ4"}.get(self.codec, self.codec)
        self.row_bytes = sum(group.total_byte_size for group in groups) / max(meta.num_rows, 1)

    def batches(self, columns: tuple[str, ...] | None = None) -> Iterator[pa.RecordBatch]:
        """Read the rows of all columns, or of some."""
        rows = int(np.clip(BATCH_BYTES / max(self.row_bytes, 1), 256, BATCH_ROWS))
        done, promised = 0, self.file.metadata.num_rows
        with errors_of(self.path):
            for batch in self.file.iter_batches(rows, columns=columns and list(columns)):
                done += batch.num_rows
                self.position = self.size * done // max(promised, done)
                yield batch
        if done != promised:
            raise CommandError(
                f"{self.path} holds {done:,} rows, and says that it has {promised:,}"
            )

    def close(self) -> None:
        """Close the file."""
        self.file.close()


class QuoteCounter(io.BufferedReader):
    """A stream that counts the quotes that were read."""

    quotes = 0

    def read(self, size: int | None = -1, /) -> bytes:
        """Read as ever."""
        data = super().read(size)
        self.quotes += data.count(b'"')
        return data


class CsvSource:
    """A CSV file, or the standard input, that is read once.

    Parameters
    ----------
    path : str
        The file, or ``-``.
    types : dict of pyarrow.DataType or None
        The types of columns; those of others are inferred. None keeps every column as text.
    """

    codec = "SNAPPY"

    def __init__(self, path: str, types: dict[str, pa.DataType] | None):
        self.path = "standard input" if path == STANDARD else path
        self.raw: Any = sys.stdin.buffer
        self.size = 0
        with errors_of(self.path), contextlib.ExitStack() as opened:
            if path != STANDARD:
                self.raw = opened.enter_context(Path(path).open("rb"))
                self.size = Path(path).stat().st_size
            codec = codec_of(path)
            self.stream = stream = QuoteCounter(
                pa.CompressedInputStream(self.raw, codec) if codec else self.raw
            )
            names = header(stream, self.path)
            self.empty = not stream.peek(1)
            if types is None:
                types = dict.fromkeys(names, pa.string())
            if self.empty:
                self.schema = pa.schema([(name, types.get(name, pa.string())) for name in names])
            else:
                with errors_of(self.path, names):
                    self.reader = in_thread(
                        pyarrow.csv.open_csv,
                        stream,
                        # With threads, pyarrow doesn't say which row is ragged.
                        pyarrow.csv.ReadOptions(
                            column_names=names, block_size=BLOCK_BYTES, use_threads=False
                        ),
                        pyarrow.csv.ParseOptions(newlines_in_values=True),
                        pyarrow.csv.ConvertOptions(column_types=types),
                    )
                self.schema = self.reader.schema
                for field in self.schema:
                    if pa.types.is_binary(field.type):
                        raise CommandError(f"{self.path}: column {field.name!r} is no UTF-8 text")
            opened.pop_all()

    @property
    def position(self) -> int:
        """How many bytes of the file are read."""
        return self.size if self.raw.closed or not self.size else self.raw.tell()

    def batches(self, columns: tuple[str, ...] | None = None) -> Iterator[pa.RecordBatch]:
        """Read the rows of all columns, or of some."""
        if self.empty:
            return
        with errors_of(self.path, self.schema.names):
            for batch in self.reader:
                yield batch if columns is None else batch.select(list(columns))
        # pyarrow takes the end of the file for the end of a text in quotes: of the last one, which
        # then holds whatever rows were left.
        last = batch.columns[-1][-1].as_py() if batch.num_rows else None
        if self.stream.quotes % 2 and isinstance(last, str) and "\n" in last:
            raise CommandError(f"{self.path}: a quote in the last row is never closed")

    def close(self) -> None:
        """Close the file."""
        if self.raw is not sys.stdin.buffer:
            self.raw.close()


def in_thread(function: Callable, *arguments: Any) -> Any:
    """Call a function that may wait for input, so that a signal can end the waiting."""
    thread = ThreadPoolExecutor(1)
    try:
        return thread.submit(function, *arguments).result()
    finally:
        thread.shutdown(wait=False)


def codec_of(path: str) -> str | None:
    """Name the compression that the suffix of a CSV file tells, if any."""
    return {".gz": "gzip", ".bz2": "bz2", ".zst": "zstd"}.get(Path(path).suffix.lower())


def header(stream: io.BufferedReader, path: str) -> list[str]:
    """Read the names of the columns, and leave the stream at the first row."""

    def lines():
        left, codec = BLOCK_BYTES, "utf-8-sig"
        while line := stream.readline(left):
            left -= len(line)
            if not left:
                raise CommandError(
                    f"{path}: the line of column names is longer than {BLOCK_BYTES >> 20} MiB, or "
                    "a quote is never closed"
                )
            if b"\0" in line:
                raise CommandError(f"{path}: the column names hold NUL, as UTF-16 does: use UTF-8")
            yield line.decode(codec)
            codec = "utf-8"

    try:
        names = next(csv.reader(lines(), strict=True), None)  # inside quotes it takes more lines
    except UnicodeDecodeError as error:
        raise CommandError(f"{path}: the column names are no UTF-8 text: {error}") from error
    except csv.Error as error:
        raise CommandError(f"{path}: the line of column names: {error}") from error
    if not names:
        raise CommandError(f"{path}: a CSV file begins with a line of column names; this has none")
    return names


def open_source(
    path: str, types: dict[str, pa.DataType] | None = None
) -> contextlib.closing[ParquetSource | CsvSource]:
    """Open a table by its suffix; the types are those of `CsvSource`."""
    return contextlib.closing(ParquetSource(path) if is_parquet(path) else CsvSource(path, types))


def csv_types(paths: tuple[str, ...]) -> dict[str, pa.DataType]:
    """Find types that hold every value of CSV files, which takes reading them.

    pyarrow alone infers types from the first block and fails where a later one does not fit.
    The standard input and pipes can't be read twice: they are left out.

    Parameters
    ----------
    paths : tuple of str
        Tables; only those in CSV are read.

    Returns
    -------
    dict
        The type of each column.
    """
    types: dict[str, pa.DataType] = {}
    wider = {pa.null(): pa.int64(), pa.int64(): pa.float64()}
    for path in paths:
        while path != STANDARD and not is_parquet(path) and not Path(path).is_fifo():
            with open_source(path, types) as source:
                types |= {field.name: field.type for field in source.schema}
                try:
                    for _ in source.batches():
                        pass
                except CommandError as error:
                    misfit = re.search(
                        r"In CSV column #(\d+): (Row #\d+: )?CSV conversion", str(error)
                    )
                    if not misfit or types[source.schema.names[int(misfit[1])]] == pa.string():
                        raise
                    name = source.schema.names[int(misfit[1])]
                    types[name] = wider.get(types[name], pa.string())
                else:
                    break
    return types


class ParquetSink:
    """A Parquet file that is written row group by row group."""

    def __init__(self, path: IO[bytes] | str, schema: pa.Schema, codec: str):
        self.writer = pq.ParquetWriter(path, schema, compression=codec)
        self.batches: list[pa.RecordBatch] = []

    def write(self, batch: pa.RecordBatch) -> None:
        """Write a batch, once there are enough rows for a row group."""
        self.batches.append(batch)
        rows = sum(batch.num_rows for batch in self.batches)
        if rows >= GROUP_ROWS or sum(batch.nbytes for batch in self.batches) >= GROUP_BYTES:
            self.flush()

    def flush(self) -> None:
        """Write the rows that wait."""
        if self.batches:
            table = pa.Table.from_batches(self.batches)
            self.batches = []
            self.writer.write_table(table, row_group_size=max(table.num_rows, 1))

    def close(self) -> None:
        """Write what is left and close the file."""
        self.flush()
        self.writer.close()


class CsvSink:
    """A CSV file, or the standard output.

    pyarrow's own writer puts every text in quotes; here numbers that were read as text, so as to
    keep their digits, leave as they came.
    """

    def __init__(self, path: IO[bytes] | str, schema: pa.Schema, codec: str | None):
        for field in schema:
            try:
                text_of(pa.array([], field.type))
            except pa.ArrowNotImplementedError:
                raise CommandError(
                    f"column {field.name!r} holds {field.type}, which CSV can't: write Parquet"
                ) from None
        self.standard = path == STANDARD
        if self.standard:
            self.stream = sys.stdout.buffer
        else:
            self.stream = pa.output_stream(path, compression=codec)
        self.write(
            pa.RecordBatch.from_arrays([pa.array([name]) for name in schema.names], schema.names)
        )

    def write(self, batch: pa.RecordBatch) -> None:
        """Write a batch."""
        if batch.num_rows:
            cells = [quoted(text_of(column)) for column in batch.columns]
            lines = pc.binary_join_element_wise(
                *cells, LARGE(","), null_handling="replace", null_replacement=""
            )
            # The values of an array lie one after the other: together they are the file.
            ended = pc.binary_join_element_wise(lines, LARGE("\n"), LARGE(""))
            self.stream.write(bytes_of(ended))

    def close(self) -> None:
        """Close the file, or flush the standard output."""
        if self.standard:
            self.stream.flush()
        else:
            self.stream.close()


LARGE = functools.partial(pa.scalar, type=pa.large_string())


def text_of(column: pa.Array) -> pa.Array:
    """Give a column as text, in arrays that may pass 2 GiB."""
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    return column.cast(pa.string()).cast(pa.large_string())


def bytes_of(column: pa.Array) -> memoryview:
    """Give the bytes of all values of a text column, one after the other."""
    _, offsets, data = column.buffers()
    ends = np.frombuffer(offsets, np.int64)[[column.offset, column.offset + len(column)]]
    return memoryview(data or b"")[ends[0] : ends[1]]


def quoted(column: pa.Array) -> pa.Array:
    """Put the values in quotes that need them (RFC 4180)."""
    data = bytes(bytes_of(column))
    if not any(mark in data for mark in (b'"', b",", b"\n", b"\r")):  # the usual case, and fast
        return column
    needed = pc.match_substring_regex(column, r'[",\r\n]')
    doubled = pc.replace_substring(column, '"', '""')
    around = pc.binary_join_element_wise(LARGE('"'), doubled, LARGE('"'), LARGE(""))
    return pc.if_else(needed, around, column)


@contextlib.contextmanager
def open_sink(
    path: IO[bytes] | str, out: str, schema: pa.Schema, codec: str
) -> Iterator[ParquetSink | CsvSink]:
    """Open `path` for what is to become the table `out`, in the format of the latter's suffix."""
    with errors_of("standard output" if out == STANDARD else out):
        if is_parquet(out):
            sink: ParquetSink | CsvSink = ParquetSink(path, schema, codec)
        else:
            sink = CsvSink(path, schema, codec_of(out))
        try:
            yield sink
        except BaseException:
            with contextlib.suppress(Exception):  # the first error counts
                sink.close()
            raise
        sink.close()
