"""The command as a shell runs it, in a process of its own."""

import atexit
import functools
import os
import subprocess
import sys
import tempfile
from pathlib import Path


def run(*arguments, stdin=None, code=0, timeout=120):
    """Run the command, check its exit code, and return its output and messages as text."""
    start = forked if stdin is None and os.name == "posix" else begun
    found, out, err = start([*map(str, arguments)], stdin, timeout)
    assert found == code, err
    assert "Traceback" not in err
    return out, err


def begun(arguments, stdin, timeout):
    """Begin with the interpreter, which takes as long as all else."""
    command = [sys.executable, "-m", "mortie", *arguments]
    done = subprocess.run(command, input=stdin, capture_output=True, timeout=timeout, check=False)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def forked(arguments, stdin, timeout):
    """Fork a process that has imported what the command needs."""
    with tempfile.TemporaryDirectory() as folder:
        streams = [Path(folder, name) for name in ("OUT", "ERR")]
        command = server()
        process = command.start(*arguments, out=str(streams[0]), err=str(streams[1]))
        found = command.wait(process, timeout)
        return found, *(path.read_bytes().decode() for path in streams)


@functools.cache
def server():
    """Start the process that the others are forked from."""
    from forked import Command

    command = Command()
    atexit.register(command.close)
    return command


def let_others_in(folder):
    """Let other users work in a temporary folder, and write the command's output and messages."""
    for path in [folder, *folder.parents][:4]:
        path.chmod(path.stat().st_mode | 0o055)
    folder.chmod(0o777)
    for name in ("OUT", "ERR"):
        (folder / name).touch()
        (folder / name).chmod(0o666)
