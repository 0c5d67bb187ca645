// Where, on the way along an arc of a great circle, its place on the map comes to a line of
// `rising` or `falling`.
//
// Between two points at which place and velocity are known, each coordinate is nearly a polynomial
// of degree 3 in the angle (Hermite's). It lacks 1/384 of the fourth derivative at most, times the
// length to the fourth: an arc is halved until that is no more than `course_error`.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "regions/arcs.hpp"
#include "regions/motion.hpp"
#include "regions/sphere.hpp"

namespace mortie {

inline constexpr double course_error = 0x1p-40; // widths of a base cell

// A part of an arc in one zone, in which `rising` and `falling` go one way each.
struct Piece {
    Arc arc;
    double begin, end; // angles; 0 for a short arc, if its recorder wants none
    Zone zone;
    Place from, to;
};

class Course {
  public:
    // The piece must last as long as its course. It begins on the first part of the way.
    explicit Course(const Piece &piece) noexcept
        : piece_(piece), from_(node(piece.begin, piece.from)) {
        ahead_[0] = node(piece.end, piece.to);
        halve();
    }

    // Where on this part of the way, in 0-1, a coordinate comes to a line that lies ahead; HUGE_VAL
    // if it does not do so there.
    double crossing(double Place::*coordinate, double line) const noexcept {
        const Cubic &cubic = coordinate == &Place::rising ? rising_ : falling_;
        const bool is_beyond = (ahead_[count_ - 1].place.*coordinate < line) == (cubic.along > 0);
        return is_beyond && count_ > 1 ? HUGE_VAL : solve(cubic, line);
    }

    // A coordinate at a point of this part.
    double at(double Place::*coordinate, double part) const noexcept {
        return (coordinate == &Place::rising ? rising_ : falling_).at(part);
    }

    double angle(double part) const noexcept {
        return from_.angle + part * (ahead_[count_ - 1].angle - from_.angle);
    }

    // Goes on to the next part, if there is one.
    void go_on() noexcept {
        if (count_ > 1) {
            from_ = ahead_[--count_];
            halve();
        }
    }

  private:
    struct Node {
        double angle;
        double radius;         // the distance from the axis
        Place place, velocity; // for each radian
    };

    // a + b u + c u**2 + d u**3 for u in 0-1, whose end lies `along` from its beginning.
    struct Cubic {
        double a, b, c, d, along, per_along;

        Cubic() = default;
        Cubic(double from, double to, double speed_from, double speed_to) noexcept
            : a(from), b(speed_from), c(3 * (to - from) - 2 * speed_from - speed_to),
              d(speed_from + speed_to - 2 * (to - from)), along(to - from), per_along(1 / along) {}

        // Not at a pole, where no longitude has a velocity: next to it a chord must do.
        bool is_finite() const noexcept { return std::isfinite(c); }
        void mend() noexcept {
            if (!is_finite()) {
                b = along;
                c = d = 0;
            }
        }

        double at(double u) const noexcept { return a + u * (b + u * (c + u * d)); }
        double slope(double u) const noexcept { return b + u * (2 * c + u * (3 * d)); }
    };

    Node node(double angle, Place place) const noexcept {
        const auto [at, direction] = piece_.arc.heading(angle);
        return {angle, std::sqrt(at.x * at.x + at.y * at.y), place,
                velocity_in(piece_.zone, place, at, direction)};
    }

    // What polynomials lack between two nodes, at most.
    //
    // In the strip dt = 2/pi n_z g, with g = 1 / (1 - z**2) <= 1.8. With dz**2 <= 1 - z**2 and
    // |z dz| <= 1/2, the fourth derivative of t, 2/pi n_z z dz (-8 g**2 + 24 (dz**2 - z**2) g**3 +
    // 48 z**2 dz**2 g**4), is less than 93, and that of 3/4 z less than 1.
    //
    // In a cap let r be the least distance from the axis, and v = |n_z| / r <= 1. The same formulas
    // give derivatives of the longitude of at most v / r, 2 v / r**2, 10 v / r**3, 80 v / r**4. Of
    // sigma, 1.22 r <= sigma <= 1.35 r, the first is at most 1.23, and the second is exactly
    // 9/4 n_z**2 / sigma**3 - sigma / 4, of which the third and fourth follow. All in all the
    // fourth derivative of t sigma is less than 1/16 + 140 v / r**3.
    double lack(const Node &from, const Node &to) const noexcept {
        const double length = to.angle - from.angle;
        const double squared = length * length;
        double bend = 94;
        if (piece_.zone.cap != 0) {
            const double turn = std::fabs(piece_.arc.normal.z);
            const double r = std::max(turn, std::min(from.radius, to.radius) - 0.5 * length);
            bend = 1.0 / 16 + (turn > 0 ? 140 * turn / (r * r * r * r) : 0);
        }
        return bend / 384 * squared * squared;
    }

    // Halves the way to the next node until polynomials will do.
    void halve() noexcept {
        for (;;) {
            const Node &to = ahead_[count_ - 1];
            const double length = to.angle - from_.angle;
            rising_ = {from_.place.rising, to.place.rising, length * from_.velocity.rising,
                       length * to.velocity.rising};
            falling_ = {from_.place.falling, to.place.falling, length * from_.velocity.falling,
                        length * to.velocity.falling};
            const bool good =
                lack(from_, to) <= course_error && rising_.is_finite() && falling_.is_finite();
            if (good || count_ == most_nodes || !(length > 1e-15)) {
                rising_.mend();
                falling_.mend();
                return;
            }
            const double middle = from_.angle + 0.5 * length;
            Place place = place_in(piece_.zone, piece_.arc.at(middle));
            if (piece_.zone.cap == 0) {
                place = unwrap(piece_.from, place);
            }
            ahead_[count_++] = node(middle, place);
        }
    }

    // Where a polynomial that goes one way has a value: by Newton's method between bounds. The
    // first guess takes the chord, and what the polynomial differs from it there.
    static double solve(const Cubic &cubic, double value) noexcept {
        const double share = (value - cubic.a) * cubic.per_along;
        if (!(share > 0 && share < 1)) { // within rounding
            return share >= 1 ? 1 : 0;
        }
        double low = 0;
        double high = 1;
        double u =
            share + share * (1 - share) * (cubic.c + cubic.d * (1 + share)) * cubic.per_along;
        u = std::clamp(u, low, high);
        const double bend = std::fabs(cubic.c) + 3 * std::fabs(cubic.d);
        for (int i = 0; i < 60; ++i) {
            const double off = cubic.at(u) - value;
            const double slope = cubic.slope(u);
            ((off < 0) == (cubic.along > 0) ? low : high) = u;
            double next = u - off / slope;
            next = low <= next && next <= high ? next : 0.5 * (low + high);
            const double step = next - u;
            u = next;
            if (step * step * bend < 1e-17 * std::fabs(slope)) { // what the next step would be
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
