"""Cover regions with cells.

The result is a table, Parquet if OUT ends in .parquet and else CSV, of the
columns morton, the id of the region, and order; - is CSV to standard output.
IN holds regions: GeoPackage, Shapefile, GeoJSON or whatever else GDAL reads, or
GeoParquet (.parquet). Their ids are in the column that --id names; without it
they are the places of the regions in the file, from 0 on, in a column region.

examples:
  mortie cover basins.geojson --order 9 --id NAME -o cells.parquet
  mortie cover basins.gpkg --order 10 --mixed --mode within -o inside.parquet
"""

import argparse

from mortie._cli import parser
from mortie._cli.errors import CommandError

MODES = ("overlap", "centre", "within", "boundary")


def arguments(command: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    command.add_argument("input", type=parser.text, metavar="IN", help="a file of regions")
    parser.result(command, "-")
    parser.cells(command, required=True)
    parser.identifier(command)
    command.add_argument(
        "--mode",
        choices=MODES,
        default="overlap",
        help="cells that meet the region (the default), whose centre it holds, that lie wholly"
        " within it, or that its boundary or a line runs through",
    )
    command.add_argument(
        "--mixed", action="store_true", help="the fewest cells, of orders up to K, of the same area"
    )
    # What reading and writing tables asks for.
    command.set_defaults(dask=None, delimiter=",", decimal=".")


def run(options: argparse.Namespace) -> None:
    """Run the command."""
    import numpy as np
    import pyarrow as pa
    from tqdm import tqdm

    import mortie
    from mortie._cli.atomic import whole_file
    from mortie._cli.files import may_write
    from mortie._cli.geometries import read_geometries
    from mortie._cli.parquet_files import BATCH_ROWS
    from mortie._cli.tables import open_sink
    from mortie._cli.work import say

    may_write(options.output, options.force)
    name = "region" if options.id is None else options.id
    if name in ("morton", "order"):
        raise CommandError(f"--id {name}: the new columns are morton and order")
    geometries, ids = read_geometries(options.input, options.id)
    schema = pa.schema([("morton", pa.int64()), (name, ids.type), ("order", pa.int8())])
    with (
        whole_file(options.output, options.force, say) as stream,
        open_sink(stream, options.output, schema, options) as sink,
    ):
        # One at a time, so that memory grows with the largest cover alone.
        for place, geometry in enumerate(tqdm(geometries, unit=" regions", disable=None)):
            try:
                cells = mortie.cover(
                    geometry, options.order, mode=options.mode, mixed=options.mixed
                )
            except ValueError as error:
                text = str(error).replace("geometry 0", "it", 1)
                raise CommandError(f"{options.input}: region {place}: {text}") from None
            for begin in range(0, len(cells), BATCH_ROWS):
                part = cells[begin : begin + BATCH_ROWS]
                places = pa.array(np.full(len(part), place))
                orders = mortie.mort2order(part).astype(np.int8)
                sink.write(pa.record_batch([part, ids.take(places), orders], schema=schema))
