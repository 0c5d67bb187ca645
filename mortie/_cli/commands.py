"""From parsed arguments to the work, and what is said of it."""

from __future__ import annotations

import contextlib
import functools
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
from tqdm import tqdm

import mortie
from mortie._cli import columns, files, rows, tally
from mortie._cli.atomic import is_device, publish, refuse_existing, stages, whole_file
from mortie._cli.convert import Conversion
from mortie._cli.errors import CommandError
from mortie._cli.stream import stream
from mortie._cli.tables import open_source

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterator, Sequence


def encode(options: argparse.Namespace) -> None:
    """Run ``mortie encode``."""
    function = functools.partial(mortie.latlon2mort, options.order)
    operation = rows.Operation(rows.Points(options.lat, options.lon), function, options.on_error)
    convert(options, operation, {options.name: "--name"}, pa.int64())


def decode(options: argparse.Namespace) -> None:
    """Run ``mortie decode``."""
    if options.lat == options.lon:
        raise CommandError(f"--lat and --lon give one name to both new columns: {options.lat!r}")
    operation = rows.Operation(rows.Indices(options.column), mortie.mort2latlon, options.on_error)
    convert(options, operation, {options.lat: "--lat", options.lon: "--lon"}, pa.float64())


def clip(options: argparse.Namespace) -> None:
    """Run ``mortie clip``."""
    function = functools.partial(mortie.clip_mort, options.order)
    source = rows.Indices(options.column, options.order)
    adds = {options.name: "--name"} if options.name else {}
    convert(options, rows.Operation(source, function, options.on_error), adds, pa.int64())


def convert(
    options: argparse.Namespace, operation: rows.Operation, adds: dict[str, str], kind: pa.DataType
) -> None:
    """Write tables with computed columns."""
    jobs = files.plan(options.inputs, options.output, options.force, options.skip_existing, say)
    conversion = Conversion(operation, adds, kind, options.force, options.workers)
    inputs = [name for job in jobs for name in job.inputs]
    skipped = 0
    with contextlib.ExitStack() as stack:
        if options.dask:
            if any(len(job.inputs) > 1 for job in jobs):
                raise CommandError("with --dask each file has an output of its own: -o FOLDER/")
            outs = absolute(options, [job.out for job in jobs])
            jobs = [
                files.Job(tuple(absolute(options, job.inputs)), out, job.columns, stage)
                for job, out, stage in zip(
                    jobs, outs, stack.enter_context(stages(outs)), strict=True
                )
            ]
        for job, left_out in run(options, conversion.run, jobs, inputs):
            if job.stage:
                publish(job.stage, job.out, options.force, say)
            skipped += left_out
    tell_skipped(skipped)


def count(options: argparse.Namespace) -> None:
    """Run ``mortie count``."""
    files.may_write(options.output, options.force)
    inputs = absolute(options, [name for name, _ in files.find(options.inputs)])
    task = functools.partial(tally.count, choose=cells_of(options), workers=options.workers)
    cells, skipped = tally.Tally(), 0
    for _, (counts, left_out) in run(options, task, inputs, inputs):
        cells.add(counts)
        skipped += left_out
    tally.write(cells.sum(), options.output, options.force, say)
    tell_skipped(skipped)


def plot(options: argparse.Namespace) -> None:
    """Run ``mortie plot``."""
    import matplotlib as mpl

    mpl.use("agg")  # a file needs no window
    from matplotlib.figure import Figure

    from mortie.plot import cells

    refuse_existing(options.output, options.force)
    parts, values = [np.empty(0, np.int64)], [np.empty(0)]
    for name, _ in files.find(options.inputs):
        with open_source(name) as source:
            operation = cells_of(options)(source.schema)
            names = operation.choose(source.path, source.schema, say)
            if options.value is not None:
                with rows.naming(source.path):
                    value = columns.choose(source.schema, "value", options.value, say)
                # Its rows have lost their numbers, where bad ones were left out.
                where = functools.partial("{}: {}".format, source.path, value)
            for batch, [morton], _ in stream(source, operation, names):
                parts.append(morton.to_numpy())
                if options.value is not None:
                    values.append(columns.floats(batch.column(value), where))
    figure = Figure(figsize=(8, 6), layout="constrained")
    drawn = None if options.value is None else np.concatenate(values)
    try:
        cells(np.concatenate(parts), drawn, ax=figure.subplots(), label=options.value)
    except ValueError as error:
        raise CommandError(error) from None
    with whole_file(options.output, options.force, say) as file:
        try:
            figure.savefig(file, format=Path(options.output).suffix[1:], dpi=150)
        except ValueError as error:  # an unknown format, with those that are known
            raise CommandError(f"{options.output}: {error}") from None


def cells_of(options: argparse.Namespace) -> Callable[[pa.Schema], rows.Operation]:
    """Give the function that finds the cells of a table's rows, with the user's options."""
    names = ("order", "column", "lat", "lon", "on_error")
    return functools.partial(rows.to_cells, **{name: getattr(options, name) for name in names})


def absolute(options: argparse.Namespace, paths: Sequence[str]) -> list[str]:
    """Name files so that the workers of a cluster find them, if there is one."""
    if not options.dask:
        return list(paths)
    if any(path == files.STANDARD or is_device(path) for path in paths):
        raise CommandError("a Dask cluster reads and writes files, and no pipes or devices")
    return [os.path.abspath(path) for path in paths]  # noqa: PTH100 # keeps links


def run(
    options: argparse.Namespace, function: Callable, items: list, inputs: list[str]
) -> Iterator[tuple[Any, Any]]:
    """Give each item and the result of a function on it, computed here or on a cluster."""
    if options.dask:
        from mortie._cli.cluster import on_cluster

        yield from on_cluster(options.dask, function, items, say)
        return
    sizes = [Path(name).stat().st_size for name in inputs if name != files.STANDARD]
    total = sum(sizes) if len(sizes) == len(inputs) else None
    with tqdm(total=total, unit="B", unit_scale=True, disable=None) as bar:  # None: in a pipe
        for item in items:
            yield item, function(item, say, bar.update)


tqdm.monitor_interval = 0  # no thread for that: where threads are short, its start can hang
SAID: set[str] = set()


def say(text: str) -> None:
    """Tell the user once, beside the progress bar."""
    if text not in SAID:
        SAID.add(text)
        tqdm.write(f"mortie: {text}", file=sys.stderr)


def tell_skipped(rows: int) -> None:
    """Tell how many rows are missing from the output."""
    if rows:
        say(f"skipped {rows:,} bad row{'s' if rows > 1 else ''}")
