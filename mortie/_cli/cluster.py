"""The same work on a Dask cluster, one task for each file."""

import contextlib
import logging
from asyncio import CancelledError
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeoutError
from typing import Any

import dask
from dask.utils import parse_timedelta
from distributed import Client, as_completed
from distributed.comm import CommClosedError
from tqdm import tqdm

from mortie._cli.errors import CommandError, Say


def on_cluster(address: str, function: Callable, items: list, say: Say) -> Iterator[tuple]:
    """Call a function with each item, and give both with the results in the order they come.

    The workers see the same files under the same names, and call it again if one of them dies.
    """
    logging.disable(logging.CRITICAL)  # one line of ours says all
    with contextlib.ExitStack() as stack:
        client = connect(address)
        stack.callback(client.close, timeout=5)
        futures = {client.submit(listened, function, item, pure=False): item for item in items}
        bar = stack.enter_context(tqdm(total=len(items), unit="file", disable=None))
        for future in as_completed(list(futures)):
            try:
                # Fetched ahead, others would be on their way, and break, when one has failed.
                result, said = future.result()
            except CommandError:
                raise
            except (Exception, CancelledError) as error:  # whatever a worker dies of
                if client.status != "running" or isinstance(error, CommClosedError):
                    raise CommandError(f"the Dask cluster at {address} is lost") from error
                why = f"{type(error).__name__}: {error}"
                raise CommandError(f"on the Dask cluster: {why}") from error
            for text in said:
                say(text)
            bar.update()
            future.release()  # what is done isn't done again if its worker dies
            yield futures.pop(future), result


def connect(address: str) -> Client:
    """Connect to a scheduler, for as long as Dask is configured to try."""
    limit = parse_timedelta(dask.config.get("distributed.comm.timeouts.connect"))
    thread = ThreadPoolExecutor(1)
    try:
        # It waits for ever where something else than a scheduler listens.
        return thread.submit(Client, address, timeout=limit).result(limit + 1)
    except FutureTimeoutError:
        why = f"no answer of a scheduler in {limit:g} s"
    except Exception as error:  # OSError, TypeError, ImportError, MemoryError, for what it is told
        why = str(error) or type(error).__name__
    finally:
        thread.shutdown(wait=False)
    raise CommandError(f"no Dask cluster at {address}: {why}")


def listened(function: Callable, item: Any) -> tuple[Any, list[str]]:
    """Call a function, and keep what it says."""
    said: list[str] = []
    return function(item, said.append, lambda size: None), said
