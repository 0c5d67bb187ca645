"""Find which region holds each point of a table.

The new column has what names the region, from the column of --id, or else the
number of its row, from 0 on; it is null outside of all regions. Where regions
overlap, the first one counts.

examples:
  mortie locate points.csv --regions basins.gpkg --id NAME -o located.parquet
  mortie locate 'ATL06/*.parquet' --regions basins.parquet -o located/ --name basin
"""

import argparse

from mortie._cli import parser


def arguments(command: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.tables(command, converts=True)
    parser.regions(command, required=True)
    parser.points(command)
    command.add_argument(
        "--name",
        type=parser.column,
        help="name of the new column; default that of --id, or region",
    )


def run(options: argparse.Namespace) -> None:
    """Run the command."""
    from mortie._cli.convert import convert
    from mortie._cli.geometries import RegionFile
    from mortie._cli.rows import Points

    regions = RegionFile.open(options.regions, options.id)
    name = options.name or options.id or "region"
    convert(options, Points(regions.names_of, options), {name: regions.kind})
