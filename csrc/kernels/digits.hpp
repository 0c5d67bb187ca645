// What kernels that decode many indices at once look up.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>

#include "index/morton.hpp"

namespace mortie {

// By the top bits of a double in [1, 2**63]: its exponent's low six bits and the mantissa's first.
// The order of an index between these bounds; there is none that shares them with another order,
// as 6.44 * 10**k and 1.11 * 10**(k + 1) are further apart.
inline constexpr auto order_by_size = [] {
    Table<std::uint8_t, 136> table{};
    for (std::size_t k = 0; k <= max_order; ++k) {
        const auto row = [](std::uint64_t magnitude) {
            const auto top = static_cast<std::size_t>(std::bit_width(magnitude)) - 1;
            const std::size_t half = top == 0 ? 0 : magnitude >> (top - 1) & 1;
            return (2 * (top + 1023) + half) % 128;
        };
        // From the least to the greatest that has k + 1 digits.
        for (std::size_t i = row(ones.entry[k]);; i = (i + 1) % 128) {
            table.entry[i] = static_cast<std::uint8_t>(k);
            if (i == row(6 * pow10.entry[k] + (ones.entry[k] - pow10.entry[k]) * 4)) {
                break;
            }
        }
    }
    return table;
}();

// 10**(18 - k).
inline constexpr auto missing = [] {
    Table<std::uint64_t, 24> table{};
    for (std::size_t k = 0; k <= max_order; ++k) {
        table.entry[k] = pow10.entry[max_order - k];
    }
    return table;
}();

// 533...3 of k + 1 digits: the greatest index, less 11...1.
inline constexpr auto greatest = [] {
    Table<std::uint64_t, 24> table{};
    for (std::size_t k = 0; k <= max_order; ++k) {
        table.entry[k] = 2 * pow10.entry[k] + 3 * ones.entry[k];
    }
    return table;
}();

} // namespace mortie
