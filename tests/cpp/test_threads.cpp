// Threads that share inputs and write side by side into one array: for ThreadSanitizer
// (-Db_sanitize=thread), and, as it does not see what intrinsics store, by the results as well.
#include "kernels/dispatch.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <thread>
#include <vector>

#include "reference.hpp"
#include "regions/locate.hpp"

namespace {

using mortie::Int64;
using mortie::Kernels;

constexpr std::size_t threads = 16;
constexpr std::size_t part = 333; // so that threads meet inside registers and lines of the cache
constexpr std::size_t total = threads * part;

struct Inputs {
    std::vector<Int64> order, normed, parents, nest, morton;
    std::vector<double> lat, lon;

    Inputs() : normed(reference::wild(total, 11)) {
        for (std::size_t i = 0; i < total; ++i) {
            const auto k = static_cast<Int64>(i % 19);
            const auto face = static_cast<Int64>(i % 12);
            const Int64 address = normed[i] & ((Int64{1} << 2 * k) - 1);
            order.push_back(k);
            parents.push_back(face);
            nest.push_back((face << 2 * k) + address);
            morton.push_back(reference::norm2mort(k, address, face));
            lat.push_back(i % 3 == 0 ? 0 : static_cast<double>(i % 181) - 90.0);
            lon.push_back(i % 4 == 0 ? 45 : static_cast<double>(normed[i] >> 54));
        }
    }
};

struct Results {
    std::vector<Int64> fast, vaex, from_nest, order, norm_order, normed, parents, nest, clipped,
        points, indices;
    std::vector<double> lat, lon;
    std::vector<char> valid;

    Results()
        : fast(total), vaex(total), from_nest(total), order(total), norm_order(total),
          normed(total), parents(total), nest(total), clipped(total), points(total), indices(total),
          lat(total), lon(total), valid(total) {}

    bool operator==(const Results &) const = default;
};

// Runs every kernel on a part of the inputs.
void run(const Kernels &kernels, const Inputs &in, Results &out, std::size_t at, std::size_t n) {
    const mortie::Broadcast<Int64> order{&in.order[at], 1};
    const Int64 coarsest = 0;
    const Int64 *morton = &in.morton[at];
    bool valid[total];
    EXPECT_EQ(kernels.fast_norm2mort(n, order, &in.normed[at], &in.parents[at], &out.fast[at]), n);
    EXPECT_EQ(kernels.vaex_norm2mort(n, &in.normed[at], &in.parents[at], &out.vaex[at]), n);
    EXPECT_EQ(kernels.nest2mort(n, order, &in.nest[at], &out.from_nest[at]), n);
    EXPECT_EQ(kernels.is_mort(n, morton, valid), n);
    std::copy_n(valid, n, &out.valid[at]);
    EXPECT_EQ(kernels.mort2order(n, morton, &out.order[at]), n);
    EXPECT_EQ(kernels.mort2norm(n, morton, &out.norm_order[at], &out.normed[at], &out.parents[at]),
              n);
    EXPECT_EQ(kernels.mort2nest(n, morton, &out.nest[at]), n);
    EXPECT_EQ(kernels.clip_mort(n, {&coarsest, 0}, morton, &out.clipped[at]), n);
    EXPECT_EQ(kernels.latlon2nest(n, order, {&in.lat[at], 1}, {&in.lon[at], 1}, &out.points[at]),
              n);
    EXPECT_EQ(kernels.latlon2mort(n, order, {&in.lat[at], 1}, {&in.lon[at], 1}, &out.indices[at]),
              n);
    EXPECT_EQ(kernels.mort2latlon(n, morton, &out.lat[at], &out.lon[at]), n);
}

TEST(Threads, WriteSideBySide) {
    const Inputs inputs;
    for (const Kernels *kernels : mortie::supported_kernels()) {
        Results expected;
        run(*kernels, inputs, expected, 0, total);
        EXPECT_EQ(expected.nest, inputs.nest);
        EXPECT_EQ(expected.from_nest, inputs.morton);
        for (int round = 0; round < 20; ++round) {
            Results results;
            const std::uint64_t exact_before = mortie::exact_points[mortie::near_edge];
            std::vector<std::thread> pool;
            for (std::size_t i = 0; i < threads; ++i) {
                pool.emplace_back([&, i] { run(*kernels, inputs, results, i * part, part); });
            }
            for (std::thread &thread : pool) {
                thread.join();
            }
            ASSERT_TRUE(results == expected) << kernels->name;
            EXPECT_GT(mortie::exact_points[mortie::near_edge] - exact_before, threads);
        }
    }
}

TEST(Threads, LocateInSharedRegions) {
    const Inputs inputs;
    mortie::Locator locator(false, {});
    for (std::size_t region = 0; region < 60; ++region) {
        const double west = 6 * static_cast<double>(region) - 180;
        const double lat[] = {-89.5, 89.5, 0.25}, lon[] = {west, west, west + 40};
        ASSERT_EQ(locator.add(region, {mortie::Kind::shell, lat, lon, 3}).fault,
                  mortie::Fault::none);
        ASSERT_EQ(locator.end_polygon().fault, mortie::Fault::none);
    }
    ASSERT_TRUE(locator.build({}));
    const mortie::Locator &shared = locator;
    for (const Kernels *kernels : mortie::supported_kernels()) {
        const auto run = [&](std::vector<Int64> &places, std::size_t at, std::size_t n) {
            mortie::Buffer<Int64> points, regions;
            EXPECT_EQ(shared.locate(*kernels, n, &inputs.lat[at], &inputs.lon[at], &places[at], {}),
                      n);
            EXPECT_EQ(shared.locate_all(*kernels, n, &inputs.lat[at], &inputs.lon[at], points,
                                        regions, {}),
                      n);
            for (std::size_t pair = points.size(); pair-- > 0;) {
                const auto point = static_cast<std::size_t>(points[pair]);
                EXPECT_LE(places[at + point], regions[pair]);
            }
        };
        std::vector<Int64> expected(total);
        run(expected, 0, total);
        EXPECT_GT(std::count(expected.begin(), expected.end(), 3), 0);
        std::vector<Int64> places(total);
        std::vector<std::thread> pool;
        for (std::size_t i = 0; i < threads; ++i) {
            pool.emplace_back([&, i] { run(places, i * part, part); });
        }
        for (std::thread &thread : pool) {
            thread.join();
        }
        EXPECT_EQ(places, expected) << kernels->name;
    }
}

} // namespace
