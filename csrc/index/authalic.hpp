// Geodetic latitudes on WGS 84 <-> authalic ones, those of the sphere of equal area.
//
// The difference of the two, at most 0.13 degrees, is a sum of sines of multiples of twice the
// latitude (Karney 2022, "On auxiliary latitudes", arXiv:2212.05818, equations 3 and 51 and section
// 6, where the sums run over powers of the third flattening). Here its coefficients are those of
// WGS 84, in degrees, from authalic.py; six of them leave out less than 2**-57 degrees, which near
// the equator is less than 2**-58 of the latitude. So the result is the right one but for its last
// rounding and some 2**-8 units in the last place.
#pragma once

#include <cmath>
#include <cstddef>
#include <iterator>

#include "index/healpix.hpp"

namespace mortie {

inline constexpr double to_authalic[] = {
    -0x1.06c0b8847ed82p-3, 0x1.000a34a721657p-13,  -0x1.3ae5425575afbp-23,
    0x1.a8a087ecf1b3fp-33, -0x1.2d19991b68376p-42, 0x1.b904e761973c1p-52,
};

inline constexpr double to_geodetic[] = {
    0x1.06c0b20a3cfe4p-3,  0x1.5a706cf387396p-13, 0x1.38e8a3cc50b20p-22,
    0x1.4157fcdf5d8b3p-31, 0x1.61e902be08c08p-40, 0x1.974e6f369ff7bp-49,
};

// A latitude in degrees, of which is_lat holds, and the sum of `series`, by Clenshaw's recurrence.
template <std::size_t terms>
static double add_series(const double (&series)[terms], double lat) noexcept {
    const double twice = 2 * lat * degree;
    const double step = 2 * std::cos(twice);
    double sum = 0;
    double before = 0;
    for (std::size_t j = terms; j-- > 0;) {
        const double next = series[j] + step * sum - before;
        before = sum;
        sum = next;
    }
    return std::copysign(lat + sum * std::sin(twice), lat); // -0 stays what it is
}

} // namespace mortie
