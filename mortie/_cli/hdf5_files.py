"""Tables in HDF5 and NetCDF-4, read batch by batch."""

import argparse
from collections.abc import Collection, Iterator
from pathlib import Path

import pyarrow as pa

from mortie._cli.errors import CommandError, Say
from mortie.hdf5 import Source


class Hdf5Source:
    """The table in the groups of an HDF5 file that the options name."""

    decimal = "."

    def __init__(self, path: str, options: argparse.Namespace, say: Say):
        self.path, self.position, self.size = path, 0, Path(path).stat().st_size
        self.codecs: dict[str, str] = {}
        try:
            self.source = Source(path, options.group, options.columns, say)
        except (OSError, ValueError) as error:
            raise self.error(error) from error
        self.schema = self.source.schema

    def batches(self, columns: Collection[str] | None = None) -> Iterator[pa.RecordBatch]:
        """Read the rows of all columns, or of some."""
        done = 0
        try:
            for batch in self.source.batches(columns and list(columns)):
                done += batch.num_rows
                self.position = self.size * done // self.source.rows
                yield batch
        except (OSError, ValueError) as error:
            raise self.error(error) from error

    def close(self) -> None:
        """Close the file."""
        self.source.close()

    def error(self, error: Exception) -> CommandError:
        """Give the one line, which names the file already unless the system's does."""
        text = getattr(error, "strerror", None)
        return CommandError(f"{self.path}: {text}" if text else str(error))
