// The pixels around a pixel, one element at a time.
//
// Two pixels of a base cell are neighbours if x and y differ by at most one. Beyond the edge of a
// base cell lies another one, as in the drawing of healpix.hpp, and nothing beyond those corners
// where only three base cells meet.
#pragma once

#include <algorithm>
#include <cstdint>

#include "index/healpix.hpp"

namespace mortie {

inline constexpr std::size_t neighbour_count = 8;

// From the south-west clockwise.
inline constexpr std::int64_t neighbour_x[] = {-1, -1, 0, 1, 1, 1, 0, -1};
inline constexpr std::int64_t neighbour_y[] = {0, 1, 1, 1, 0, -1, -1, -1};

inline constexpr Pixel no_pixel = {0, 0, -1};

// The base cell beyond an edge or a corner: its row, and how many columns further east it is.
struct Beyond {
    int row, east;
};

inline constexpr Beyond nothing = {-1, 0};

// By the row of the base cell, and by where x and y leave it: below 0, not at all, above.
inline constexpr Beyond beyond[3][3][3] = {
    {{{2, 0}, {1, 0}, nothing}, {{1, 1}, {0, 0}, {0, -1}}, {nothing, {0, 1}, {0, 2}}},
    {{nothing, {2, -1}, {1, -1}}, {{2, 0}, {1, 0}, {0, -1}}, {{1, 1}, {0, 0}, nothing}},
    {{{2, 2}, {2, -1}, nothing}, {{2, 1}, {2, 0}, {1, 0}}, {nothing, {1, 1}, {0, 0}}},
};

// The pixel `dx` columns and `dy` rows further, each by at most one; no_pixel where none is.
static constexpr Pixel neighbour(std::int64_t order, Pixel pixel, std::int64_t dx,
                                 std::int64_t dy) noexcept {
    const std::int64_t last = (std::int64_t{1} << order) - 1;
    const std::int64_t x = pixel.x + dx;
    const std::int64_t y = pixel.y + dy;
    const auto side = [last](std::int64_t line) { return line < 0 ? 0 : line > last ? 2 : 1; };
    const std::int64_t row = pixel.face / 4;
    const auto [next_row, east] = beyond[row][side(x)][side(y)];
    if (next_row < 0) {
        return no_pixel;
    }
    const std::int64_t face = 4 * next_row + ((pixel.face + east) & 3);
    // Base cells of one polar row meet at the meridians between them, where one's x is the other's
    // y, and both count from or to the pole.
    if (next_row == row && row != 1 && (x != (x & last) || y != (y & last))) {
        return {std::clamp(y, std::int64_t{0}, last), std::clamp(x, std::int64_t{0}, last), face};
    }
    return {x & last, y & last, face};
}

static_assert(neighbour(0, {0, 0, 4}, 1, 1).face == -1);
static_assert(neighbour(1, {1, 1, 3}, 1, 0).face == 0 && neighbour(1, {1, 1, 3}, 1, 0).y == 1);

} // namespace mortie
