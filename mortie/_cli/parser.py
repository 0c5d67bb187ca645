"""The arguments of the command, and its help."""

from __future__ import annotations

import argparse

import mortie

INPUTS = """\
Tables are CSV (.csv, .csv.gz, .csv.bz2, .csv.zst) or Parquet (.parquet). IN is a file, a folder
(all tables below it), a quoted pattern such as 'data/**/*.parquet', or - for CSV from standard
input."""

OUTPUTS = """\
All columns are kept. OUT takes the rows of all inputs if it is a file, in the format of its
suffix; a folder (one that exists, or a name that ends in /) gets a file for each input; - is CSV to
standard output. An output appears whole or not at all, and one that exists is kept unless --force
is given."""


def build() -> argparse.ArgumentParser:
    """Build the parser of ``mortie``."""
    parser = argparse.ArgumentParser(
        prog="mortie",
        description="HEALPix decimal Morton indices of points in tables.",
        epilog="mortie COMMAND --help tells more, with examples.",
    )
    parser.add_argument("--version", action="version", version=f"mortie {mortie.__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)

    command = add(
        commands,
        "encode",
        "add the indices of points to a table",
        f"Add a column with the Morton indices of points. {INPUTS} {OUTPUTS}",
        """\
  mortie encode points.csv -o indexed.parquet
  mortie encode 'ATL06/*.parquet' -o indexed/ --order 12 --on-error skip
  mortie encode granules/ -o indexed/ --dask tcp://scheduler:8786
  zcat points.csv.gz | mortie encode - -o - --lat y --lon x | head""",
    )
    tables(command)
    command.add_argument(
        "--order", type=order, default=18, metavar="K", help=ORDER + "; default 18"
    )
    coordinates(command)
    command.add_argument(
        "--name", type=column, default="morton", help="name of the new column; default morton"
    )

    command = add(
        commands,
        "decode",
        "add the centres of cells to a table",
        "Add columns with the latitudes and longitudes, in degrees, of the centres of cells."
        f" {INPUTS} {OUTPUTS}",
        """\
  mortie decode indexed.parquet -o centres.parquet
  mortie decode cells.csv -o - --column cell --name cell_lat cell_lon""",
    )
    tables(command)
    index(command)
    command.add_argument(
        "--name",
        type=column,
        nargs=2,
        default=("lat", "lon"),
        metavar=("LAT", "LON"),
        help="names of the new columns; default lat lon",
    )

    command = add(
        commands,
        "clip",
        "make the indices of a table coarser",
        f"Replace Morton indices by those of the coarser cells around them. {INPUTS} {OUTPUTS}",
        """\
  mortie clip indexed.parquet -o coarse.parquet --order 6
  mortie clip indexed.parquet -o both.parquet --order 6 --name morton6""",
    )
    tables(command)
    command.add_argument("--order", type=order, required=True, metavar="K", help=ORDER)
    index(command)
    command.add_argument(
        "--name", type=column, help="add a column of this name, and leave the indices as they are"
    )

    command = add(
        commands,
        "count",
        "count the points in each cell",
        "Count the rows in each cell: a table of the columns morton and count, sorted by index. The"
        f" cells come from a column of indices or, without one, from coordinates. {INPUTS}",
        """\
  mortie count indexed.parquet --order 6
  mortie count 'ATL06/*.parquet' --order 8 -o density.parquet""",
    )
    tables(command, output="-", on_error=("fail", "skip"))
    command.add_argument("--order", type=order, required=True, metavar="K", help=ORDER)
    index(command)
    coordinates(command)

    command = add(
        commands,
        "plot",
        "draw the cells of a table on a map",
        "Draw cells, coloured by the number of rows in each or by the values of a column. The cells"
        f" come from a column of indices or, without one, from coordinates. {INPUTS} OUT is a"
        " picture (.png, .pdf, .svg).",
        """\
  mortie plot indexed.parquet -o map.png --order 6
  mortie plot density.parquet -o density.pdf --value count""",
    )
    tables(command, on_error=("fail", "skip"))
    command.add_argument("--order", type=order, metavar="K", help=ORDER)
    command.add_argument("--value", metavar="COL", help="column that colours the cells")
    index(command)
    coordinates(command)

    command = add(
        commands,
        "info",
        "tell about indices",
        "Print a line for each Morton index: its order, base cell, pixel number in the NESTED and"
        " UNIQ schemes, the centre of the cell in degrees, and the length of its side in metres.",
        "  mortie info -4112241134313231121 12",
    )
    command.add_argument("indices", nargs="+", type=int, metavar="INDEX")

    add(
        commands,
        "demo",
        "encode 1.2 million Antarctic-like points and check them",
        "Encode 1.2 million Antarctic-like points, check some against exact arithmetic, and show"
        " the rate.",
        "  mortie demo",
    )
    return parser


ORDER = "HEALPix order of the cells, 0-18"


def order(text: str) -> int:
    """Read an order."""
    if text.isdecimal() and int(text) <= 18:
        return int(text)
    raise argparse.ArgumentTypeError(f"an order is one of 0-18, not {text}")


def number(text: str) -> int:
    """Read a number of rows."""
    if text.isdecimal():
        return int(text)
    raise argparse.ArgumentTypeError(f"a number of rows is 0 or more, not {text}")


def delimiter(text: str) -> str:
    """Read what separates columns."""
    mark = {"tab": "\t", r"\t": "\t"}.get(text, text)
    if len(mark) == 1 and mark.isascii() and not mark.isalnum() and mark not in "\0\r\n\"'+-._":
        return mark
    raise argparse.ArgumentTypeError(f"a delimiter is one mark, such as ; or tab, not {text!r}")


def path(text: str) -> str:
    """Read a path or address; an empty path would name the current folder, as pathlib takes it."""
    if text:
        return text
    raise argparse.ArgumentTypeError("it is empty")


def column(text: str) -> str:
    """Read the name of a new column."""
    if text and text.isprintable():
        return text
    raise argparse.ArgumentTypeError(f"{text!r} is no name for a column: it needs plain text")


def add(commands, name: str, summary: str, description: str, examples: str):
    """Add a command with its help; the examples keep their lines."""
    return commands.add_parser(
        name,
        help=summary,
        description=description,
        epilog="examples:\n" + examples,
        formatter_class=Help,
    )


class Help(argparse.RawDescriptionHelpFormatter):
    """Wraps the description and leaves the examples alone."""

    def _fill_text(self, text, width, indent):
        if text.startswith("examples:"):
            return super()._fill_text(text, width, indent)
        return argparse.HelpFormatter._fill_text(self, text, width, indent)


def tables(
    command: argparse.ArgumentParser,
    output: str | None = None,
    on_error: tuple[str, ...] = ("fail", "null", "skip"),
) -> None:
    """Add the arguments of every command that reads tables."""
    command.add_argument(
        "inputs", nargs="+", type=path, metavar="IN", help="table, folder, pattern or -"
    )
    command.add_argument(
        *("-o", "--output"),
        type=path,
        default=output,
        required=output is None,
        metavar="OUT",
        help="where the result goes" + (f"; default {output}" if output else ""),
    )
    exists = command.add_mutually_exclusive_group()
    exists.add_argument("--force", action="store_true", help="replace an output that exists")
    if "null" in on_error:  # where there may be several outputs
        exists.add_argument(
            "--skip-existing",
            action="store_true",
            help="leave outputs that exist as they are, and make the others",
        )
    command.add_argument(
        "--on-error",
        choices=on_error,
        default="fail",
        help="a bad row, such as a latitude of 91, null or NaN, ends the command (fail, the "
        "default), " + ("gets a null (null), " if "null" in on_error else "") + "or is left out "
        "(skip); text that is no number always ends it",
    )
    command.add_argument(
        "--dask",
        type=path,
        metavar="ADDRESS",
        help="run on the Dask cluster of this scheduler, one task for each file",
    )
    csv = command.add_argument_group("CSV files, in and out")
    csv.add_argument(
        "--delimiter",
        type=delimiter,
        default=",",
        metavar="C",
        help="what separates columns: ';' or tab, say; default ,",
    )
    csv.add_argument(
        "--decimal", choices=(".", ","), default=".", help="what begins fractions; default ."
    )
    csv.add_argument("--comment", type=path, metavar="TEXT", help="leave out lines that begin so")
    csv.add_argument(
        "--skip-rows-after-header",
        type=number,
        default=0,
        metavar="N",
        help="leave out so many lines below the column names, such as ERDDAP's of units; default 0",
    )


def coordinates(command: argparse.ArgumentParser) -> None:
    """Add the options that name the columns of points."""
    command.add_argument("--lat", metavar="COL", help="latitudes; by default a usual name is found")
    command.add_argument("--lon", metavar="COL", help="longitudes, likewise")


def index(command: argparse.ArgumentParser) -> None:
    """Add the option that names the column of indices."""
    command.add_argument(
        "--column", metavar="COL", help="indices; by default a usual name is found"
    )
