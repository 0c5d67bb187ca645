"""Draw the cells of a table on a map.

Cells are coloured by the number of points in each or by the mean of the values
of a column. They come from a column of indices or, without one, from
coordinates. OUT is a picture (.png, .pdf, .svg).

examples:
  mortie plot indexed.parquet -o map.png --order 6
  mortie plot density.parquet -o density.pdf --value count --log
  mortie plot points.parquet -o map.png --order 7 --value h_li --regions basins.gpkg
"""

import argparse
from pathlib import Path
from typing import Any

from mortie._cli import parser
from mortie._cli.errors import CommandError

PROJECTIONS = ("auto", "south", "EPSG:3031", "north", "EPSG:3413", "plate-carree")


def arguments(command: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.tables(command)
    parser.cells(command)
    command.add_argument(
        "--value", nargs=1, metavar="COL", help="column that colours the cells, by its means"
    )
    parser.indices(command)
    parser.points(command)
    group = command.add_argument_group("the map")
    group.add_argument(
        "--projection",
        choices=PROJECTIONS,
        default="auto",
        help="by default that which suits the cells",
    )
    group.add_argument("--log", action="store_true", help="scale colours by logarithms")
    limits = "what the {} colour stands for; by default it leaves out the {} 2 %% of cells"
    group.add_argument("--vmin", type=float, metavar="X", help=limits.format("first", "least"))
    group.add_argument("--vmax", type=float, metavar="X", help=limits.format("last", "greatest"))
    group.add_argument("--cmap", metavar="NAME", help="matplotlib's name of the colours")
    group.add_argument("--title", metavar="TEXT", help="what stands above the map")
    group.add_argument(
        "--regions",
        dest="outlines",  # regions of other commands take the place of cells
        type=parser.text,
        metavar="FILE",
        help="outlines to draw: GeoPackage, Shapefile, GeoJSON or GeoParquet",
    )


def run(options: argparse.Namespace) -> None:
    """Run the command."""
    import matplotlib as mpl

    mpl.use("agg")  # a file needs no window
    from matplotlib.figure import Figure

    from mortie import plot
    from mortie._cli.atomic import refuse_existing, whole_file
    from mortie._cli.tally import tally
    from mortie._cli.work import say

    refuse_existing(options.output, options.force)
    if None not in (options.vmin, options.vmax) and not options.vmin < options.vmax:
        raise CommandError(f"--vmin {options.vmin:g} is not less than --vmax {options.vmax:g}")
    outlines = outlines_of(options.outlines) if options.outlines else None
    cells = tally(options)
    value, label = "count", "points per cell"
    for name in options.value:
        value, label = f"{name}_mean", plain(name)
    cells = cells.filter(cells[value].is_valid())
    figure = Figure(figsize=(8, 6), layout="compressed")
    axes = figure.subplots()
    try:
        plot.cells(
            cells["morton"].to_numpy(),
            cells[value].to_numpy(),
            ax=axes,
            projection=options.projection,
            label=label,
            norm="log" if options.log else None,
            vmin=options.vmin,
            vmax=options.vmax,
            cmap=options.cmap,
        )
        if outlines is not None:
            plot.regions(outlines, ax=axes)
    except ValueError as error:
        raise CommandError(error) from None
    if options.title:
        axes.set_title(plain(options.title))
    with whole_file(options.output, options.force, say) as file:
        try:
            figure.savefig(file, format=Path(options.output).suffix[1:], dpi=150)
        except ValueError as error:  # an unknown format, with those that are known
            raise CommandError(f"{options.output}: {error}") from None


def outlines_of(path: str) -> Any:
    """Read the regions of a file."""
    from mortie._cli.geometries import read_geometries
    from mortie.regions import Regions

    geometries, _ = read_geometries(path)
    try:
        return Regions(geometries)
    except ValueError as error:
        raise CommandError(f"{path}: {error}") from None


def plain(text: str) -> str:
    """Write text so that it is no mathematical formula, even between dollars."""
    return text.replace("$", r"\$")
