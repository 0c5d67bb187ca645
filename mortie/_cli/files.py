"""Which files a command reads and writes."""

import argparse
import itertools
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import unquote

import pyarrow as pa

from mortie._cli import lossless
from mortie._cli.atomic import STANDARD, is_device, refuse_existing
from mortie._cli.errors import CommandError, Say

CSV = (".csv", ".csv.gz", ".csv.bz2", ".csv.zst")
HDF5 = (".h5", ".hdf5", ".he5", ".nc", ".nc4")  # which are only read
SUFFIXES = (".parquet", *CSV, *HDF5)
HIDDEN = (".", "_")  # first characters: of .ipynb_checkpoints, _delta_log, _SUCCESS


@dataclass(frozen=True)
class Job:
    """Input files whose rows go to one output.

    Each has a dict of columns of one value, which its path gives. If other processes write the
    output, it waits for `atomic.publish` in the file `stage`.
    """

    inputs: tuple[str, ...]
    columns: tuple[dict[str, pa.Scalar], ...]
    out: str
    stage: Path | None = None


def is_parquet(path: str) -> bool:
    """Return whether the suffix is that of Parquet."""
    return format_of(path) == "parquet"


def format_of(path: str) -> str:
    """Take the format from the suffix; a pipe or device without one takes and gives CSV."""
    name = path.lower()
    if name.endswith((".parquet", *HDF5)):
        return "parquet" if name.endswith(".parquet") else "hdf5"
    if not (name.endswith(CSV) or path == STANDARD or is_device(path)):
        raise CommandError(
            f"the format of {path} is not known: its name must end in {', '.join(SUFFIXES)}"
        )
    return "csv"


def find(patterns: list[str], dask: str | None) -> list[tuple[str, str]]:
    """Find the files that paths, folders and glob patterns name.

    Each comes with its name below the folder or pattern that led to it, and an absolute path if
    the workers of a cluster are to find it.
    """
    found: list[tuple[str, str]] = []
    for pattern in patterns:
        path = Path(pattern)
        if pattern in (STANDARD, "/dev/stdin"):
            found.append((STANDARD, ""))
        elif path.exists() and not path.is_dir():
            found.append((pattern, path.name))
        else:
            parts = path.parts if not path.exists() else ()
            plain = list(itertools.takewhile(lambda part: not set(part) & set("*?["), parts))
            folder = Path(*plain) if parts else path
            try:
                matches = list(match(folder, parts[len(plain) :]))
            except ValueError as error:
                raise CommandError(f"{pattern} is no pattern: {error}") from None
            if not matches or len(plain) == len(parts) > 0:
                raise CommandError(f"no such file: {pattern}")
            tables = {table for path in matches for table in inside(path) if table.is_file()}
            if not tables:
                raise CommandError(f"no file below {pattern} ends in {', '.join(SUFFIXES)}")
            found += [(str(table), str(table.relative_to(folder))) for table in sorted(tables)]
    for name, _ in found:
        format_of(name)
    if sum(name == STANDARD for name, _ in found) > 1:
        raise CommandError("standard input (-) can be read only once")
    return [(absolute(name), below) for name, below in found] if dask else found


def match(folder: Path, parts: tuple[str, ...]) -> Iterator[Path]:
    """Find what matches the parts of a pattern in a folder; what is hidden must be named so."""
    if parts in ((), ("**",)):  # a folder stands for all below it
        yield folder
    elif parts[0] == "**":
        for parent, _ in walk(folder):
            yield from match(parent, parts[1:])
    else:
        for path in folder.glob(parts[0]):
            if not path.name.startswith(HIDDEN) or parts[0].startswith(HIDDEN):
                yield from match(path, parts[1:])


def inside(path: Path) -> Iterable[Path]:
    """List the tables of a folder, or the one file."""
    if not path.is_dir():
        return [path]
    return (
        parent / name
        for parent, names in walk(path)
        for name in names
        if name.lower().endswith(SUFFIXES) and not name.startswith(HIDDEN)
    )


def walk(folder: Path) -> Iterator[tuple[Path, list[str]]]:
    """Give a folder and those below, also behind links, each once, and the names of their files.

    One that can't be read is an error, not left out.
    """

    def fail(error):
        raise error

    seen = set()
    for parent, folders, names in os.walk(folder, onerror=fail, followlinks=True):
        folders[:] = sorted(name for name in folders if not name.startswith(HIDDEN))
        real = os.path.realpath(parent)
        if real in seen:
            folders.clear()
        else:
            seen.add(real)
            yield Path(parent), names


def absolute(path: str) -> str:
    """Name a file so that other processes find it."""
    if path == STANDARD or is_device(path):
        raise CommandError("a Dask cluster reads and writes files, and no pipes or devices")
    return os.path.abspath(path)  # noqa: PTH100 # keeps links


def partition(path: str) -> dict[str, str | None]:
    """Give what folders named KEY=VALUE say, as Hive and Spark write them."""
    pairs = [part.split("=", 1) for part in Path(path).parent.parts if part.find("=") > 0]
    try:
        told = {unquote(key): unquote(value, errors="strict") for key, value in pairs}
        "".join(itertools.chain(*told.items())).encode()
    except UnicodeError:
        raise CommandError(f"{path}: the name of a folder is no UTF-8 text") from None
    return {k: v if v != "__HIVE_DEFAULT_PARTITION__" else None for k, v in told.items()}


def columns_of(paths: tuple[str, ...], out: str) -> tuple[dict[str, pa.Scalar], ...]:
    """Give the columns that the path of each input gives, unless that of the output does.

    They are integers if these say the same, else text.
    """
    kept = partition(out).items()
    rows = [{k: v for k, v in partition(path).items() if (k, v) not in kept} for path in paths]
    kinds = {}
    for key in itertools.chain(*rows):
        texts = pa.array([row.get(key) for row in rows], pa.string())
        integers = lossless.choose(lossless.narrow(None, texts)) == pa.int64()
        kinds[key] = pa.int64() if integers else pa.string()
    return tuple(
        {k: pa.scalar(v, pa.string()).cast(kinds[k]) for k, v in row.items()} for row in rows
    )


def written(name: str) -> str:
    """Name the output for an input: what comes as HDF5 is written as Parquet."""
    return str(Path(name).with_suffix(".parquet")) if format_of(name) == "hdf5" else name


def may_write(out: str, force: bool) -> None:
    """Raise unless an output can take a table."""
    if is_parquet(out) and is_device(out):
        raise CommandError(f"{out} is a pipe or device, and Parquet is not written to one: use CSV")
    if format_of(out) == "hdf5":
        raise CommandError(f"{out}: HDF5 is not written: use {', '.join(('.parquet', *CSV))}")
    refuse_existing(out, force)


def plan(options: argparse.Namespace, say: Say) -> list[Job]:
    """Say which inputs go to which output, refuse what would lose data, and make output folders."""
    out = options.output
    found = find(options.inputs, options.dask)
    folder = out.endswith(("/", os.sep)) or Path(out).is_dir()
    if folder and STANDARD in [name for name, _ in found]:
        raise CommandError(f"standard input needs an output file, and {out} is a folder")
    groups: list[tuple[tuple[str, ...], str]]
    if folder:
        groups = [((name,), str(Path(out, written(below)))) for name, below in found]
    else:
        groups = [(tuple(name for name, _ in found), out)]
    jobs = [Job(inputs, columns_of(inputs, out), out) for inputs, out in groups]
    if options.skip_existing:
        new = [job for job in jobs if not Path(job.out).is_file() or is_device(job.out)]
        if len(new) < len(jobs):
            say(f"left {len(jobs) - len(new):,} of {len(jobs):,} outputs as they are")
        jobs = new
    made: dict[str, Job] = {}
    for job in jobs:
        may_write(job.out, options.force)
        if job.out != STANDARD:
            other = made.setdefault(os.path.realpath(job.out), job)
            if other is not job:
                raise CommandError(f"{other.inputs[0]} and {job.inputs[0]} both go to {job.out}")
    for job in jobs:
        for name in job.inputs:
            if name != STANDARD and made.get(os.path.realpath(name), job) is not job:
                raise CommandError(f"{name} would be replaced before it is read")
    if folder:
        for job in jobs:
            Path(job.out).parent.mkdir(parents=True, exist_ok=True)
    if options.dask and any(len(job.inputs) > 1 for job in jobs):
        raise CommandError("with --dask each file has an output of its own: -o FOLDER/")
    return [replace(job, out=absolute(job.out)) for job in jobs] if options.dask else jobs
