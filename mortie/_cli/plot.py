"""Draw the cells of a table on a map.

Cells are coloured by the number of rows in each or by the mean of the values
of a column. They come from a column of indices or, without one, from
coordinates. OUT is a picture (.png, .pdf, .svg).

examples:
  mortie plot indexed.parquet -o map.png --order 6
  mortie plot density.parquet -o density.pdf --value count
"""

import argparse
from pathlib import Path

from mortie._cli import parser
from mortie._cli.errors import CommandError


def arguments(command: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.tables(command)
    parser.cells(command)
    command.add_argument("--value", metavar="COL", help="column that colours the cells")
    parser.indices(command)
    parser.points(command)


def run(options: argparse.Namespace) -> None:
    """Run the command."""
    import matplotlib as mpl

    mpl.use("agg")  # a file needs no window
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator

    from mortie._cli.atomic import refuse_existing, whole_file
    from mortie._cli.tally import tally
    from mortie._cli.work import say
    from mortie.plot import cells

    refuse_existing(options.output, options.force)
    morton, values, *sums = (column.to_numpy() for column in tally(options))
    # A column's name is no mathematical formula, even between dollars.
    label = "points per cell" if options.value is None else options.value.replace("$", r"\$")
    figure = Figure(figsize=(8, 6), layout="constrained")
    try:
        values = sums[0] / values if sums else values
        drawn = cells(morton, values, ax=figure.subplots(), label=label)
    except ValueError as error:
        raise CommandError(error) from None
    if not sums and drawn.colorbar:
        drawn.colorbar.set_ticks(MaxNLocator(integer=True))
    with whole_file(options.output, options.force, say) as file:
        try:
            figure.savefig(file, format=Path(options.output).suffix[1:], dpi=150)
        except ValueError as error:  # an unknown format, with those that are known
            raise CommandError(f"{options.output}: {error}") from None
