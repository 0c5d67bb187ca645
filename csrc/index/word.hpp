// The packed words in which mortie 1.0 writes cells, 64 bits without a sign:
//
//     bits 63-60          59 ... 60 - 2 k     below         5-0
//     base cell, plus 1   address             zeros         order k
//
// so that they sort along the curve; 0 stands for no cell.
#pragma once

#include <cstdint>

#include "index/morton.hpp"

namespace mortie {

static constexpr std::uint64_t norm2word(Norm norm) noexcept {
    return static_cast<std::uint64_t>(norm.parent + 1) << 60 |
           static_cast<std::uint64_t>(norm.normed) << (60 - 2 * norm.order) |
           static_cast<std::uint64_t>(norm.order);
}

// The order is -1 if the word is none of a cell of orders 0-18.
static constexpr Norm word2norm(std::uint64_t word) noexcept {
    const auto order = static_cast<std::int64_t>(word & 63);
    const auto parent = static_cast<std::int64_t>(word >> 60) - 1;
    if (order > max_order || parent < 0 || parent > 11) {
        return no_norm;
    }
    const auto address = word & ((std::uint64_t{1} << 60) - 1);
    const Norm norm = {order, static_cast<std::int64_t>(address >> (60 - 2 * order)), parent};
    return norm2word(norm) == word ? norm : no_norm; // else bits are set below the address
}

static_assert(norm2word(decode(-4112241)) == 0xa05c'0000'0000'0006);
static_assert(word2norm(0xa05c'0000'0000'0006).parent == 9 && word2norm(0).order == -1);

} // namespace mortie
