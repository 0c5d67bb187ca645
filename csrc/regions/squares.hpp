// In which cell a place lies, and which arcs stay in one cell.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "regions/arcs.hpp"
#include "regions/grid.hpp"
#include "regions/motion.hpp"
#include "regions/sphere.hpp"

namespace mortie {

// The cell of a place; rounding puts none out of its zone.
[[maybe_unused]] static Square square_of(const Grid &grid, Zone zone, Place place) noexcept {
    const auto nside = static_cast<double>(grid.nside());
    const auto floor = [](double value) { // which takes no call of the library
        const auto truncated = static_cast<std::int64_t>(value);
        return truncated - (value < static_cast<double>(truncated));
    };
    Square square = {floor(place.rising * nside), floor(place.falling * nside)};
    if (zone.cap != 0) {
        const std::int64_t west = zone.quarter * grid.nside();
        const std::int64_t east = west + grid.nside();
        std::int64_t &of_west = zone.cap > 0 ? square.falling : square.rising;
        std::int64_t &of_east = zone.cap > 0 ? square.rising : square.falling;
        of_west = std::clamp(of_west, west, west + grid.last());
        of_east = std::clamp(of_east, east, east + grid.last());
    } else if (!grid.is_cell(square)) { // at the corners of three base cells
        std::int64_t &ahead = square.rising > square.falling ? square.rising : square.falling;
        ahead -= (ahead & grid.last()) + 1;
    }
    return square;
}

// Whether an arc lies in the inside of a cell, as far as its ends show. On the map it leaves
// the straight line between them by an eighth of its length squared times the bound `bend` of
// motion.hpp, which is 2.03 in the strip. In a cap it is less than 0.77 + 1.23 / r, r the least
// distance from the axis. At the first end that is 0.745 sigma at least, for sigma**2 = 3 r**2
// / (1 + |z|), and for a chord of up to sigma / 5, by which r differs at most, more than sigma
// / 2 everywhere. The length squared is less than 1.01 of the chord's, so all in all the arc
// leaves the line by less than 0.42 / sigma times the chord squared.
[[maybe_unused]] static bool stays_in(const Grid &grid, Square square, const Vertex &a,
                                      const Vertex &b) noexcept {
    const double chord_squared = dot(a.at - b.at, a.at - b.at);
    const double sigma = a.zone.cap == 0 ? 1 : sigma_of(a.zone, a.place);
    if (!(a.zone == b.zone) || !(chord_squared <= 0.04 * sigma * sigma)) {
        return false;
    }
    const double highest = std::max(std::fabs(a.at.z), std::fabs(b.at.z));
    if (a.zone.cap == 0 && !(highest + chord_squared < two_thirds)) { // it may climb out
        return false;
    }
    const auto nside = static_cast<double>(grid.nside());
    const auto rising = static_cast<double>(square.rising);
    const auto falling = static_cast<double>(square.falling);
    const double places[] = {a.place.rising * nside - rising, b.place.rising * nside - rising,
                             a.place.falling * nside - falling, b.place.falling * nside - falling};
    double margin = 0.5;
    for (const double place : places) {
        margin = std::min(margin, std::min(place, 1 - place));
    }
    return 0.42 * chord_squared * nside < (margin - place_error * nside) * sigma;
}

} // namespace mortie
