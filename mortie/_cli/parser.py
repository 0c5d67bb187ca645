"""The arguments of the command, and its help.

Each command is a module of its name. Its docstring is its help, `arguments` adds its arguments, and
`run` imports what it needs, so that the others do without.
"""

import argparse
import importlib
from typing import Any

import mortie

COMMANDS = (
    *(
        f"mortie._cli.{name}"
        for name in ("encode", "decode", "clip", "cover", "locate", "count", "plot", "info")
    ),
    "mortie.demo",
)

INPUTS = """\
Tables are CSV (.csv, .csv.gz, .csv.bz2, .csv.zst), Parquet (.parquet) or, to
read, HDF5 and NetCDF-4 (.h5, .hdf5, .he5, .nc, .nc4). IN is a file, a folder
(all tables below it), a quoted pattern such as 'data/**/*.parquet', or - for
CSV from standard input."""

OUTPUTS = """
All columns are kept. OUT takes the rows of all inputs if it is a file, in the
format of its suffix; a folder (one that exists, or a name that ends in /) gets
a file for each input, Parquet for HDF5; - is CSV to standard output. An output appears whole or
not at all, and one that exists is kept unless --force is given."""


def build() -> argparse.ArgumentParser:
    """Build the parser of ``mortie``."""
    parser = argparse.ArgumentParser(
        prog="mortie",
        description="HEALPix decimal Morton indices of points in tables.",
        epilog="mortie COMMAND --help says more, with examples.",
    )
    parser.add_argument("--version", action="version", version=f"mortie {mortie.__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for path in COMMANDS:
        module = importlib.import_module(path)
        about, _, examples = (module.__doc__ or "").partition("examples:")  # no docstrings with -OO
        command = commands.add_parser(
            path.rpartition(".")[2],
            help=about[:1].lower() + about.partition(".")[0][1:],
            description=about,
            epilog="examples:" + examples,
            formatter_class=argparse.RawDescriptionHelpFormatter,  # which keeps lines
        )
        module.arguments(command)
        command.set_defaults(run=module.run)
    return parser


# --- arguments that several commands have ---


def tables(command: argparse.ArgumentParser, output: str = "", converts: bool = False) -> None:
    """Add those of commands that read tables, and maybe convert each to one of the same rows."""
    group = command.add_argument_group("tables", INPUTS + (OUTPUTS if converts else ""))
    group.add_argument("inputs", nargs="+", type=text, metavar="IN", help="what to read")
    exists = result(group, output)
    on_error = ["fail", "skip"]
    bad = "a bad row, such as a latitude of 91, null or NaN, ends the command (fail, the default), "
    if converts:
        exists.add_argument(
            "--skip-existing", action="store_true", help="leave outputs that exist as they are"
        )
        bad += "gets a null (null), "
        on_error.append("null")
    bad += "or is left out (skip); text that is no number always ends it"
    group.add_argument("--on-error", choices=on_error, default="fail", help=bad)
    group.add_argument(
        "--dask",
        type=text,
        metavar="ADDRESS",
        help="run on the Dask cluster of this scheduler, one task for each file",
    )

    group = command.add_argument_group("CSV files, in and out")
    group.add_argument(
        "--delimiter",
        type=delimiter,
        default=",",
        metavar="C",
        help="what separates columns: ';' or tab, say; default ,",
    )
    group.add_argument(
        "--decimal", choices=(".", ","), default=".", help="what begins fractions; default ."
    )
    group.add_argument("--comment", type=text, metavar="TEXT", help="leave out lines that begin so")
    group.add_argument(
        "--skip-rows-after-header",
        type=number,
        default=0,
        metavar="N",
        help="leave out so many lines below the column names, such as ERDDAP's of units; default 0",
    )
    group = command.add_argument_group("HDF5 files")
    group.add_argument(
        "--group",
        default="/",
        metavar="NAME",
        help="the group that holds the table, or a quoted pattern of several, such as"
        " 'gt*/land_ice_segments'; default /",
    )
    group.add_argument(
        "--columns",
        type=names,
        metavar="A,B,...",
        help="the datasets to read; by default all of one dimension in the group",
    )
    command.set_defaults(value=[], regions=None)


def result(command: Any, output: str = "") -> Any:
    """Add where the result goes, and give the group of what to do if it exists."""
    command.add_argument(
        *("-o", "--output"),
        type=text,
        default=output,
        required=not output,
        metavar="OUT",
        help="where the result goes" + (f"; default {output}" if output else ""),
    )
    exists = command.add_mutually_exclusive_group()
    exists.add_argument("--force", action="store_true", help="replace an output that exists")
    return exists


def cells(command: Any, **options: Any) -> None:
    """Add the order of cells."""
    command.add_argument(
        "--order", type=order, metavar="K", help="HEALPix order of the cells, 0-18", **options
    )


def points(command: argparse.ArgumentParser) -> None:
    """Add the columns of coordinates."""
    command.add_argument("--lat", metavar="COL", help="latitudes; by default a usual name is found")
    command.add_argument("--lon", metavar="COL", help="longitudes, likewise")


def regions(command: argparse.ArgumentParser, group: Any = None, **options: Any) -> None:
    """Add a file of regions, which may be one of a group of options."""
    (group or command).add_argument(
        "--regions",
        type=text,
        metavar="FILE",
        help="regions: GeoPackage, Shapefile, GeoJSON or GeoParquet, in any coordinates",
        **options,
    )
    identifier(command)


def identifier(command: argparse.ArgumentParser) -> None:
    """Add the column that names regions."""
    command.add_argument(
        "--id",
        type=text,
        metavar="COL",
        help="the regions' column that names them; by default their number does",
    )


def indices(command: argparse.ArgumentParser) -> None:
    """Add the column of indices."""
    command.add_argument(
        "--column", metavar="COL", help="indices; by default a usual name is found"
    )


# --- how they are read ---


def order(given: str) -> int:
    """Read an order."""
    if given.isdecimal() and int(given) <= 18:
        return int(given)
    raise argparse.ArgumentTypeError(f"an order is one of 0-18, not {given}")


def number(given: str) -> int:
    """Read a number of rows."""
    if given.isdecimal():
        return int(given)
    raise argparse.ArgumentTypeError(f"a number of rows is 0 or more, not {given}")


def delimiter(given: str) -> str:
    """Read what separates columns."""
    mark = {"tab": "\t", r"\t": "\t"}.get(given, given)
    if len(mark) == 1 and mark.isascii() and not mark.isalnum() and mark not in "\0\r\n\"'+-._":
        return mark
    raise argparse.ArgumentTypeError(f"a delimiter is one mark, such as ; or tab, not {given!r}")


def text(given: str) -> str:
    """Read a path, say; pathlib would take an empty one for the current folder."""
    if given:
        return given
    raise argparse.ArgumentTypeError("it is empty")


def names(given: str) -> list[str]:
    """Read names that commas separate."""
    return [text(name.strip()) for name in given.split(",")]


def column(given: str) -> str:
    """Read the name of a new column."""
    if given and given.isprintable():
        return given
    raise argparse.ArgumentTypeError(f"{given!r} is no name for a column: it needs plain text")
