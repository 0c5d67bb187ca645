// UNIQ numbers of pixels, which hold the order beside the NESTED number: 4 * 4**k + nest.
//
// Of order k they lie in 4 * 4**k to 16 * 4**k - 1, so the topmost bit gives the order. They are
// those of the IVOA recommendation "MOC - HEALPix Multi-Order Coverage map", section 2.3.2.
#pragma once

#include <bit>
#include <cstdint>

#include "index/morton.hpp"

namespace mortie {

inline constexpr std::int64_t max_uniq = (std::int64_t{16} << 2 * max_order) - 1;

static constexpr bool is_uniq(std::int64_t uniq) noexcept { return 4 <= uniq && uniq <= max_uniq; }

static constexpr std::int64_t norm2uniq(Norm norm) noexcept {
    return (std::int64_t{4} << 2 * norm.order) + norm2nest(norm);
}

// The pixel of a number of which is_uniq holds.
static constexpr Norm uniq2norm(std::int64_t uniq) noexcept {
    const auto width = static_cast<std::int64_t>(std::bit_width(static_cast<std::uint64_t>(uniq)));
    const std::int64_t order = (width - 3) / 2;
    const std::int64_t nest = uniq - (std::int64_t{4} << 2 * order);
    const std::int64_t parent = nest >> 2 * order;
    return {order, nest - (parent << 2 * order), parent};
}

static_assert(norm2uniq({0, 0, 0}) == 4 && norm2uniq({18, (1LL << 36) - 1, 11}) == max_uniq);
static_assert(uniq2norm(796).order == 3 && uniq2norm(796).normed == 28);
static_assert(uniq2norm(796).parent == 8);

} // namespace mortie
