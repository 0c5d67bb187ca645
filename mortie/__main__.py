"""The command ``mortie``, also ``python -m mortie``."""

from __future__ import annotations

import _thread
import os
import signal
import sys
from typing import TYPE_CHECKING

from mortie._cli import parser
from mortie._cli.errors import CommandError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

EXTRAS = {
    "distributed": "dask",
    "h5py": "hdf5",
    "healpy": "plot",
    "matplotlib": "plot",
    "pyarrow": "cli",
    "tqdm": "cli",
}


def main() -> int:
    """Run the command, and return its exit code where nothing went wrong."""
    code = 1
    try:
        heed(leave)
        open_standard_streams()
        options = parser.build().parse_args()
        result = run(options)
        sys.stdout.flush()
        code = result
    except CommandError as error:
        complain(error)
    except ModuleNotFoundError as error:
        missing = (error.name or "").partition(".")[0]
        if missing not in EXTRAS:
            raise
        complain(
            f"mortie {options.command} needs {missing}: pip install 'mortie[{EXTRAS[missing]}]'"
        )
    except ImportError as error:
        if error.name != "mortie._native":  # cells and regions, which the fallback doesn't have
            raise
        complain(error)
    except BrokenPipeError:  # whoever reads the output has enough of it
        code = 128 + 13  # as if by SIGPIPE, which Windows doesn't know
    except OSError as error:
        complain(f"{error.filename or 'standard output'}: {error.strerror or error}")
    except MemoryError:
        complain("out of memory")
    except RuntimeError as error:
        if "start new thread" not in str(error):
            raise
        complain("the system lets no more threads start")
    except KeyboardInterrupt as stop:
        code = 128 + stop.args[0]
    if code and "mortie._cli.work" in sys.modules:
        # A thread that waits for input would hold up the usual exit.
        sys.stderr.flush()
        os._exit(code)
    return code


def heed(handler: Callable[[int, object], object]) -> None:
    """Handle the signals that end the command, but those that nohup and the like ignore."""
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):  # Windows has no SIGHUP
        number = getattr(signal, name, None)
        if number and signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, handler)


def leave(number: int, _: object) -> None:
    """End at once: there is nothing to tidy up, and imports take interrupts for other errors."""
    os._exit(128 + number)


def stop(number: int, _: object) -> None:
    """End the command, and let no other signal disturb the tidying up."""
    heed(lambda number, _: None)  # SIG_IGN would be told, if another is on its way
    raise KeyboardInterrupt(number)


def try_threads() -> None:
    """Start as many threads at once as a table may take: pyarrow would crash, or wait for ever.

    Python's own way of starting waits for ever for a thread that has no memory to begin.
    """
    end = _thread.allocate_lock()
    begun = [_thread.allocate_lock() for _ in range(5)]

    def stay(lock):
        lock.release()
        with end:
            pass

    with end:
        for lock in begun:
            lock.acquire()
            _thread.start_new_thread(stay, (lock,))
        if not all(lock.acquire(timeout=5) for lock in begun):
            raise MemoryError


def open_standard_streams() -> None:
    """Open those that are closed, so that no other file takes their places.

    Using the input or output then fails as it should; messages are lost.
    """
    for name, mode, flags in (
        ("stdin", "r", os.O_WRONLY),
        ("stdout", "w", os.O_RDONLY),
        ("stderr", "w", os.O_WRONLY),
    ):
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(os.open(os.devnull, flags), mode))


def run(options: argparse.Namespace) -> int:
    """Import what a command that reads tables needs, for signals disturb that, and run it."""
    if "dask" in options:
        from mortie._cli import convert, tally  # noqa: F401

        if options.dask:
            from mortie._cli import cluster  # noqa: F401
        heed(stop)
        try_threads()
    return options.run(options) or 0


def complain(text: object) -> None:
    """Print the one line that says why the command failed."""
    # File and column names may hold anything: it stays one line, and harmless to a terminal.
    shown = "".join(c if c.isprintable() else ascii(c)[1:-1] for c in str(text))
    print(f"mortie: error: {shown}", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
