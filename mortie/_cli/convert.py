"""Commands from tables to tables of the same rows: encode, decode and clip."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

import pyarrow as pa

from mortie._cli.atomic import whole_file
from mortie._cli.columns import some
from mortie._cli.errors import CommandError
from mortie._cli.files import STANDARD, Job, is_parquet
from mortie._cli.stream import stream
from mortie._cli.tables import csv_types, open_sink, open_source

if TYPE_CHECKING:
    from collections.abc import Callable

    from mortie._cli.rows import Operation


@dataclass(frozen=True)
class Conversion:
    """Tables with columns computed by an operation.

    Parameters
    ----------
    operation : Operation
        What to compute.
    adds : dict of str
        The names of the computed columns and the options that give them; none for a column that
        replaces the one it comes from.
    kind : pyarrow.DataType
        The type of the computed columns.
    force : bool
        Replace an output that exists.
    workers : int
        How many threads compute.
    """

    operation: Operation
    adds: dict[str, str]
    kind: pa.DataType
    force: bool
    workers: int

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
        types = csv_types(job.inputs) if is_parquet(job.out) else None
        skipped = 0
        sink = None
        with contextlib.ExitStack() as stack:
            for name, told in zip(job.inputs, job.columns, strict=True):
                with open_source(name, types) as source:
                    names = self.operation.choose(source.path, source.schema, say)
                    told = {k: v for k, v in told.items() if k not in source.schema.names}
                    fields = [*source.schema, *(pa.field(k, v.type) for k, v in told.items())]
                    fields = self.fields(source.path, pa.schema(fields), names)
                    if sink is None:
                        schema = pa.schema(fields, source.schema.metadata)
                        sink = stack.enter_context(open_sink(path, job.out, schema, source.codec))
                    must_match(job, source.path, pa.schema(fields), schema)
                    for batch, results, left_out in stream(
                        source, self.operation, names, workers=self.workers, advance=advance
                    ):
                        columns = batch.columns
                        columns += [pa.repeat(value, batch.num_rows) for value in told.values()]
                        if self.adds:
                            columns += results
                        else:
                            columns[batch.schema.get_field_index(names[0])] = results[0]
                        sink.write(pa.RecordBatch.from_arrays(columns, schema=schema))
                        skipped += left_out
        return skipped

    def fields(self, path: str, schema: pa.Schema, names: tuple[str, ...]) -> list[pa.Field]:
        """Give the columns of the output."""
        new = [pa.field(name, self.kind) for name in self.adds or names]
        if not self.adds:
            return [field if field.name != names[0] else new[0] for field in schema]
        for name, option in self.adds.items():
            if name in schema.names:
                raise CommandError(
                    f"{path}: there is a column {name!r} already: name the new one with "
                    f"{option} NAME"
                )
        return [*schema, *new]


def must_match(job: Job, path: str, schema: pa.Schema, first: pa.Schema) -> None:
    """Raise unless a table has the columns of the first one; CSV knows no types."""
    same = schema.equals(first) if is_parquet(job.out) else schema.names == first.names
    if not same:

        def text(schema):
            return some([f"{field.name} ({field.type})" for field in schema])

        raise CommandError(
            f"{path} has other columns than {job.inputs[0]}, {text(schema)} and not {text(first)}: "
            "give a folder for the output, NAME/, to keep the files apart"
        )
