// Arcs of circles on the sphere, and the cells of one order that they pass.
//
// On the map of projection.hpp an arc is cut where the map's formula changes and where `rising` or
// `falling` turns round. In each piece both then go one way, so that the piece passes from cell to
// cell like a flight of stairs: which of two edges it leaves a cell by is the side of the arc on
// which the corner between them lies.
//
// Rounding. Corners, arcs' normals and places on the map are right within some 10**-15. Which cell
// a point counts to may be off by that much, never further, and the cells of a ring still form a
// closed chain, each next to the one before: so the inside is the same for all of them, whatever
// was rounded. And each corner or edge that an arc comes as near to as `corner_error` or
// `place_error` counts as touched, by all cells that meet there: so no cell that the exact arc
// meets is missed, and none is found that lies further from it than 10**-12. The bounds are wider
// than our rounding, for the sake of points that latlon2pixel puts into cells: near a pole it may
// be off by 10**-13 (see projection.hpp), and a vertex shall lie in a cell of its region.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "index/healpix.hpp"
#include "regions/buffer.hpp"
#include "regions/grid.hpp"
#include "regions/sphere.hpp"

namespace mortie {

inline constexpr double corner_error = 0x1p-43; // radians
inline constexpr double place_error = 0x1p-43;  // widths of a base cell

// Part of the sphere in which the map has one formula: -1 and 1 are the caps, by quarters of a
// turn.
struct Zone {
    std::int64_t cap = 0;
    std::int64_t quarter = 0; // 0 if not in a cap
};

static constexpr bool operator==(Zone a, Zone b) noexcept {
    return a.cap == b.cap && a.quarter == b.quarter;
}

// On the map, in widths of a base cell.
struct Place {
    double rising, falling;
};

struct Vertex {
    double lat, lon; // degrees
    Vector at;
    Zone zone;
    Place place;
};

static constexpr Place place_in_strip(double t, double z) noexcept {
    return {(0.5 + t) + 0.75 * z, (0.5 + t) - 0.75 * z};
}

// `t` counts from the western end of the quarter.
static Place place_in_cap(Zone zone, double t, Vector at) noexcept {
    const double radius_squared = at.x * at.x + at.y * at.y;
    const double sigma = std::sqrt(3 * radius_squared / (1 + std::fabs(at.z)));
    const double from_west = static_cast<double>(zone.quarter) + t * sigma;
    const double from_east = static_cast<double>(zone.quarter + 2) - (1 - t) * sigma;
    return zone.cap > 0 ? Place{from_east, from_west} : Place{from_west, from_east};
}

// Latitudes in degrees lie in -90 to 90, longitudes are finite.
[[maybe_unused]] static Vertex make_vertex(double lat, double lon) noexcept {
    const Vector at = latlon2vector(lat, lon);
    const auto [quarters, rest] = split_longitude(lon);
    if (std::fabs(at.z) <= two_thirds) {
        const double t = static_cast<double>(quarters & 3) + rest / 90;
        return {lat, lon, at, {}, place_in_strip(t < 0 ? t + 4 : t, at.z)};
    }
    const bool west = rest < 0;
    const Zone zone = {at.z > 0 ? 1 : -1, (quarters - west) & 3};
    return {lat, lon, at, zone, place_in_cap(zone, rest / 90 + west, at)};
}

// The zone of a point that lies clearly in one.
[[maybe_unused]] static Zone zone_of(Vector at) noexcept {
    if (std::fabs(at.z) <= two_thirds) {
        return {};
    }
    const std::int64_t quarter = at.x > 0 && at.y >= 0   ? 0
                                 : at.x <= 0 && at.y > 0 ? 1
                                 : at.x < 0              ? 2
                                                         : 3;
    return {at.z > 0 ? 1 : -1, quarter};
}

// The place of a point of the zone, or so near to it that rounding may have put it outside.
[[maybe_unused]] static Place place_in(Zone zone, Vector at) noexcept {
    if (zone.cap == 0) {
        const double t = quarter_turn * std::atan2(at.y, at.x);
        return place_in_strip(t < 0 ? t + 4 : t, at.z);
    }
    const Vector turned = turn(at, -zone.quarter);
    const double t = quarter_turn * std::atan2(std::max(turned.y, 0.0), std::max(turned.x, 0.0));
    return place_in_cap(zone, t, at);
}

// How wide a quarter of a cap is at a place: 1 at its border, 0 at the pole.
[[maybe_unused]] static double sigma_of(Zone zone, Place place) noexcept {
    const double west = std::min(place.rising, place.falling) - static_cast<double>(zone.quarter);
    const double east =
        static_cast<double>(zone.quarter + 2) - std::max(place.rising, place.falling);
    return west + east;
}

// How far to the east in its quarter a place in a cap lies; no number at a pole.
[[maybe_unused]] static double part_of_quarter(Zone zone, Place place) noexcept {
    const double west = std::min(place.rising, place.falling) - static_cast<double>(zone.quarter);
    return west / sigma_of(zone, place);
}

// The second place, on the side of the map where the first one is.
[[maybe_unused]] static Place unwrap(Place first, Place second) noexcept {
    const double along = second.rising - first.rising;
    const double turn = along > 2 ? -4 : along < -2 ? 4 : 0;
    return {second.rising + turn, second.falling + turn};
}

// A part of a circle, counterclockwise around `normal`: height * normal + radius * (cos(angle) *
// first + sin(angle) * second), for angles from 0 to `length`.
struct Arc {
    Vector normal, first, second;
    double height, radius, length;

    Vector at(double angle) const noexcept { return heading(angle).at; }

    // A point, and the direction there.
    struct Heading {
        Vector at, direction;
    };

    Heading heading(double angle) const noexcept {
        const auto [sine, cosine] = 0 <= angle && angle <= 0.25 * pi
                                        ? sine_cosine(angle)
                                        : SineCosine{std::sin(angle), std::cos(angle)};
        return {height * normal + radius * (cosine * first + sine * second),
                cosine * second - sine * first};
    }

    // The distance from the circle, in radians if it is small; positive to the left.
    double side(Vector point) const noexcept {
        if (height == 0) {
            return dot(normal, point);
        }
        // Of a small circle the cosine lacks the digits that the distance from its centre has.
        const Vector off = point - normal;
        const double chord = radius * radius + (1 - height) * (1 - height);
        return (chord - dot(off, off)) / (2 * radius);
    }
};

// The angle between two points. Of short arcs it is the series of 2 arcsin(chord / 2), of which the
// next term is less than 0.03 (chord / 2)**10 times the sum.
[[maybe_unused]] static double length_of(Vector a, Vector b) noexcept {
    const double s = 0.25 * dot(a - b, a - b);
    if (s < 0.0006) {
        return 2 * std::sqrt(s) *
               (1 + s * (1.0 / 6 + s * (3.0 / 40 + s * (5.0 / 112 + s * (35.0 / 1152)))));
    }
    return 2 * std::atan2(norm(a - b), norm(a + b));
}

// The great circle's normal, for the arc from a to b, which differ and are not antipodal.
[[maybe_unused]] static Vector great_circle(const Vertex &a, const Vertex &b) noexcept {
    const Vector sum = a.at + b.at;
    if (dot(sum, sum) > 0.01) {
        const Vector twice =
            cross(a.at - b.at, sum); // a x b without cancellation, if they are near
        return 1 / norm(twice) * twice;
    }
    // From a to b's antipode, to the east and to the north, by differences that lose nothing.
    const auto [along, along_lost] = two_sum(b.lon, -a.lon);
    const double within_turn = std::remainder(along, 360);
    const double beyond = (within_turn - std::copysign(180, within_turn)) + along_lost;
    const auto [up, up_lost] = two_sum(a.lat, b.lat);
    const double cosine = std::cos(b.lat * degree);
    const double half_sine = std::sin(0.5 * degree * beyond);
    const double east = cosine * std::sin(degree * beyond);
    const double north =
        2 * a.at.z * cosine * half_sine * half_sine - std::sin(degree * (up + up_lost));
    const auto [quarters, rest] = split_longitude(a.lon);
    const auto [sine_of_lon, cosine_of_lon] = sine_cosine(rest * degree);
    const Vector to = turn({cosine_of_lon, sine_of_lon, 0}, quarters);
    const Vector eastwards = {-to.y, to.x, 0};
    const Vector northwards = std::cos(a.lat * degree) * Vector{0, 0, 1} - a.at.z * to;
    const Vector normal = north * eastwards - east * northwards;
    const double length = norm(normal);
    return 1 / length * normal; // no number, if they are antipodal
}

} // namespace mortie
