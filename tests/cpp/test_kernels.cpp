// Every set of kernels against the contract: all lengths around the width of a register, all
// offsets from alignment, errors in any position.
#include "dispatch.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "reference.hpp"

namespace {

using mortie::Int64;
using mortie::Kernels;

constexpr std::size_t longest = 130;
constexpr std::size_t offsets = 8; // elements in a line of 64 bytes
constexpr Int64 untouched = 987654321;

class EveryKernel : public testing::TestWithParam<const Kernels *> {
  protected:
    const Kernels &kernels = *GetParam();
    std::vector<Int64> normed = reference::wild(longest + offsets, 3);
    std::vector<Int64> parents = reference::wild(longest + offsets, 4);
    std::vector<Int64> orders = [] {
        std::vector<Int64> values(longest + offsets);
        for (std::size_t i = 0; i < values.size(); ++i) {
            values[i] = static_cast<Int64>(7 * i % 19);
        }
        return values;
    }();

    // Runs the kernel `call(n, in, out)` over all lengths and offsets; `expected(i)` is the
    // contract.
    template <typename Call, typename Expected> void sweep(Call call, Expected expected) {
        for (std::size_t offset = 0; offset < offsets; ++offset) {
            for (std::size_t n = 0; n <= longest; ++n) {
                std::vector<Int64> out(longest + offsets + 1, untouched);
                ASSERT_EQ(call(n, offset, out.data() + offset), n);
                for (std::size_t i = 0; i < out.size(); ++i) {
                    const bool inside = offset <= i && i < offset + n;
                    ASSERT_EQ(out[i], inside ? expected(i) : untouched)
                        << "length " << n << ", offset " << offset << ", element " << i;
                }
            }
        }
    }
};

TEST_P(EveryKernel, VaexNorm2Mort) {
    sweep([&](std::size_t n, std::size_t at,
              Int64 *out) { return kernels.vaex_norm2mort(n, &normed[at], &parents[at], out); },
          [&](std::size_t i) { return reference::norm2mort(18, normed[i], parents[i]); });
}

TEST_P(EveryKernel, FastNorm2MortOfOneOrder) {
    for (Int64 order = 0; order <= 18; ++order) {
        sweep(
            [&](std::size_t n, std::size_t at, Int64 *out) {
                return kernels.fast_norm2mort(n, {&order, 0}, &normed[at], &parents[at], out);
            },
            [&](std::size_t i) { return reference::norm2mort(order, normed[i], parents[i]); });
    }
}

TEST_P(EveryKernel, FastNorm2MortOfManyOrders) {
    sweep(
        [&](std::size_t n, std::size_t at, Int64 *out) {
            return kernels.fast_norm2mort(n, {&orders[at], 1}, &normed[at], &parents[at], out);
        },
        [&](std::size_t i) { return reference::norm2mort(orders[i], normed[i], parents[i]); });
}

TEST_P(EveryKernel, StopsAtTheFirstBadOrder) {
    std::vector<Int64> out(longest);
    for (const Int64 bad : {reference::lowest, Int64{-1}, Int64{19}, reference::highest}) {
        EXPECT_EQ(
            kernels.fast_norm2mort(longest, {&bad, 0}, normed.data(), parents.data(), out.data()),
            0u);
        for (std::size_t position = 0; position < longest; ++position) {
            std::vector<Int64> some_bad = orders;
            some_bad[position] = bad;
            some_bad[longest - 1] = bad;
            ASSERT_EQ(kernels.fast_norm2mort(longest, {some_bad.data(), 1}, normed.data(),
                                             parents.data(), out.data()),
                      position);
        }
    }
}

TEST_P(EveryKernel, WorksInPlace) {
    std::vector<Int64> in_place = normed;
    kernels.vaex_norm2mort(longest, in_place.data(), parents.data(), in_place.data());
    for (std::size_t i = 0; i < longest; ++i) {
        ASSERT_EQ(in_place[i], reference::norm2mort(18, normed[i], parents[i]));
    }
}

INSTANTIATE_TEST_SUITE_P(, EveryKernel,
                         testing::ValuesIn(mortie::supported_kernels().begin(),
                                           mortie::supported_kernels().end()),
                         [](const auto &info) { return std::string(info.param->name); });

} // namespace
