"""Output files that appear whole or not at all."""

from __future__ import annotations

import contextlib
import os
import secrets
from pathlib import Path
from typing import TYPE_CHECKING

from mortie._cli.errors import CommandError

if TYPE_CHECKING:
    from collections.abc import Iterator


def refuse_existing(out: str | Path, force: bool) -> None:
    """Raise unless the output is new or may be replaced."""
    if not force and os.path.lexists(out):
        raise taken(out)


def taken(out: str | Path) -> CommandError:
    """Give the error for an output that exists."""
    return CommandError(f"{out} exists already: --force replaces it")


@contextlib.contextmanager
def whole_file(out: str | Path, force: bool) -> Iterator[Path]:
    """Give the path of a new file that takes the place of the output once all went well.

    Parameters
    ----------
    out : str or Path
        The output.
    force : bool
        Replace the output if it exists; otherwise it is kept, even if it appears meanwhile.

    Yields
    ------
    Path
        An empty file in the same folder, so that a rename can't cross file systems.

    Raises
    ------
    CommandError
        If the output exists and `force` is false, or its folder does not exist.
    """
    refuse_existing(out, force)
    target = Path(os.path.realpath(out))  # what a link leads to is replaced, not the link
    if not target.parent.is_dir():
        raise CommandError(f"no such folder: {Path(out).parent}")
    new = target.with_name(f".{target.name}.{secrets.token_hex(4)}.tmp")
    try:
        new.open("xb").close()  # under the user's umask, unlike those of tempfile
        yield new
        synchronise(new)
        if force:
            new.replace(target)
        else:
            try:
                publish(new, target)
            except FileExistsError:
                raise taken(out) from None
        if os.name == "posix":
            synchronise(target.parent)
    except OSError as error:
        if error.filename not in (None, str(new)) or isinstance(error, BrokenPipeError):
            raise
        raise CommandError(f"{out}: {error.strerror or error}") from error  # not the hidden name
    finally:
        new.unlink(missing_ok=True)


def publish(new: Path, target: Path) -> None:
    """Rename a file unless another has the name: `os.rename` alone would replace it."""
    try:
        os.link(new, target)
    except FileExistsError:
        raise
    except OSError:  # a file system without hard links: hold the name first
        target.open("xb").close()
        new.replace(target)


def synchronise(path: Path) -> None:
    """Have the system write to the disk what it holds of a file or folder."""
    # Windows flushes only what is open for writing, and no folder; POSIX opens folders to read.
    descriptor = os.open(path, os.O_RDONLY if os.name == "posix" else os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
