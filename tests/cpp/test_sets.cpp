// Sets of cells against flags of all pixels of a low order.
#include "regions/sets.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

#include "kernels/dispatch.hpp"
#include "reference.hpp"

namespace {

using mortie::Buffer;
using mortie::Int64;
using mortie::Key;

constexpr Int64 order = 3;
constexpr std::size_t pixels = 12u << 2 * order;
using Flags = std::vector<bool>;

const mortie::Kernels &kernels = **mortie::supported_kernels().begin();

Flags flags(const Int64 *cells, std::size_t n) {
    Flags set(pixels);
    for (std::size_t i = 0; i < n; ++i) {
        const reference::Norm norm = reference::mort2norm(cells[i]);
        EXPECT_LE(norm.order, order);
        const auto size = std::size_t{1} << 2 * (order - norm.order);
        const auto first =
            static_cast<std::size_t>((norm.parent << 2 * norm.order) + norm.normed) * size;
        std::fill_n(set.begin() + static_cast<std::ptrdiff_t>(first), size, true);
    }
    return set;
}

std::vector<Int64> random_cells(std::mt19937_64 &random) {
    std::vector<Int64> cells(random() % 40);
    for (Int64 &cell : cells) {
        const auto k = static_cast<Int64>(random() % (order + 1));
        cell = reference::norm2mort(k, static_cast<Int64>(random() >> 1),
                                    static_cast<Int64>(random() % 12));
    }
    return cells;
}

Buffer<Key> keys_of(const std::vector<Int64> &cells) {
    Buffer<Key> keys;
    EXPECT_EQ(mortie::add_keys(kernels, cells.size(), cells.data(), keys), cells.size());
    mortie::sort_keys(keys);
    EXPECT_FALSE(keys.failed());
    return keys;
}

// Whether no four cells make up a parent, none repeats, and all stand in the order of the curve.
void expect_compact(const Buffer<Int64> &cells) {
    std::uint64_t end = 0;
    for (std::size_t i = 0; i < cells.size(); ++i) {
        const mortie::Norm norm = mortie::decode(cells[i]);
        const mortie::Span span =
            mortie::key_span(mortie::cell_key(norm.order, norm.normed, norm.parent));
        EXPECT_GE(span.begin, end);
        end = span.end;
        if (i >= 3 && norm.order > 0 && (norm.normed & 3) == 3) {
            bool family = true;
            for (std::size_t j = i - 3; j < i; ++j) {
                family = family && mortie::decode(cells[j]).order == norm.order;
            }
            const Int64 eldest = mortie::norm2nest(mortie::decode(cells[i - 3]));
            EXPECT_FALSE(family && eldest == mortie::norm2nest(norm) - 3);
        }
    }
}

TEST(Sets, AgainstFlags) {
    std::mt19937_64 random(3);
    for (int round = 0; round < 3000; ++round) {
        const std::vector<Int64> a = random_cells(random);
        const std::vector<Int64> b = random_cells(random);
        const Flags in_a = flags(a.data(), a.size());
        const Flags in_b = flags(b.data(), b.size());
        const Buffer<Key> a_keys = keys_of(a);
        const Buffer<Key> b_keys = keys_of(b);
        const auto check = [&](auto keep) {
            Buffer<Int64> cells;
            mortie::combine(a_keys, b_keys, keep, cells);
            const Flags found = flags(cells.data(), cells.size());
            for (std::size_t i = 0; i < pixels; ++i) {
                ASSERT_EQ(found[i], keep(in_a[i], in_b[i]));
            }
            expect_compact(cells);
        };
        check([](bool x, bool y) { return x || y; });
        check([](bool x, bool y) { return x && y; });
        check([](bool x, bool y) { return x && !y; });
        Buffer<Int64> expanded;
        mortie::write_pixels(kernels, order, a_keys, expanded);
        ASSERT_EQ(flags(expanded.data(), expanded.size()), in_a);
        ASSERT_EQ(expanded.size(),
                  static_cast<std::size_t>(std::count(in_a.begin(), in_a.end(), true)));
    }
}

TEST(Sets, KeysAreSortedWhereCellsBegin) {
    std::mt19937_64 random(4);
    for (const std::size_t n : {0u, 1u, 2u, 1000u, 100'000u}) {
        Buffer<Key> keys;
        for (std::size_t i = 0; i < n; ++i) {
            const Key base = random() % 12 << 41; // in one base cell some digits are all the same
            keys.push((n == 1000 ? random() >> 40 << 5 : base | random() >> 28 << 5) | 18);
        }
        std::vector<Key> expected(keys.begin(), keys.end());
        std::sort(expected.begin(), expected.end());
        mortie::sort_keys(keys);
        ASSERT_FALSE(keys.failed());
        ASSERT_TRUE(std::equal(expected.begin(), expected.end(), keys.begin(), keys.end()));
    }
}

TEST(Sets, StopAtWhatIsNoIndex) {
    const std::vector<Int64> cells = {12, 15, 0};
    Buffer<Key> keys;
    EXPECT_EQ(mortie::add_keys(kernels, 3, cells.data(), keys), 1u);
    EXPECT_FALSE(keys.failed());
}

} // namespace
