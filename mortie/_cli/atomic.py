"""Outputs: files that appear whole or not at all, and what takes bytes one after the other."""

import contextlib
import os
import secrets
import shutil
import stat
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from mortie._cli.errors import CommandError, Say, errors_of

STANDARD = "-"  # input or output


def is_device(path: str) -> bool:
    """Return whether a path leads to a pipe, a device or the standard output.

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
    """Raise unless the output is new, may be replaced or takes bytes as they come."""
    if not force and out != STANDARD and os.path.lexists(out) and not is_device(out):
        raise CommandError(f"{out} exists already: --force replaces it")


@contextlib.contextmanager
def whole_file(out: str, force: bool, say: Say, stage: Path | None = None) -> Iterator[IO[bytes]]:
    """Open a new file that takes the place of the output, or of its stage, once all went well.

    Without `force` an output is kept, even one that appears meanwhile. The new file lies in the
    folder of the output, since a rename can't cross file systems.
    """
    refuse_existing(out, force)
    with errors_of("standard output" if out == STANDARD else out):
        if out == STANDARD:
            yield sys.stdout.buffer
            sys.stdout.buffer.flush()
        elif is_device(out):
            with os.fdopen(os.open(out, os.O_WRONLY | os.O_APPEND), "wb") as stream:
                yield stream
        else:
            target = Path(os.path.realpath(out))
            if not target.parent.is_dir():
                raise CommandError(f"no such folder: {Path(out).parent}")
            if target.is_symlink():
                raise CommandError(f"{out} is a link to itself")
            # Cut, so as not to exceed what names may have: 255 bytes, 4 of them in a character.
            hidden = f".{target.name[:50]}.{secrets.token_hex(4)}.tmp"
            new = (stage or target).with_name(hidden)
            try:
                with new.open("xb", buffering=0) as file:  # under the user's umask
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


def publish(new: Path, out: str, force: bool, say: Say) -> None:
    """Give a whole file the name of the output: what a link leads to is replaced, not the link."""
    target = Path(os.path.realpath(out))
    with errors_of(out):
        if force:
            new.replace(target)
        else:
            try:
                rename(new, target)
            except FileExistsError:
                refuse_existing(out, force)
                raise
    if os.name == "posix":  # Windows opens no folder
        folder = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        except OSError as error:
            say(f"{out} is written, but a crash of the system may lose it: {error.strerror}")
        finally:
            os.close(folder)


def rename(new: Path, target: Path) -> None:
    """Rename a file unless another has the name: `os.rename` alone would replace it."""
    try:
        os.link(new, target)
    except (FileExistsError, FileNotFoundError):
        raise
    except OSError:  # a file system without hard links: hold the name first
        target.open("xb").close()
        new.replace(target)


@contextlib.contextmanager
def stages(outs: list[str]) -> Iterator[list[Path]]:
    """Name a file for each output in a hidden folder beside it, which is removed in the end.

    So what other processes write, as often as they try, has no name until `publish` gives it one;
    and nothing remains of those that die or come too late.
    """
    hidden = f".mortie.{secrets.token_hex(4)}.tmp"
    staged = [Path(os.path.realpath(out)).with_name(hidden) / Path(out).name for out in outs]
    with contextlib.ExitStack() as stack:
        for out, stage in zip(outs, staged, strict=True):
            if not stage.parent.exists():
                with errors_of(out):
                    stage.parent.mkdir()
                stack.callback(discard, stage.parent)
        yield staged


def discard(folder: Path) -> None:
    """Remove a folder where others may be writing yet: under another name they don't find it."""
    with contextlib.suppress(OSError):
        folder = folder.rename(folder.with_suffix(".old"))
    shutil.rmtree(folder, ignore_errors=True)
