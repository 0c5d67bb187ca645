// Sets of cells against a walk over all their ends: unions, intersections and differences have the
// area they should and are compact, cells lie in a set or not, and what is no index is reported.
#include "harness.hpp"

#include <algorithm>
#include <memory>

#include "regions/sets.hpp"

namespace {

using namespace harness;
using mortie::Buffer;
using mortie::Key;

constexpr std::size_t words_each = 1;

// Pixels of order 18, by the reference's reading of an index.
struct Pixels {
    Int64 begin, end;
};

Pixels pixels_of(Int64 morton) {
    const reference::Norm norm = reference::mort2norm(morton);
    const Int64 begin = (norm.parent << 36) + (norm.normed << 2 * (18 - norm.order));
    return {begin, begin + (Int64{1} << 2 * (18 - norm.order))};
}

// Most often near others: few base cells, and addresses of few digits that are not 0.
Int64 make_cell(std::uint64_t word) {
    Bits bits(word);
    const Int64 order = bits.below(19, 5);
    const Int64 parent = bits.rarely(3) ? bits.below(12, 4) : bits.below(2, 1);
    const unsigned shift = static_cast<unsigned>(2 * bits.below(order + 1, 5));
    if (bits.rarely(9)) {
        return static_cast<Int64>(word);
    }
    const auto address = bits.rarely(3) ? word : bits.take(4) << shift;
    return reference::norm2mort(order, static_cast<Int64>(address), parent);
}

// The keys of cells up to the first number that is no index; `cells` keeps these.
Buffer<Key> make_keys(const Kernels &kernels, std::vector<Int64> &cells) {
    const auto good = [](Int64 cell) { return reference::mort2norm(cell).order >= 0; };
    const auto size = static_cast<std::size_t>(std::find_if_not(cells.begin(), cells.end(), good) -
                                               cells.begin());
    Buffer<Key> keys;
    const std::size_t done = mortie::add_keys(kernels, cells.size(), cells.data(), keys);
    mortie::sort_keys(keys);
    if (done != size || keys.size() != size || keys.failed()) {
        fails("keys are lost");
    }
    cells.resize(size);
    return keys;
}

bool holds(const std::vector<Int64> &cells, Int64 pixel) {
    return std::any_of(cells.begin(), cells.end(), [pixel](Int64 cell) {
        const Pixels pixels = pixels_of(cell);
        return pixels.begin <= pixel && pixel < pixels.end;
    });
}

// Where the area that `keep` chooses begins and ends, in turns.
template <typename Keep>
std::vector<Int64> walk(const std::vector<Int64> &a, const std::vector<Int64> &b, Keep keep) {
    std::vector<Int64> ends;
    for (const auto *cells : {&a, &b}) {
        for (const Int64 cell : *cells) {
            const Pixels pixels = pixels_of(cell);
            ends.insert(ends.end(), {pixels.begin, pixels.end});
        }
    }
    std::sort(ends.begin(), ends.end());
    ends.erase(std::unique(ends.begin(), ends.end()), ends.end());
    std::vector<Int64> turns;
    for (const Int64 end : ends) { // what lies behind it is in one set or the other, up to the next
        if (keep(holds(a, end), holds(b, end)) != (turns.size() % 2 == 1)) {
            turns.push_back(end);
        }
    }
    return turns;
}

// Whether an area, as of walk(), holds all these pixels.
bool holds(const std::vector<Int64> &turns, Pixels pixels) {
    const auto after = std::upper_bound(turns.begin(), turns.end(), pixels.begin);
    return (after - turns.begin()) % 2 == 1 && pixels.end <= *after;
}

void check(const Buffer<Int64> &cells, const std::vector<Int64> &turns) {
    std::vector<Int64> found;
    for (const Int64 cell : cells) {
        const Pixels pixels = pixels_of(cell);
        if (!found.empty() && pixels.begin < found.back()) {
            fails("cells out of order");
        }
        if (!found.empty() && pixels.begin == found.back()) {
            found.back() = pixels.end;
        } else {
            found.insert(found.end(), {pixels.begin, pixels.end});
        }
        const Int64 size = 4 * (pixels.end - pixels.begin);
        const Int64 begin = pixels.begin / size * size;
        if (size <= Int64{1} << 36 && holds(turns, {begin, begin + size})) {
            fails("a larger cell fits");
        }
    }
    if (found != turns) {
        fails("another area");
    }
}

template <typename Keep>
std::vector<Int64> combine(const std::vector<Int64> &a, const std::vector<Int64> &b,
                           const Buffer<Key> &a_keys, const Buffer<Key> &b_keys, Keep keep) {
    Buffer<Int64> cells;
    mortie::combine(a_keys, b_keys, keep, cells);
    const std::vector<Int64> turns = walk(a, b, keep);
    check(cells, turns);
    return turns;
}

void compare(const Kernels &kernels, std::vector<Int64> a, std::vector<Int64> b) {
    const Buffer<Key> a_keys = make_keys(kernels, a);
    const Buffer<Key> b_keys = make_keys(kernels, b);
    combine(a, b, a_keys, b_keys, [](bool x, bool y) { return x || y; });
    combine(a, b, a_keys, b_keys, [](bool x, bool y) { return x && y; });
    combine(a, b, a_keys, b_keys, [](bool x, bool y) { return x && !y; });

    const auto turns = walk({}, b, [](bool, bool y) { return y; });
    Buffer<mortie::Span> spans;
    for (mortie::Spans each(b_keys); (*each).begin != mortie::past_all.begin; each.next()) {
        spans.push(*each);
    }
    const auto found = std::make_unique<bool[]>(a.size());
    if (mortie::find_in_spans(kernels, a.size(), a.data(), spans, found.get()) != a.size()) {
        fails("cells are lost");
    }
    for (std::size_t i = 0; i < a.size(); ++i) {
        if (found[i] != holds(turns, pixels_of(a[i]))) {
            fails("a cell lies elsewhere");
        }
    }
}

} // namespace

const std::size_t harness::bytes_each = words_each * sizeof(std::uint64_t);

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    const harness::Input input(data, size);
    // Some dozens each, whose ends are all compared.
    constexpr std::size_t most = 64;
    for (std::size_t begin = 0; begin < input.words.size(); begin += 2 * most) {
        const std::size_t count = std::min(2 * most, input.words.size() - begin);
        std::vector<Int64> sets[2];
        for (std::size_t i = 0; i < count; ++i) {
            sets[i * 2 / count].push_back(make_cell(input.words[begin + i]));
        }
        for (const Kernels *kernels : supported) {
            compare(*kernels, sets[0], sets[1]);
        }
    }
    return 0;
}
