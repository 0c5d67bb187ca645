"""Count the points in each cell.

The result is a table of the columns morton and count, sorted by index. The
cells come from a column of indices or, without one, from coordinates.

examples:
  mortie count indexed.parquet --order 6
  mortie count 'ATL06/*.parquet' --order 8 -o density.parquet
"""

import argparse

from mortie._cli import parser


def arguments(command: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.tables(command, output="-")
    parser.cells(command, required=True)
    parser.indices(command)
    parser.points(command)


def run(options: argparse.Namespace) -> None:
    """Run the command."""
    from mortie._cli.atomic import whole_file
    from mortie._cli.files import may_write
    from mortie._cli.parquet_files import BATCH_ROWS
    from mortie._cli.tables import open_sink
    from mortie._cli.tally import tally
    from mortie._cli.work import say

    may_write(options.output, options.force)
    cells = tally(options)
    with (
        whole_file(options.output, options.force, say) as stream,
        open_sink(stream, options.output, cells.schema, options) as sink,
    ):
        for batch in cells.to_batches(BATCH_ROWS):
            sink.write(batch)
