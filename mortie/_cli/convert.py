"""Commands from tables to tables of the same rows: encode, decode and clip."""

from __future__ import annotations

import contextlib
import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import pyarrow as pa

from mortie._cli import lossless, metadata
from mortie._cli.atomic import whole_file
from mortie._cli.errors import CommandError
from mortie._cli.files import STANDARD, Job, is_parquet
from mortie._cli.rows import results_of
from mortie._cli.stream import errors_of
from mortie._cli.tables import open_sink, open_source

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mortie._cli.csv_files import Dialect
    from mortie._cli.rows import Operation


@dataclass(frozen=True)
class Conversion:
    """Tables with columns of a type computed by an operation.

    The columns get the names in `adds`; without any, one replaces that which it comes from.
    """

    operation: Operation
    adds: tuple[str, ...]
    kind: pa.DataType
    force: bool
    dialect: Dialect

    def run(
        self,
        job: Job,
        say: Callable[[str], None],
        advance: Callable[[int], object] = lambda size: None,
    ) -> int:
        """Write the output of a job, and return how many rows were skipped."""
        if job.out == STANDARD:
            return self.write(job, job.out, say, advance)
        with whole_file(job.out, self.force, say, job.stage) as stream:
            return self.write(job, stream, say, advance)

    def write(self, job: Job, path: IO[bytes] | str, say: Callable, advance: Callable) -> int:
        """Write the rows of all inputs of a job to a path."""
        skipped, schema, types, sink = 0, None, None, None
        with contextlib.ExitStack() as stack:
            raw: dict[str, Any] = {}
            if is_parquet(job.out):  # which has types, and says things that must hold for all rows
                raw = {name: stack.enter_context(twice(name)) for name in job.inputs}
                schema, types = self.survey(job, raw, say)
            for name, told in zip(job.inputs, job.columns, strict=True):
                with open_source(name, self.dialect, raw.get(name), types) as source:
                    names = self.operation.choose(source.path, source.schema, say)
                    more = further(source.schema, told)
                    columns = self.columns(source.path, with_columns(source.schema, more), names)
                    schema = schema or columns
                    if sink is None:
                        sink = stack.enter_context(
                            open_sink(path, job.out, schema, source.codecs, self.dialect)
                        )
                    if columns.names != schema.names:
                        raise metadata.differ(source.path, columns, job.inputs[0], schema)
                    for batch, results, left_out in results_of(
                        source, self.operation, names, advance=advance
                    ):
                        arrays = batch.columns
                        arrays += [pa.repeat(value, batch.num_rows) for value in more.values()]
                        if self.adds:
                            arrays += results
                        else:
                            arrays[batch.schema.get_field_index(names[0])] = results[0]
                        sink.write(pa.RecordBatch.from_arrays(arrays, schema.names))
                        skipped += left_out
        return skipped

    def survey(
        self, job: Job, raw: dict[str, Any], say: Callable
    ) -> tuple[pa.Schema, dict[str, pa.DataType]]:
        """Find the schema for all rows and types for columns of CSV, which takes reading it."""
        tables = []
        kinds: dict[str, set[pa.DataType] | None] = {}
        numeric: set[str] = set()
        for name in job.inputs:
            with open_source(name, self.dialect, raw[name]) as source:
                names = self.operation.choose(source.path, source.schema, say)
                tables.append((source.path, source.schema, names))
                if not is_parquet(name):
                    numeric.update(names)
                    kinds |= {n: kinds.get(n) for n in source.schema.names}
                    for batch in source.batches():
                        for n, values in zip(source.schema.names, batch.columns, strict=True):
                            kinds[n] = lossless.narrow(kinds[n], values, self.dialect.decimal)
        types = {n: lossless.choose(found) for n, found in kinds.items()}
        number = self.operation.source.kind  # of coordinates and indices, however they are written
        types |= {n: number for n in numeric if types[n] not in (pa.int64(), number)}
        schemas = []
        for name, told, (path, schema, names) in zip(job.inputs, job.columns, tables, strict=True):
            if not is_parquet(name):
                schema = pa.schema([(n, types[n]) for n in schema.names])
            schema = with_columns(schema, further(schema, told))
            schemas.append(self.columns(path, schema, names))
        same_rows = len(tables) == 1 and self.operation.on_error != "skip"
        return metadata.together([path for path, _, _ in tables], schemas, same_rows, say), types

    def columns(self, path: str, schema: pa.Schema, names: tuple[str, ...]) -> pa.Schema:
        """Give the columns of the output."""
        for name in self.adds:
            if name in schema.names:
                raise CommandError(
                    f"{path}: there is a column {name!r} already: name the new one with --name"
                )
            schema = schema.append(pa.field(name, self.kind))
        if not self.adds:
            i = schema.get_field_index(names[0])
            field = schema.field(i).with_type(self.kind)
            if self.operation.on_error == "null":
                field = field.with_nullable(True)
            schema = metadata.replaced(schema.set(i, field), names[0])
        return schema


def further(schema: pa.Schema, told: dict[str, pa.Scalar]) -> dict[str, pa.Scalar]:
    """Give the columns that the path tells and the table lacks."""
    return {name: value for name, value in told.items() if name not in schema.names}


def with_columns(schema: pa.Schema, more: dict[str, pa.Scalar]) -> pa.Schema:
    """Append columns of one value each."""
    for name, value in more.items():
        schema = schema.append(pa.field(name, value.type))
    return schema


@contextlib.contextmanager
def twice(path: str) -> Iterator[Any]:
    """Give a copy of what can be read only once, to be read twice; None of a usual file."""
    if path != STANDARD and not Path(path).is_fifo():
        yield None
        return
    with tempfile.TemporaryFile() as copy, contextlib.ExitStack() as stack:
        with errors_of(f"temporary copy of {path}"):
            raw = (
                stack.enter_context(Path(path).open("rb")) if path != STANDARD else sys.stdin.buffer
            )
            shutil.copyfileobj(raw, copy, 1 << 20)
        yield copy
