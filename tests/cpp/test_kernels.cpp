// Every set of kernels against the contract: all lengths around the width of a register, all
// offsets from alignment, errors in any position.
#include "kernels/dispatch.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
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
    std::vector<Int64> coarser(morton.size());
    for (std::size_t i = 0; i < coarser.size(); ++i) {
        coarser[i] = norm(i).order * static_cast<Int64>(i % 4) / 3;
    }
    sweep([&](std::size_t n, std::size_t at,
              Int64 *out) { return kernels.clip_mort(n, {&coarser[at], 1}, &morton[at], out); },
          [&](std::size_t i) {
              const Int64 dropped = norm(i).order - coarser[i];
              return reference::norm2mort(coarser[i], norm(i).normed >> 2 * dropped,
                                          norm(i).parent);
          });
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

std::uint64_t bits(double value) { return std::bit_cast<std::uint64_t>(value); }

// That the centres of indices are what healpix.hpp gives for each alone, in every bit.
testing::AssertionResult are_centres(const Int64 *morton, std::size_t n, const double *lat,
                                     const double *lon) {
    for (std::size_t i = 0; i < n; ++i) {
        const auto norm = mortie::decode(morton[i]);
        const auto pixel = mortie::nest2pixel(norm.order, mortie::norm2nest(norm));
        const auto centre = mortie::pixel2latlon(norm.order, pixel);
        if (bits(lat[i]) != bits(centre.lat) || bits(lon[i]) != bits(centre.lon)) {
            return testing::AssertionFailure() << "of " << morton[i];
        }
    }
    return testing::AssertionSuccess();
}

TEST_P(EveryKernel, IndicesToCentres) {
    const std::vector<Int64> morton = sample(longest + offsets).morton;
    for (std::size_t offset = 0; offset < offsets; ++offset) {
        for (std::size_t n = 0; n <= 70; ++n) {
            std::vector<double> lat(longest + offsets, untouched);
            std::vector<double> lon(longest + offsets, untouched);
            ASSERT_EQ(kernels.mort2latlon(n, &morton[offset], &lat[offset], &lon[offset]), n);
            ASSERT_TRUE(are_centres(&morton[offset], n, &lat[offset], &lon[offset]));
            for (std::size_t i = 0; i < lat.size(); ++i) {
                const bool outside = i < offset || i >= offset + n;
                ASSERT_TRUE(!outside || (lat[i] == untouched && lon[i] == untouched));
            }
        }
    }
}

// A latitude depends on order and ring alone: so these are all that there are. This is the proof
// that the constants of centres.hpp are right, for the C library at hand.
TEST_P(EveryKernel, EveryRing) {
    std::mt19937_64 random(9);
    std::vector<Int64> morton;
    for (Int64 order = 0; order <= 18; ++order) {
        const Int64 nside = Int64{1} << order;
        for (Int64 ring = 1; ring < 4 * nside; ++ring) {
            const Int64 row = ring < 2 * nside ? 0 : ring == 2 * nside ? 1 : 2;
            const Int64 sum = (row + 2) * nside - ring - 1; // x + y
            const Int64 least = std::max(Int64{0}, sum - nside + 1);
            const Int64 most = std::min(sum, nside - 1);
            const Int64 x =
                least + static_cast<Int64>(random() % static_cast<std::uint64_t>(most - least + 1));
            const Int64 face = 4 * row + static_cast<Int64>(random() % 4);
            morton.push_back(
                reference::norm2mort(order, mortie::address({x, sum - x, face}), face));
        }
    }
    ASSERT_EQ(morton.size(), 2'097'129u);
    std::vector<double> lat(morton.size());
    std::vector<double> lon(morton.size());
    ASSERT_EQ(kernels.mort2latlon(morton.size(), morton.data(), lat.data(), lon.data()),
              morton.size());
    ASSERT_TRUE(are_centres(morton.data(), morton.size(), lat.data(), lon.data()));
    std::shuffle(morton.begin(), morton.end(), random); // of mixed orders
    kernels.mort2latlon(morton.size(), morton.data(), lat.data(), lon.data());
    ASSERT_TRUE(are_centres(morton.data(), morton.size(), lat.data(), lon.data()));
}

// One coordinate, or both, the same for all; and parts of a block that are.
TEST_P(EveryKernel, Grids) {
    const Sample points = sample(600);
    std::vector<Int64> out(600);
    for (std::size_t n : {1u, 7u, 64u, 255u, 256u, 257u, 600u}) {
        for (std::size_t lat_step : {0u, 1u}) {
            for (std::size_t lon_step : {0u, 1u}) {
                for (std::size_t at = 0; at < 8; ++at) {
                    std::vector<double> lat = points.lat;
                    std::fill(lat.begin() + 256, lat.begin() + 511, lat[256]);
                    const std::size_t count = std::min(n, 600 - at);
                    ASSERT_EQ(kernels.latlon2mort(count, {&points.orders[at], 1},
                                                  {&lat[at], lat_step}, {&points.lon[at], lon_step},
                                                  out.data()),
                              count);
                    for (std::size_t i = 0; i < count; ++i) {
                        const Int64 k = points.orders[at + i];
                        const auto pixel = mortie::latlon2pixel(k, lat[at + i * lat_step],
                                                                points.lon[at + i * lon_step]);
                        ASSERT_EQ(out[i],
                                  reference::norm2mort(k, mortie::address(pixel), pixel.face));
                    }
                }
            }
        }
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
    const std::vector<Int64> zeros(longest);
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

        std::vector<Int64> finer(longest, 0);
        finer[position] = finer[longest - 1] = 19;
        ASSERT_EQ(kernels.nest2mort(longest, {finer.data(), 1}, zeros.data(), out.data()),
                  position);
        ASSERT_EQ(kernels.latlon2mort(longest, {finer.data(), 1}, {good.lat.data(), 1},
                                      {good.lon.data(), 1}, out.data()),
                  position);
        ASSERT_EQ(kernels.latlon2mort(longest, {finer.data(), 1}, {good.lat.data(), 0},
                                      {good.lon.data(), 0}, out.data()),
                  position);
        finer[position] = finer[longest - 1] = 18;
        Sample coarse = good;
        coarse.morton[position] = coarse.morton[longest - 1] = -6;
        ASSERT_EQ(kernels.clip_mort(longest, {finer.data(), 1}, coarse.morton.data(), out.data()),
                  position);
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
