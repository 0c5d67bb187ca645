"""The command as a shell runs it, in a process of its own."""

import subprocess
import sys


def run(*arguments, stdin=None, code=0, timeout=120):
    """Run the command, check its exit code, and return its output and messages as text."""
    command = [sys.executable, "-m", "mortie", *map(str, arguments)]
    done = subprocess.run(command, input=stdin, capture_output=True, timeout=timeout, check=False)
    out, err = done.stdout.decode(), done.stderr.decode()
    assert done.returncode == code, err
    assert "Traceback" not in err
    return out, err


def let_others_in(folder):
    """Let other users work in a temporary folder, and write the command's output and messages."""
    for path in [folder, *folder.parents][:4]:
        path.chmod(path.stat().st_mode | 0o055)
    folder.chmod(0o777)
    for name in ("OUT", "ERR"):
        (folder / name).touch()
        (folder / name).chmod(0o666)
