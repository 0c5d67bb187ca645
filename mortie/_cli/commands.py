"""From parsed arguments to the work, and what is said of it."""

from __future__ import annotations

import contextlib
import functools
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
from tqdm import tqdm

import mortie
from mortie._cli import files, rows, tally
from mortie._cli.atomic import is_device, publish, refuse_existing, stages, whole_file
from mortie._cli.convert import Conversion
from mortie._cli.csv_files import Dialect
from mortie._cli.errors import CommandError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterator, Sequence

    import numpy as np


def encode(options: argparse.Namespace) -> None:
    """Run ``mortie encode``."""
    function = functools.partial(mortie.latlon2mort, options.order)
    operation = rows.Operation(rows.Points(options.lat, options.lon), function, options.on_error)
    convert(options, operation, (options.name,), pa.int64())


def decode(options: argparse.Namespace) -> None:
    """Run ``mortie decode``."""
    lat, lon = options.name
    if lat == lon:
        raise CommandError(f"--name gives one name to both new columns: {lat!r}")
    operation = rows.Operation(rows.Indices(options.column), mortie.mort2latlon, options.on_error)
    convert(options, operation, (lat, lon), pa.float64())


def clip(options: argparse.Namespace) -> None:
    """Run ``mortie clip``."""
    function = functools.partial(mortie.clip_mort, options.order)
    operation = rows.Operation(
        rows.Indices(options.column, options.order), function, options.on_error
    )
    convert(options, operation, (options.name,) if options.name else (), pa.int64())


def convert(
    options: argparse.Namespace, operation: rows.Operation, adds: tuple[str, ...], kind: pa.DataType
) -> None:
    """Write tables with computed columns."""
    jobs = files.plan(options.inputs, options.output, options.force, options.skip_existing, say)
    conversion = Conversion(operation, adds, kind, options.force, dialect(options))
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
    sums, skipped = counted(options)
    tally.write(sums, options.output, options.force, say, dialect(options))
    tell_skipped(skipped)


def plot(options: argparse.Namespace) -> None:
    """Run ``mortie plot``."""
    import matplotlib as mpl

    mpl.use("agg")  # a file needs no window
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator

    from mortie.plot import cells

    refuse_existing(options.output, options.force)
    [morton, counts, *sums], skipped = counted(options)
    figure = Figure(figsize=(8, 6), layout="constrained")
    # A column's name is no mathematical formula, even between dollars.
    label = "points per cell" if options.value is None else options.value.replace("$", r"\$")
    try:
        values = sums[0] / counts if sums else counts
        drawn = cells(morton, values, ax=figure.subplots(), label=label)
    except ValueError as error:
        raise CommandError(error) from None
    if not sums and drawn.colorbar:
        drawn.colorbar.set_ticks(MaxNLocator(integer=True))
    with whole_file(options.output, options.force, say) as file:
        try:
            figure.savefig(file, format=Path(options.output).suffix[1:], dpi=150)
        except ValueError as error:  # an unknown format, with those that are known
            raise CommandError(f"{options.output}: {error}") from None
    tell_skipped(skipped)


def counted(options: argparse.Namespace) -> tuple[list[np.ndarray], int]:
    """Give the cells of all inputs, their counts and sums of values, and how many rows were bad."""
    inputs = absolute(options, [name for name, _ in files.find(options.inputs)])
    task = functools.partial(tally.count, choose=cells_of(options), dialect=dialect(options))
    cells, skipped = tally.Tally(getattr(options, "value", None) is not None), 0
    for _, (sums, left_out) in run(options, task, inputs, inputs):
        cells.add(*sums)
        skipped += left_out
    return cells.sums(), skipped


def dialect(options: argparse.Namespace) -> Dialect:
    """Give how the user says that CSV files are written."""
    if options.delimiter == options.decimal:
        raise CommandError(f"--delimiter and --decimal are both {options.decimal!r}")
    return Dialect(
        options.delimiter, options.decimal, options.comment, options.skip_rows_after_header
    )


def cells_of(options: argparse.Namespace) -> Callable[[pa.Schema], rows.Operation]:
    """Give the function that finds the cells of a table's rows, with the user's options."""
    names = ("order", "column", "lat", "lon", "on_error", "value")
    given = {name: getattr(options, name) for name in names if hasattr(options, name)}
    return functools.partial(rows.to_cells, **given)


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
