// Sets of cells of any orders, as areas.
//
// On the curve of order 18 a cell is a span of 4**(18 - k) pixels. So a set is a row of spans:
//
//     cells        |--1--|-12-|           |3|-33-|--3--|      (nested, repeated, in any order)
//     keys         where each begins, and its order: sorted, the bigger of nested ones anywhere
//     spans        [==========)           [============)      apart, none touches the next
//     cells again  the fewest that fill the spans, in the order of the curve
//
// Two sets are walked along together, from each place where one of them begins or ends to the
// next. All of it is one sort and one pass.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "index/morton.hpp"
#include "kernels/kernels.hpp"
#include "kernels/loops.hpp"
#include "regions/buffer.hpp"
#include "regions/radix_sort.hpp"

namespace mortie {

// Pixels of order 18 by NESTED number, from `begin` to before `end`.
struct Span {
    std::uint64_t begin, end;
};

inline constexpr Span past_all = {~std::uint64_t{0}, ~std::uint64_t{0}};

// Where a cell begins, 40 bits, above its order, 5 bits.
using Key = std::uint64_t;
inline constexpr int key_order_bits = 5;

static constexpr Key cell_key(Int64 order, Int64 normed, Int64 parent) noexcept {
    const auto begin =
        static_cast<std::uint64_t>(parent << 2 * max_order | normed << 2 * (max_order - order));
    return begin << key_order_bits | static_cast<std::uint64_t>(order);
}

static constexpr Int64 key_order(Key key) noexcept {
    return static_cast<Int64>(key & ((1u << key_order_bits) - 1));
}

static constexpr Span key_span(Key key) noexcept {
    const std::uint64_t begin = key >> key_order_bits;
    return {begin, begin + (std::uint64_t{1} << 2 * (max_order - key_order(key)))};
}

// Adds the keys of cells. Returns how many: those before the first number that is no index, and
// none if memory runs out, as the buffer then says.
inline std::size_t add_keys(const Kernels &kernels, std::size_t n, const Int64 *cells,
                            Buffer<Key> &keys) noexcept {
    if (!keys.reserve(keys.size() + n)) {
        return 0;
    }
    return by_block(n, [&](std::size_t begin, std::size_t count) {
        Int64 order[block_size];
        Int64 normed[block_size];
        Int64 parents[block_size];
        const std::size_t done = kernels.mort2norm(count, cells + begin, order, normed, parents);
        for (std::size_t i = 0; i < done; ++i) {
            keys.push(cell_key(order[i], normed[i], parents[i]));
        }
        return done;
    });
}

// Sorts by where the cells begin: 40 bits.
inline void sort_keys(Buffer<Key> &keys) noexcept {
    Buffer<Key> scratch;
    radix_sort(keys, scratch, key_order_bits, 40);
}

// The spans of sorted keys, one after the other; past_all after the last.
class Spans {
  public:
    explicit Spans(const Buffer<Key> &keys) noexcept : key_(keys.begin()), end_(keys.end()) {
        next();
    }

    const Span &operator*() const noexcept { return span_; }

    void next() noexcept {
        if (key_ == end_) {
            span_ = past_all;
            return;
        }
        span_ = key_span(*key_++);
        for (; key_ != end_; ++key_) {
            const Span more = key_span(*key_);
            if (more.begin > span_.end) {
                break;
            }
            span_.end = std::max(span_.end, more.end);
        }
    }

  private:
    const Key *key_;
    const Key *end_;
    Span span_{};
};

// Calls `cell(order, nest)` for the fewest cells that fill a span, in their order: always the
// biggest one that begins where the last one ended and does not reach beyond.
template <typename Cell> void split_span(Span span, Cell cell) noexcept {
    while (span.begin < span.end) {
        const int aligned = std::countr_zero(span.begin) / 2;
        const int inside = (static_cast<int>(std::bit_width(span.end - span.begin)) - 1) / 2;
        const int levels = std::min({aligned, inside, static_cast<int>(max_order)});
        cell(max_order - levels, static_cast<Int64>(span.begin >> 2 * levels));
        span.begin += std::uint64_t{1} << 2 * levels;
    }
}

// Takes spans in order, which may touch, and writes the fewest cells that fill them.
class CellWriter {
  public:
    explicit CellWriter(Buffer<Int64> &cells) noexcept : cells_(cells) {}
    CellWriter(const CellWriter &) = delete;
    CellWriter &operator=(const CellWriter &) = delete;
    ~CellWriter() { write(); }

    void add(Span span) noexcept {
        if (span.begin != waiting_.end) {
            write();
            waiting_.begin = span.begin;
        }
        waiting_.end = span.end;
    }

  private:
    void write() noexcept {
        split_span(waiting_, [this](Int64 order, Int64 nest) {
            cells_.push(encode(order, nest, nest >> 2 * order));
        });
    }

    Buffer<Int64> &cells_;
    Span waiting_ = {0, 0};
};

// What is in the first, in the second, or in both of two sets of sorted keys, as `keep` decides for
// these two facts; it is false of neither.
template <typename Keep>
void combine(const Buffer<Key> &first, const Buffer<Key> &second, Keep keep,
             Buffer<Int64> &cells) noexcept {
    Spans a(first);
    Spans b(second);
    CellWriter writer(cells);
    std::uint64_t at = 0;
    for (;;) {
        const bool in_a = (*a).begin <= at;
        const bool in_b = (*b).begin <= at;
        const std::uint64_t end =
            std::min(in_a ? (*a).end : (*a).begin, in_b ? (*b).end : (*b).begin);
        if (end == past_all.begin) {
            return;
        }
        if (keep(in_a, in_b)) {
            writer.add({at, end});
        }
        if ((*a).end == end) {
            a.next();
        }
        if ((*b).end == end) {
            b.next();
        }
        at = end;
    }
}

// How many cells of an order, which is at least theirs, a set of sorted keys has.
inline std::uint64_t count_pixels(Int64 order, const Buffer<Key> &keys) noexcept {
    std::uint64_t count = 0;
    for (Spans spans(keys); (*spans).begin != past_all.begin; spans.next()) {
        count += ((*spans).end - (*spans).begin) >> 2 * (max_order - order);
    }
    return count;
}

// Writes all of these, in the order of the curve.
inline void write_pixels(const Kernels &kernels, Int64 order, const Buffer<Key> &keys,
                         Buffer<Int64> &cells) noexcept {
    const auto levels = 2 * (max_order - order);
    if (!cells.reserve(count_pixels(order, keys))) {
        return;
    }
    for (Spans spans(keys); (*spans).begin != past_all.begin; spans.next()) {
        for (auto nest = (*spans).begin >> levels; nest < (*spans).end >> levels; ++nest) {
            cells.push(static_cast<Int64>(nest));
        }
    }
    kernels.nest2mort(cells.size(), {&order, 0}, cells.data(), cells.data());
}

// Of each of n cells whether it lies in a set wholly. Returns how many it has
// done: those before the first number that is no index.
inline std::size_t find_in_spans(const Kernels &kernels, std::size_t n, const Int64 *cells,
                                 const Buffer<Span> &set, bool *found) noexcept {
    return by_block(n, [&](std::size_t begin, std::size_t count) {
        Int64 order[block_size];
        Int64 normed[block_size];
        Int64 parents[block_size];
        const std::size_t done = kernels.mort2norm(count, cells + begin, order, normed, parents);
        Span cell[block_size];
        std::size_t low[block_size]; // the last span that begins not behind the cell
        for (std::size_t i = 0; i < done; ++i) {
            cell[i] = key_span(cell_key(order[i], normed[i], parents[i]));
            low[i] = 0;
        }
        // Step by step for the whole block, so that no cell waits for the memory of another.
        for (std::size_t size = set.size(); size > 1; size -= size / 2) {
            const std::size_t half = size / 2;
            for (std::size_t i = 0; i < done; ++i) { // a branch could not be foretold
                const std::size_t behind = set[low[i] + half].begin <= cell[i].begin;
                low[i] += half & (0 - behind);
            }
        }
        for (std::size_t i = 0; i < done; ++i) {
            found[begin + i] = !set.empty() && set[low[i]].begin <= cell[i].begin &&
                               cell[i].end <= set[low[i]].end;
        }
        return done;
    });
}

} // namespace mortie
