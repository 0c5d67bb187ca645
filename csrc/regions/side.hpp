// What a ring's vertices decide: whether there are three, and which side is the smaller one.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "index/healpix.hpp"
#include "regions/crossing.hpp"
#include "regions/path.hpp"
#include "regions/sphere.hpp"

namespace mortie {

// A point that special edges avoid.
inline constexpr Vector aside = {-0.36, -0.48, -0.8};

// The area on the left of a ring, and on which side of it a point lies. Each arc makes a triangle
// with the point's antipode (Eriksson 1990, Mathematics Magazine 63, 184); the sum of their areas
// changes where an arc passes over the point alone, by 4 pi, and is the area on the left if the
// point lies on the right: then the ring can shrink to nothing without meeting it.
class LeftArea {
  public:
    explicit LeftArea(Vector point) noexcept : point_(point) {}

    void add(Vector a, Vector b) noexcept {
        const Vector far = -point_;
        const double height = dot(far, cross(a - b, a + b)) / 2;
        const double angle = 2 * std::atan2(height, 1 + dot(far, a) + dot(a, b) + dot(b, far));
        const bool sure = std::fabs(height) > orientation_error;
        sum_ += sure ? angle : std::copysign(angle, -side_of_edge(a, b, point_));
        most_ = std::max(most_, std::fabs(sum_));
        ++size_;
    }

    // Less by 4 pi, and so negative, if the point lies on the left; 0 for a ring without an area.
    double area() const noexcept {
        const double rounding = static_cast<double>(size_) * 0x1p-52 * most_;
        return std::fabs(sum_) <= rounding ? 0 : sum_;
    }

    // In -2 pi to 2 pi: less by 4 pi than it is, if that is more than half the sphere.
    double nearest() const noexcept { return std::remainder(sum_, 4 * pi); }

  private:
    Vector point_;
    double sum_ = 0, most_ = 0;
    std::size_t size_ = 0;
};

// A ring's, in -2 pi to 2 pi.
[[maybe_unused]] static double left_area(const Path &ring) noexcept {
    LeftArea left(aside);
    Vector before = latlon2vector(ring.lat[ring.size - 1], ring.lon[ring.size - 1]);
    for (std::size_t i = 0; i < ring.size; ++i) {
        const Vector at = latlon2vector(ring.lat[i], ring.lon[i]);
        left.add(before, at);
        before = at;
    }
    return left.nearest();
}

// Counts the different vertices of a path: one, two, or three and more.
class Distinct {
  public:
    explicit Distinct(Vector first) noexcept : first_(first) {}

    void add(Vector at) noexcept {
        if (at == first_ || (count_ > 1 && at == second_)) {
            return;
        }
        second_ = count_ == 1 ? at : second_;
        count_ = count_ == 1 ? 2 : 3;
    }

    int count() const noexcept { return count_; }

  private:
    Vector first_;
    Vector second_ = {};
    int count_ = 1;
};

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
