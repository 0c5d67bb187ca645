// Which side of a ring is the smaller one.
#pragma once

#include <cmath>
#include <cstddef>

#include "index/healpix.hpp"
#include "regions/path.hpp"
#include "regions/sphere.hpp"

namespace mortie {

// The area on the left of a ring, in -2 pi to 2 pi: less by 4 pi than it is, if that is more than
// half the sphere. Sum of the triangles that its arcs make with a point (Eriksson 1990, Mathematics
// Magazine 63, 184).
[[maybe_unused]] static double left_area(const Path &ring) noexcept {
    constexpr Vector top = {0.36, 0.48, 0.8};
    double sum = 0;
    Vector before = latlon2vector(ring.lat[ring.size - 1], ring.lon[ring.size - 1]);
    for (std::size_t i = 0; i < ring.size; ++i) {
        const Vector at = latlon2vector(ring.lat[i], ring.lon[i]);
        sum += 2 * std::atan2(dot(top, cross(before - at, before + at)) / 2,
                              1 + dot(top, before) + dot(before, at) + dot(at, top));
        before = at;
    }
    return std::remainder(sum, 4 * pi);
}

// Which way a thin ring turns, exactly: 1 if its left side is the smaller one, -1 if it is the
// right one, 0 if neither has an area, or can't be told. A disc of less than a hemisphere that
// holds all vertices holds all arcs; so where a vertex lies on its border, the ring turns to its
// inside.
[[maybe_unused]] static int turn_of_thin(const Path &ring) noexcept {
    const auto at = [&ring](std::size_t i) { return latlon2vector(ring.lat[i], ring.lon[i]); };
    const auto farthest = [&](Vector from) {
        std::size_t found = 0;
        double most = -1;
        for (std::size_t i = 0; i < ring.size; ++i) {
            const Vector off = at(i) - from;
            if (dot(off, off) > most) {
                most = dot(off, off);
                found = i;
            }
        }
        return found;
    };
    const Vector one = at(farthest(at(0)));
    const Vector sum = one + at(farthest(one));
    const Vector middle = 1 / norm(sum) * sum;
    const std::size_t tip = farthest(middle);
    const Vector vertex = at(tip);
    if (!(dot(vertex, middle) > 0)) {
        return 0;
    }
    // The nearest vertices before and after it that are not the same.
    const auto other = [&](std::size_t step) {
        std::size_t i = tip;
        do {
            i = (i + step) % ring.size;
        } while (at(i) == vertex && i != tip);
        return at(i);
    };
    return orientation(other(ring.size - 1), vertex, other(1));
}

} // namespace mortie
