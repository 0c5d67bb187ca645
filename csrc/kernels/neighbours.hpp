// From indices to those of the cells around them.
#pragma once

#include <bit>

#include "index/neighbours.hpp"
#include "kernels/kernels.hpp"
#include "kernels/loops.hpp"

namespace mortie {

// What x + 1 adds to an index whose x ends with i ones, and x - 1 takes from one whose x ends with
// i zeros: of the last i + 1 digits each that holds a bit of x changes it, 0...01...1 to 0...10...0
// and back. (For y it is twice that.)
inline constexpr auto carry = [] {
    Table<std::int64_t, max_order> table{};
    for (std::size_t i = 0; i < max_order; ++i) {
        table.entry[i] =
            static_cast<std::int64_t>(pow10.entry[i] - (ones.entry[i] - pow10.entry[i]));
    }
    return table;
}();

static void neighbours_one_by_one(Norm norm, Int64 *found) noexcept {
    const Pixel pixel = nest2pixel(norm.order, norm2nest(norm));
    for (std::size_t j = 0; j < neighbour_count; ++j) {
        const Pixel next = neighbour(norm.order, pixel, neighbour_x[j], neighbour_y[j]);
        found[j] = next.face < 0 ? 0 : encode(norm.order, address(next), next.face);
    }
}

// Inside a base cell no digits are read or written: a step changes the index by an entry of
// `carry`.
template <decltype(Kernels::mort2norm) mort2norm>
static std::size_t find_neighbours(std::size_t n, const Int64 *morton,
                                   Rows<Int64, neighbour_count> neighbours) noexcept {
    constexpr std::uint64_t of_x = 0x5555'5555'5555'5555;
    return by_block(n, [=](std::size_t begin, std::size_t count) {
        Int64 order[block_size];
        Int64 normed[block_size];
        Int64 parents[block_size];
        const std::size_t done = mort2norm(count, morton + begin, order, normed, parents);
        for (std::size_t i = 0; i < done; ++i) {
            Int64 *const found = neighbours[begin + i];
            const auto set = static_cast<std::uint64_t>(normed[i]);
            const std::uint64_t inside = (std::uint64_t{1} << 2 * order[i]) - 1;
            const std::uint64_t unset = ~set & inside;
            const std::uint64_t x_up = unset & of_x;
            const std::uint64_t x_down = set & of_x;
            const std::uint64_t y_up = unset & ~of_x;
            const std::uint64_t y_down = set & ~of_x;
            if (x_up == 0 || x_down == 0 || y_up == 0 || y_down == 0) {
                neighbours_one_by_one({order[i], normed[i], parents[i]}, found);
                continue;
            }
            const Int64 cell = morton[begin + i];
            const auto digit = [](std::uint64_t bits) { return std::countr_zero(bits) >> 1; };
            const auto signed_like = [sign = cell >> 63](Int64 step) {
                return (step ^ sign) - sign;
            };
            const Int64 east = signed_like(carry.entry[digit(x_up)]);         // x + 1
            const Int64 west = -signed_like(carry.entry[digit(x_down)]);      // x - 1
            const Int64 north = signed_like(2 * carry.entry[digit(y_up)]);    // y + 1
            const Int64 south = -signed_like(2 * carry.entry[digit(y_down)]); // y - 1
            found[0] = cell + west;
            found[1] = cell + west + north;
            found[2] = cell + north;
            found[3] = cell + east + north;
            found[4] = cell + east;
            found[5] = cell + east + south;
            found[6] = cell + south;
            found[7] = cell + west + south;
        }
        return done;
    });
}

} // namespace mortie
