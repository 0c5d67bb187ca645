"""Tables in CSV (RFC 4180), read and written block by block."""

import argparse
import csv
import functools
import io
import itertools
import os
import re
import sys
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import IO, Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from mortie._cli.atomic import STANDARD
from mortie._cli.columns import bytes_of, is_text, numbers
from mortie._cli.errors import CommandError, TableError

# Of text, which becomes a batch; no row may be longer.
BLOCK_BYTES = 4 << 20
WRITE_BYTES = 16 << 20
csv.field_size_limit(BLOCK_BYTES)
MAGIC = {b"\x1f\x8b": "gzip", b"BZh": "bz2", b"\x28\xb5\x2f\xfd": "zstd"}
BOM = b"\xef\xbb\xbf"
FAST = (pa.float64(), pa.int64())  # which pyarrow parses faster than it makes text


class CsvSource:
    """A CSV file, or the standard input.

    Columns are text, as in the file, with null for what is empty. Those in `types` get types that
    hold such text; those in `forced` become numbers, however they are written. `raw` is an open
    file that is read in place of the path, and stays open.
    """

    def __init__(
        self,
        path: str,
        options: argparse.Namespace,
        raw: Any = None,
        types: dict[str, pa.DataType] | None = None,
        forced: dict[str, pa.DataType] | None = None,
    ):
        if options.delimiter == options.decimal:
            raise CommandError(f"--delimiter and --decimal are both {options.decimal!r}")
        self.path = "standard input" if path == STANDARD else path
        self.options, self.decimal = options, options.decimal
        self.types, self.forced = types or {}, forced or {}
        self.codecs: dict[str, str] = {}
        around = rf"[^{re.escape(options.delimiter)}\r\n]"
        self.quoted = re.compile(  # a whole value in quotes, that is no more than a line
            rf'"(?<!{around}")[^"\r\n]*(?:""[^"\r\n]*)*"(?!{around})'.encode()
        )
        self.opened = raw is None and path != STANDARD
        if raw is not None:
            raw.seek(0)
        self.raw: Any = Path(path).open("rb") if self.opened else raw or sys.stdin.buffer  # noqa: SIM115
        self.size = os.fstat(self.raw.fileno()).st_size if self.opened else 0
        self.stream = self.decompressed(path)
        self.names = self.header()
        known = self.types | self.forced
        self.schema = pa.schema([(name, known.get(name, pa.string())) for name in self.names])
        self.row = 1

    @property
    def position(self) -> int:
        """How many bytes of the file are read."""
        return self.size if self.raw.closed or not self.size else self.raw.tell()

    def decompressed(self, path: str) -> Any:
        """Open what the file holds, be it compressed or not, behind a byte order mark."""
        start = self.raw.peek(4)
        codec = next((MAGIC[m] for m in MAGIC if start.startswith(m)), codec_of(path))
        # The files that pyarrow opens know no `readline`.
        stream = io.BufferedReader(pa.CompressedInputStream(self.raw, codec)) if codec else self.raw
        start = stream.peek()
        if start.startswith(BOM):
            stream.read(len(BOM))
        line, end, _ = start.partition(b"\n")
        if b"\0" in line:
            raise TableError("the column names hold NUL, as UTF-16 does: use UTF-8")
        if b"\r" in line and not end:
            raise TableError("lines end in CR alone: change them with tr '\\r' '\\n'")
        return stream

    def lines(self) -> Iterator[bytes]:
        """Read line by line."""
        while line := self.stream.readline(BLOCK_BYTES):
            if len(line) == BLOCK_BYTES:
                raise TableError(f"a row is longer than {BLOCK_BYTES >> 20} MiB")
            yield line

    def is_comment(self, line: Any) -> bool:
        """Return whether a line is left out."""
        mark = self.options.comment
        return mark is not None and line.startswith(mark.encode())

    def rows(self, lines: Iterable[bytes], number: int) -> Iterator[list[str]]:
        """Parse lines, for each row as many as its quotes reach over; it has the first number."""
        inside = False

        def text():
            nonlocal inside
            for line in lines:
                if inside or not self.is_comment(line):
                    inside = True
                    yield line.decode("utf-8", "surrogateescape")

        try:
            for row in csv.reader(text(), delimiter=self.options.delimiter, strict=True):
                inside = False
                yield row
                number += bool(row)
        except csv.Error as error:
            where = f"row {number}" if number else "the line of column names"
            raise TableError(
                f"{where}: {error}; a value that begins with a quote must end with one"
            ) from error

    def header(self) -> list[str]:
        """Read the names of the columns, and leave the stream at the first row."""
        rows = self.rows(self.lines(), 0)
        names = next(rows, None)
        if not names:
            raise TableError("a CSV file begins with a line of column names; this has none")
        try:
            "".join(names).encode("utf-8", "surrogateescape").decode()
        except UnicodeDecodeError as error:
            raise TableError(f"the column names are not UTF-8 text: {error}") from error
        for _ in range(self.options.skip_rows_after_header):
            next(rows, None)
        return names

    def batches(self, columns: Collection[str] | None = None) -> Iterator[pa.RecordBatch]:
        """Read the rows of all columns, or of some."""
        places = [i for i, name in enumerate(self.names) if columns is None or name in columns]
        while block := self.stream.read(BLOCK_BYTES):
            if not block.endswith(b"\n"):
                block += next(self.lines(), b"")
            # pyarrow would also take quotes that don't end a value, and swallow rows.
            simple = b'"' not in block or b'"' not in self.quoted.sub(b"", block)
            batch = self.parse(block, places) if simple else None
            if batch is None:  # slower, and knows what is wrong
                batch = self.parse_quoted(block, places)
            yield self.converted(batch)
            self.row += batch.num_rows

    def parse(self, block: bytes, places: list[int]) -> pa.RecordBatch | None:
        """Parse lines, each a row; None if anything is wrong with them."""
        if self.options.comment:
            lines = block.splitlines(keepends=True)
            block = b"".join(itertools.filterfalse(self.is_comment, lines))
        names = [str(i) for i in range(len(self.names))]  # in the file some may be the same
        known = [self.types.get(name) for name in self.names]
        kinds = [kind if kind in FAST else pa.string() for kind in known]
        try:
            table = pa.csv.read_csv(
                pa.BufferReader(block),
                pa.csv.ReadOptions(
                    column_names=names, block_size=len(block) + 1, use_threads=False
                ),
                pa.csv.ParseOptions(delimiter=self.options.delimiter),
                pa.csv.ConvertOptions(
                    column_types=dict(zip(names, kinds, strict=True)),
                    include_columns=[names[i] for i in places],
                    null_values=[""],
                    strings_can_be_null=True,
                    decimal_point=self.decimal,
                ),
            )
        except pa.ArrowInvalid:
            return None
        columns = [column.combine_chunks() for column in table.columns]
        return pa.RecordBatch.from_arrays(columns, [self.names[i] for i in places])

    def parse_quoted(self, block: bytes, places: list[int]) -> pa.RecordBatch:
        """Parse lines, and those behind them that the last quotes reach into."""
        start = io.BytesIO(block)
        rows: list[list[str]] = []
        for row in self.rows(itertools.chain(start, self.lines()), self.row):
            if len(row) not in (0, len(self.names)):
                values = f"{len(row):,} value{'s' if len(row) > 1 else ''}"
                raise TableError(
                    f"row {self.row + len(rows)} has {values}, and there are "
                    f"{len(self.names):,} columns"
                )
            rows += [row] if row else []
            if start.tell() == len(block):
                break
        columns = list(zip(*rows, strict=True)) or [()] * len(self.names)
        arrays = [self.text(columns[i], self.names[i]) for i in places]
        return pa.RecordBatch.from_arrays(arrays, [self.names[i] for i in places])

    def text(self, values: tuple[str, ...], name: str) -> pa.Array:
        """Give values as a column."""
        try:
            return pa.array([value or None for value in values], pa.string())
        except UnicodeEncodeError:  # of what could not be decoded
            row = next(i for i, value in enumerate(values) if re.search("[\udc80-\udcff]", value))
            raise TableError(f"row {self.row + row}: {name} is not UTF-8 text") from None

    def converted(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Give the columns the types that were asked for."""
        columns = batch.columns
        for i, name in enumerate(batch.schema.names):
            kind = self.forced.get(name, self.types.get(name, pa.string()))
            if columns[i].type != kind:
                if kind in FAST:
                    columns[i] = numbers(columns[i], name, kind, self.row, self.decimal)
                else:
                    columns[i] = columns[i].cast(kind)
        return pa.RecordBatch.from_arrays(columns, batch.schema.names)

    def close(self) -> None:
        """Close the file."""
        if self.opened:
            self.raw.close()


def codec_of(path: str) -> str | None:
    """Name the compression that the suffix of a CSV file stands for, if any."""
    return {".gz": "gzip", ".bz2": "bz2", ".zst": "zstd"}.get(Path(path).suffix.lower())


class CsvSink:
    """What is written as CSV, compressed if the name of the output says so.

    pyarrow's own writer puts every text in quotes; here numbers that were read as text, so as to
    keep their digits, leave as they came.
    """

    def __init__(self, stream: IO[bytes], schema: pa.Schema, out: str, options: argparse.Namespace):
        for field in schema:
            if not fits(field.type):
                raise CommandError(
                    f"column {field.name!r} holds {field.type}, which CSV can't: write Parquet"
                )
        self.options, self.codec = options, codec_of(out)
        self.stream: Any = pa.CompressedOutputStream(stream, self.codec) if self.codec else stream
        self.write(pa.RecordBatch.from_arrays([pa.array([n]) for n in schema.names], schema.names))

    def write(self, batch: pa.RecordBatch) -> None:
        """Write a batch, in pieces if its texts are long once they are no dictionaries."""
        rows = batch.num_rows
        if rows > 1 and sum(map(decoded_bytes, batch.columns)) > WRITE_BYTES:
            self.write(batch.slice(0, rows // 2))
            self.write(batch.slice(rows // 2))
        elif rows:
            cells = [self.quoted(self.text_of(column)) for column in batch.columns]
            # In the only column, a null would be an empty line, which readers skip.
            empty = '""' if len(cells) == 1 else ""
            null = {"null_handling": "replace", "null_replacement": empty}
            lines = pc.binary_join_element_wise(*cells, LARGE(self.options.delimiter), **null)
            # The values of an array lie one after the other: together they are the file.
            ended = pc.binary_join_element_wise(lines, LARGE("\n"), LARGE(""))
            self.stream.write(bytes_of(ended))

    def text_of(self, column: pa.Array) -> pa.Array:
        """Give a column as text, in arrays that may pass 2 GiB."""
        if pa.types.is_dictionary(column.type):
            column = column.dictionary_decode()
        fraction = pa.types.is_floating(column.type) or pa.types.is_decimal(column.type)
        text = column.cast(pa.string()).cast(pa.large_string())
        if fraction and self.options.decimal != ".":
            text = pc.replace_substring(text, ".", self.options.decimal)
        return text

    def quoted(self, column: pa.Array) -> pa.Array:
        """Put the values in quotes that need them (RFC 4180), and empty text, which is no null."""
        marks = ['"', self.options.delimiter, "\n", "\r"]
        data = bytes(bytes_of(column))
        blank = pc.min(pc.binary_length(column)).as_py() == 0
        if not blank and not any(mark.encode() in data for mark in marks):  # usual, and fast
            return column
        needed = pc.match_substring_regex(column, f'^$|[\\x{ord(marks[1]):02x}"\n\r]')
        doubled = pc.replace_substring(column, '"', '""')
        around = pc.binary_join_element_wise(LARGE('"'), doubled, LARGE('"'), LARGE(""))
        return pc.if_else(needed, around, column)

    def close(self) -> None:
        """Write what a codec holds back."""
        if self.codec:
            self.stream.close()


LARGE = functools.partial(pa.scalar, type=pa.large_string())


def fits(kind: pa.DataType) -> bool:
    """Return whether CSV can hold a type: no bytes, no lists, nothing that only Arrow knows."""
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    if pa.types.is_nested(kind) or "binary" in str(kind) or isinstance(kind, pa.BaseExtensionType):
        return False
    try:
        pa.array([], kind).cast(pa.string())
    except pa.ArrowNotImplementedError:
        return False
    return True


def decoded_bytes(column: pa.Array) -> int:
    """Give the length of all texts of a dictionary column, decoded."""
    if not (pa.types.is_dictionary(column.type) and is_text(column.type.value_type)):
        return 0
    return pc.sum(pc.binary_length(column.dictionary).take(column.indices)).as_py() or 0
