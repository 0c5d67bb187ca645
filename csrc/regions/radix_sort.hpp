// A sort in time linear in the number of words.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "regions/buffer.hpp"

namespace mortie {

// Sorts by `bits` bits, at most 50, from bit `low` on, unless the words are sorted: stably, from
// the last digit to the first. Where memory for `scratch` runs out, `words` have failed.
inline void radix_sort(Buffer<std::uint64_t> &words, Buffer<std::uint64_t> &scratch, int low,
                       int bits) noexcept {
    if (std::is_sorted(words.begin(), words.end())) {
        return;
    }
    constexpr int digit_bits = 10;
    constexpr std::size_t values = std::size_t{1} << digit_bits;
    std::size_t places[5][values];
    const int digits = (bits + digit_bits - 1) / digit_bits;
    std::fill_n(places[0], static_cast<std::size_t>(digits) * values, 0);
    const auto digit = [low](std::uint64_t word, int place) {
        return word >> (low + place * digit_bits) & (values - 1);
    };
    if (!scratch.resize(words.size())) {
        words.fail();
        return;
    }
    for (const std::uint64_t word : words) {
        for (int place = 0; place < digits; ++place) {
            ++places[place][digit(word, place)];
        }
    }
    for (int place = 0; place < digits; ++place) {
        std::size_t *const next = places[place];
        if (next[digit(words[0], place)] == words.size()) {
            continue; // all have the same
        }
        std::size_t total = 0;
        for (std::size_t value = 0; value < values; ++value) {
            total += std::exchange(next[value], total);
        }
        for (const std::uint64_t word : words) {
            scratch[next[digit(word, place)]++] = word;
        }
        words.swap(scratch);
    }
}

} // namespace mortie
