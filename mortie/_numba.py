"""The ufuncs in numba, for places where the C++ extension can't be used.

The functions of one element follow csrc/index line by line, and give its results in every bit.
numba compiles them for jitted code that calls ufuncs (_jit.py), and as ufuncs.
"""

# mypy: disable-error-code="attr-defined,var-annotated"

import contextlib
import functools
import math

import numba
import numpy as np

from mortie import _jit

__all__ = ["ELEMENTS", "kernel", "ufuncs"]

ELEMENTS = {}

# Without a cache: ufuncs that several processes took from one have crashed.
compiled = numba.njit


class Element:
    """A function of one element, the types of its operands, and whether it may raise.

    Those that are not for the fallback are for jitted code beside the extension alone. With a
    length the result is an array for each element.
    """

    def __init__(self, function, inputs, outputs, raises, fallback, length):
        self.function = function
        self.inputs = inputs.split()
        self.outputs = outputs.split()
        self.raises = raises
        self.fallback = fallback
        self.length = length

    @functools.cached_property
    def compiled(self):
        """The function as numba compiles it: for its types alone, to which others are cast."""
        of = ", ".join(self.outputs)
        if len(self.outputs) > 1:
            of = f"Tuple(({of}))"
        if self.length is not None:
            of = f"{of}[::1]"
        signature = f"{of}({', '.join(self.inputs)})"
        return numba.njit(signature)(self.function)


def element(inputs, outputs, raises=True, fallback=True, length=None):
    """Make a function that of one element of the ufunc of its name."""

    def add(function):
        this = Element(function, inputs, outputs, raises, fallback, length)
        ELEMENTS[function.__name__] = this
        return function

    return add


def ufunc(name):
    """Make the ufunc, which is one of NumPy's, and show numba how jitted code calls it."""
    this = ELEMENTS[name]
    xs = [f"x{i}" for i in range(len(this.inputs))]
    ys = [f"y{i}" for i in range(len(this.outputs))]
    loop = (
        f"def {name}({', '.join(xs + ys)}):\n"
        f"    {', '.join(f'{y}[0]' for y in ys)} = function({', '.join(xs)})\n"
    )
    names = {"__name__": __name__, "function": this.compiled}
    exec(loop, names)
    names[name].__doc__ = this.function.__doc__
    # `vectorize` knows no ufuncs of several outputs; this is an ordinary ufunc as well, where the
    # operands have no dimensions of their own.
    signature = f"{','.join(['()'] * len(xs))}->{','.join(['()'] * len(ys))}"
    types = ", ".join(this.inputs + [f"{output}[:]" for output in this.outputs])
    vectorize = numba.guvectorize([types], signature, nopython=True)
    made = vectorize(names[name]).ufunc
    with contextlib.suppress(AttributeError):  # before NumPy 2.2
        made.__module__ = "mortie"  # where pickle finds it
    _jit.implement(made, this)
    return made


def ufuncs():
    """Make the fallback's ufuncs, by name."""
    return {name: ufunc(name) for name, this in ELEMENTS.items() if this.fallback}


def kernel():
    """Return what runs in place of the native kernels."""
    return "numba"


class Refusal(ValueError):  # noqa: N818
    """What compiled code raises and Python makes a ValueError: only that can write a float."""

    def __new__(cls, text, *values):
        if isinstance(text, ValueError):  # numba before 0.58 makes one of one
            return text
        return ValueError(text.format(*values))


# --- index/morton.hpp ---


@compiled
def encode(order, normed, parent):
    digits = 0
    place = 1
    for level in range(order):
        digits += ((normed >> (2 * level) & 3) + 1) * place
        place *= 10
    if parent < 6:
        return digits + (parent + 1) * place
    return -(digits + (parent - 5) * place)


@compiled
def decode(morton):
    """Give the order, -1 if the number is no index, and the NESTED pixel number."""
    left = abs(morton)
    order = 0
    nest = 0
    while left > 6:
        digit = left % 10
        if digit < 1 or digit > 4:
            return -1, 0
        nest |= (digit - 1) << (2 * order)
        left //= 10
        order += 1
    if left < 1:
        return -1, 0
    parent = left - 1 if morton > 0 else left + 5
    return order, parent << (2 * order) | nest


@compiled
def decode_index(morton):
    order, nest = decode(morton)
    if order < 0:
        raise Refusal(
            "a Morton index has 1 to 19 digits, the first in 1-6 and the others in 1-4, and {} is "
            "none",
            morton,
        )
    return order, nest


@compiled
def check_order(order):
    if order > 18:
        raise Refusal(
            "Max order is 18 (to output to 64-bit int): order must lie in 0-18, not {}", order
        )
    if order < 0:
        raise Refusal("order must lie in 0-18, not {}", order)


@element("int64 int64 int64", "int64")
def fastNorm2Mort(order, normed, parents):
    """Give decimal Morton indices of HEALPix NESTED pixels of orders 0-18."""
    if order > 18:
        raise ValueError("Max order is 18 (to output to 64-bit int).")
    check_order(order)
    return encode(order, normed, parents)


@element("int64 int64", "int64", raises=False)
def VaexNorm2Mort(normed, parents):
    """Give decimal Morton indices of HEALPix NESTED pixels of order 18."""
    return encode(18, normed, parents)


@element("int64 int64", "int64")
def nest2mort(order, nest):
    """Give decimal Morton indices of HEALPix NESTED pixel numbers."""
    check_order(order)
    if nest < 0 or nest >> (2 * order) > 11:
        last = (12 << (2 * order)) - 1
        raise Refusal("nest must lie in 0-{} at order {}, not {}", last, order, nest)
    return encode(order, nest, nest >> (2 * order))


@element("int64", "bool_", raises=False)
def is_mort(morton):
    """Find which numbers are decimal Morton indices."""
    return decode(morton)[0] >= 0


@element("int64", "int64")
def mort2order(morton):
    """Give the orders of decimal Morton indices."""
    return decode_index(morton)[0]


@element("int64", "int64 int64 int64")
def mort2norm(morton):
    """Give the orders, addresses and base cells of decimal Morton indices."""
    order, nest = decode_index(morton)
    parent = nest >> (2 * order)
    return order, nest - (parent << (2 * order)), parent


@element("int64", "int64")
def mort2nest(morton):
    """Give the HEALPix NESTED pixel numbers of decimal Morton indices."""
    return decode_index(morton)[1]


@element("int64 int64", "int64")
def clip_mort(order, morton):
    """Give the decimal Morton indices of the coarser cells that hold given ones."""
    highest, nest = decode_index(morton)
    if order < 0 or order > highest:
        raise Refusal(
            "order must lie in 0-{}, up to that of the Morton index {}, not {}",
            highest,
            morton,
            order,
        )
    return encode(order, nest >> (2 * (highest - order)), nest >> (2 * highest))


# --- index/range.hpp, uniq.hpp, word.hpp ---


@element("int64 int64", "int64 int64", fallback=False)
def mort_range(order, morton):
    lowest = decode_index(morton)[0]
    if order < lowest or order > 18:
        raise Refusal(
            "order must lie in {}-18, from that of the Morton index {} on, not {}",
            lowest,
            morton,
            order,
        )
    least, greatest = morton, morton
    near, far = (1, 4) if morton > 0 else (-4, -1)
    for _ in range(order - lowest):
        least, greatest = 10 * least + near, 10 * greatest + far
    return least, greatest


@element("int64", "int64", fallback=False)
def mort2uniq(morton):
    order, nest = decode_index(morton)
    return (4 << (2 * order)) + nest


@element("int64", "int64", fallback=False)
def uniq2mort(uniq):
    if uniq < 4 or uniq >= 16 << 36:
        raise Refusal(
            "a UNIQ number of an order in 0-18 lies in 4-1099511627775, and {} does not", uniq
        )
    order = 0
    while uniq >= 16 << (2 * order):
        order += 1
    nest = uniq - (4 << (2 * order))
    return encode(order, nest, nest >> (2 * order))


@element("int64", "uint64", fallback=False)
def mort2word(morton):
    order, nest = decode_index(morton)
    parent = nest >> (2 * order)
    address = nest - (parent << (2 * order))
    return np.uint64((parent + 1) << 60 | address << (60 - 2 * order) | order)


@element("uint64", "int64", fallback=False)
def word2mort(word):
    bits = np.int64(word)
    order = bits & 63
    parent = (bits >> 60 & 15) - 1
    address = bits & ((1 << 60) - 1)
    # All that stands below the address is the order.
    if order > 18 or parent < 0 or parent > 11 or address & ((1 << (60 - 2 * order)) - 1) != order:
        raise Refusal(
            "{} is no word of a cell of an order in 0-18: 4 bits hold the base cell plus 1, 54 the "
            "address, left-aligned, and the last 6 the order",
            word,
        )
    return encode(order, address >> (60 - 2 * order), parent)


# --- index/healpix.hpp, which explains the formulas ---

DEGREE = math.pi / 180
HALF_PI = math.pi / 2
TWO_PI = 2 * math.pi
QUARTER_TURN = 0.636619772367581343075535053490057448  # 1 / HALF_PI


@compiled
def address(order, x, y):
    bits = 0
    for level in range(order):
        bits |= (x >> level & 1) << (2 * level) | (y >> level & 1) << (2 * level + 1)
    return bits


@compiled
def line(distance, last):
    return min(int(distance), last)


@compiled
def latlon2pixel(order, lat, lon):
    last = (1 << order) - 1
    nside = float(last + 1)
    colat = HALF_PI - lat * DEGREE
    z = math.cos(colat)

    phi = lon * DEGREE
    if abs(phi) >= TWO_PI:
        phi = np.fmod(phi, TWO_PI)
    if phi < 0:
        phi += TWO_PI
    turned = phi * QUARTER_TURN
    t = turned if turned < 4 else 0.0

    if abs(z) <= 2.0 / 3:
        along = nside * (0.5 + t)
        up = nside * (z * 0.75)
        most = 5 * last + 4
        falling = min(int(along - up), most)
        rising = min(int(along + up), most)
        west = falling >> order
        east = rising >> order
        face = (west | 4) if west == east else west if west < east else east + 8
        return rising & last, last - (falling & last), face
    quarter = int(t)
    from_meridian = t - float(quarter)
    if colat < 0.01 or colat > 3.14159 - 0.01:
        sigma = nside * math.sin(colat) / math.sqrt((1 + abs(z)) / 3)
    else:
        sigma = nside * math.sqrt(3 * (1 - abs(z)))
    from_west = line(from_meridian * sigma, last)
    from_east = line((1 - from_meridian) * sigma, last)
    if z >= 0:
        return last - from_east, last - from_west, quarter
    return from_west, from_east, quarter + 8


@compiled
def point2nest(order, lat, lon):
    if not -90 <= lat <= 90:
        raise Refusal("latitude must lie in -90 to 90 degrees, not {}", lat)
    if not -math.inf < lon < math.inf:
        raise Refusal("longitude must be a finite number of degrees, not {}", lon)
    x, y, face = latlon2pixel(order, lat, lon)
    return face << (2 * order) | address(order, x, y)


@element("int64 float64 float64", "int64")
def latlon2nest(order, lat, lon):
    """Give the HEALPix NESTED pixel numbers of the cells that hold given points."""
    if order < 0 or order > 29:
        raise Refusal("order must lie in 0-29, not {}", order)
    return point2nest(order, lat, lon)


@element("int64 float64 float64", "int64")
def latlon2mort(order, lat, lon):
    """Give the decimal Morton indices of the cells that hold given points."""
    check_order(order)
    nest = point2nest(order, lat, lon)
    return encode(order, nest, nest >> (2 * order))


@compiled
def nest2pixel(order, nest):
    x = 0
    y = 0
    for level in range(order):
        x |= (nest >> (2 * level) & 1) << level
        y |= (nest >> (2 * level + 1) & 1) << level
    return x, y, nest >> (2 * order)


@element("int64", "float64 float64")
def mort2latlon(morton):
    """Give the latitudes and longitudes of the centres of cells."""
    order, nest = decode_index(morton)
    x, y, face = nest2pixel(order, nest)
    nside = 1 << order
    width = 1 / float(nside)
    cap = 1.0 / 3 * (width * width)
    step = 2.0 / 3 * width

    row = face // 4
    from_north = (row + 2) * nside - x - y - 1
    equatorial = nside <= from_north <= 3 * nside
    from_south = 4 * nside - from_north
    north = from_north < from_south
    ring = nside if equatorial else min(from_north, from_south)

    if equatorial:
        colat = math.acos(float(2 * nside - from_north) * step)
    else:
        depth = float(ring * ring) * cap
        z = 1 - depth if north else depth - 1
        colat = math.atan2(math.sqrt(depth * (2 - depth)), z) if abs(z) > 0.99 else math.acos(z)
    along = (2 * (face % 4) + 1 - row % 2) * ring + x - y
    if along < 0:
        along += 8 * ring
    if equatorial:
        phi = 0.75 * HALF_PI * float(along) * step
    else:
        phi = 0.5 * HALF_PI * float(along) / float(ring)
    return 90 - colat * (180 / math.pi), phi * (180 / math.pi)


# --- index/neighbours.hpp ---

# From the south-west clockwise: what x and y change by.
STEPS = ((-1, 0), (-1, 1), (0, 1), (1, 1), (1, 0), (1, -1), (0, -1), (-1, -1))

# The base cell beyond an edge or a corner: its row, -1 if there is none, and how many columns
# further east it is; by the row of the base cell, and by where x and y leave it.
BEYOND = (
    (((2, 0), (1, 0), (-1, 0)), ((1, 1), (0, 0), (0, -1)), ((-1, 0), (0, 1), (0, 2))),
    (((-1, 0), (2, -1), (1, -1)), ((2, 0), (1, 0), (0, -1)), ((1, 1), (0, 0), (-1, 0))),
    (((2, 2), (2, -1), (-1, 0)), ((2, 1), (2, 0), (1, 0)), ((-1, 0), (1, 1), (0, 0))),
)


@compiled
def side(line, last):
    return 0 if line < 0 else 2 if line > last else 1


@element("int64", "int64", fallback=False, length=8)
def mort_neighbours(morton):
    order, nest = decode_index(morton)
    at_x, at_y, face = nest2pixel(order, nest)
    last = (1 << order) - 1
    row = face // 4
    found = np.zeros(8, np.int64)
    for place, (dx, dy) in enumerate(STEPS):
        x = at_x + dx
        y = at_y + dy
        next_row, east = BEYOND[row][side(x, last)][side(y, last)]
        if next_row < 0:
            continue
        next_face = 4 * next_row + ((face + east) & 3)
        next_x, next_y = x & last, y & last
        if next_row == row and row != 1 and (x != next_x or y != next_y):
            next_x, next_y = min(max(y, 0), last), min(max(x, 0), last)
        found[place] = encode(order, address(order, next_x, next_y), next_face)
    return found
