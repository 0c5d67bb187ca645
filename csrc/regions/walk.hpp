// From cell to cell along the arcs of a ring or a line.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "regions/arcs.hpp"
#include "regions/course.hpp"
#include "regions/grid.hpp"
#include "regions/motion.hpp"
#include "regions/sphere.hpp"
#include "regions/squares.hpp"

namespace mortie {

[[maybe_unused]] static void sort_few(double *values, std::size_t count) noexcept {
    for (std::size_t i = 1; i < count; ++i) {
        for (std::size_t j = i; j > 0 && values[j] < values[j - 1]; --j) {
            std::swap(values[j], values[j - 1]);
        }
    }
}

// Walks along arcs, from cell to cell across edges, and reports to a recorder:
//
//     begin(pixel)                 a chain of cells begins
//     pass(touched)                a piece has passed the cell, or has, within rounding, only
//                                  touched its border
//     cross(out, pixel, in)        the chain leaves the cell by an edge, for the next, by an edge
//     end()                        the chain ends
//     touch(pixel)                 this one, which the chain may not hold, is met within rounding
//     touch_corner(pixel, corner)  the same, at a corner
//     broken()                     two pieces do not meet; this never happens
//
// A recorder with `wants_angles` also gets at(angle), where on the arc that happens which follows.
template <typename Recorder> class Walk {
  public:
    Walk(std::int64_t order, Recorder &recorder) noexcept : grid_(order), recorder_(recorder) {}

    const Grid &grid() const noexcept { return grid_; }

    void point(const Vertex &vertex) noexcept {
        const Square square = square_of(grid_, vertex.zone, vertex.place);
        begin(grid_.pixel(square));
        recorder_.pass(touch_sides(square, vertex.place) != 0);
        recorder_.end();
    }

    // The arc of a great circle between two vertices that differ and are not antipodal.
    void arc(const Vertex &a, const Vertex &b) noexcept {
        const Square square = square_of(grid_, a.zone, a.place);
        begin(grid_.pixel(square));
        if (stays_in(grid_, square, a, b)) {
            recorder_.pass(false);
            if constexpr (Recorder::wants_angles) {
                recorder_.at(length_of(a.at, b.at));
            }
            recorder_.end();
            return;
        }
        const Vector normal = great_circle(a, b);
        if (!short_arc(a, b, normal)) {
            const Vector second = cross(normal, a.at);
            const double length = length_of(a.at, b.at);
            cut({normal, a.at, second, 0, 1, length});
        }
        connect(grid_.pixel(square_of(grid_, b.zone, b.place)));
        recorder_.end();
    }

    // The whole circle at a distance of more than 0 and at most 90 degrees from a point.
    void circle(Vector centre, double radius) noexcept {
        const Vector far = std::fabs(centre.z) < 0.5 ? Vector{0, 0, 1} : Vector{1, 0, 0};
        const Vector across = cross(centre, far);
        const Vector first = 1 / norm(across) * across;
        const Arc whole = {centre,           first, cross(centre, first), std::cos(radius),
                           std::sin(radius), two_pi};
        const Pixel start = pixel_of(whole.at(0));
        begin(start);
        cut(whole);
        connect(start);
        recorder_.end();
    }

  private:
    void begin(Pixel pixel) noexcept {
        at_ = pixel;
        recorder_.begin(pixel);
    }

    void step(int out, Pixel next, int in) noexcept {
        recorder_.cross(out, next, in);
        at_ = next;
    }

    // To a cell that is the same, or the next, or meets it at a corner: pieces may end on different
    // sides of an edge by rounding.
    void connect(Pixel next) noexcept {
        if (at_ == next || connect_neighbour(next)) {
            return;
        }
        // Of the two ways around a corner that one which the way back takes as well: else rounding
        // at a pole, from which all other corners are counted, might lead around it.
        int first = -1;
        int second = -1;
        PixelSide through = {};
        PixelSide last = {};
        for (int edge = 0; edge < 4; ++edge) {
            const PixelSide between = grid_.across(at_, edge);
            for (int further = 0; further < 4; ++further) {
                const PixelSide beyond = grid_.across(between.pixel, further);
                const bool is_less = pixel2nest(grid_.order(), between.pixel) <
                                     pixel2nest(grid_.order(), through.pixel);
                if (beyond.pixel == next && (first < 0 || is_less)) {
                    first = edge;
                    second = further;
                    through = between;
                    last = beyond;
                }
            }
        }
        if (first >= 0) {
            step(first, through.pixel, through.side);
            step(second, next, last.side);
            return;
        }
        recorder_.broken();
    }

    bool connect_neighbour(Pixel next) noexcept {
        for (int edge = 0; edge < 4; ++edge) {
            const PixelSide neighbour = grid_.across(at_, edge);
            if (neighbour.pixel == next) {
                step(edge, next, neighbour.side);
                return true;
            }
        }
        return false;
    }

    Pixel pixel_of(Vector at) const noexcept {
        const Zone zone = zone_of(at);
        return grid_.pixel(square_of(grid_, zone, place_in(zone, at)));
    }

    bool short_arc(const Vertex &a, const Vertex &b, Vector normal) noexcept {
        if (!(a.zone == b.zone)) {
            return false;
        }
        const Vector sum = a.at + b.at;
        const double sum_length = norm(sum);
        const double reach = norm(a.at - b.at) / sum_length; // at least half of the arc's length
        if (!(reach < 0.5)) {
            return false;
        }
        const Vector middle = 1 / sum_length * sum;
        const Vector direction = cross(normal, middle);
        Place to = b.place;
        if (a.zone.cap == 0) {
            // Climbing or sinking all the way, the arc stays between its ends.
            const double climb_a = normal.x * a.at.y - normal.y * a.at.x;
            const double climb_b = normal.x * b.at.y - normal.y * b.at.x;
            if ((climb_a < 0) != (climb_b < 0) && std::fabs(middle.z) + reach > two_thirds) {
                return false;
            }
            if (!motion_in_strip(middle, direction, 0).goes_one_way(reach)) {
                return false;
            }
            to = unwrap(a.place, to);
        } else {
            // A cap's quarter is convex, and holds the whole arc. Where the middle lies in it is
            // not known, only between which longitudes: both must do.
            const Motion motion_a = motion_in_cap(a.zone, part_of_quarter(a.zone, a.place), middle,
                                                  direction, 0, reach);
            const Motion motion_b = motion_in_cap(b.zone, part_of_quarter(b.zone, b.place), middle,
                                                  direction, 0, reach);
            if (!motion_a.goes_one_way(reach) || !motion_b.goes_one_way(reach) ||
                (motion_a.rising.speed < 0) != (motion_b.rising.speed < 0) ||
                (motion_a.falling.speed < 0) != (motion_b.falling.speed < 0)) {
                return false;
            }
        }
        double length = 0;
        if constexpr (Recorder::wants_angles) {
            length = length_of(a.at, b.at);
        }
        const Arc arc = {normal, a.at, cross(normal, a.at), 0, 1, length};
        stairs({arc, 0, length, a.zone, a.place, to});
        return true;
    }

    // Cuts an arc into pieces, and walks along these.
    void cut(const Arc &arc) noexcept {
        double angles[12] = {0, arc.length};
        std::size_t count = 2;
        // Where height * n + radius * (cos(angle) * first + sin(angle) * second) is `value`.
        const auto add = [&](double n, double first, double second, double value) {
            const double phase = std::atan2(second, first);
            const double cosine = (value - arc.height * n) /
                                  (arc.radius * std::sqrt(first * first + second * second));
            if (!(std::fabs(cosine) <= 1)) {
                return;
            }
            const double away = std::acos(cosine);
            for (const double angle : {phase - away, phase + away}) {
                const double turned = angle < 0        ? angle + two_pi
                                      : angle > two_pi ? angle - two_pi
                                                       : angle;
                if (turned < arc.length) {
                    angles[count++] = turned;
                }
            }
        };
        add(arc.normal.z, arc.first.z, arc.second.z, two_thirds);
        add(arc.normal.z, arc.first.z, arc.second.z, -two_thirds);
        add(arc.normal.x, arc.first.x, arc.second.x, 0);
        add(arc.normal.y, arc.first.y, arc.second.y, 0);
        sort_few(angles, count);
        // What is shorter than the cuts' rounding may lie elsewhere than its middle: it is left
        // out.
        const double least = arc.length > 1e-14 ? 4e-15 : 0;
        for (std::size_t i = 1; i < count; ++i) {
            const double length = angles[i] - angles[i - 1];
            if (length > least) {
                const Zone zone = zone_of(arc.at(angles[i - 1] + 0.5 * length));
                refine(arc, zone, angles[i - 1], angles[i]);
            }
        }
    }

    // A part of an arc that lies in one zone; it is halved until each half goes one way.
    void refine(const Arc &arc, Zone zone, double begin, double end) noexcept {
        const double half = 0.5 * (end - begin);
        const double angle = begin + half;
        const double reach = half * arc.radius;
        const auto [middle, direction] = arc.heading(angle);
        const double curvature = arc.height / arc.radius;
        const Place place = place_in(zone, middle);
        const Motion motion = zone.cap == 0 ? motion_in_strip(middle, direction, curvature)
                                            : motion_in_cap(zone, part_of_quarter(zone, place),
                                                            middle, direction, curvature, reach);
        if (!motion.goes_one_way(reach) && reach > 1e-16 && begin < angle && angle < end) {
            refine(arc, zone, begin, angle);
            refine(arc, zone, angle, end);
            return;
        }
        Place from = place_in(zone, arc.at(begin));
        Place to = place_in(zone, arc.at(end));
        if (zone.cap == 0) {
            from = unwrap(place, from);
            to = unwrap(place, to);
        }
        stairs({arc, begin, end, zone, from, to});
    }

    // A corner of the cell `square`, that lies `rising` and `falling` steps on, as it counts them.
    static int corner_of(bool rising, bool falling) noexcept {
        return rising ? (falling ? east_corner : north_corner)
                      : (falling ? south_corner : west_corner);
    }

    // How a place lies in its cell: on the lower or upper side, within rounding, of rising (1, 2)
    // and of falling (4, 8).
    int sides_of(Square square, Place place) const noexcept {
        const auto nside = static_cast<double>(grid_.nside());
        const double rounding = place_error * nside;
        const double rising = place.rising * nside - static_cast<double>(square.rising);
        const double falling = place.falling * nside - static_cast<double>(square.falling);
        return (rising <= rounding ? 1 : 0) | (rising >= 1 - rounding ? 2 : 0) |
               (falling <= rounding ? 4 : 0) | (falling >= 1 - rounding ? 8 : 0);
    }

    // Touches the cells that meet the one that we are in at a place on its border.
    int touch_sides(Square square, Place place) noexcept {
        const int sides = sides_of(square, place);
        if (sides != 0) {
            const bool rising = (sides & 3) != 0;
            const bool falling = (sides & 12) != 0;
            if (rising && falling) {
                touch_around(at_, corner_of((sides & 2) != 0, (sides & 8) != 0));
            } else {
                const int edge = rising ? ((sides & 2) != 0 ? north_east : south_west)
                                        : ((sides & 8) != 0 ? south_east : north_west);
                recorder_.touch(grid_.across(at_, edge).pixel);
            }
        }
        return sides;
    }

    void touch_around(Pixel pixel, int corner) noexcept {
        PixelSide side = {pixel, corner};
        do {
            recorder_.touch_corner(side.pixel, side.side);
            side = grid_.around(side.pixel, side.side);
        } while (!(side.pixel == pixel));
    }

    // Walks along a piece, like up a flight of stairs.
    void stairs(const Piece &piece) noexcept {
        if constexpr (Recorder::wants_angles) {
            timed_stairs(piece);
            return;
        }
        Square square = square_of(grid_, piece.zone, piece.from);
        const Square end = square_of(grid_, piece.zone, piece.to);
        connect(grid_.pixel(square));
        // Which way it goes: on to the next cell, and within a cell.
        const std::int64_t rising = square.rising != end.rising
                                        ? (square.rising < end.rising ? 1 : -1)
                                        : (piece.from.rising <= piece.to.rising ? 1 : -1);
        const std::int64_t falling = square.falling != end.falling
                                         ? (square.falling < end.falling ? 1 : -1)
                                         : (piece.from.falling <= piece.to.falling ? 1 : -1);
        const bool up = rising > 0;
        const bool down = falling > 0;
        const int behind = (up ? 1 : 2) | (down ? 4 : 8); // as sides_of gives them
        const int ahead = 15 - behind;

        const int from_sides = touch_sides(square, piece.from);
        const int to_sides = sides_of(end, piece.to);
        // Whether the piece follows, within rounding, the side behind of rising and of falling.
        bool along_rising = (from_sides & behind & 3) != 0;
        bool along_falling = (from_sides & behind & 12) != 0;
        bool touched = (from_sides & ahead) != 0;
        const auto near = [&](Square corner) {
            return std::fabs(piece.arc.side(grid_.corner(square, corner))) <= corner_error;
        };
        while (!(square == end)) {
            const bool last_rising = square.rising == end.rising;
            const bool last_falling = square.falling == end.falling;
            const Square corner = {square.rising + up, square.falling + down};
            const double side = piece.arc.side(grid_.corner(square, corner));
            // In the last row and column the piece may end before the corner.
            const bool corner_met = std::fabs(side) <= corner_error &&
                                    (!last_rising || (to_sides & ahead & 3) != 0) &&
                                    (!last_falling || (to_sides & ahead & 12) != 0);
            bool falls =
                last_rising || (!last_falling && (side > 0) == (rising == falling) && side != 0);
            const Square next = next_square(square, rising, falling, falls);
            if (corner_met) {
                touch_around(at_, corner_of(up, down));
            }
            if (falls) {
                along_rising = along_rising && near({square.rising + !up, square.falling + down});
                if (along_rising) {
                    touch_around(at_, corner_of(!up, down));
                    touched = true;
                }
                along_falling = corner_met;
            } else {
                along_falling = along_falling && near({square.rising + up, square.falling + !down});
                if (along_falling) {
                    touch_around(at_, corner_of(up, !down));
                    touched = true;
                }
                along_rising = corner_met;
            }
            const int out =
                falls ? (down ? south_east : north_west) : (up ? north_east : south_west);
            recorder_.pass(touched);
            step(out, grid_.pixel(next), (out + 2) & 3);
            touched = corner_met;
            square = next;
        }
        touch_sides(end, piece.to);
        recorder_.pass(touched || (to_sides & behind) != 0);
    }

    // The square that follows on the stairs; around a corner of three base cells it lies the other
    // way.
    Square next_square(Square square, std::int64_t rising, std::int64_t falling,
                       bool &falls) const noexcept {
        const auto next = [=](bool by_falling) {
            return by_falling ? Square{square.rising, square.falling + falling}
                              : Square{square.rising + rising, square.falling};
        };
        falls = falls == grid_.is_cell(next(falls));
        return next(falls);
    }

    // Walks along a piece, like up a flight of stairs, and gives the time.
    void timed_stairs(const Piece &piece) noexcept {
        recorder_.at(piece.begin);
        Square square = square_of(grid_, piece.zone, piece.from);
        const Square end = square_of(grid_, piece.zone, piece.to);
        connect(grid_.pixel(square));
        const std::int64_t rising = square.rising < end.rising ? 1 : -1;
        const std::int64_t falling = square.falling < end.falling ? 1 : -1;
        const bool up = rising > 0;
        const bool down = falling > 0;
        const double width = 1 / static_cast<double>(grid_.nside());
        // Where a piece comes as near to a corner as this, the corner's side decides.
        constexpr double unsure = 8 * (course_error + place_error);
        Course course(piece);
        const auto line = [&](std::int64_t behind, bool grows) {
            return static_cast<double>(behind + grows) * width;
        };
        const auto find_rising = [&] {
            return square.rising == end.rising
                       ? HUGE_VAL
                       : course.crossing(&Place::rising, line(square.rising, up));
        };
        const auto find_falling = [&] {
            return square.falling == end.falling
                       ? HUGE_VAL
                       : course.crossing(&Place::falling, line(square.falling, down));
        };
        double rises_at = find_rising();
        double falls_at = find_falling();
        while (!(square == end)) {
            const double part = std::min(rises_at, falls_at);
            if (part == HUGE_VAL) {
                course.go_on();
                rises_at = find_rising();
                falls_at = find_falling();
                continue;
            }
            bool falls = falls_at < rises_at;
            if (square.rising != end.rising && square.falling != end.falling) {
                const double off =
                    falls ? course.at(&Place::rising, part) - line(square.rising, up)
                          : course.at(&Place::falling, part) - line(square.falling, down);
                if (!(std::fabs(off) > unsure)) {
                    const Square corner = {square.rising + up, square.falling + down};
                    const double side = piece.arc.side(grid_.corner(square, corner));
                    falls = (side > 0) == (rising == falling) && side != 0;
                }
            }
            const Square next = next_square(square, rising, falling, falls);
            recorder_.at(course.angle(std::min(falls ? falls_at : rises_at, 1.0)));
            const int out =
                falls ? (down ? south_east : north_west) : (up ? north_east : south_west);
            step(out, grid_.pixel(next), (out + 2) & 3);
            square = next;
            (falls ? falls_at : rises_at) = falls ? find_falling() : find_rising();
        }
        recorder_.at(piece.end);
    }

    Grid grid_;
    Recorder &recorder_;
    Pixel at_ = {};
};

} // namespace mortie
