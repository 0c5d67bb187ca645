"""Tables in CSV (RFC 4180), read and written block by block."""

from __future__ import annotations

import contextlib
import csv
import functools
import io
import itertools
import re
import sys
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from mortie._cli.columns import Place, is_text, numbers
from mortie._cli.errors import CommandError
from mortie._cli.files import STANDARD
from mortie._cli.stream import BATCH_BYTES, errors_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

# Of text, which becomes a batch; no row may be longer.
BLOCK_BYTES = 4 << 20
csv.field_size_limit(BLOCK_BYTES)
MAGIC = {b"\x1f\x8b": "gzip", b"BZh": "bz2", b"\x28\xb5\x2f\xfd": "zstd"}


class Dialect(NamedTuple):
    """How CSV files are written, apart from what RFC 4180 says."""

    delimiter: str = ","
    decimal: str = "."
    comment: str | None = None
    skip: int = 0  # rows after the names


class CsvSource:
    """A CSV file, or the standard input.

    Columns are text, as in the file, with null for what is empty, or of the types given. `raw` is
    an open file that is read in place of the path, and stays open.
    """

    def __init__(
        self,
        path: str,
        dialect: Dialect,
        raw: Any = None,
        types: dict[str, pa.DataType] | None = None,
    ):
        self.path = "standard input" if path == STANDARD else path
        self.dialect, self.types, self.decimal = dialect, types, dialect.decimal
        self.codecs: dict[str, str] = {}
        around = rf"[^{re.escape(dialect.delimiter)}\r\n]"
        self.quoted = re.compile(  # a whole value in quotes, that is no more than a line
            rf'"(?<!{around}")[^"\r\n]*(?:""[^"\r\n]*)*"(?!{around})'.encode()
        )
        self.opened = raw is None and path != STANDARD
        if raw is not None:
            raw.seek(0)
        with errors_of(self.path), contextlib.ExitStack() as stack:
            if self.opened:
                raw = stack.enter_context(Path(path).open("rb"))
            self.raw = raw or sys.stdin.buffer
            self.size = Path(path).stat().st_size if self.opened else 0
            start = self.raw.peek(4) if hasattr(self.raw, "peek") else b""
            codec = next((MAGIC[m] for m in MAGIC if start.startswith(m)), codec_of(path))
            # The files that pyarrow opens know no `readline`.
            self.stream: Any = (
                io.BufferedReader(pa.CompressedInputStream(self.raw, codec)) if codec else self.raw
            )
            self.names = self.header()
            stack.pop_all()
        kinds = [(types or {}).get(name, pa.string()) for name in self.names]
        self.schema = pa.schema(list(zip(self.names, kinds, strict=True)))
        self.row = 1

    @property
    def position(self) -> int:
        """How many bytes of the file are read."""
        return self.size if self.raw.closed or not self.size else self.raw.tell()

    def lines(self) -> Iterator[bytes]:
        """Read line by line."""
        while line := self.stream.readline(BLOCK_BYTES):
            if len(line) == BLOCK_BYTES:
                raise CommandError(f"{self.path}: a row is longer than {BLOCK_BYTES >> 20} MiB")
            yield line

    def is_comment(self, line: Any) -> bool:
        """Tell whether a line is left out."""
        mark = self.dialect.comment
        return mark is not None and line.removeprefix(b"\xef\xbb\xbf").startswith(mark.encode())

    def header(self) -> list[str]:
        """Read the names of the columns, and leave the stream at the first row."""

        def text():
            codec = "utf-8-sig"
            for line in itertools.filterfalse(self.is_comment, self.lines()):
                if b"\0" in line:
                    raise CommandError(
                        f"{self.path}: the column names hold NUL, as UTF-16 does: use UTF-8"
                    )
                if b"\r" in line[:-2] and b'"' not in line:
                    raise CommandError(
                        f"{self.path}: lines end in CR alone: change them with tr '\\r' '\\n'"
                    )
                yield line.decode(codec)
                codec = "utf-8"

        rows = csv.reader(text(), delimiter=self.dialect.delimiter, strict=True)
        try:
            names = next(rows, None)  # inside quotes it takes more lines
            for _ in range(self.dialect.skip):
                next(rows, None)
        except UnicodeDecodeError as error:
            raise CommandError(
                f"{self.path}: the column names are not UTF-8 text: {error}"
            ) from error
        except csv.Error as error:
            raise CommandError(f"{self.path}: the line of column names: {error}") from error
        if not names:
            raise CommandError(
                f"{self.path}: a CSV file begins with a line of column names; this has none"
            )
        return names

    def batches(self, columns: Collection[str] | None = None) -> Iterator[pa.RecordBatch]:
        """Read the rows of all columns, or of some."""
        places = [i for i, name in enumerate(self.names) if columns is None or name in columns]
        with errors_of(self.path):
            while block := self.block():
                # pyarrow would also take quotes that don't end a value, and swallow rows.
                simple = b'"' not in block or b'"' not in self.quoted.sub(b"", block)
                batch = self.parse(block, places) if simple else None
                if batch is None:  # slower, and knows what is wrong
                    batch = self.parse_quoted(block, places)
                yield self.converted(batch)
                self.row += batch.num_rows

    def block(self) -> bytes:
        """Read some whole lines."""
        block = self.stream.read(BLOCK_BYTES)
        block += next(self.lines(), b"") if block[-1:] not in (b"", b"\n") else b""
        return block

    def parse(self, block: bytes, places: list[int]) -> pa.RecordBatch | None:
        """Parse lines, each a row; None if anything is wrong with them."""
        if self.dialect.comment:
            lines = block.splitlines(keepends=True)
            block = b"".join(itertools.filterfalse(self.is_comment, lines))
        names = [str(i) for i in range(len(self.names))]  # in the file some may be the same
        try:
            table = pa.csv.read_csv(
                pa.BufferReader(block),
                pa.csv.ReadOptions(
                    column_names=names, block_size=len(block) + 1, use_threads=False
                ),
                pa.csv.ParseOptions(delimiter=self.dialect.delimiter),
                pa.csv.ConvertOptions(
                    column_types=dict.fromkeys(names, pa.string()),
                    include_columns=[names[i] for i in places],
                    null_values=[""],
                    strings_can_be_null=True,
                ),
            )
        except pa.ArrowInvalid:
            return None
        columns = [column.combine_chunks() for column in table.columns]
        return pa.RecordBatch.from_arrays(columns, [self.names[i] for i in places])

    def parse_quoted(self, block: bytes, places: list[int]) -> pa.RecordBatch:
        """Parse lines, and those behind them that the last quotes reach into."""
        start = io.BytesIO(block)
        between = True

        def text():
            nonlocal between
            for line in itertools.chain(start, self.lines()):
                if not (between and self.is_comment(line)):
                    between = False
                    yield line.decode("utf-8", "surrogateescape")

        rows: list[list[str]] = []
        reader = csv.reader(text(), delimiter=self.dialect.delimiter, strict=True)
        try:
            for row in reader:
                between = True
                if len(row) not in (0, len(self.names)):
                    values = f"{len(row):,} value{'s' if len(row) > 1 else ''}"
                    raise CommandError(
                        f"{self.path}: row {self.row + len(rows)} has {values}, and there are "
                        f"{len(self.names):,} columns"
                    )
                rows += [row] if row else []
                if start.tell() == len(block):
                    break
        except csv.Error as error:
            raise CommandError(
                f"{self.path}: row {self.row + len(rows)}: {error}; a value that begins with a "
                "quote must end with one"
            ) from error
        columns = list(zip(*rows, strict=True)) or [()] * len(self.names)
        names = [self.names[i] for i in places]
        arrays = [self.text(columns[i], self.names[i]) for i in places]
        return pa.RecordBatch.from_arrays(arrays, names)

    def text(self, values: tuple[str, ...], name: str) -> pa.Array:
        """Give values as a column."""
        try:
            return pa.array([value or None for value in values], pa.string())
        except UnicodeEncodeError:  # of what could not be decoded
            row = next(i for i, value in enumerate(values) if re.search("[\udc80-\udcff]", value))
            raise CommandError(
                f"{self.path}: row {self.row + row}: {name} is not UTF-8 text"
            ) from None

    def converted(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Give the columns the types that were asked for."""
        if self.types is None:
            return batch
        place = Place(self.path, self.row, self.decimal)
        columns = [
            numbers(column, name, self.types[name], place)
            if self.types[name] in (pa.float64(), pa.int64())
            else column.cast(self.types[name])
            for name, column in zip(batch.schema.names, batch.columns, strict=True)
        ]
        return pa.RecordBatch.from_arrays(columns, batch.schema.names)

    def close(self) -> None:
        """Close the file."""
        if self.opened:
            self.raw.close()


def codec_of(path: str) -> str | None:
    """Name the compression that the suffix of a CSV file tells, if any."""
    return {".gz": "gzip", ".bz2": "bz2", ".zst": "zstd"}.get(Path(path).suffix.lower())


class CsvSink:
    """A CSV file, or the standard output.

    pyarrow's own writer puts every text in quotes; here numbers that were read as text, so as to
    keep their digits, leave as they came.
    """

    def __init__(
        self, path: IO[bytes] | str, schema: pa.Schema, codec: str | None, dialect: Dialect
    ):
        for field in schema:
            if not fits(field.type):
                raise CommandError(
                    f"column {field.name!r} holds {field.type}, which CSV can't: write Parquet"
                )
        self.dialect = dialect
        self.standard = path == STANDARD
        self.stream: Any = (
            sys.stdout.buffer if self.standard else pa.output_stream(path, compression=codec)
        )
        self.write(pa.RecordBatch.from_arrays([pa.array([n]) for n in schema.names], schema.names))

    def write(self, batch: pa.RecordBatch) -> None:
        """Write a batch, in pieces if its texts are long once they are no dictionaries."""
        rows = batch.num_rows
        if rows > 1 and sum(map(decoded_bytes, batch.columns)) > BATCH_BYTES:
            self.write(batch.slice(0, rows // 2))
            self.write(batch.slice(rows // 2))
        elif rows:
            cells = [self.quoted(self.text_of(column)) for column in batch.columns]
            # In the only column, a null would be an empty line, which readers skip.
            empty = '""' if len(cells) == 1 else ""
            lines = pc.binary_join_element_wise(
                *cells,
                LARGE(self.dialect.delimiter),
                null_handling="replace",
                null_replacement=empty,
            )
            # The values of an array lie one after the other: together they are the file.
            ended = pc.binary_join_element_wise(lines, LARGE("\n"), LARGE(""))
            self.stream.write(bytes_of(ended))

    def text_of(self, column: pa.Array) -> pa.Array:
        """Give a column as text, in arrays that may pass 2 GiB."""
        if pa.types.is_dictionary(column.type):
            column = column.dictionary_decode()
        fraction = pa.types.is_floating(column.type) or pa.types.is_decimal(column.type)
        text = column.cast(pa.string()).cast(pa.large_string())
        if fraction and self.dialect.decimal != ".":
            text = pc.replace_substring(text, ".", self.dialect.decimal)
        return text

    def quoted(self, column: pa.Array) -> pa.Array:
        """Put the values in quotes that need them (RFC 4180), and empty text, which is no null."""
        marks = ['"', self.dialect.delimiter, "\n", "\r"]
        data = bytes(bytes_of(column))
        blank = pc.min(pc.binary_length(column)).as_py() == 0
        if not blank and not any(mark.encode() in data for mark in marks):  # usual, and fast
            return column
        needed = pc.match_substring_regex(column, f'^$|[\\x{ord(marks[1]):02x}"\n\r]')
        doubled = pc.replace_substring(column, '"', '""')
        around = pc.binary_join_element_wise(LARGE('"'), doubled, LARGE('"'), LARGE(""))
        return pc.if_else(needed, around, column)

    def close(self) -> None:
        """Close the file, or flush the standard output."""
        if self.standard:
            self.stream.flush()
        else:
            self.stream.close()


LARGE = functools.partial(pa.scalar, type=pa.large_string())


def fits(kind: pa.DataType) -> bool:
    """Tell whether CSV can hold a type: no bytes, no lists, nothing that only Arrow knows."""
    known = ("boolean", "integer", "floating", "decimal", "temporal", "null")
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    if not any(getattr(pa.types, f"is_{name}")(kind) for name in known):
        return is_text(kind)
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


def bytes_of(column: pa.Array) -> memoryview:
    """Give the bytes of all values of a text column, one after the other."""
    _, offsets, data = column.buffers()
    ends = np.frombuffer(offsets, np.int64)[[column.offset, column.offset + len(column)]]
    return memoryview(data or b"")[ends[0] : ends[1]]
