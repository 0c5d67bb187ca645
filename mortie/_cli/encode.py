"""Add the indices of points to a table.

The new column has the Morton indices of the cells, of one order, in which the
points lie.

examples:
  mortie encode points.csv -o indexed.parquet
  mortie encode 'ATL06/*.parquet' -o indexed/ --order 12 --on-error skip
  mortie encode 'ATL06_*.h5' --group 'gt*/land_ice_segments' -o points.parquet
  mortie encode granules/ -o indexed/ --dask tcp://scheduler:8786
  zcat points.csv.gz | mortie encode - -o - --lat y --lon x | head
"""

import argparse
import functools

import mortie
from mortie._cli import parser


def arguments(command: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.tables(command, converts=True)
    parser.cells(command, default=18)
    parser.points(command)
    command.add_argument(
        "--name",
        type=parser.column,
        default="morton",
        help="name of the new column; default morton",
    )


def run(options: argparse.Namespace) -> None:
    """Run the command."""
    from mortie._cli.convert import convert
    from mortie._cli.rows import Points

    latlon2mort = functools.partial(mortie.latlon2mort, options.order)
    convert(options, Points(latlon2mort, options), {options.name: "int64"})
