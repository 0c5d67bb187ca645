"""Count the points in each cell, or in each region.

The result is a table of the columns morton and count, sorted by index. The
cells come from a column of indices or, without one, from coordinates. With
--regions it has what names each region, in the order of their file, and its
count; of regions that overlap, the first one counts.

examples:
  mortie count indexed.parquet --order 6
  mortie count 'ATL06/*.parquet' --order 8 -o density.parquet
  mortie count 'ATL06/*.parquet' --regions basins.gpkg --id NAME
"""

import argparse

from mortie._cli import parser


def arguments(command: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.tables(command, output="-")
    what = command.add_mutually_exclusive_group(required=True)
    parser.cells(what)
    parser.regions(command, what)
    parser.indices(command)
    parser.points(command)


def run(options: argparse.Namespace) -> None:
    """Run the command."""
    from mortie._cli.atomic import whole_file
    from mortie._cli.files import may_write
    from mortie._cli.parquet_files import BATCH_ROWS
    from mortie._cli.tables import open_sink
    from mortie._cli.tally import tally, tally_regions
    from mortie._cli.work import say

    may_write(options.output, options.force)
    cells = tally_regions(options) if options.regions else tally(options)
    with (
        whole_file(options.output, options.force, say) as stream,
        open_sink(stream, options.output, cells.schema, options) as sink,
    ):
        for batch in cells.to_batches(BATCH_ROWS):
            sink.write(batch)
