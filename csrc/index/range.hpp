// The numbers among which the indices of a cell's descendants lie.
#pragma once

#include <cstdint>

#include "index/morton.hpp"

namespace mortie {

struct Range {
    std::int64_t least, greatest;
};

// `morton` is an index, and `levels` at most what order 18 leaves below it. Its descendants append
// that many digits, from 11...1 to 44...4.
static constexpr Range descendants(std::int64_t morton, std::int64_t levels) noexcept {
    const auto k = static_cast<std::size_t>(levels);
    const auto power = static_cast<std::int64_t>(pow10.entry[k]);
    const std::int64_t first = levels == 0 ? 0 : static_cast<std::int64_t>(ones.entry[k - 1]);
    const std::int64_t cell = morton * power;
    return morton < 0 ? Range{cell - 4 * first, cell - first}
                      : Range{cell + first, cell + 4 * first};
}

static_assert(descendants(-32, 2).least == -3244 && descendants(-32, 2).greatest == -3211);
static_assert(descendants(6, 18).greatest == 6444444444444444444);

} // namespace mortie
