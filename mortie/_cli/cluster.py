"""The same work on a Dask cluster, one task for each file."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any, TypeVar

from distributed import Client, as_completed
from tqdm import tqdm

from mortie._cli.errors import CommandError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Item = TypeVar("Item")


def on_cluster(
    address: str,
    function: Callable[[Item, Callable[[str], None]], Any],
    items: list[Item],
    say: Callable[[str], None],
) -> Iterator[Any]:
    """Call a function on each item, and give the results in the order they come.

    Parameters
    ----------
    address : str
        Of the scheduler. Its workers see the same files under the same names.
    function : callable
        Called with an item and a function to say something to the user.
    items : list
        One for each task.
    say : callable
        Told what the tasks said.

    Yields
    ------
    object
        What the function returned.

    Raises
    ------
    CommandError
        If the cluster can't be reached, or a task fails.
    """
    with contextlib.ExitStack() as stack:
        try:
            client = stack.enter_context(Client(address))
        except (OSError, ValueError) as error:
            raise CommandError(f"no Dask cluster at {address}: {error}") from error
        futures = {client.submit(listened, function, item, pure=False): item for item in items}
        bar = stack.enter_context(tqdm(total=len(items), unit="file", disable=None))
        try:
            for future in as_completed(list(futures)):
                # Fetched ahead, others would be on their way, and break, when one has failed.
                result, said = future.result()
                for text in said:
                    say(text)
                bar.update()
                yield futures.pop(future), result
        except CommandError:
            raise
        except Exception as error:  # whatever a worker dies of
            raise CommandError(f"on the Dask cluster: {type(error).__name__}: {error}") from error


def listened(function: Callable, item: Any) -> tuple[Any, list[str]]:
    """Call a function, and keep what it says."""
    said: list[str] = []
    return function(item, said.append), said
