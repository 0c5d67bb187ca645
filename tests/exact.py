"""The contract of the decimal Morton index in exact Python integers."""


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
