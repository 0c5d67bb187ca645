// Where, on the way along an arc, its place on the map comes to a line of `rising` or `falling`.
//
// Between two points at which place and velocity are known, each coordinate is nearly a polynomial
// of degree 3 in the angle (Hermite's). What that lacks is greatest half-way, where it is compared
// with the very place: an arc is halved until it lacks no more than `course_error` there.
#pragma once

#include <cmath>
#include <cstddef>

#include "regions/arcs.hpp"
#include "regions/motion.hpp"
#include "regions/sphere.hpp"

namespace mortie {

inline constexpr double course_error = 0x1p-43; // widths of a base cell

// A part of an arc in one zone, in which `rising` and `falling` go one way each.
struct Piece {
    Arc arc;
    double begin, end; // angles; 0 for a short arc, if its recorder wants none
    Zone zone;
    Place from, to;
};

class Course {
  public:
    // The piece must last as long as its course.
    explicit Course(const Piece &piece) noexcept
        : piece_(piece), from_(node(piece.begin, piece.from)) {
        ahead_[0] = node(piece.end, piece.to);
        halve();
    }

    // The angle at which a coordinate comes to a line. Lines are asked for as the piece meets them.
    double crossing(double Place::*coordinate, double line) noexcept {
        const bool grows = piece_.from.*coordinate < piece_.to.*coordinate;
        while (count_ > 1 && (ahead_[count_ - 1].place.*coordinate < line) == grows) {
            from_ = ahead_[--count_];
            halve();
        }
        const double part = solve(coordinate == &Place::rising ? rising_ : falling_, line);
        return from_.angle + part * (ahead_[count_ - 1].angle - from_.angle);
    }

  private:
    struct Node {
        double angle;
        Place place, velocity; // for each radian
    };

    // a + b u + c u**2 + d u**3, for u in 0 to 1
    struct Cubic {
        double a, b, c, d;

        double at(double u) const noexcept { return a + u * (b + u * (c + u * d)); }
        double slope(double u) const noexcept { return b + u * (2 * c + u * (3 * d)); }
    };

    Node node(double angle, Place place) const noexcept {
        const Vector at = piece_.arc.at(angle);
        return {angle, place, velocity_in(piece_.zone, place, at, piece_.arc.direction(angle))};
    }

    static Cubic cubic(double from, double to, double speed_from, double speed_to) noexcept {
        const double along = to - from;
        if (!std::isfinite(speed_from) || !std::isfinite(speed_to)) { // at a pole
            return {from, along, 0, 0};
        }
        return {from, speed_from, 3 * along - 2 * speed_from - speed_to,
                speed_from + speed_to - 2 * along};
    }

    // Halves the way to the next node until polynomials will do.
    void halve() noexcept {
        for (;;) {
            const Node &to = ahead_[count_ - 1];
            const double length = to.angle - from_.angle;
            rising_ = cubic(from_.place.rising, to.place.rising, length * from_.velocity.rising,
                            length * to.velocity.rising);
            falling_ = cubic(from_.place.falling, to.place.falling, length * from_.velocity.falling,
                             length * to.velocity.falling);
            if (count_ == most_nodes || !(length > 1e-15)) {
                return;
            }
            const double middle = from_.angle + 0.5 * length;
            Place place = place_in(piece_.zone, piece_.arc.at(middle));
            if (piece_.zone.cap == 0) {
                place = unwrap(piece_.from, place);
            }
            if (std::fabs(rising_.at(0.5) - place.rising) <= course_error &&
                std::fabs(falling_.at(0.5) - place.falling) <= course_error) {
                return;
            }
            ahead_[count_++] = node(middle, place);
        }
    }

    // Where a polynomial that goes one way has a value: by Newton's method between bounds.
    static double solve(const Cubic &cubic, double value) noexcept {
        const double first = cubic.at(0) - value;
        const double last = cubic.at(1) - value;
        if (first == 0 || (first < 0) == (last < 0)) { // within rounding
            return std::fabs(first) <= std::fabs(last) ? 0 : 1;
        }
        double low = 0;
        double high = 1;
        double u = first / (first - last);
        for (int i = 0; i < 60; ++i) {
            const double off = cubic.at(u) - value;
            ((off < 0) == (first < 0) ? low : high) = u;
            double next = u - off / cubic.slope(u);
            next = low <= next && next <= high ? next : 0.5 * (low + high);
            const double step = next - u;
            u = next;
            if (std::fabs(step) < 1e-9) { // so the next one would be less than rounding
                break;
            }
        }
        return u;
    }

    static constexpr std::size_t most_nodes = 52;
    const Piece &piece_;
    Node from_;
    Node ahead_[most_nodes]; // the next one last
    std::size_t count_ = 1;
    Cubic rising_, falling_;
};

} // namespace mortie
