"""Describe indices.

A line for each Morton index has its order, base cell, pixel number in the
NESTED and UNIQ schemes, the centre of the cell in degrees, and the length of
its side in metres.

examples:
  mortie info -4112241134313231121 12
"""

import argparse

import mortie
from mortie import tools
from mortie._cli.errors import CommandError

COLUMNS = ("morton", "order", "base_cell", "nest", "uniq", "lat", "lon", "side_m")


def arguments(command: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    command.add_argument("indices", nargs="+", type=int, metavar="INDEX")


def run(options: argparse.Namespace) -> None:
    """Print a line for each index."""
    rows = [COLUMNS, *map(describe, options.indices)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        print("  ".join(text.rjust(width) for text, width in zip(row, widths, strict=True)))


def describe(morton: int) -> tuple[str, ...]:
    """Give what the columns say of an index."""
    if abs(morton) >= 2**63 or not mortie.is_mort(morton):
        raise CommandError(
            "a Morton index has 1 to 19 digits, the first in 1-6 and the others in 1-4, and "
            f"{morton} is none"
        )
    order, _, base_cell = map(int, mortie.mort2norm(morton))
    nest = int(mortie.mort2nest(morton))
    lat, lon = mortie.mort2latlon(morton)
    uniq = 4 * 4**order + nest
    side = tools.order2res(order) * 1000
    numbers = (morton, order, base_cell, nest, uniq)
    return (*map(str, numbers), f"{lat:.7f}", f"{lon:.7f}", f"{side:.1f}")
