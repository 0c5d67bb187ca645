// How a place on the map moves along an arc: whether `rising` and `falling` keep their directions.
#pragma once

#include <algorithm>
#include <cmath>

#include "index/healpix.hpp"
#include "regions/arcs.hpp"
#include "regions/sphere.hpp"

namespace mortie {

// How fast one coordinate of the place of a point on an arc moves, for each radian, and a bound of
// its second derivative.
struct Speed {
    double speed, bend;

    // Whether it keeps its direction within `reach`, or turns round within rounding.
    bool goes_one_way(double reach) const noexcept {
        return std::fabs(speed) > bend * reach || bend * reach * reach < 1e-16;
    }
};

struct Motion {
    Speed rising, falling;

    bool goes_one_way(double reach) const noexcept {
        return rising.goes_one_way(reach) && falling.goes_one_way(reach);
    }
};

// How fast the longitude grows, in quarter turns.
[[maybe_unused]] static double turning_of(Vector at, Vector direction) noexcept {
    return quarter_turn * (at.x * direction.y - at.y * direction.x) / (at.x * at.x + at.y * at.y);
}

// In the strip, `rising` and `falling` are t +- 3/4 z; in a cap t sigma and (t - 1) sigma, with
// sigma**2 = 3 (1 - |z|), of which the latter's differential gives that of sigma.
[[maybe_unused]] static Place velocity_in(Zone zone, Place place, Vector at,
                                          Vector direction) noexcept {
    const double turning = turning_of(at, direction);
    if (zone.cap == 0) {
        const double climb = 0.75 * direction.z;
        return {turning + climb, turning - climb};
    }
    const double sigma = sigma_of(zone, place);
    const double t = part_of_quarter(zone, place);
    const double growth = -1.5 * static_cast<double>(zone.cap) * direction.z / sigma;
    const double of_west = turning * sigma + t * growth;
    const double of_east = turning * sigma - (1 - t) * growth;
    return zone.cap > 0 ? Place{of_east, of_west} : Place{of_west, of_east};
}

// In the strip, `rising` and `falling` are t +- 3/4 z. On a great circle, with w = cos(latitude)
// >= sqrt(5) / 3 and n_z <= w, d2t = 2/pi 2 n_z dw / w**3 <= 4/pi (2/3) / w**2 < 1.53, and
// d2z = -z: together less than 2.03. The curvature of a small circle adds 2/pi / w + 3/4 < 1.61
// times itself.
[[maybe_unused]] static Motion motion_in_strip(Vector at, Vector direction,
                                               double curvature) noexcept {
    const double turning = turning_of(at, direction);
    const double climb = 0.75 * direction.z;
    const double bend = 2.03 + 1.61 * curvature;
    return {{turning + climb, bend}, {turning - climb, bend}};
}

// In a cap they are t sigma and (t - 1) sigma, with sigma = sqrt(6) sin(c / 2), c the distance from
// the pole. With h = sin(c)**2 dlon, which is constant on a great circle, there
//     d2t sigma + 2 dt dsigma = 2/pi sqrt(6) h dc / (4 cos(c / 2)**3) < 0.52 h,
//     d2sigma < sqrt(3/2) (sin(c / 2) / 2 + 1 / sin(c)) < 0.25 + 1.23 / sin(c),
// the latter times t or 1 - t. A small circle's curvature changes h by as much for each radian, and
// adds 2/pi sigma / sin(c) < 0.86 and sqrt(3/2) < 1.23 times itself.
// `reach` is how far from here the bound has to hold.
[[maybe_unused]] static Motion motion_in_cap(Zone zone, double t, Vector at, Vector direction,
                                             double curvature, double reach) noexcept {
    const double radius_squared = at.x * at.x + at.y * at.y;
    const double sigma = std::sqrt(3 * radius_squared / (1 + std::fabs(at.z)));
    const double h = at.x * direction.y - at.y * direction.x;
    const double turning = turning_of(at, direction);
    const double growth = -1.5 * static_cast<double>(zone.cap) * direction.z / sigma;
    const double nearest = std::sqrt(radius_squared) - reach; // the sine of c, at least
    const auto speed = [&](double value, double part) {
        if (!(nearest > 0)) {
            return Speed{value, HUGE_VAL};
        }
        const double most_h = std::fabs(h) + curvature * reach;
        const double most = part + quarter_turn * most_h / (nearest * nearest) * reach;
        return Speed{value, 0.52 * most_h + 0.86 * curvature +
                                std::min(most, 1.0) * (0.25 + 1.23 / nearest + 1.23 * curvature)};
    };
    const Speed of_west = speed(turning * sigma + t * growth, t);
    const Speed of_east = speed(turning * sigma - (1 - t) * growth, 1 - t);
    return zone.cap > 0 ? Motion{of_east, of_west} : Motion{of_west, of_east};
}

} // namespace mortie
