// Where a HEALPix pixel lies: latitude and longitude <-> base cell, x and y, one element at a time.
//
// Inside its base cell, a pixel of order k stands in column x and row y of a grid of nside * nside,
// nside = 2**k; the address interleaves their bits, y first. Base cells 0-3 touch the north pole,
// 4-7 the equator, 8-11 the south pole:
//
//          /\      /\      north pole      y \  / x   both count from the southern corner
//         /  \    /  \     0-3                \/
//    . . / . .\ ./. . \ .  41.8 N
//        \    /\ \    /
//         \  /  \ \  /     4-7            z = sin(latitude), t = longitude in quarter turns:
//    . . . \/. . \/\/. .  41.8 S          for |z| <= 2/3 edges are straight in t and z,
//          /\      /\                    nearer to a pole in t and sigma = sqrt(3 (1 - |z|)),
//         /  \    /  \     8-11           which is 1 at |z| = 2/3 and 0 at the pole
//
// The formulas are those of Gorski et al. (2005), The Astrophysical Journal 622, 759, section 4.1
// and 5, in the form of Calabretta and Roukema (2007), Monthly Notices of the Royal Astronomical
// Society 381, 865, section 5. A floating-point result also depends on the order of operations:
// here it was found by comparing with healpy, whose results these functions give in every bit, save
// at a few doubles where healpy's pixel does not hold the point (see latlon2pixel). (That takes the
// same sin, cos, acos and atan2 as healpy has, those of the C library.)
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "index/morton.hpp"

// Rounding is part of the results.
#if defined(__FAST_MATH__) || defined(_M_FP_FAST)
#error "mortie can't be built with -ffast-math, -Ofast or /fp:fast"
#endif
#if defined(_MSC_VER) && !defined(__clang__)
#pragma fp_contract(off)
#endif

namespace mortie {

inline constexpr std::int64_t max_nest_order = 29; // 12 * 4**29 pixels are what 64 bits hold

inline constexpr double pi = 3.141592653589793238462643383279502884;
inline constexpr double half_pi = pi / 2;
inline constexpr double two_pi = 2 * pi;
inline constexpr double degree = pi / 180;
inline constexpr double quarter_turn = 0.636619772367581343075535053490057448; // 1 / half_pi
inline constexpr double two_thirds = 2.0 / 3;

// A pixel by its place in its base cell.
struct Pixel {
    std::int64_t x, y, face;
};

struct LatLon {
    double lat, lon;
};

static constexpr bool is_nest(std::int64_t order, std::int64_t nest) noexcept {
    return 0 <= nest && nest < std::int64_t{12} << 2 * order;
}

// Both are false for NaN.
static constexpr bool is_lat(double lat) noexcept { return -90 <= lat && lat <= 90; }
static constexpr bool is_lon(double lon) noexcept { return -HUGE_VAL < lon && lon < HUGE_VAL; }

// Moves bit i to bit 2 i, for the low 32 bits.
static constexpr std::uint64_t spread(std::int64_t value) noexcept {
    auto bits = static_cast<std::uint64_t>(value);
    bits = (bits | bits << 16) & 0x0000'ffff'0000'ffff;
    bits = (bits | bits << 8) & 0x00ff'00ff'00ff'00ff;
    bits = (bits | bits << 4) & 0x0f0f'0f0f'0f0f'0f0f;
    bits = (bits | bits << 2) & 0x3333'3333'3333'3333;
    return (bits | bits << 1) & 0x5555'5555'5555'5555;
}

// Moves bit 2 i to bit i and drops the odd ones.
static constexpr std::int64_t squeeze(std::uint64_t bits) noexcept {
    bits &= 0x5555'5555'5555'5555;
    bits = (bits | bits >> 1) & 0x3333'3333'3333'3333;
    bits = (bits | bits >> 2) & 0x0f0f'0f0f'0f0f'0f0f;
    bits = (bits | bits >> 4) & 0x00ff'00ff'00ff'00ff;
    bits = (bits | bits >> 8) & 0x0000'ffff'0000'ffff;
    return static_cast<std::int64_t>((bits | bits >> 16) & 0xffff'ffff);
}

static constexpr std::int64_t address(Pixel pixel) noexcept {
    return static_cast<std::int64_t>(spread(pixel.x) | spread(pixel.y) << 1);
}

static constexpr std::int64_t pixel2nest(std::int64_t order, Pixel pixel) noexcept {
    return pixel.face << 2 * order | address(pixel);
}

static constexpr Pixel nest2pixel(std::int64_t order, std::int64_t nest) noexcept {
    const auto low = static_cast<std::uint64_t>(nest) & ((std::uint64_t{1} << 2 * order) - 1);
    return {squeeze(low), squeeze(low >> 1), nest >> 2 * order};
}

// The pixel that holds a point, which lies in the ranges that is_lat and is_lon check.
[[maybe_unused]] static Pixel latlon2pixel(std::int64_t order, double lat, double lon) noexcept {
    const std::int64_t last = (std::int64_t{1} << order) - 1;
    const auto nside = static_cast<double>(last + 1);
    const double colat = half_pi - lat * degree;
    const double z = std::cos(colat);

    double phi = lon * degree;
    if (std::fabs(phi) >= two_pi) {
        phi = std::fmod(phi, two_pi);
    }
    if (phi < 0) {
        phi += two_pi;
    }
    const double turned = phi * quarter_turn; // 4 if phi was rounded to a whole turn
    const double t = turned < 4 ? turned : 0;

    if (std::fabs(z) <= two_thirds) {
        // The number of the pixel's north-western and south-western edge, from that of face 4 on.
        const double along = nside * (0.5 + t);
        const double up = nside * (z * 0.75);
        // Below 5, in base cells, but for rounding just before a whole turn, where zones meet.
        // healpy, without this bound, finds pixels there that lie far away or do not exist.
        const std::int64_t most = 5 * last + 4;
        const std::int64_t falling = std::min(static_cast<std::int64_t>(along - up), most);
        const std::int64_t rising = std::min(static_cast<std::int64_t>(along + up), most);
        const std::int64_t west = falling >> order;
        const std::int64_t east = rising >> order;
        const std::int64_t face = west == east ? (west | 4) : west < east ? west : east + 8;
        return {rising & last, last - (falling & last), face};
    }
    const auto quarter = static_cast<std::int64_t>(t);
    const double east = t - static_cast<double>(quarter);
    // Near a pole the cosine has lost the digits that the sine still has.
    const bool near_pole = colat < 0.01 || colat > 3.14159 - 0.01;
    const double sigma = near_pole ? nside * std::sin(colat) / std::sqrt((1 + std::fabs(z)) / 3)
                                   : nside * std::sqrt(3 * (1 - std::fabs(z)));
    const auto line = [last](double distance) {
        return std::min(static_cast<std::int64_t>(distance), last);
    };
    const std::int64_t from_west = line(east * sigma);
    const std::int64_t from_east = line((1 - east) * sigma);
    if (z >= 0) {
        return {last - from_east, last - from_west, quarter};
    }
    return {from_west, from_east, quarter + 8};
}

// The centre of a pixel; the longitude lies in 0-360.
[[maybe_unused]] static LatLon pixel2latlon(std::int64_t order, Pixel pixel) noexcept {
    const std::int64_t nside = std::int64_t{1} << order;
    const double width = 1 / static_cast<double>(nside);
    const double cap = 1.0 / 3 * (width * width); // 1 - |z| of ring 1
    const double step = 2.0 / 3 * width;          // of z between rings at the equator

    // Rings count from the north pole; `ring` from the nearer pole in the caps.
    const std::int64_t row = pixel.face / 4;
    const std::int64_t from_north = (row + 2) * nside - pixel.x - pixel.y - 1;
    const bool equatorial = nside <= from_north && from_north <= 3 * nside;
    const std::int64_t from_south = 4 * nside - from_north;
    const bool north = from_north < from_south;
    const std::int64_t ring = equatorial ? nside : north ? from_north : from_south;

    double colat = 0;
    if (equatorial) {
        colat = std::acos(static_cast<double>(2 * nside - from_north) * step);
    } else {
        const double depth = static_cast<double>(ring * ring) * cap; // 1 - |z|
        const double z = north ? 1 - depth : depth - 1;
        colat = std::fabs(z) > 0.99 ? std::atan2(std::sqrt(depth * (2 - depth)), z) : std::acos(z);
    }
    // Eighths of a turn, times the ring.
    std::int64_t along = (2 * (pixel.face % 4) + 1 - row % 2) * ring + pixel.x - pixel.y;
    along += along < 0 ? 8 * ring : 0;
    const double phi = equatorial
                           ? 0.75 * half_pi * static_cast<double>(along) * step
                           : 0.5 * half_pi * static_cast<double>(along) / static_cast<double>(ring);
    return {90 - colat * (180 / pi), phi * (180 / pi)};
}

} // namespace mortie
