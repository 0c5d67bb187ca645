// Whether the rings of a polygon are simple: where they cross themselves or one another.
//
// Arcs that cross have boxes that overlap. Runs of arcs that follow one another are the leaves of a
// tree of boxes, each of which holds two of the level below. Only where two boxes of a level
// overlap are the boxes within looked at, down to pairs of arcs, which `orientation` decides
// exactly.
//
// Rings may touch: arcs cross if either has the ends of the other on both its sides, or if one has
// an end on the other, or at a vertex of the other, and its ring goes on to the other side there.
#pragma once

#include <algorithm>
#include <cstddef>

#include "regions/buffer.hpp"
#include "regions/path.hpp"
#include "regions/sphere.hpp"

namespace mortie {

struct Box {
    Vector low, high;

    bool meets(const Box &other) const noexcept {
        return low.x <= other.high.x && other.low.x <= high.x && low.y <= other.high.y &&
               other.low.y <= high.y && low.z <= other.high.z && other.low.z <= high.z;
    }

    void hold(const Box &other) noexcept {
        low = {std::min(low.x, other.low.x), std::min(low.y, other.low.y),
               std::min(low.z, other.low.z)};
        high = {std::max(high.x, other.high.x), std::max(high.y, other.high.y),
                std::max(high.z, other.high.z)};
    }
};

// The box of an arc. An arc leaves its chord by 1 - sqrt(1 - q) at most, q a quarter of the chord
// squared, which is less than q; the rest is for rounding.
static constexpr Box box_of(Vector a, Vector b) noexcept {
    const double most = 0.25 * dot(b - a, b - a) + 0x1p-50;
    const Vector pad = {most, most, most};
    return {Vector{std::min(a.x, b.x), std::min(a.y, b.y), std::min(a.z, b.z)} - pad,
            Vector{std::max(a.x, b.x), std::max(a.y, b.y), std::max(a.z, b.z)} + pad};
}

// Whether x lies left (1) or right (-1) of the path from a over b to c, seen from b; 0 if on it.
[[maybe_unused]] static int side_of_path(Vector a, Vector b, Vector c, Vector x) noexcept {
    const int bend = orientation(a, b, c);
    if (x == a || x == c || (bend == 0 && dot(a - b, c - b) > 0)) { // it turns back at b
        return 0;
    }
    const int first = orientation(a, b, x);
    const int second = orientation(b, c, x);
    const bool left = bend > 0 ? first > 0 && second > 0 : first > 0 || second > 0;
    const bool right = bend < 0 ? first < 0 && second < 0 : first < 0 || second < 0;
    return left ? 1 : right ? -1 : 0;
}

class CrossingSearch {
  public:
    explicit CrossingSearch(Interrupt interrupt) noexcept : interrupt_(interrupt) {}

    // For the next polygon.
    void clear() noexcept {
        leaves_.clear();
        rings_.clear();
    }

    // Between these two come a ring's vertices. `part` is what findings call it.
    void begin_ring(std::size_t part) noexcept { rings_.push({part, leaves_.size(), 0}); }
    void end_ring() noexcept {
        if (!failed() && rings_.back().size > 0) {
            fill(leaves_[rings_.back().leaf].at[0]);
        }
    }

    void add(Vector vertex) noexcept {
        if (failed()) {
            return;
        }
        fill(vertex);
        if (rings_.back().size++ % arcs_each == 0) {
            Leaf leaf;
            std::fill_n(leaf.at, arcs_each + 1, vertex);
            leaves_.push(leaf);
        }
    }

    // The first two arcs found to cross, by the vertices at which they begin.
    Finding find() noexcept {
        found_ = {};
        if (!make_boxes()) {
            return {Fault::memory};
        }
        for (std::size_t level = 0; level < levels_; ++level) {
            const std::size_t size = start_[level + 1] - start_[level];
            for (std::size_t i = 0; i + 1 < size && !is_done(); i += 2) {
                compare_boxes(level, i, i + 1);
            }
        }
        return found_;
    }

    bool is_stopped() const noexcept { return is_stopped_; }

  private:
    bool failed() const noexcept { return leaves_.failed() || rings_.failed() || boxes_.failed(); }

    static constexpr std::size_t arcs_each = 8;

    // Arcs that follow one another; at the end of a ring some have no length.
    struct Leaf {
        Vector at[arcs_each + 1];
    };

    struct Ring {
        std::size_t part, leaf, size; // the first leaf, and how many vertices
    };

    struct ArcNumber {
        std::size_t leaf, part;
    };

    Vector begin_of(ArcNumber arc) const noexcept { return leaves_[arc.leaf].at[arc.part]; }
    Vector end_of(ArcNumber arc) const noexcept { return leaves_[arc.leaf].at[arc.part + 1]; }

    // What follows the vertices that the last leaf of a ring has.
    void fill(Vector vertex) noexcept {
        const std::size_t size = rings_.back().size;
        for (std::size_t i = (size + arcs_each - 1) % arcs_each + 1; size > 0 && i <= arcs_each;
             ++i) {
            leaves_.back().at[i] = vertex;
        }
    }

    // Level by level, the leaves first, whose arcs are compared. False if there is no memory.
    bool make_boxes() noexcept {
        boxes_.clear();
        levels_ = 0;
        start_[0] = 0;
        if (failed() || !boxes_.reserve(2 * leaves_.size() + 64)) {
            return false;
        }
        for (std::size_t leaf = 0; leaf < leaves_.size(); ++leaf) {
            boxes_.push(look_within(leaf));
        }
        start_[++levels_] = boxes_.size();
        while (start_[levels_] - start_[levels_ - 1] > 1) {
            for (std::size_t i = start_[levels_ - 1]; i < start_[levels_]; i += 2) {
                Box box = boxes_[i];
                if (i + 1 < start_[levels_]) {
                    box.hold(boxes_[i + 1]);
                }
                boxes_.push(box);
            }
            start_[++levels_] = boxes_.size();
        }
        return true;
    }

    // Compares a leaf's arcs that don't follow one another, and gives its box.
    Box look_within(std::size_t leaf) noexcept {
        const Vector *at = leaves_[leaf].at;
        Box boxes[arcs_each];
        for (std::size_t i = 0; i < arcs_each; ++i) {
            boxes[i] = box_of(at[i], at[i + 1]);
        }
        Box whole = boxes[0];
        for (std::size_t i = 1; i < arcs_each; ++i) {
            whole.hold(boxes[i]);
            for (std::size_t j = 0; j + 1 < i; ++j) {
                if (boxes[j].meets(boxes[i])) {
                    compare({leaf, j}, {leaf, i});
                }
            }
        }
        return whole;
    }

    bool is_done() const noexcept { return found_.fault != Fault::none || is_stopped_; }

    // Two boxes of a level.
    void compare_boxes(std::size_t level, std::size_t i, std::size_t j) noexcept {
        const Box &first = boxes_[start_[level] + i];
        const Box &second = boxes_[start_[level] + j];
        if (!first.meets(second) || is_done()) {
            return;
        }
        if (++steps_ % steps_between_interrupts == 0) {
            is_stopped_ = interrupt_();
        }
        if (level == 0) {
            compare_leaves(i, first, j, second);
            return;
        }
        const std::size_t below = start_[level] - start_[level - 1];
        for (std::size_t a = 2 * i; a < std::min(2 * i + 2, below); ++a) {
            for (std::size_t b = 2 * j; b < std::min(2 * j + 2, below); ++b) {
                compare_boxes(level - 1, a, b);
            }
        }
    }

    void compare_leaves(std::size_t i, const Box &first, std::size_t j,
                        const Box &second) noexcept {
        for (std::size_t a = 0; a < arcs_each; ++a) {
            const Box box = box_of(begin_of({i, a}), end_of({i, a}));
            for (std::size_t b = 0; box.meets(second) && b < arcs_each; ++b) {
                const Box other = box_of(begin_of({j, b}), end_of({j, b}));
                if (other.meets(first) && other.meets(box)) {
                    compare({i, a}, {j, b});
                }
            }
        }
    }

    void compare(ArcNumber first, ArcNumber second) noexcept {
        if (found_.fault == Fault::none && cross(first, second)) {
            found_ = {Fault::crossing, vertex_of(first), part_of(first), vertex_of(second),
                      part_of(second)};
        }
    }

    bool cross(ArcNumber first, ArcNumber second) const noexcept {
        const Vector a = begin_of(first);
        const Vector b = end_of(first);
        const Vector c = begin_of(second);
        const Vector d = end_of(second);
        if (a == b || c == d) {
            return false;
        }
        if (b == d) {
            const Vector next = following(first);
            return side_of_path(a, b, next, c) * side_of_path(a, b, next, following(second)) < 0;
        }
        if (a == c || a == d || b == c) { // other arcs end there
            return false;
        }
        const int of_c = orientation(a, b, c);
        const int of_d = orientation(a, b, d);
        if (of_c * of_d > 0) {
            return false;
        }
        const int of_a = orientation(c, d, a);
        const int of_b = orientation(c, d, b);
        if (of_c * of_d < 0 && of_a * of_b < 0) {
            return of_a == of_d; // else one meets the other's antipodes
        }
        return (of_d == 0 && of_c * orientation(a, b, following(second)) < 0 && holds(a, b, d)) ||
               (of_b == 0 && of_a * orientation(c, d, following(first)) < 0 && holds(c, d, b));
    }

    // Whether a point on the great circle of an arc lies between its ends.
    static bool holds(Vector a, Vector b, Vector point) noexcept {
        const double length = dot(b - a, b - a);
        return dot(point - a, point - a) < length && dot(point - b, point - b) < length;
    }

    // The vertex after the end of an arc, and after those equal to it.
    Vector following(ArcNumber arc) const noexcept {
        const Vector end = end_of(arc);
        const std::size_t ring = ring_of(arc.leaf);
        const std::size_t beyond =
            ring + 1 < rings_.size() ? rings_[ring + 1].leaf : leaves_.size();
        Vector next = end;
        while (next == end) {
            arc.leaf += arc.part + 1 == arcs_each;
            arc.part = (arc.part + 1) % arcs_each;
            arc.leaf = arc.leaf == beyond ? rings_[ring].leaf : arc.leaf;
            next = end_of(arc);
        }
        return next;
    }

    std::size_t ring_of(std::size_t leaf) const noexcept {
        const auto after =
            std::upper_bound(rings_.begin(), rings_.end(), leaf,
                             [](std::size_t value, Ring ring) { return value < ring.leaf; });
        return static_cast<std::size_t>(after - rings_.begin()) - 1;
    }

    std::size_t part_of(ArcNumber arc) const noexcept { return rings_[ring_of(arc.leaf)].part; }

    std::size_t vertex_of(ArcNumber arc) const noexcept {
        return (arc.leaf - rings_[ring_of(arc.leaf)].leaf) * arcs_each + arc.part;
    }

    Interrupt interrupt_;
    bool is_stopped_ = false;
    std::size_t steps_ = 0;
    Buffer<Leaf> leaves_;
    Buffer<Ring> rings_;
    Buffer<Box> boxes_;
    std::size_t start_[66] = {}; // of each level, and the end
    std::size_t levels_ = 0;
    Finding found_;
};

} // namespace mortie
