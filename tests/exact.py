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


def mort2norm(morton):
    """Give order, address and base cell of an index; None if the number is none."""
    first, *others = map(int, str(abs(morton)))
    if not 1 <= first <= 6 or len(others) > 18 or not all(1 <= digit <= 4 for digit in others):
        return None
    normed = sum((digit - 1) * 4**i for i, digit in enumerate(reversed(others)))
    return len(others), normed, first - 1 + (6 if morton < 0 else 0)
