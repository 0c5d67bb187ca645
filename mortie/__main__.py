"""The command ``mortie``, also ``python -m mortie``."""

from __future__ import annotations

import os
import signal
import sys
from typing import TYPE_CHECKING

from mortie._cli import parser
from mortie._cli.errors import CommandError

if TYPE_CHECKING:
    import argparse

EXTRAS = {
    "distributed": "dask",
    "healpy": "plot",
    "matplotlib": "plot",
    "pyarrow": "cli",
    "tqdm": "cli",
}


def main() -> int:
    """Run the command, and return its exit code where nothing went wrong."""
    open_standard_streams()
    options = parser.build().parse_args()
    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)  # Windows has no SIGHUP
        if number and signal.getsignal(number) == signal.SIG_DFL:
            signal.signal(number, lambda number, _: sys.exit(128 + number))
    code = 1
    try:
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
    except BrokenPipeError:  # whoever reads the output has enough of it
        code = 128 + 13  # as if by SIGPIPE, which Windows doesn't know
    except OSError as error:
        complain(f"{error.filename or 'standard output'}: {error.strerror or error}")
    except MemoryError:
        complain("out of memory")
    except KeyboardInterrupt:
        code = 128 + signal.SIGINT
    except SystemExit as stop:  # of a signal, above
        code = int(stop.code or 0)
    if code:
        # A thread that waits for input would hold up the usual exit.
        sys.stderr.flush()
        os._exit(code)
    return code


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
    """Import what the command needs, and nothing else, and run it."""
    if options.command == "demo":
        from mortie import demo

        return demo.run()
    if options.command == "info":
        from mortie._cli import info

        info.run(options.indices)
    else:
        from mortie._cli import commands

        getattr(commands, options.command)(options)
    return 0


def complain(text: object) -> None:
    """Print the one line that tells why the command failed."""
    # File and column names may hold anything: it stays one line, and harmless to a terminal.
    shown = "".join(c if c.isprintable() else ascii(c)[1:-1] for c in str(text))
    print(f"mortie: error: {shown}", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
