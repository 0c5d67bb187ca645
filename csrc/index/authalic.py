"""Make the series of authalic.hpp: ``python csrc/index/authalic.py`` (mpmath).

The authalic latitude less the geodetic one is an odd function of either with the period of half a
turn: its Fourier coefficients are sums over equidistant latitudes. Those of n terms are exact but
for the terms from 2 n on.
"""

from mpmath import asin, atanh, findroot, mp, mpf, nstr, pi, sin, sqrt

mp.dps = 50
TERMS = 6

flattening = 1 / mpf("298.257223563")  # of WGS 84
e2 = flattening * (2 - flattening)
e = sqrt(e2)


def zone(sine):
    """Give the area between the equator and a latitude, in units of half that up to the pole."""

    def area(s):
        return s / (1 - e2 * s**2) + atanh(e * s) / e

    return area(sine) / area(mpf(1))


def to_authalic(lat):
    return asin(zone(sin(lat))) - lat


def to_geodetic(lat):
    return findroot(lambda geodetic: zone(sin(geodetic)) - sin(lat), lat) - lat


def fit(name, function, n=32):
    lats = [pi * (mpf(i) / n - mpf(1) / 2) for i in range(1, n)]
    values = [function(lat) for lat in lats]
    terms = [
        2 * sum(v * sin(2 * j * lat) for v, lat in zip(values, lats, strict=True)) / n
        for j in range(1, TERMS + 2)
    ]
    *kept, dropped = (float(term * 180 / pi) for term in terms)
    print(f"{name}: the next term is {nstr(dropped, 2)} degrees")
    print(*(f"    {term.hex()}," for term in kept), sep="\n")


fit("to_authalic", to_authalic)
fit("to_geodetic", to_geodetic)
