// The contract in the plainest terms, against which the C++ tests hold the program.
#pragma once

#include <charconv>
#include <cstdint>
#include <limits>
#include <random>
#include <vector>

namespace reference {

using Int64 = std::int64_t;

inline constexpr Int64 lowest = std::numeric_limits<Int64>::min();
inline constexpr Int64 highest = std::numeric_limits<Int64>::max();

inline Int64 norm2mort(Int64 order, Int64 normed, Int64 parent) {
    std::uint64_t sum = 0;
    std::uint64_t place = 1;
    for (Int64 digit = 0; digit < order; ++digit) {
        sum += (static_cast<std::uint64_t>(normed >> 2 * digit & 3) + 1) * place;
        place *= 10;
    }
    if (parent < 6) {
        return static_cast<Int64>(sum + (static_cast<std::uint64_t>(parent) + 1) * place);
    }
    return static_cast<Int64>(0 - (sum + (static_cast<std::uint64_t>(parent) - 11) * place) -
                              6 * place);
}

struct Norm {
    Int64 order; // -1 if the number is no index
    Int64 normed;
    Int64 parent;
};

// Reads the number as one does on paper.
inline Norm mort2norm(Int64 morton) {
    char text[20];
    const char *const end = std::to_chars(text, text + sizeof text, morton).ptr;
    const char *digit = text + (morton < 0 ? 1 : 0);
    Norm norm{end - digit - 1, 0, *digit - '1' + (morton < 0 ? 6 : 0)};
    bool valid = '1' <= *digit && *digit <= '6';
    while (++digit < end) {
        valid = valid && '1' <= *digit && *digit <= '4';
        norm.normed = valid ? 4 * norm.normed + (*digit - '1') : 0;
    }
    return valid ? norm : Norm{-1, 0, 0};
}

// Int64s of every magnitude, the extreme ones among them.
inline std::vector<Int64> wild(std::size_t n, unsigned seed) {
    std::mt19937_64 random(seed);
    std::vector<Int64> values{0, 1, -1, 5, 6, 11, 12, lowest, lowest + 1, highest};
    while (values.size() < n) {
        values.push_back(static_cast<Int64>(random()) >> random() % 64);
    }
    values.resize(n);
    return values;
}

} // namespace reference
