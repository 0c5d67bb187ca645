"""Which files a command reads and writes."""

from __future__ import annotations

import itertools
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from mortie._cli.atomic import refuse_existing
from mortie._cli.errors import CommandError

if TYPE_CHECKING:
    from collections.abc import Iterable

STANDARD = "-"
SUFFIXES = (".parquet", ".csv", ".csv.gz", ".csv.bz2", ".csv.zst")


@dataclass(frozen=True)
class Job:
    """Input files whose rows go to one output."""

    inputs: tuple[str, ...]
    out: str


def is_parquet(path: str) -> bool:
    """Tell Parquet from CSV by the suffix."""
    if path != STANDARD and not path.lower().endswith(SUFFIXES):
        raise CommandError(
            f"the format of {path} is not known: its name must end in {', '.join(SUFFIXES)}"
        )
    return path.lower().endswith(".parquet")


def find(patterns: list[str]) -> list[tuple[str, str]]:
    """Find the files that paths, folders and glob patterns name.

    Parameters
    ----------
    patterns : list of str
        Files, folders (all tables below them), glob patterns, or ``-``.

    Returns
    -------
    list of tuple of str
        Of each file the path, and its name below the folder or pattern that led to it.

    Raises
    ------
    CommandError
        If there is no such file, or a suffix is unknown.
    """
    found: list[tuple[str, str]] = []
    for pattern in patterns:
        path = Path(pattern)
        if pattern == STANDARD:
            found.append((pattern, ""))
        elif path.is_dir():
            tables = [name for name in inside(path) if name[0].lower().endswith(SUFFIXES)]
            if not tables:
                raise CommandError(f"no file below {pattern} ends in {', '.join(SUFFIXES)}")
            found += tables
        elif path.exists():
            found.append((pattern, path.name))
        else:
            plain = list(itertools.takewhile(lambda part: not set(part) & set("*?["), path.parts))
            matches = below(Path(*plain), str(Path(*path.parts[len(plain) :])))
            if not matches:
                raise CommandError(f"no such file: {pattern}")
            found += matches
    for name, _ in found:
        is_parquet(name)
    if sum(name == STANDARD for name, _ in found) > 1:
        raise CommandError("standard input (-) can be read only once")
    return found


def below(folder: Path, pattern: str) -> list[tuple[str, str]]:
    """List the files of a folder that match a pattern."""
    if pattern == ".":  # the path held no pattern
        return []
    try:
        return named(folder, folder.glob(pattern))
    except ValueError as error:
        raise CommandError(f"{folder / pattern} is no pattern: {error}") from None


def inside(folder: Path) -> list[tuple[str, str]]:
    """List all files below a folder; one that can't be read is an error, not left out."""

    def fail(error):
        raise error

    walk = os.walk(folder, onerror=fail)
    return named(folder, (Path(parent, name) for parent, _, names in walk for name in names))


def named(folder: Path, paths: Iterable[Path]) -> list[tuple[str, str]]:
    """Give the files of a folder in order, as `find` does, but those that are hidden."""
    files = sorted(path for path in paths if path.is_file() and not path.name.startswith("."))
    return [(str(path), str(path.relative_to(folder))) for path in files]


def plan(patterns: list[str], out: str, force: bool) -> list[Job]:
    """Say which inputs go to which output, refuse what would lose data, and make output folders.

    Parameters
    ----------
    patterns : list of str
        As `find` takes them.
    out : str
        One file for all inputs, ``-``, or a folder: one that exists, or a name that ends in ``/``.
    force : bool
        Whether outputs that exist may be replaced.

    Returns
    -------
    list of Job
        One for each output.

    Raises
    ------
    CommandError
        If two inputs would go to one file, if an output exists, or if one job would replace what
        another reads.
    """
    found = find(patterns)
    folder = out.endswith(("/", os.sep)) or Path(out).is_dir()
    if not folder:
        is_parquet(out)
        jobs = [Job(tuple(name for name, _ in found), out)]
    else:
        jobs = [Job((name,), str(Path(out, relative))) for name, relative in found]
        if STANDARD in [name for name, _ in found]:
            raise CommandError(f"standard input needs an output file, and {out} is a folder")
    made: dict[str, Job] = {}
    for job in jobs:
        if job.out != STANDARD:
            refuse_existing(job.out, force)
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
    return jobs
