"""The same work on each of some files, and what is said of it."""

import argparse
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from tqdm import tqdm

from mortie._cli.atomic import STANDARD

tqdm.monitor_interval = 0  # no thread for that: where threads are short, its start can hang
SAID: set[str] = set()


def say(text: str) -> None:
    """Say something to the user once, beside the progress bar."""
    if text not in SAID:
        SAID.add(text)
        tqdm.write(f"mortie: {text}", file=sys.stderr)


def each(
    options: argparse.Namespace, function: Callable, items: list, inputs: list[str]
) -> Iterator[tuple]:
    """Give each item and the result of a function of it, computed here or on a cluster.

    It is called with something to speak with and something to show progress, and also gives
    how many rows it left out, of which the user is told.
    """
    if options.dask:
        from mortie._cli.cluster import on_cluster

        found = on_cluster(options.dask, function, items, say)
    else:
        found = here(function, items, inputs)
    skipped = 0
    for item, (result, rows) in found:
        skipped += rows
        yield item, result
    if skipped:
        say(f"skipped {skipped:,} bad row{'s' if skipped > 1 else ''}")


def here(function: Callable, items: list, inputs: list[str]) -> Iterator[tuple]:
    """Call a function with each item beside a bar that shows how much of the inputs is used."""
    sizes = [Path(name).stat().st_size for name in inputs if name != STANDARD]
    total = sum(sizes) if len(sizes) == len(inputs) else None
    with tqdm(total=total, unit="B", unit_scale=True, disable=None) as bar:  # None: in a pipe
        for item in items:
            yield item, function(item, say, bar.update)
