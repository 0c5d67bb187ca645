"""Make the polynomials of the kernels: ``python csrc/kernels/polynomials.py`` (mpmath).

Each is a Chebyshev fit whose coefficients are then rounded to doubles; printed with it is the
greatest error of the rounded one, in exact arithmetic.
"""

from mpmath import asin, atan, chebyfit, log, mp, mpf, nstr, pi, polyval, sin, sqrt

mp.dps = 40


def sine(s):
    x = sqrt(s)
    return (sin(x) - x) / (x * s)


def arcsine(s):
    y = sqrt(s)
    return ((asin(y) - y) / (y * s) - mpf(1) / 6) / s


def arctangent(s):
    q = sqrt(s)
    return (q - atan(q)) / (q * s)


def fit(name, function, limit, terms):
    def near_zero(s):  # where the function itself is 0 / 0
        return function(max(s, mpf(10) ** -9))

    fitted = chebyfit(near_zero, [0, limit], terms)
    rounded = [mpf(float(coefficient)) for coefficient in fitted]
    points = [limit * i / 2000 for i in range(1, 2001)]
    error = max(abs(polyval(rounded, s) - function(s)) for s in points)
    print(f"{name}: error 2**{nstr(log(error, 2), 4)}")
    print(*(f"    {float(coefficient).hex()}," for coefficient in reversed(rounded)), sep="\n")


fit("sine_polynomial", sine, (pi / 2) ** 2, 8)
fit("asin_polynomial", arcsine, mpf(1) / 4, 14)
fit("atan_polynomial", arctangent, mpf("0.0204"), 7)
