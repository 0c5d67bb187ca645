// The kernels of cells, in every set: all lengths around the width of a register, errors in any
// position. (Against healpy and exact corners they are tested from Python.)
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <string>
#include <vector>

#include "index/neighbours.hpp"
#include "index/outline.hpp"
#include "index/uniq.hpp"
#include "index/word.hpp"
#include "kernels/dispatch.hpp"
#include "kernels/numbers.hpp"
#include "reference.hpp"

namespace {

using mortie::Int64;
using mortie::Kernels;

constexpr std::size_t longest = 300; // more than a block
constexpr double untouched = 987654321;

// Indices of every order; at low orders many lie at edges of base cells.
std::vector<Int64> some_cells() {
    std::mt19937_64 random(11);
    std::vector<Int64> morton;
    for (std::size_t i = 0; i < longest; ++i) {
        const auto order = static_cast<Int64>(i % 19);
        const Int64 parent = static_cast<Int64>(random() % 12);
        morton.push_back(reference::norm2mort(order, static_cast<Int64>(random() >> 1), parent));
    }
    return morton;
}

class EveryCellKernel : public testing::TestWithParam<const Kernels *> {
  protected:
    const Kernels &kernels = *GetParam();
    const std::vector<Int64> morton = some_cells();
};

TEST_P(EveryCellKernel, Neighbours) {
    std::vector<Int64> found(8 * longest);
    ASSERT_EQ(kernels.mort_neighbours(longest, morton.data(), {found.data()}), longest);
    for (std::size_t i = 0; i < longest; ++i) {
        const reference::Norm norm = reference::mort2norm(morton[i]);
        const mortie::Pixel pixel = mortie::nest2pixel(norm.order, norm.normed);
        for (std::size_t j = 0; j < 8; ++j) {
            const mortie::Pixel next =
                mortie::neighbour(norm.order, {pixel.x, pixel.y, norm.parent},
                                  mortie::neighbour_x[j], mortie::neighbour_y[j]);
            const Int64 expected =
                next.face < 0 ? 0
                              : reference::norm2mort(norm.order, mortie::address(next), next.face);
            ASSERT_EQ(found[8 * i + j], expected) << morton[i] << ", " << j;
        }
    }
}

TEST_P(EveryCellKernel, NeighboursAreMutual) {
    for (Int64 order = 0; order <= 4; ++order) {
        for (Int64 nest = 0; nest < Int64{12} << 2 * order; ++nest) {
            const Int64 cell = reference::norm2mort(order, nest, nest >> 2 * order);
            Int64 around[8];
            ASSERT_EQ(kernels.mort_neighbours(1, &cell, {around}), 1u);
            for (const Int64 other : around) {
                Int64 back[8] = {cell};
                ASSERT_EQ(kernels.mort_neighbours(other != 0, &other, {back}), other != 0);
                ASSERT_NE(std::find(back, back + 8, cell), back + 8);
            }
        }
    }
}

TEST_P(EveryCellKernel, VerticesOfAllLengths) {
    std::vector<double> lat(4 * longest);
    std::vector<double> lon(4 * longest);
    ASSERT_EQ(kernels.mort2vertices(longest, morton.data(), {lat.data()}, {lon.data()}), longest);
    for (std::size_t n = 0; n < 70; ++n) {
        std::vector<double> lats(4 * n + 1, untouched);
        std::vector<double> lons(4 * n + 1, untouched);
        ASSERT_EQ(kernels.mort2vertices(n, morton.data(), {lats.data()}, {lons.data()}), n);
        ASSERT_TRUE(std::equal(lats.begin(), lats.end() - 1, lat.begin()));
        ASSERT_TRUE(std::equal(lons.begin(), lons.end() - 1, lon.begin()));
        ASSERT_EQ(lats.back(), untouched);
        ASSERT_EQ(lons.back(), untouched);
    }
    for (std::size_t i = 0; i < 4 * longest; ++i) { // the same points, one by one
        const Int64 place = static_cast<Int64>(i % 4);
        const Int64 step = 1;
        double point[2];
        ASSERT_EQ(kernels.boundary_point(1, {&step, 0}, &morton[i / 4], &place, point, point + 1),
                  1u);
        ASSERT_EQ(point[0], lat[i]);
        ASSERT_EQ(point[1], lon[i]);
    }
}

TEST_P(EveryCellKernel, OtherNumbers) {
    std::vector<Int64> found(longest);
    std::vector<Int64> greatest(longest);
    std::vector<mortie::Word> words(longest);
    ASSERT_EQ(mortie::mort2uniq(longest, morton.data(), found.data()), longest);
    ASSERT_EQ(mortie::uniq2mort(longest, found.data(), found.data()), longest);
    ASSERT_EQ(found, morton);
    ASSERT_EQ(mortie::mort2word(longest, morton.data(), words.data()), longest);
    ASSERT_EQ(mortie::word2mort(longest, words.data(), found.data()), longest);
    ASSERT_EQ(found, morton);
    const Int64 order = 18;
    ASSERT_EQ(
        mortie::mort_range(longest, {&order, 0}, morton.data(), found.data(), greatest.data()),
        longest);
    for (std::size_t i = 0; i < longest; ++i) {
        const reference::Norm norm = reference::mort2norm(morton[i]);
        const auto shift = 2 * (18 - norm.order);
        const Int64 first = reference::norm2mort(18, norm.normed << shift, norm.parent);
        const Int64 last = reference::norm2mort(18, ((norm.normed + 1) << shift) - 1, norm.parent);
        ASSERT_EQ(found[i], std::min(first, last));
        ASSERT_EQ(greatest[i], std::max(first, last));
    }
}

TEST_P(EveryCellKernel, StopsAtTheFirstBadElement) {
    std::vector<Int64> out(8 * longest);
    std::vector<double> lat(4 * longest);
    std::vector<double> lon(4 * longest);
    std::vector<mortie::Word> words(longest);
    const Int64 order = 18;
    const Int64 step = 3;
    const std::vector<Int64> places(longest, 2);
    for (std::size_t position = 0; position < longest; ++position) {
        std::vector<Int64> bad = morton;
        bad[position] = bad[longest - 1] = 15;
        const Int64 *in = bad.data();
        ASSERT_EQ(kernels.mort_neighbours(longest, in, {out.data()}), position);
        ASSERT_EQ(kernels.mort2vertices(longest, in, {lat.data()}, {lon.data()}), position);
        ASSERT_EQ(mortie::mort2uniq(longest, in, out.data()), position);
        ASSERT_EQ(mortie::mort2word(longest, in, words.data()), position);
        ASSERT_EQ(mortie::mort_range(longest, {&order, 0}, in, out.data(), out.data() + longest),
                  position);
        ASSERT_EQ(
            kernels.boundary_point(longest, {&step, 0}, in, places.data(), lat.data(), lon.data()),
            position);
        std::vector<Int64> bad_places = places;
        bad_places[position] = bad_places[longest - 1] = 12;
        ASSERT_EQ(kernels.boundary_point(longest, {&step, 0}, morton.data(), bad_places.data(),
                                         lat.data(), lon.data()),
                  position);
        std::vector<double> bad_lat(longest, 1);
        bad_lat[position] = bad_lat[longest - 1] = std::nan("");
        ASSERT_EQ(mortie::geodetic2authalic(longest, bad_lat.data(), lat.data()), position);
        ASSERT_EQ(mortie::authalic2geodetic(longest, bad_lat.data(), lat.data()), position);
    }
}

const mortie::KernelList supported = mortie::supported_kernels();

INSTANTIATE_TEST_SUITE_P(, EveryCellKernel, testing::ValuesIn(supported.begin(), supported.end()),
                         [](const auto &info) { return std::string(info.param->name); });

} // namespace
