"""Add the centres of cells to a table.

The new columns have the latitudes and longitudes, in degrees, of the centres of
the cells whose Morton indices the table holds.

examples:
  mortie decode indexed.parquet -o centres.parquet
  mortie decode cells.csv -o - --column cell --name cell_lat cell_lon
"""

import argparse

import mortie
from mortie._cli import parser
from mortie._cli.errors import CommandError


def arguments(command: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.tables(command, converts=True)
    parser.indices(command)
    command.add_argument(
        "--name",
        type=parser.column,
        nargs=2,
        default=("lat", "lon"),
        metavar=("LAT", "LON"),
        help="names of the new columns; default lat lon",
    )


def run(options: argparse.Namespace) -> None:
    """Run the command."""
    from mortie._cli.convert import convert
    from mortie._cli.rows import Indices

    lat, lon = options.name
    if lat == lon:
        raise CommandError(f"--name gives one name to both new columns: {lat!r}")
    convert(options, Indices(mortie.mort2latlon, options), {lat: "float64", lon: "float64"})
