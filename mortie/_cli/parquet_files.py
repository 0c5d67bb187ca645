"""Tables in Parquet, read batch by batch and written row group by row group."""

import base64
import io
import os
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import IO, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from mortie._cli.errors import CommandError, TableError

# Small enough for the caches and for a few batches at once, large enough that Python costs nothing.
BATCH_ROWS = 1 << 17
BATCH_BYTES = 16 << 20
# A row group of pyarrow's usual length, unless its rows are wide.
GROUP_ROWS = 1 << 20
GROUP_BYTES = 64 << 20
SAMPLE_ROWS = 10_000
TEXTS = (pa.string(), pa.large_string(), pa.binary(), pa.large_binary())


class ParquetSource:
    """A Parquet file that is read once.

    Text that lies there as a dictionary comes as one, though the schema says text: decoded, one
    long value could take a million times its room.
    """

    decimal = "."

    def __init__(self, path: str):
        self.path, self.position = path, 0  # in bytes, like the size
        self.size = Path(path).stat().st_size
        if Path(path).is_fifo():  # pyarrow would wait for it, and hear no signal
            raise CommandError(f"{path} is a pipe, and Parquet is not read from one: use CSV")
        with self.open() as file:
            self.schema, meta = file.schema_arrow, file.metadata
            # Of a column whose description is broken, reading is an error, but asking for its codec
            # is the end of the process.
            next(file.iter_batches(1, use_threads=False), None)
        groups = [meta.row_group(i) for i in range(meta.num_row_groups)]
        leaves = [meta.schema.column(i) for i in range(meta.num_columns)]
        types = dict(zip(self.schema.names, self.schema.types, strict=True))
        texts = [
            leaf.path
            for i, leaf in enumerate(leaves)
            if types.get(leaf.path) in TEXTS
            and any(g.column(i).has_dictionary_page for g in groups)
        ]
        unit = self.int96_unit([leaf.path for leaf in leaves if leaf.physical_type == "INT96"])
        self.file = self.open(read_dictionary=texts, coerce_int96_timestamp_unit=unit)
        for i, field in enumerate(self.file.schema_arrow):
            if pa.types.is_timestamp(field.type):
                self.schema = self.schema.set(i, field)
        chunks = map(groups[0].column, range(meta.num_columns)) if groups else []
        names = {"UNCOMPRESSED": "NONE", "LZ4_RAW": "LZ4"}
        self.codecs = {c.path_in_schema: names.get(c.compression, c.compression) for c in chunks}
        self.row_bytes = sum(group.total_byte_size for group in groups) / max(meta.num_rows, 1)

    def open(self, **options: Any) -> pq.ParquetFile:
        """Open the file."""
        return pq.ParquetFile(
            pa.OSFile(os.fsencode(self.path)),  # a name alone may be taken for an address
            pre_buffer=False,  # which would hold the whole file
            buffer_size=1 << 20,
            page_checksum_verification=True,
            **options,
        )

    def int96_unit(self, names: list[str]) -> str:
        """Find the unit that holds the old timestamps of 96 bits, which takes reading them."""
        nested = [name for name in names if name not in self.schema.names]
        if nested:
            raise TableError(
                f"{nested[0]} holds INT96 timestamps inside lists or structs: use 64 bits"
            )
        fine = far = False
        files = (self.open(coerce_int96_timestamp_unit=unit) for unit in ("ns", "us"))
        alone = {"columns": names, "use_threads": False}
        batches = (file.iter_batches(BATCH_ROWS, **alone) for file in files if names)
        for pair in zip(*batches, strict=True):
            for name in names:
                nano, micro = (
                    batch.column(name).drop_null().view(pa.int64()).to_numpy() for batch in pair
                )
                # Nanoseconds may have wrapped; differences modulo 2**64 are right nonetheless.
                fine |= bool((nano - micro * 1000).any())
                far |= bool((nano // 1000 != micro).any())
        if fine and far:
            raise TableError(
                f"no unit of 64 bits holds the INT96 timestamps of {', '.join(names)}: some have "
                "nanoseconds, and others lie beyond the years 1677-2262"
            )
        return "us" if far else "ns"

    def batches(self, columns: Collection[str] | None = None) -> Iterator[pa.RecordBatch]:
        """Read the rows of all columns, or of some."""
        rows = int(np.clip(BATCH_BYTES / max(self.row_bytes, 1), 256, BATCH_ROWS))
        done, promised = 0, self.file.metadata.num_rows
        # Where pyarrow may not start the threads that it wants, it can crash.
        alone = {"columns": columns and list(columns), "use_threads": False}
        for batch in self.file.iter_batches(rows, **alone):
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


class ParquetSink:
    """A Parquet file that is written row group by row group.

    `codecs` has the compression of columns; others have that of the first.
    """

    def __init__(self, path: IO[bytes] | str, schema: pa.Schema, codecs: dict[str, str]):
        self.path, self.schema, self.codecs = path, schema, codecs
        self.writer: Any = None  # until the first rows are there
        self.batches: list[pa.RecordBatch] = []

    def write(self, batch: pa.RecordBatch) -> None:
        """Write a batch, once there are enough rows for a row group."""
        self.batches.append(batch)
        rows = sum(batch.num_rows for batch in self.batches)
        if rows >= GROUP_ROWS or sum(batch.nbytes for batch in self.batches) >= GROUP_BYTES:
            self.flush()

    def flush(self) -> None:
        """Write the rows that wait."""
        if self.writer is None:
            self.open(self.batches[0] if self.batches else self.schema.empty_table())
        if self.batches:
            columns = [
                joined([batch.column(i) for batch in self.batches], field.type)
                for i, field in enumerate(self.stored)
            ]
            self.batches = []
            table = pa.Table.from_arrays(columns, schema=self.stored)
            self.writer.write_table(table, row_group_size=max(table.num_rows, 1))

    def open(self, first: pa.RecordBatch | pa.Table) -> None:
        """Begin the file, in ways that suit the first rows."""
        self.stored = schema = self.schema
        for i, field in enumerate(schema):
            kind = first.schema.field(i).type
            if pa.types.is_dictionary(kind) and not pa.types.is_dictionary(field.type):
                self.stored = self.stored.set(i, field.with_type(kind))
        if self.stored is not schema:  # of two descriptions readers take the first
            mine = {b"ARROW:schema": base64.b64encode(schema.serialize())}
            self.stored = self.stored.with_metadata(mine | (schema.metadata or {}))
        pq.ParquetWriter(empty := io.BytesIO(), schema).close()
        leaves = pq.ParquetFile(empty).schema
        paths = [leaves.column(i).path for i in range(len(leaves.names))]
        default = next(iter(self.codecs.values()), "SNAPPY")
        plain = {name for i, name in enumerate(schema.names) if mostly_distinct(first.column(i))}
        self.writer = pq.ParquetWriter(
            self.path,
            self.stored,
            compression={path: self.codecs.get(path, default) for path in paths},
            use_dictionary=[path for path in paths if path not in plain],
        )

    def close(self) -> None:
        """Write what is left and close the file."""
        self.flush()
        self.writer.close()


def joined(chunks: list[pa.Array], kind: pa.DataType) -> pa.ChunkedArray:
    """Put the batches of a column together, with one dictionary if it has any."""
    column = pa.chunked_array([alike(chunk, kind) for chunk in chunks], kind)
    return column.unify_dictionaries() if pa.types.is_dictionary(kind) else column


def alike(column: pa.Array, kind: pa.DataType) -> pa.Array:
    """Give text as text or as a dictionary, whichever the type is."""
    if column.type == kind:
        return column
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if pa.types.is_dictionary(kind):
        return column.cast(kind.value_type).dictionary_encode()
    return column.cast(kind)


def mostly_distinct(column: pa.Array | pa.ChunkedArray) -> bool:
    """Return whether a dictionary of the column would be of no use, by its first rows."""
    sample = column.slice(0, SAMPLE_ROWS)
    try:
        return len(sample) > 100 and len(pc.unique(sample)) > len(sample) / 2
    except pa.ArrowNotImplementedError:  # for lists and the like
        return False
