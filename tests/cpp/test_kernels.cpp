// Every set of kernels against the contract: all lengths around the width of a register, all
// offsets from alignment, errors in any position.
#include "kernels/dispatch.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <string>
#include <vector>

#include "index/healpix.hpp"
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

// Points everywhere, some of them on edges; their pixels; and the indices of these.
struct Sample {
    std::vector<double> lat, lon;
    std::vector<Int64> orders, morton;
};

Sample sample(std::size_t n) {
    Sample all;
    std::mt19937_64 random(7);
    std::uniform_real_distribution<double> uniform(-1, 1);
    for (std::size_t i = 0; i < n; ++i) {
        const Int64 order = static_cast<Int64>(random() % 19);
        all.lat.push_back(i % 5 == 0 ? 0 : 90 * uniform(random));
        all.lon.push_back(i % 7 == 0 ? 45 * std::floor(8 * uniform(random))
                                     : 360 * uniform(random));
        all.orders.push_back(order);
        const mortie::Pixel pixel = mortie::latlon2pixel(order, all.lat[i], all.lon[i]);
        all.morton.push_back(reference::norm2mort(order, mortie::address(pixel), pixel.face));
    }
    return all;
}

TEST_P(EveryKernel, PointsToPixels) {
    const Sample points = sample(longest + offsets);
    for (const Int64 order : {0, 7, 18, 29}) {
        sweep(
            [&](std::size_t n, std::size_t at, Int64 *out) {
                return kernels.latlon2nest(n, {&order, 0}, {&points.lat[at], 1},
                                           {&points.lon[at], 1}, out);
            },
            [&](std::size_t i) {
                return mortie::pixel2nest(
                    order, mortie::latlon2pixel(order, points.lat[i], points.lon[i]));
            });
    }
    sweep(
        [&](std::size_t n, std::size_t at, Int64 *out) {
            return kernels.latlon2mort(n, {&points.orders[at], 1}, {&points.lat[at], 1},
                                       {&points.lon[at], 1}, out);
        },
        [&](std::size_t i) { return points.morton[i]; });
}

TEST_P(EveryKernel, IndicesToTheirParts) {
    const Sample points = sample(longest + offsets);
    const std::vector<Int64> &morton = points.morton;
    const auto norm = [&](std::size_t i) { return mortie::decode(morton[i]); };
    const auto nest = [&](std::size_t i) { return mortie::norm2nest(norm(i)); };
    sweep([&](std::size_t n, std::size_t at,
              Int64 *out) { return kernels.mort2order(n, &morton[at], out); },
          [&](std::size_t i) { return norm(i).order; });
    sweep([&](std::size_t n, std::size_t at,
              Int64 *out) { return kernels.mort2nest(n, &morton[at], out); },
          nest);
    sweep(
        [&](std::size_t n, std::size_t at, Int64 *out) {
            std::vector<Int64> order(longest);
            std::vector<Int64> parents(longest);
            return kernels.mort2norm(n, &morton[at], order.data(), out, parents.data());
        },
        [&](std::size_t i) { return norm(i).normed; });
    const Int64 coarsest = 0;
    sweep([&](std::size_t n, std::size_t at,
              Int64 *out) { return kernels.clip_mort(n, {&coarsest, 0}, &morton[at], out); },
          [&](std::size_t i) { return reference::norm2mort(0, 0, norm(i).parent); });
    std::vector<Int64> nests(morton.size());
    for (std::size_t i = 0; i < nests.size(); ++i) {
        nests[i] = nest(i);
    }
    sweep(
        [&](std::size_t n, std::size_t at, Int64 *out) {
            return kernels.nest2mort(n, {&points.orders[at], 1}, &nests[at], out);
        },
        [&](std::size_t i) { return morton[i]; });
}

TEST_P(EveryKernel, IndicesToCentres) {
    const Sample points = sample(longest);
    std::vector<double> lat(longest);
    std::vector<double> lon(longest);
    ASSERT_EQ(kernels.mort2latlon(longest, points.morton.data(), lat.data(), lon.data()), longest);
    for (std::size_t i = 0; i < longest; ++i) {
        const auto norm = mortie::decode(points.morton[i]);
        const auto pixel = mortie::nest2pixel(norm.order, mortie::norm2nest(norm));
        const auto centre = mortie::pixel2latlon(norm.order, pixel);
        ASSERT_DOUBLE_EQ(lat[i], centre.lat);
        ASSERT_DOUBLE_EQ(lon[i], centre.lon);
    }
}

TEST_P(EveryKernel, TellsWhatIsAnIndex) {
    std::vector<Int64> numbers = sample(longest).morton;
    for (std::size_t i = 0; i < longest; i += 3) {
        numbers[i] = normed[i];
    }
    bool valid[longest];
    ASSERT_EQ(kernels.is_mort(longest, numbers.data(), valid), longest);
    for (std::size_t i = 0; i < longest; ++i) {
        ASSERT_EQ(valid[i], mortie::decode(numbers[i]).order >= 0) << numbers[i];
    }
}

TEST_P(EveryKernel, StopsAtTheFirstBadElement) {
    const Sample good = sample(longest);
    std::vector<Int64> out(longest);
    std::vector<double> lat(longest);
    std::vector<double> lon(longest);
    const Int64 order = 0;
    for (std::size_t position = 0; position < longest; ++position) {
        Sample bad = good;
        bad.morton[position] = bad.morton[longest - 1] = 15;
        bad.lat[position] = bad.lat[longest - 1] = 91;
        const Int64 *in = bad.morton.data();
        ASSERT_EQ(kernels.mort2order(longest, in, out.data()), position);
        ASSERT_EQ(kernels.mort2nest(longest, in, out.data()), position);
        ASSERT_EQ(kernels.clip_mort(longest, {&order, 0}, in, out.data()), position);
        ASSERT_EQ(kernels.mort2latlon(longest, in, lat.data(), lon.data()), position);
        ASSERT_EQ(kernels.latlon2nest(longest, {&order, 0}, {bad.lat.data(), 1},
                                      {bad.lon.data(), 1}, out.data()),
                  position);
        ASSERT_EQ(kernels.latlon2mort(longest, {&order, 0}, {bad.lat.data(), 1},
                                      {bad.lon.data(), 1}, out.data()),
                  position);
        std::vector<Int64> nest(longest, 3);
        nest[position] = nest[longest - 1] = 12;
        ASSERT_EQ(kernels.nest2mort(longest, {&order, 0}, nest.data(), out.data()), position);
    }
}

TEST_P(EveryKernel, WorksInPlace) {
    std::vector<Int64> in_place = normed;
    kernels.vaex_norm2mort(longest, in_place.data(), parents.data(), in_place.data());
    for (std::size_t i = 0; i < longest; ++i) {
        ASSERT_EQ(in_place[i], reference::norm2mort(18, normed[i], parents[i]));
    }
}

const mortie::KernelList supported = mortie::supported_kernels();

INSTANTIATE_TEST_SUITE_P(, EveryKernel, testing::ValuesIn(supported.begin(), supported.end()),
                         [](const auto &info) { return std::string(info.param->name); });

} // namespace
