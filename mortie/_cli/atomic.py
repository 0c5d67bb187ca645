"""Output files that appear whole or not at all."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import stat
from pathlib import Path
from typing import IO, TYPE_CHECKING

from mortie._cli.errors import CommandError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


def is_device(path: str) -> bool:
    """Tell whether a path leads to a pipe, a device or the standard output.

    These are written into, as by the shell's ``>``: no new file may take their place.
    """
    with contextlib.suppress(OSError):  # where it leads to nothing
        found = Path(path).stat()
        if stat.S_ISREG(found.st_mode) or stat.S_ISDIR(found.st_mode):
            # After /dev/stdout > FILE
            return Path(path).is_symlink() and os.path.samestat(found, os.fstat(1))
        return True
    return False


def refuse_existing(out: str, force: bool) -> None:
    """Raise unless the output is new, may be replaced or is a device."""
    if not force and os.path.lexists(out) and not is_device(out):
        raise CommandError(f"{out} exists already: --force replaces it")


@contextlib.contextmanager
def whole_file(
    out: str, force: bool, say: Callable[[str], None], stage: Path | None = None
) -> Iterator[IO[bytes]]:
    """Open a new file that takes the place of the output once all went well.

    Parameters
    ----------
    out : str
        The output.
    force : bool
        Replace the output if it exists; otherwise it is kept, even if it appears meanwhile.
    say : callable
        Told if a crash of the system might yet lose the output.
    stage : Path, optional
        Of `stages`: where the file waits for `publish`.

    Yields
    ------
    file
        To write to. It lies in the folder of the output, since a rename can't cross file systems.

    Raises
    ------
    CommandError
        If the output exists and `force` is false, or its folder does not exist.
    """
    refuse_existing(out, force)
    if is_device(out):
        with os.fdopen(os.open(out, os.O_WRONLY | os.O_APPEND), "wb") as stream:
            yield stream
        return
    target = Path(os.path.realpath(out))
    if not target.parent.is_dir():
        raise CommandError(f"no such folder: {Path(out).parent}")
    if target.is_symlink():
        raise CommandError(f"{out} is a link to itself")
    # Cut, so that it is no longer than names may be: 255 bytes, of which a character takes 4.
    hidden = f".{target.name[:50]}.{secrets.token_hex(4)}.tmp"
    new = (stage or target).with_name(hidden)
    try:
        with naming(out, new), new.open("xb", buffering=0) as file:  # under the user's umask
            if target.exists():
                keep_rights(target, new)
            with os.fdopen(file.fileno(), "wb", closefd=False) as stream:
                yield stream
            os.fsync(file.fileno())
        if stage:
            new.replace(stage)  # there may be that of an earlier try
        else:
            publish(new, out, force, say)
    finally:
        new.unlink(missing_ok=True)


@contextlib.contextmanager
def naming(out: str, new: Path) -> Iterator[None]:
    """Have errors of the system name the output, and not what stands in for it."""
    try:
        yield
    except OSError as error:
        if error.filename not in (None, str(new)) or isinstance(error, BrokenPipeError):
            raise
        raise CommandError(f"{out}: {error.strerror or error}") from error


def keep_rights(target: Path, new: Path) -> None:
    """Give a file that is to replace another its owner, mode and extended attributes."""
    old, now = target.stat(), new.stat()
    if (old.st_uid, old.st_gid) != (now.st_uid, now.st_gid):
        try:
            os.chown(new, old.st_uid, old.st_gid)
        except PermissionError:
            raise CommandError(
                f"{target} belongs to another user or group, and its successor can't: remove it"
            ) from None
    shutil.copystat(target, new)


def publish(new: Path, out: str, force: bool, say: Callable[[str], None]) -> None:
    """Give a whole file the name of the output: what a link leads to is replaced, not the link."""
    target = Path(os.path.realpath(out))
    with naming(out, new):
        if force:
            new.replace(target)
        else:
            try:
                rename(new, target)
            except FileExistsError:
                refuse_existing(out, force)
                raise
    if os.name == "posix":  # Windows opens no folder
        try:
            synchronise(target.parent)
        except OSError as error:
            say(f"{out} is written, but a crash of the system may lose it: {error.strerror}")


def rename(new: Path, target: Path) -> None:
    """Rename a file unless another has the name: `os.rename` alone would replace it."""
    try:
        os.link(new, target)
    except (FileExistsError, FileNotFoundError):
        raise
    except OSError:  # a file system without hard links: hold the name first
        target.open("xb").close()
        new.replace(target)


def synchronise(folder: Path) -> None:
    """Have the system write to the disk what it holds of a folder."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def stages(outs: list[str]) -> Iterator[list[Path]]:
    """Name a file for each output in a hidden folder beside it, which is removed in the end.

    So what other processes write, as often as they try, has no name until `publish` gives it one;
    and nothing remains of those that die or come too late.
    """
    targets = [Path(os.path.realpath(out)) for out in outs]
    hidden = f".mortie.{secrets.token_hex(4)}.tmp"
    with contextlib.ExitStack() as stack:
        for out, target in zip(outs, targets, strict=True):
            folder = target.with_name(hidden)
            if not folder.exists():
                with naming(out, folder):
                    folder.mkdir()
                stack.callback(shutil.rmtree, folder, ignore_errors=True)
        yield [target.with_name(hidden) / target.name for target in targets]
