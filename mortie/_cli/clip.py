"""Make the indices of a table coarser.

Morton indices are replaced by those of the coarser cells around them, or both
are kept with --name.

examples:
  mortie clip indexed.parquet -o coarse.parquet --order 6
  mortie clip indexed.parquet -o both.parquet --order 6 --name morton6
"""

import argparse
import functools

import mortie
from mortie._cli import parser


def arguments(command: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.tables(command, converts=True)
    parser.cells(command, required=True)
    parser.indices(command)
    command.add_argument(
        "--name",
        type=parser.column,
        help="add a column of this name, and leave the indices as they are",
    )


def run(options: argparse.Namespace) -> None:
    """Run the command."""
    from mortie._cli.convert import convert
    from mortie._cli.rows import Indices

    clip_mort = functools.partial(mortie.clip_mort, options.order)
    adds = {options.name: "int64"} if options.name else {}
    convert(options, Indices(clip_mort, options, options.order), adds)
