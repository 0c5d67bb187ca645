"""What a command says to the user, and how it ends when it can't go on."""

import contextlib
import os
from collections.abc import Callable, Iterator

Say = Callable[[str], object]  # says something else than an error


class CommandError(Exception):
    """A message of one line for the user, in place of a traceback."""


class TableError(Exception):
    """What is wrong with a table, for `errors_of` to put the name of the file before it."""


@contextlib.contextmanager
def errors_of(path: str) -> Iterator[None]:
    """Turn errors of tables, pyarrow and the system into one line that names the file."""
    import pyarrow as pa  # which the smallest commands do without

    try:
        yield
    except BrokenPipeError:
        raise
    except (TableError, pa.ArrowException, OSError, UnicodeDecodeError) as error:
        number = getattr(error, "errno", None)
        why = os.strerror(number) if number else " ".join(str(error).split())
        raise CommandError(f"{path}: {why}") from error
