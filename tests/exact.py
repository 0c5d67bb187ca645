"""The contract of the decimal Morton index, and the projection, without the code under test."""

import math

import mpmath
import numpy as np

digits = mpmath.MPContext()
digits.dps = 40


def wrap(number):
    """Reduce an integer modulo 2**64 to the range of int64."""
    return (number + 2**63) % 2**64 - 2**63


def norm2mort(order, normed, parent):
    """Give the index of one element; int64 arithmetic that overflows wraps."""
    order, normed, parent = int(order), int(normed), int(parent)
    total = sum((normed // 4**i % 4 + 1) * 10**i for i in range(order))
    if parent < 6:
        return wrap(total + (parent + 1) * 10**order)
    return wrap(-(total + (parent - 11) * 10**order) - 6 * 10**order)


def norm2morts(order, normed, parents):
    """Give the indices of arrays; NumPy's int64 wraps as the contract wants it."""
    order, normed, parents = np.broadcast_arrays(
        *(np.asarray(argument, np.int64) for argument in (order, normed, parents))
    )
    total = np.zeros_like(order)
    for i in range(18):
        total += np.where(i < order, normed // 4**i % 4 + 1, 0) * 10**i
    base = 10**order
    with np.errstate(over="ignore"):  # NumPy warns of single elements
        north, south = (parents + 1) * base, (parents - 11) * base
        return np.where(parents < 6, total + north, -(total + south) - 6 * base)


def mort2norm(morton):
    """Give order, address and base cell of an index; None if the number is none."""
    first, *others = map(int, str(abs(morton)))
    if not 1 <= first <= 6 or len(others) > 18 or not all(1 <= digit <= 4 for digit in others):
        return None
    normed = sum((digit - 1) * 4**i for i, digit in enumerate(reversed(others)))
    return len(others), normed, first - 1 + (6 if morton < 0 else 0)


def latlon2nest(order, lat, lon):
    """Give the pixel of one point in degrees, after Calabretta and Roukema (2007), section 5.

    In doubles: right for points that lie not on an edge, nor within a rounding error of it.
    """
    z, quarter = math.sin(math.radians(lat)), lon % 360 / 90
    y = 3 / 4 * z
    if abs(z) > 2 / 3:
        sigma = math.sqrt(6) * math.sin(math.radians(90 - abs(lat)) / 2)
        middle = quarter // 1 + 0.5
        quarter = middle + (quarter - middle) * sigma
        y = math.copysign(1 - sigma / 2, z)
    # In units of a base cell's edge: to the north-east and to the north-west.
    east, west = y + quarter + 0.5, y - quarter + 0.5
    row = math.floor(east) + math.floor(west)  # 1 for northern base cells, -1 for southern
    base = {1: -math.floor(west), 0: 4 + math.floor(east) % 4, -1: 8 + math.floor(east)}[row]
    ix, iy = (int(edge % 1 * 2**order) for edge in (east, west))
    nest = sum((ix >> k & 1) << 2 * k | (iy >> k & 1) << 2 * k + 1 for k in range(order))
    return base * 4**order + nest


def outside(order, nest, lat, lon):
    """Return how far a point lies outside a pixel, in sides of base cells, in 40 digits.

    On the map of Calabretta and Roukema (2007), figure 1; 0 for a point of the pixel.
    """
    z, turn = digits.sinpi(digits.mpf(lat) / 180), digits.mpf(lon) / 90 % 4
    face, last = divmod(nest, 4**order)
    x, y = (sum((last >> 2 * k + i & 1) << k for k in range(order)) for i in (0, 1))
    row, column = divmod(face, 4)
    # The southern corner, in sides of base cells to the north-east and to the south-east.
    east, south = column + (row == 0), column + (row == 2) + 1
    best = digits.inf
    # A cap is cut along meridians: points there lie in the quarters on both sides.
    for quarter in {math.floor(turn), round(turn) % 4, (round(turn) - 1) % 4}:
        offset = turn - quarter - digits.mpf(1) / 2
        offset -= 4 * round(offset / 4)
        along, up = quarter + 1 + offset, digits.mpf(3) / 4 * z
        if abs(z) > digits.mpf(2) / 3:
            sigma = digits.sqrt(3 * (1 - abs(z)))
            along, up = quarter + 1 + offset * sigma, digits.sign(z) * (1 - sigma / 2)
        rising = (along + up - east) * 2**order - x
        falling = (south - along + up) * 2**order - y
        shift = 4 * round((rising - falling) / 2 ** (order + 3)) * 2**order  # whole turns
        excess = (
            max(-coordinate, coordinate - 1, 0) for coordinate in (rising - shift, falling + shift)
        )
        best = min(best, max(excess) / 2**order)
    return float(best)
