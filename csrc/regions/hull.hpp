// A quadrilateral of great circles around a cell: cells are not convex, it is.
//
// So the arc between two points of a cell stays in it, and crosses no edge that does not meet it.
#pragma once

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>

#include "index/healpix.hpp"
#include "regions/grid.hpp"
#include "regions/sphere.hpp"

namespace mortie {

// How far a hull reaches beyond its cell at least, in radians: more than rounding may put a point
// out of its pixel (see arcs.hpp).
inline constexpr double hull_margin = 1e-12;

struct Hull {
    Vector sides[4];   // normals of the great circles; the cell lies on their left
    Vector corners[4]; // where they meet

    // False if the great circle of an edge passes by. The corners are right within 10**-14, since
    // sides meet at no small angle.
    bool meets_circle(Vector a, Vector b) const noexcept {
        const Vector normal = cross(a - b, a + b);
        const double rounding = 1e-13 * norm(normal);
        bool left = false;
        bool right = false;
        for (const Vector &corner : corners) {
            const double side = dot(normal, corner);
            left = left || side > -rounding;
            right = right || side < rounding;
        }
        return left && right;
    }
};

// The hull of a cell, from the grid two orders finer: its western square there.
//
// How far a side leaves its chord is nearly a cubic of the way along it, c x (1 - x) (x - x0),
// which we know at the three quarters. If x0 lies in between, the greater lobe is less than twice
// what is known of it; the lesser one may lie between an end and a quarter, and is less than a
// fifth of it.
[[maybe_unused]] static Hull make_hull(const Grid &fine, Square west) noexcept {
    const auto place = [&](std::int64_t rising, std::int64_t falling) {
        const Square cell = {west.rising + std::min<std::int64_t>(rising, 3),
                             west.falling + std::min<std::int64_t>(falling, 3)};
        return fine.corner(cell, {west.rising + rising, west.falling + falling});
    };
    // South, east, north, west: counterclockwise, seen from outside; and the way to the next.
    const Square corners[] = {{0, 4}, {4, 4}, {4, 0}, {0, 0}};
    const Square steps[] = {{1, 0}, {0, -1}, {-1, 0}, {0, 1}};
    Vector places[4];
    for (int i = 0; i < 4; ++i) {
        places[i] = place(corners[i].rising, corners[i].falling);
    }
    Hull hull;
    for (int i = 0; i < 4; ++i) {
        const Vector a = places[i];
        const Vector b = places[(i + 1) & 3];
        const Vector normal = cross(a - b, a + b);
        const Vector unit = 1 / norm(normal) * normal;
        double outwards = 0;
        double inwards = 0;
        for (std::int64_t k = 1; k < 4; ++k) {
            const Vector between = place(corners[i].rising + k * steps[i].rising,
                                         corners[i].falling + k * steps[i].falling);
            outwards = std::max(outwards, -dot(unit, between));
            inwards = std::max(inwards, dot(unit, between));
        }
        const double off = 2 * outwards + 0.2 * inwards + hull_margin;
        const Vector middle = a + b;
        // Points near this side lie within 60 degrees of its middle.
        hull.sides[i] = unit + 2 * off / norm(middle) * middle;
    }
    for (int i = 0; i < 4; ++i) {
        const Vector corner = cross(hull.sides[(i + 3) & 3], hull.sides[i]);
        hull.corners[i] = 1 / norm(corner) * corner;
    }
    return hull;
}

// The sides of several hulls, so laid out that compilers make vectors of the loop.
template <int count> class Sides {
  public:
    explicit Sides(const Hull (&hulls)[count]) noexcept {
        for (int i = 0; i < 4 * count; ++i) {
            const Vector side = hulls[i / 4].sides[i % 4];
            x_[i] = side.x;
            y_[i] = side.y;
            z_[i] = side.z;
        }
    }

    // Four bits for each hull: the sides that the point lies beyond.
    std::uint64_t beyond(Vector point) const noexcept {
        double inside[4 * count];
        for (int i = 0; i < 4 * count; ++i) {
            inside[i] = x_[i] * point.x + y_[i] * point.y + z_[i] * point.z;
        }
        std::uint64_t bits = 0;
        for (int i = 0; i < 4 * count; ++i) {
            bits |= (std::bit_cast<std::uint64_t>(inside[i]) >> 63) << i;
        }
        return bits;
    }

  private:
    double x_[4 * count], y_[4 * count], z_[4 * count];
};

// The western square of a cell in a finer grid, `depth` orders further.
[[maybe_unused]] static Square finer_square(const Grid &fine, std::int64_t depth,
                                            Pixel pixel) noexcept {
    const std::int64_t quarter = pixel.face & 3;
    const std::int64_t row = pixel.face >> 2;
    return {(quarter + (row == 0)) * fine.nside() + (pixel.x << depth),
            (quarter + (row == 2) + 1) * fine.nside() - ((pixel.y + 1) << depth)};
}

} // namespace mortie
