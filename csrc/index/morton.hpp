// The decimal Morton index of a HEALPix NESTED pixel, one element at a time.
//
// A pixel of order k is a base cell `parent` (0-11) and an address `normed` of k base-4 digits, the
// path from the base cell down to the pixel. Its index writes the base cell, then that path:
//
//     encode(order = 3, normed = 28, parent = 8)
//
//         normed = 28 = 0b 01 11 00        base-4 digits   1 3 0
//                                          each plus one   2 4 1
//
//                     -   3   2 4 1
//                     |   |   `-.-'
//                     |   |     address, digits 1-4, most significant first
//                     |   base cell: parents 0-5 and 6-11 both write 1-6
//                     parents 6-11 are negative
//
// so -3241 lies in -324, which lies in -32: dropping digits walks up the tree. Every operation
// wraps modulo 2**64, since masked arrays hand over whatever lies under their masks.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>

namespace mortie {

inline constexpr std::int64_t max_order = 18; // 19 digits and a sign are what 64 bits hold

template <typename T, std::size_t size> struct Table {
    T entry[size];
};

// By order k: 10**k, and 11...1 of k + 1 digits. (Orders 19-23 are there for the kernels that load
// eight entries at a time.)
inline constexpr auto pow10 = [] {
    Table<std::uint64_t, 24> table{{1}};
    for (std::size_t k = 1; k < 24; ++k) {
        table.entry[k] = 10 * table.entry[k - 1];
    }
    return table;
}();

inline constexpr auto ones = [] {
    Table<std::uint64_t, 24> table{{1}};
    for (std::size_t k = 1; k < 24; ++k) {
        table.entry[k] = 10 * table.entry[k - 1] + 1;
    }
    return table;
}();

// Entry i holds the six base-4 digits of i, read as a decimal number: 0b 01 11 00 -> 130.
inline constexpr auto six_digits = [] {
    Table<std::uint32_t, 4096> table{};
    for (std::uint32_t i = 0; i < 4096; ++i) {
        table.entry[i] = i % 4 + 10 * table.entry[i / 4];
    }
    return table;
}();

// The functions have internal linkage (`static`), so that each source file, built for an
// instruction set of its own, keeps the copy that was compiled for it.

static constexpr bool is_order(std::int64_t order) noexcept {
    return 0 <= order && order <= max_order;
}

// -1 for the base cells whose indices are negative, else 0.
static constexpr std::uint64_t south(std::int64_t parent) noexcept {
    return parent < 6 ? 0 : ~std::uint64_t{0};
}

// The index of a base cell's first pixel, the one with only ones below the base cell; in the south
// it is greater by one, to make up for adding `~digits`, which is `-digits - 1`.
static constexpr std::uint64_t first_pixel(std::size_t k, std::int64_t parent) noexcept {
    const std::uint64_t sign = south(parent);
    const std::uint64_t base_cell = static_cast<std::uint64_t>(parent) - (sign & 6);
    return (base_cell * pow10.entry[k] + ones.entry[k] - (sign & 2)) ^ sign;
}

inline constexpr auto first_pixels = [] {
    Table<Table<std::uint64_t, 12>, max_order + 1> table{};
    for (std::size_t k = 0; k <= max_order; ++k) {
        for (std::size_t parent = 0; parent < 12; ++parent) {
            table.entry[k].entry[parent] = first_pixel(k, static_cast<std::int64_t>(parent));
        }
    }
    return table;
}();

// The index, of an order in 0-18.
static constexpr std::int64_t encode(std::int64_t order, std::int64_t normed,
                                     std::int64_t parent) noexcept {
    const auto k = static_cast<std::size_t>(order);
    const std::uint64_t address =
        static_cast<std::uint64_t>(normed) & ((std::uint64_t{1} << 2 * k) - 1);
    const std::uint64_t digits = six_digits.entry[address & 4095] +
                                 six_digits.entry[address >> 12 & 4095] * pow10.entry[6] +
                                 six_digits.entry[address >> 24] * pow10.entry[12];
    const auto cell = static_cast<std::uint64_t>(parent);
    const std::uint64_t first =
        cell < 12 ? first_pixels.entry[k].entry[cell] : first_pixel(k, parent);
    return static_cast<std::int64_t>(first + (digits ^ south(parent)));
}

// What a number of four digits adds to an address: entry 1300 holds 0b 01 11 00 00. Numbers with a
// digit above 3 hold a bit that no address has; so does 3334, which stands for all beyond.
inline constexpr std::uint64_t no_digits = 1u << 8;

inline constexpr auto four_digits = [] {
    Table<std::uint16_t, 3335> table{};
    for (std::size_t i = 0; i < 3335; ++i) {
        std::uint64_t entry = 0;
        std::size_t rest = i;
        for (int shift = 0; shift < 8; shift += 2) {
            entry |= rest % 10 < 4 ? rest % 10 << shift : no_digits;
            rest /= 10;
        }
        table.entry[i] = static_cast<std::uint16_t>(entry);
    }
    return table;
}();

static constexpr std::uint64_t look_up_four(std::uint64_t number) noexcept {
    return four_digits.entry[number < 3334 ? number : 3334];
}

// The pixel that an index names.
struct Norm {
    std::int64_t order; // -1 if the number is no index
    std::int64_t normed;
    std::int64_t parent;
};

inline constexpr Norm no_norm = {-1, 0, 0};

static constexpr Norm decode(std::int64_t morton) noexcept {
    const auto bits = static_cast<std::uint64_t>(morton);
    const std::uint64_t magnitude = morton < 0 ? 0 - bits : bits;
    // 1233 / 4096 is just above log10(2): one too many, or right.
    std::size_t k = static_cast<std::size_t>(std::bit_width(magnitude)) * 1233 >> 12;
    k -= magnitude < pow10.entry[k] ? 1 : 0;
    if (k > max_order) { // also for 0
        return no_norm;
    }
    const std::uint64_t number = magnitude - ones.entry[k]; // digits 0-3
    if (number > 2 * pow10.entry[k] + 3 * ones.entry[k]) {  // 533...3; also if it has wrapped
        return no_norm;
    }
    // Of order 18: a base cell, two digits, and four times four.
    const std::uint64_t digits = number * pow10.entry[max_order - k];
    const std::uint64_t top = digits / 10'000'000'000'000'000;
    const std::uint64_t upper = digits / 100'000'000 % 100'000'000;
    const std::uint64_t lower = digits % 100'000'000;
    const std::uint64_t base_cell = top / 100;
    const std::uint64_t entries[] = {look_up_four(lower % 10'000), look_up_four(lower / 10'000),
                                     look_up_four(upper % 10'000), look_up_four(upper / 10'000),
                                     look_up_four(top % 100)};
    std::uint64_t address = 0;
    std::uint64_t bad = 0;
    for (int i = 0; i < 5; ++i) {
        address |= entries[i] << 8 * i;
        bad |= entries[i];
    }
    if ((bad & no_digits) != 0) {
        return no_norm;
    }
    return {static_cast<std::int64_t>(k),
            static_cast<std::int64_t>(address >> 2 * (max_order - static_cast<std::int64_t>(k))),
            static_cast<std::int64_t>(base_cell) + (morton < 0 ? 6 : 0)};
}

static constexpr std::int64_t norm2nest(Norm norm) noexcept {
    return norm.parent << 2 * norm.order | norm.normed;
}

static_assert(encode(3, 28, 8) == -3241);
static_assert(decode(-3241).normed == 28 && decode(-3241).parent == 8);
static_assert(decode(-3251).order == -1 && decode(0).order == -1);
static_assert(encode(0, 3, 0) == 1 && encode(0, 3, 11) == -6);
static_assert(encode(18, -1, -1) == 444444444444444444);

} // namespace mortie
