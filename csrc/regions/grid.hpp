// The cells of one order as squares of a grid: their edges, corners and neighbours.
//
// Rotated by 45 degrees, the map of projection.hpp has lines along the edges of cells: `rising` and
// `falling` count them, along +- up, in widths of a cell. Within a base cell
//
//            north          rising grows to the north-east as x does,
//             /\            falling to the south-east as y shrinks.
//     west   /  \   east
//            \  /           Corners and edges count from the south on: corner c lies where edge c
//             \/            begins, and edge c leads to corner c + 1, the cell on its left.
//            south
//
// The map wraps around after 4 base cells, and has gaps between the base cells that touch a pole:
// there `across` joins the edges that are one and the same meridian.
#pragma once

#include <cmath>
#include <cstdint>

#include "index/healpix.hpp"
#include "regions/sphere.hpp"

namespace mortie {

// A corner of cells, or the cell of which it is the one to the west.
struct Square {
    std::int64_t rising, falling;
};

static constexpr bool operator==(Square a, Square b) noexcept {
    return a.rising == b.rising && a.falling == b.falling;
}

static constexpr bool operator==(Pixel a, Pixel b) noexcept {
    return a.x == b.x && a.y == b.y && a.face == b.face;
}

enum Corner { south_corner, east_corner, north_corner, west_corner };
enum Edge { south_east, north_east, north_west, south_west };

// A cell, and one of its corners or edges.
struct PixelSide {
    Pixel pixel;
    int side;
};

class Grid {
  public:
    explicit constexpr Grid(std::int64_t order) noexcept
        : order_(order), nside_(std::int64_t{1} << order), last_(nside_ - 1),
          width_(1 / static_cast<double>(nside_)) {}

    constexpr std::int64_t order() const noexcept { return order_; }
    constexpr std::int64_t nside() const noexcept { return nside_; }
    constexpr std::int64_t last() const noexcept { return last_; }

    // False for what lies in a gap of the map.
    constexpr bool is_cell(Square square) const noexcept {
        const std::int64_t row = (square.rising >> order_) - (square.falling >> order_);
        return -1 <= row && row <= 1;
    }

    constexpr Pixel pixel(Square square) const noexcept {
        const std::int64_t east = square.rising >> order_;
        const std::int64_t west = square.falling >> order_;
        const std::int64_t face = west == east  ? (west & 3) + 4
                                  : west < east ? west & 3
                                                : (east & 3) + 8;
        return {square.rising & last_, last_ - (square.falling & last_), face};
    }

    // The neighbour across an edge, and the edge by which that is entered.
    constexpr PixelSide across(Pixel pixel, int edge) const noexcept {
        const std::int64_t quarter = pixel.face & 3;
        const std::int64_t row = pixel.face >> 2;
        if (row == 0 && edge == north_east && pixel.x == last_) {
            return {{pixel.y, last_, (quarter + 1) & 3}, north_west};
        }
        if (row == 0 && edge == north_west && pixel.y == last_) {
            return {{last_, pixel.x, (quarter + 3) & 3}, north_east};
        }
        if (row == 2 && edge == south_east && pixel.y == 0) {
            return {{0, pixel.x, 8 + ((quarter + 1) & 3)}, south_west};
        }
        if (row == 2 && edge == south_west && pixel.x == 0) {
            return {{pixel.y, 0, 8 + ((quarter + 3) & 3)}, south_east};
        }
        Square square = {(quarter + (row == 0)) * nside_ + pixel.x,
                         (quarter + (row == 2)) * nside_ + last_ - pixel.y};
        square.rising += (edge == north_east) - (edge == south_west);
        square.falling += (edge == south_east) - (edge == north_west);
        return {this->pixel(square), (edge + 2) & 3};
    }

    // The next cell around a corner, counterclockwise, and which of its corners that is.
    constexpr PixelSide around(Pixel pixel, int corner) const noexcept {
        const PixelSide next = across(pixel, corner);
        return {next.pixel, (next.side + 1) & 3};
    }

    // A corner of a cell, within a unit in the last place: z is rational, and so is the longitude.
    Vector corner(Square cell, Square corner) const noexcept {
        const std::int64_t up = corner.rising - corner.falling;
        if (-nside_ <= up && up <= nside_) {
            const std::int64_t along = corner.rising + corner.falling - nside_;
            const double z = static_cast<double>(2 * up) / 3 * width_;
            const double t = static_cast<double>(along & (2 * nside_ - 1)) * (0.5 * width_);
            return place(t, z, std::sqrt((1 - z) * (1 + z)), along >> (order_ + 1));
        }
        // Distances from the meridians of the quarter, in widths of a cell.
        const bool north = up > 0;
        const std::int64_t quarter = (north ? cell.falling : cell.rising) >> order_;
        const std::int64_t of_west = north ? corner.falling : corner.rising;
        const std::int64_t of_east = north ? corner.rising : corner.falling;
        const std::int64_t west = of_west - quarter * nside_;
        const std::int64_t sum = west + (quarter + 2) * nside_ - of_east;
        const double sigma = static_cast<double>(sum) * width_;
        const double depth = sigma * sigma / 3; // 1 - |z|
        const double t = sum == 0 ? 0 : static_cast<double>(west) / static_cast<double>(sum);
        return place(t, north ? 1 - depth : depth - 1, std::sqrt(depth * (2 - depth)), quarter);
    }

  private:
    static Vector place(double t, double z, double radius, std::int64_t quarter) noexcept {
        const auto [sine, cosine] = sine_cosine_of_quarters(t);
        return turn({radius * cosine, radius * sine, z}, quarter);
    }

    std::int64_t order_, nside_, last_;
    double width_;
};

} // namespace mortie
