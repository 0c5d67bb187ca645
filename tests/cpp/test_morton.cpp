// The scalar functions against the contract.
#include "index/morton.hpp"

#include <gtest/gtest.h>

#include "reference.hpp"

using mortie::encode;
using reference::highest;
using reference::lowest;

TEST(Morton, TableOfTheContract) {
    EXPECT_EQ(encode(18, -1, -1), 444444444444444444);
    EXPECT_EQ(encode(3, lowest, -1), 111);
    EXPECT_EQ(encode(18, -1, 12), -7444444444444444444);
    EXPECT_EQ(encode(18, -1, 100), -3210724075896686364);
    EXPECT_EQ(encode(18, -1, highest), 5555555555555555556);
    EXPECT_EQ(encode(3, lowest, highest), 5889);
    EXPECT_EQ(encode(18, -1, lowest), 1444444444444444444);
    EXPECT_EQ(encode(0, 3, 0), 1);
    EXPECT_EQ(encode(0, 3, 5), 6);
    EXPECT_EQ(encode(0, 3, 6), -1);
    EXPECT_EQ(encode(0, 3, 11), -6);
    EXPECT_EQ(encode(1, 3, 0), 14);
    EXPECT_EQ(encode(1, 3, 5), 64);
    EXPECT_EQ(encode(1, 3, 6), -14);
    EXPECT_EQ(encode(1, 3, 11), -64);
    EXPECT_EQ(encode(18, 1, 3), 4111111111111111112);
}

TEST(Morton, EveryPixelOfLowOrders) {
    for (reference::Int64 order = 0; order <= 8; ++order) {
        for (reference::Int64 normed = 0; normed < 1 << 2 * order; ++normed) {
            for (reference::Int64 parent = 0; parent < 12; ++parent) {
                ASSERT_EQ(encode(order, normed, parent),
                          reference::norm2mort(order, normed, parent))
                    << "order " << order << ", normed " << normed << ", parent " << parent;
            }
        }
    }
}

TEST(Morton, WildInt64s) {
    const auto normed = reference::wild(3000, 1);
    const auto parents = reference::wild(3000, 2);
    for (std::size_t i = 0; i < normed.size(); ++i) {
        for (reference::Int64 order = 0; order <= 18; ++order) {
            ASSERT_EQ(encode(order, normed[i], parents[i]),
                      reference::norm2mort(order, normed[i], parents[i]))
                << "order " << order << ", normed " << normed[i] << ", parent " << parents[i];
        }
    }
}

TEST(Morton, OrdersOutsideTheRange) {
    for (const reference::Int64 order :
         {lowest, reference::Int64{-1}, reference::Int64{19}, highest}) {
        EXPECT_FALSE(mortie::is_order(order));
    }
}

TEST(Morton, IndicesAreTakenApart) {
    for (reference::Int64 order = 0; order <= 18; ++order) {
        for (const reference::Int64 wild : reference::wild(500, 6)) {
            const reference::Int64 normed = wild & ((reference::Int64{1} << 2 * order) - 1);
            for (reference::Int64 parent = 0; parent < 12; ++parent) {
                const auto norm = mortie::decode(reference::norm2mort(order, normed, parent));
                ASSERT_EQ(norm.order, order);
                ASSERT_EQ(norm.normed, normed);
                ASSERT_EQ(norm.parent, parent);
            }
        }
    }
}

TEST(Morton, WhatIsNoIndex) {
    for (const reference::Int64 number :
         {reference::Int64{0}, reference::Int64{7}, reference::Int64{10}, reference::Int64{15},
          reference::Int64{71}, reference::Int64{-50}, reference::Int64{5'000'000'000'000'000'001},
          lowest, highest}) {
        EXPECT_EQ(mortie::decode(number).order, -1) << number;
    }
}
