// The points of a cell's outline whose sides are cut into equal parts.
#pragma once

#include <cstdint>

#include "index/healpix.hpp"

namespace mortie {

// So that at order 18 all coordinates below, times 360, are whole numbers that doubles hold.
inline constexpr std::int64_t max_step = std::int64_t{1} << 24;

// Where the point at a place in 0 to 4 * `parts` - 1 stands, x and y in units of a part; places
// count from the northern corner over the western, the southern and the eastern one.
static constexpr Pixel outline_point(Pixel pixel, std::int64_t parts, std::int64_t place) noexcept {
    const std::int64_t side = place / parts;
    const std::int64_t along = place % parts;
    const std::int64_t x[] = {parts - along, 0, along, parts};
    const std::int64_t y[] = {parts, parts - along, 0, along};
    return {pixel.x * parts + x[side], pixel.y * parts + y[side], pixel.face};
}

static_assert(outline_point({0, 0, 0}, 1, 0).x == 1 && outline_point({0, 0, 0}, 1, 0).y == 1);
static_assert(outline_point({0, 0, 0}, 1, 1).x == 0 && outline_point({0, 0, 0}, 1, 3).x == 1);

} // namespace mortie
