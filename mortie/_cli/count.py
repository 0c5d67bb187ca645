"""Count the points in each cell, or in each region.

The result is a table of the columns morton and count, sorted by index. The
cells come from a column of indices or, without one, from coordinates. With
--regions it has what names each region, in the order of their file, and its
count; of regions that overlap, the first one counts.

Each --value COL adds columns: how many values there are (COL_count), their mean
(COL_mean), standard deviation (COL_std), least (COL_min) and greatest (COL_max).
The deviation is that of a sample, divided by the count less one, as in pandas;
it is null for a single value. Values that are null, NaN or the fill value that
the column's metadata declare (_FillValue) are left out.

examples:
  mortie count indexed.parquet --order 6
  mortie count 'ATL06/*.parquet' --order 8 -o density.parquet
  mortie count 'ATL06/*.parquet' --regions basins.gpkg --id NAME --value h_li
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
    command.add_argument(
        "--value",
        action="append",
        type=parser.text,
        metavar="COL",
        help="column whose statistics are added; may be given several times",
    )


def run(options: argparse.Namespace) -> None:
    """Run the command."""
    import pyarrow.compute as pc

    from mortie._cli.atomic import whole_file
    from mortie._cli.files import may_write
    from mortie._cli.parquet_files import BATCH_ROWS
    from mortie._cli.tables import open_sink
    from mortie._cli.tally import tally, tally_regions
    from mortie._cli.work import say

    may_write(options.output, options.force)
    options.value = list(dict.fromkeys(name.strip() for name in options.value))
    cells = tally_regions(options) if options.regions else tally(options)
    for name in options.value:
        rows, there = (pc.sum(cells[key], min_count=0) for key in ("count", f"{name}_count"))
        lost = rows.as_py() - there.as_py()
        if lost:
            say(f"left out {lost:,} value{'s' if lost > 1 else ''} of {name}: null, NaN or fill")
    with (
        whole_file(options.output, options.force, say) as stream,
        open_sink(stream, options.output, cells.schema, options) as sink,
    ):
        for batch in cells.to_batches(BATCH_ROWS):
            sink.write(batch)
