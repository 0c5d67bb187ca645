// Whether the arc from one point to another crosses the edge of a region: exactly, and never in a
// vertex.
//
// All points that are asked for move by the same symbolic amounts (d, d**2, d**3), for every small
// d > 0 (Edelsbrunner and Muecke 1990, ACM Transactions on Graphics 9, 66), while vertices stay. So
// no point lies on an edge or in a vertex any more, and what happens is what would happen somewhere
// beside them: of regions that share edges and vertices exactly one gets each point of these, also
// where the vertex of one lies on the edge of another.
#pragma once

#include "regions/sphere.hpp"

namespace mortie {

// The first of the three coordinates of a x b - c x b that is not zero, as a sign; c may be zero.
[[maybe_unused]] static int first_sign_of_cross(Vector a, Vector c, Vector b) noexcept {
    const auto sign = [](double ay, double az, double cy, double cz, double by, double bz) {
        Expansion<8> sum;
        sum.add_product(ay, bz);
        sum.add_product(-az, by);
        sum.add_product(-cy, bz);
        sum.add_product(cz, by);
        return sum.sign();
    };
    if (const int x = sign(a.y, a.z, c.y, c.z, b.y, b.z); x != 0) {
        return x;
    }
    if (const int y = sign(a.z, a.x, c.z, c.x, b.z, b.x); y != 0) {
        return y;
    }
    return sign(a.x, a.y, c.x, c.y, b.x, b.y);
}

// 1 if the moved point lies left of the edge from a to b, -1 if right: the determinant of (a, b,
// point + move) is that of the points, and the move times a x b.
[[maybe_unused]] static int side_of_edge(Vector a, Vector b, Vector point) noexcept {
    const int sign = orientation(a, b, point);
    return sign != 0 ? sign : first_sign_of_cross(a, {}, b);
}

// The arc between two points that are no antipodes, both moved.
class Segment {
  public:
    Segment(Vector from, Vector to) noexcept : from_(from), to_(to), normal_(cross(from, to)) {}

    // 1 if a vertex lies left of the arc's circle, -1 if right, 0 if the arc is a point: the
    // determinant of (from + move, to + move, vertex) has the move times (to - from) x vertex.
    int side(Vector vertex) const noexcept {
        const double determinant = dot(normal_, vertex);
        if (determinant > orientation_error) {
            return 1;
        }
        if (determinant < -orientation_error || from_ == to_) {
            return from_ == to_ ? 0 : -1;
        }
        const int sign = exact_orientation(from_, to_, vertex);
        return sign != 0 ? sign : first_sign_of_cross(to_, from_, vertex);
    }

    // 1 if the arc crosses the edge from a to b from its right side to its left, -1 if the other
    // way, 0 if not; the sides are those of a and b. Of the four triangles that the ends of two
    // arcs make, each with one end less, all turn the same way round if the arcs cross.
    int crosses(Vector a, int side_of_a, Vector b, int side_of_b) const noexcept {
        if (side_of_a == side_of_b) {
            return 0;
        }
        const int sign = side_of_a;
        const bool cross = side_of_edge(a, b, to_) == sign && side_of_edge(a, b, from_) == -sign;
        return cross ? sign : 0;
    }

    Vector from() const noexcept { return from_; }
    Vector to() const noexcept { return to_; }

  private:
    Vector from_, to_, normal_;
};

} // namespace mortie
