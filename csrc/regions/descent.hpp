// From a boundary's passages to the fewest cells that are its region: one walk through the tree of
// cells.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "index/morton.hpp"
#include "regions/boundary.hpp"
#include "regions/buffer.hpp"
#include "regions/passage.hpp"
#include "regions/path.hpp"
#include "regions/sets.hpp"

namespace mortie {

enum class Mode : std::uint8_t { overlap, centre, within, boundary };

// The order of the cells at which a boundary has to be walked along: centres are corners of the
// next order.
static constexpr std::int64_t walked_order(std::int64_t order, Mode mode) noexcept {
    return order + (mode == Mode::centre);
}

// The nested cells of one order, met by a boundary, whose centres lie inside: in their order.
using Centres = Buffer<std::int64_t>;

// A cell of any order: 5 bits of the order below the nested number. In the order of the curve.
using Block = std::int64_t;

inline constexpr int level_bits = 5;

static constexpr Block make_block(std::int64_t level, std::int64_t nest) noexcept {
    return nest << level_bits | level;
}
static constexpr std::int64_t level_of(Block block) noexcept {
    return block & ((1 << level_bits) - 1);
}
static constexpr std::int64_t nest_of_block(Block block) noexcept { return block >> level_bits; }

// Makes the fewest cells of all, in their order. False if memory runs out.
[[maybe_unused]] static bool unite(Buffer<Block> &blocks) noexcept {
    Buffer<Key> keys;
    for (const Block block : blocks) {
        keys.push(cell_key(level_of(block), nest_of_block(block), 0));
    }
    sort_keys(keys);
    if (keys.failed()) {
        return false;
    }
    blocks.clear();
    for (Spans spans(keys); (*spans).begin != past_all.begin; spans.next()) {
        split_span(*spans, [&](std::int64_t level, std::int64_t nest) {
            blocks.push(make_block(level, nest));
        });
    }
    return true;
}

// Walks through the tree of cells, from a boundary's sorted passages, and appends the cells of the
// region, wherever four make one that one.
class Descent {
  public:
    Descent(std::int64_t order, Mode mode, const Boundary &boundary, Interrupt interrupt) noexcept
        : order_(order), mode_(mode), boundary_(boundary), interrupt_(interrupt) {}

    // Where to write the cells to that a boundary meets and whose centres lie inside.
    void set_centres(Centres *centres) noexcept { centres_out_ = centres; }

    // Reports cells that an arc meets at each corner and passes through nowhere.
    void know_centres(const Centres *centres) noexcept { centres_ = centres; }

    void run(Buffer<Block> &blocks) noexcept {
        blocks_ = &blocks;
        is_unsure_ = false;
        const Passage *first = boundary_.passages().begin();
        const Passage *end = boundary_.passages().end();
        for (std::int64_t face = 0; face < 12; ++face) {
            const Passage *last = split(first, end, 0, face);
            visit(0, face, first, last, boundary_.inside(face));
            first = last;
        }
    }

    bool is_stopped() const noexcept { return is_stopped_; }

    // Whether there were such cells, and nothing told of their centres.
    bool is_unsure() const noexcept { return is_unsure_; }

  private:
    // By how many parts of the region corners are held, and whether all of a cell is covered.
    struct Corners {
        std::int64_t east, west, north;
        bool full;
    };

    // The first passage beyond a cell.
    const Passage *split(const Passage *first, const Passage *last, std::int64_t level,
                         std::int64_t nest) const noexcept {
        const std::int64_t shift = 2 * (boundary_.grid().order() - level) + passage_bits;
        const Passage beyond = static_cast<Passage>(nest + 1) << shift;
        if (last - first > 16) {
            return std::lower_bound(first, last, beyond);
        }
        while (first < last && *first < beyond) {
            ++first;
        }
        return first;
    }

    Corners visit(std::int64_t level, std::int64_t nest, const Passage *first, const Passage *last,
                  std::int64_t south) noexcept {
        if (++steps_ % steps_between_interrupts == 0) {
            is_stopped_ = is_stopped_ || interrupt_();
        }
        if (is_stopped_) {
            return {};
        }
        if (first == last) {
            const bool full = south > 0 && mode_ != Mode::boundary && level <= order_;
            if (full) {
                push(level, nest);
            }
            return {south, south, south, full};
        }
        if (level == boundary_.grid().order()) {
            return meet(level, nest, first, last, south);
        }
        const std::size_t size = blocks_->size();
        const Passage *middle[5] = {first, last, last, last, last};
        for (int i = 0; i < 3; ++i) {
            middle[i + 1] = split(middle[i], last, level + 1, 4 * nest + i);
        }
        const Corners lower = visit(level + 1, 4 * nest, middle[0], middle[1], south);
        const Corners east = visit(level + 1, 4 * nest + 1, middle[1], middle[2], lower.east);
        const Corners west = visit(level + 1, 4 * nest + 2, middle[2], middle[3], lower.west);
        const Corners upper = visit(level + 1, 4 * nest + 3, middle[3], middle[4], lower.north);
        bool full = lower.full && east.full && west.full && upper.full;
        if (level == order_) { // its centre is the corner of its four parts
            full = lower.north > 0;
            if (full) {
                push(level, nest);
                if (centres_out_ != nullptr) {
                    centres_out_->push(nest);
                }
            }
        } else if (full) {
            blocks_->shrink(std::min(size, blocks_->size())); // less if memory ran out
            push(level, nest);
        }
        return {east.east, west.west, upper.north, full};
    }

    // A cell of the order that the boundary was walked at.
    Corners meet(std::int64_t level, std::int64_t nest, const Passage *first, const Passage *last,
                 std::int64_t south) noexcept {
        Crossings crossings;
        for (; first < last; ++first) {
            crossings.add(*first);
        }
        const std::int64_t corners[] = {south, south + crossings.east, south + crossings.north,
                                        south + crossings.west};
        bool full = mode_ == Mode::overlap || mode_ == Mode::boundary;
        if (mode_ == Mode::within && !crossings.through) {
            const int clear = std::countr_one(crossings.met);
            if (clear < 4) {
                full = corners[clear] > 0;
            } else if (centres_ != nullptr) {
                full = std::binary_search(centres_->begin(), centres_->end(), nest);
            } else {
                is_unsure_ = true;
            }
        }
        if (full) {
            push(level, nest);
        }
        return {corners[east_corner], corners[west_corner], corners[north_corner], full};
    }

    void push(std::int64_t level, std::int64_t nest) noexcept {
        blocks_->push(make_block(level, nest));
    }

    std::int64_t order_;
    Mode mode_;
    const Boundary &boundary_;
    Interrupt interrupt_;
    Buffer<Block> *blocks_ = nullptr;
    Centres *centres_out_ = nullptr;
    const Centres *centres_ = nullptr;
    std::size_t steps_ = 0;
    bool is_stopped_ = false;
    bool is_unsure_ = false;
};

} // namespace mortie
