"""From tables to tables of the same rows and computed columns: encode, decode, clip and locate."""

import argparse
import contextlib
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pyarrow as pa

from mortie._cli import lossless, metadata
from mortie._cli.atomic import STANDARD, publish, stages, whole_file
from mortie._cli.errors import CommandError, Say, errors_of
from mortie._cli.files import Job, format_of, is_parquet, plan
from mortie._cli.rows import Operation, results_of
from mortie._cli.tables import open_sink, open_source
from mortie._cli.work import each, say


def convert(options: argparse.Namespace, operation: Operation, adds: dict[str, str]) -> None:
    """Write tables with computed columns."""
    jobs = plan(options, say)
    inputs = [name for job in jobs for name in job.inputs]
    with contextlib.ExitStack() as stack:
        if options.dask:
            staged = stack.enter_context(stages([job.out for job in jobs]))
            jobs = [replace(job, stage=stage) for job, stage in zip(jobs, staged, strict=True)]
        for job, _ in each(options, Conversion(options, operation, adds), jobs, inputs):
            if job.stage:
                publish(job.stage, job.out, options.force, say)


@dataclass(frozen=True)
class Conversion:
    """How the output of a job is made.

    `adds` has the names and types of the computed columns; without any, one replaces that which it
    comes from.
    """

    options: argparse.Namespace
    operation: Operation
    adds: dict[str, str]

    def __call__(self, job: Job, say: Say, advance: Callable) -> tuple[None, int]:
        """Write the output, and give how many rows were left out."""
        skipped, schema, sink = 0, None, None
        raw: dict[str, Any] = {}
        types: list[Any] = []
        with contextlib.ExitStack() as stack:
            # First, so that what can't be written isn't computed.
            file = whole_file(job.out, self.options.force, say, job.stage)
            stream = stack.enter_context(file)
            if is_parquet(job.out):  # which has types, and says things that must hold for all rows
                raw = {name: stack.enter_context(twice(name)) for name in job.inputs}
                schema, *types = self.survey(job, raw, say)
            for name, told in zip(job.inputs, job.columns, strict=True):
                with open_source(name, self.options, raw.get(name), *types, say=say) as source:
                    names = self.operation.choose(source, say)
                    columns = self.columns(source.path, source.schema, told, names)
                    schema = schema or columns
                    if sink is None:
                        sink = stack.enter_context(
                            open_sink(stream, job.out, schema, self.options, source.codecs)
                        )
                    if columns.names != schema.names:
                        raise metadata.differ(source.path, columns, job.inputs[0], schema)
                    more = [told[name] for name in told if name not in source.schema.names]
                    for batch, results, left_out in results_of(
                        source, self.operation, names, advance
                    ):
                        arrays = batch.columns
                        arrays += [pa.repeat(value, batch.num_rows) for value in more]
                        if self.adds:
                            arrays += results
                        else:
                            arrays[schema.get_field_index(names[0])] = results[0]
                        sink.write(pa.RecordBatch.from_arrays(arrays, schema.names))
                        skipped += left_out
        return None, skipped

    def survey(self, job: Job, raw: dict[str, Any], say: Say) -> tuple:
        """Find the schema for all rows and types for columns of CSV, which takes reading it."""
        paths, schemas, chosen = [], [], []
        kinds: dict[str, set[pa.DataType] | None] = {}
        forced: dict[str, pa.DataType] = {}
        for name in job.inputs:
            with open_source(name, self.options, raw[name], say=say) as source:
                names = self.operation.choose(source, say)
                paths.append(source.path)
                schemas.append(source.schema)
                chosen.append(names)
                if format_of(name) != "csv":
                    continue
                forced |= dict.fromkeys(names, self.operation.kind)
                kinds |= {n: kinds.get(n) for n in source.schema.names}
                with errors_of(source.path):
                    for batch in source.batches():
                        for n, values in zip(source.schema.names, batch.columns, strict=True):
                            kinds[n] = lossless.narrow(kinds[n], values, self.options.decimal)
        types = {name: lossless.choose(found) for name, found in kinds.items()}
        # Coordinates and indices are numbers, however they are written.
        forced = {n: kind for n, kind in forced.items() if types[n] not in (pa.int64(), kind)}
        for i, name in enumerate(job.inputs):
            if format_of(name) == "csv":
                known = types | forced
                schemas[i] = pa.schema([(n, known[n]) for n in schemas[i].names])
            schemas[i] = self.columns(paths[i], schemas[i], job.columns[i], chosen[i])
        same_rows = len(paths) == 1 and self.options.on_error != "skip"
        return metadata.together(paths, schemas, same_rows, say), types, forced

    def columns(
        self, path: str, schema: pa.Schema, told: dict[str, pa.Scalar], names: tuple[str, ...]
    ) -> pa.Schema:
        """Give the columns of the output for those of a table and those that its path gives."""
        for name, value in told.items():
            if name not in schema.names:
                schema = schema.append(pa.field(name, value.type))
        for name, kind in self.adds.items():
            if name in schema.names:
                raise CommandError(
                    f"{path}: there is a column {name!r} already: name the new one with --name"
                )
            schema = schema.append(pa.field(name, kind))
        if not self.adds:
            i = schema.get_field_index(names[0])
            field = schema.field(i).with_type(self.operation.kind)
            if self.options.on_error == "null":
                field = field.with_nullable(True)
            schema = metadata.replaced(schema.set(i, field), names[0])
        return schema


@contextlib.contextmanager
def twice(path: str) -> Iterator[Any]:
    """Give a copy of what can be read only once, to be read twice; None of a usual file."""
    if path != STANDARD and not Path(path).is_fifo():
        yield None
        return
    with tempfile.TemporaryFile() as copy:
        with errors_of(f"temporary copy of {path}"), contextlib.ExitStack() as stack:
            raw = sys.stdin.buffer
            if path != STANDARD:
                raw = stack.enter_context(Path(path).open("rb"))
            shutil.copyfileobj(raw, copy, 1 << 20)
        yield copy
