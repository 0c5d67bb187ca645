// The cells that a region covers.
//
// A walk along its boundary leaves a passage for each cell on the way: a 64-bit word with the cell,
// and by how much its corners differ in how many parts of the region hold them. Sorted, the
// passages are the boundary's cells in the order of the curve. Between them lie the others, wholly
// inside or outside: one walk through the tree of cells, which knows of each cell's southern corner
// whether it lies inside, tells of the other corners from the passages alone.
#pragma once

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "index/healpix.hpp"
#include "index/morton.hpp"
#include "regions/buffer.hpp"
#include "regions/grid.hpp"
#include "regions/sphere.hpp"
#include "regions/walk.hpp"

namespace mortie {

// A passage: 15 spare bits, 38 of the nested cell (42 at order 19), whether an arc runs through it,
// which corners an arc meets within rounding, and the differences between corners, plus one.
//
//     | nest ...         | through | corners met | east - south | west - south | north - east |
//       16 bits and up      10        9 - 6         5 - 4          3 - 2          1 - 0
using Passage = std::uint64_t;

inline constexpr Passage no_difference = 0b01'01'01;
inline constexpr Passage twice_no_difference = 0b10'10'10;
inline constexpr int passage_bits = 16;

static constexpr std::int64_t nest_of(Passage passage) noexcept {
    return static_cast<std::int64_t>(passage >> passage_bits);
}

// The passages of one cell, added up.
struct Crossings {
    std::int64_t east = 0, west = 0, north = 0; // minus the southern corner
    unsigned met = 0;                           // bit c: corner c
    bool through = false;

    constexpr void add(Passage passage) noexcept {
        const std::int64_t to_east = static_cast<std::int64_t>(passage >> 4 & 3) - 1;
        east += to_east;
        west += static_cast<std::int64_t>(passage >> 2 & 3) - 1;
        north += to_east + static_cast<std::int64_t>(passage & 3) - 1;
        met |= static_cast<unsigned>(passage >> 6) & 15;
        through = through || (passage >> 10 & 1) != 0;
    }
};

// By how much corners of base cells differ, along their edges.
struct BaseCrossings {
    std::int64_t east[12] = {}, west[12] = {}, north[12] = {}; // as above; north minus east
};

// What a walk along one ring adds to the passages of a region.
class Recorder {
  public:
    static constexpr bool wants_angles = false;

    Recorder(std::int64_t order, Buffer<Passage> &passages) noexcept
        : grid_(order), passages_(passages) {}

    // 1 if the left side of the walk is the inside, -1 if it is walked along backwards, 0 for a
    // line.
    void set_weight(std::int64_t weight) noexcept { weight_ = weight; }

    void begin(Pixel pixel) noexcept { open(pixel); }

    void pass(bool touched) noexcept { through_ = through_ || !touched; }

    void cross(int out, Pixel next, int in) noexcept {
        add(out, weight_);
        end();
        open(next);
        add(in, -weight_);
    }

    void end() noexcept {
        if (east_ != 0 || west_ != 0 || north_ != 0) {
            add_to_sums();
        }
        const std::int64_t differences = (east_ + 1) << 4 | (west_ + 1) << 2 | (north_ + 1);
        push(pixel_, static_cast<Passage>(differences) | Passage{through_} << 10);
    }

    void touch(Pixel pixel) noexcept { push(pixel, no_difference); }

    void touch_corner(Pixel pixel, int corner) noexcept {
        push(pixel, no_difference | Passage{1} << (6 + corner));
    }

    void broken() noexcept { is_broken_ = true; }
    bool is_broken() const noexcept { return is_broken_; }

    const BaseCrossings &base() const noexcept { return base_; }

    // How many southern corners of cells differ from that of their base cell, with signs.
    std::int64_t differing() const noexcept { return differing_; }

  private:
    void open(Pixel pixel) noexcept {
        pixel_ = pixel;
        east_ = west_ = north_ = 0;
        through_ = false;
    }

    // The corner on the left of an edge that we leave by is held by one part more.
    void add(int edge, std::int64_t weight) noexcept {
        switch (edge) {
        case south_east:
            east_ += weight;
            break;
        case north_east:
            north_ += weight;
            break;
        case south_west:
            west_ -= weight;
            break;
        default: // follows from the others
            break;
        }
    }

    void add_to_sums() noexcept {
        const std::int64_t last = grid_.last();
        const auto [x, y, face] = pixel_;
        differing_ += west_ * (last - y);
        if (y == 0) {
            differing_ += east_ * (last - x) * grid_.nside();
            base_.east[face] += east_;
        }
        if (x == 0) {
            base_.west[face] += west_;
        }
        if (x == last) {
            base_.north[face] += north_;
        }
    }

    void push(Pixel pixel, Passage rest) noexcept {
        const auto nest = static_cast<Passage>(pixel2nest(grid_.order(), pixel));
        passages_.push(nest << passage_bits | rest);
    }

    Grid grid_;
    Buffer<Passage> &passages_;
    std::int64_t weight_ = 0;
    Pixel pixel_ = {};
    std::int64_t east_ = 0, west_ = 0, north_ = 0;
    bool through_ = false;
    bool is_broken_ = false;
    BaseCrossings base_;
    std::int64_t differing_ = 0;
};

// By how much corners of base cells differ from the north pole, when a ring's left side counts one
// more than its right.
struct Differences {
    std::int64_t south[12]; // the southern corners of the base cells
    std::int64_t cells;     // the southern corners of all cells, added up

    Differences(const Grid &grid, const Recorder &ring) noexcept : cells(ring.differing()) {
        const BaseCrossings &base = ring.base();
        for (int q = 0; q < 4; ++q) {
            south[q] = -(base.east[q] + base.north[q]);
            south[4 + q] = south[q] - base.east[4 + q];
            south[8 + q] = south[q] - (base.east[8 + q] + base.north[8 + q]);
            cells += south[q] + base.west[q]; // the corner where it meets two others
        }
        for (const std::int64_t corner : south) {
            cells += corner * grid.nside() * grid.nside();
        }
    }
};

enum class Kind : std::uint8_t { shell, hole, line, points, disc };

enum class Fault : std::uint8_t {
    none,
    memory,
    bad_latitude,
    bad_longitude,
    bad_radius,
    antipodal,
    too_few,
    broken,
};

// Asked now and then whether to stop.
struct Interrupt {
    bool (*interrupted)(void *) = nullptr;
    void *argument = nullptr;

    bool operator()() const noexcept { return interrupted != nullptr && interrupted(argument); }
};

inline constexpr std::size_t steps_between_interrupts = 1 << 20; // some 20 ms

// What is wrong with a path, and where.
struct Finding {
    Fault fault = Fault::none;
    std::size_t vertex = 0;
};

// A ring, a line, some points or a disc (its centre, then its radius in degrees as a latitude).
struct Path {
    Kind kind;
    const double *lat, *lon; // degrees
    std::size_t size;
};

[[maybe_unused]] static bool are_antipodal(const Vertex &a, const Vertex &b) noexcept {
    const Vector sum = a.at + b.at;
    if (dot(sum, sum) > 1e-20) {
        return false;
    }
    const Vector normal = great_circle(a, b);
    return !(dot(normal, normal) > 0.5);
}

// The boundary of a region: its passages, and by how many parts of the region the base cells'
// southern corners are held.
class Boundary {
  public:
    Boundary(std::int64_t order, bool oriented, Interrupt interrupt) noexcept
        : grid_(order), oriented_(oriented), interrupt_(interrupt) {}

    Finding add(const Path &path) noexcept {
        Recorder recorder(grid_.order(), passages_);
        Walk<Recorder> walk(grid_.order(), recorder);
        const std::size_t first = passages_.size();
        Finding found = check(path);
        if (found.fault != Fault::none) {
            return found;
        }
        if (path.kind == Kind::disc) {
            add_disc(path, walk, recorder, first);
        } else if (path.kind == Kind::points) {
            for (std::size_t i = 0; i < path.size; ++i) {
                walk.point(make_vertex(path.lat[i], path.lon[i]));
            }
        } else {
            found = add_arcs(path, walk, recorder);
            if (found.fault == Fault::none && path.kind != Kind::line) {
                found = close(path, recorder, first);
            }
        }
        if (found.fault == Fault::none && (passages_.failed() || recorder.is_broken())) {
            found.fault = passages_.failed() ? Fault::memory : Fault::broken;
        }
        return found;
    }

    // For the next region.
    void clear() noexcept {
        passages_.clear();
        asked_at_ = 0;
        std::fill_n(inside_, 12, 0);
    }

    bool is_stopped() const noexcept { return is_stopped_; }

    // Sorts the passages by cells; false if there is no memory.
    bool sort() noexcept {
        if (passages_.size() < 256) {
            std::sort(passages_.begin(), passages_.end());
            return true;
        }
        const std::size_t n = passages_.size();
        if (!sorted_.reserve(n)) {
            return false;
        }
        constexpr int digit_bits = 11;
        const int bits = passage_bits + 4 + 2 * static_cast<int>(grid_.order());
        for (int shift = passage_bits; shift < bits; shift += digit_bits) {
            std::size_t starts[1 << digit_bits] = {};
            const auto digit = [shift](Passage passage) {
                return passage >> shift & ((1 << digit_bits) - 1);
            };
            for (const Passage passage : passages_) {
                ++starts[digit(passage)];
            }
            std::size_t sum = 0;
            for (std::size_t &start : starts) {
                sum += std::exchange(start, sum);
            }
            for (const Passage passage : passages_) {
                sorted_.data()[starts[digit(passage)]++] = passage;
            }
            sorted_.resize(n);
            passages_.swap(sorted_);
        }
        return true;
    }

    const Grid &grid() const noexcept { return grid_; }
    const Buffer<Passage> &passages() const noexcept { return passages_; }
    std::int64_t inside(std::int64_t face) const noexcept { return inside_[face]; }

  private:
    static Finding check(const Path &path) noexcept {
        const std::size_t points = path.kind == Kind::disc ? 1 : path.size;
        for (std::size_t i = 0; i < points; ++i) {
            if (!is_lat(path.lat[i])) {
                return {Fault::bad_latitude, i};
            }
            if (!is_lon(path.lon[i])) {
                return {Fault::bad_longitude, i};
            }
        }
        if (path.kind == Kind::disc && !(0 <= path.lat[1] && path.lat[1] <= 180)) {
            return {Fault::bad_radius, 0};
        }
        return {};
    }

    // Walks along the arcs, each from its lesser to its greater end, so that regions that share
    // arcs share their chains of cells.
    Finding add_arcs(const Path &path, Walk<Recorder> &walk, Recorder &recorder) noexcept {
        if (path.size == 0) {
            return {};
        }
        const bool ring = path.kind != Kind::line;
        const Vertex first = make_vertex(path.lat[0], path.lon[0]);
        Vertex before = first;
        Vector other = first.at; // what shows, with the first, that there are three vertices
        std::size_t distinct = 1;
        for (std::size_t i = 1; i < path.size + ring; ++i) {
            const Vertex vertex = i < path.size ? make_vertex(path.lat[i], path.lon[i]) : first;
            if (vertex.at == before.at) {
                continue;
            }
            if (are_antipodal(before, vertex)) {
                return {Fault::antipodal, i - 1};
            }
            if (distinct == 1) {
                other = vertex.at;
                distinct = 2;
            } else if (!(vertex.at == other) && !(vertex.at == first.at)) {
                distinct = 3;
            }
            const bool backwards = vertex.at < before.at;
            recorder.set_weight(ring ? (backwards ? -1 : 1) : 0);
            backwards ? walk.arc(vertex, before) : walk.arc(before, vertex);
            before = vertex;
            if (passages_.size() > asked_at_ + steps_between_interrupts) {
                asked_at_ = passages_.size();
                is_stopped_ = interrupt_();
                if (is_stopped_) {
                    return {};
                }
            }
        }
        if (ring && distinct < 3) {
            return {Fault::too_few, 0};
        }
        if (distinct == 1) {
            walk.point(first);
        }
        return {};
    }

    void add_disc(const Path &path, Walk<Recorder> &walk, Recorder &recorder,
                  std::size_t first) noexcept {
        // The smaller of the two discs that the circle bounds.
        const double radius = path.lat[1];
        const bool larger = radius > 90;
        const double smaller = (larger ? 180 - radius : radius) * degree;
        const Vertex vertex = make_vertex(path.lat[0], path.lon[0]);
        if (smaller < 0x1p-52) {
            const double lon = path.lon[0] + 180;
            walk.point(larger ? make_vertex(-path.lat[0], lon) : vertex);
            for (std::int64_t &count : inside_) {
                count += larger;
            }
            return;
        }
        recorder.set_weight(1);
        walk.circle(larger ? -vertex.at : vertex.at, smaller);
        const Differences differences(grid_, recorder);
        const std::int64_t factor = larger ? -1 : 1;
        const std::int64_t from_pole = factor * differences.cells;
        count_inside(differences, factor, from_pole < 0 || (from_pole == 0 && larger), first);
    }

    Finding close(const Path &ring, const Recorder &recorder, std::size_t first) noexcept {
        const Differences differences(grid_, recorder);
        const std::int64_t nside = grid_.nside();
        const std::int64_t corners = 12 * nside * nside;
        // How many corners lie on the other side than the north pole, and how many might do so if
        // one moved the ring by a cell.
        const std::int64_t other = differences.cells < 0 ? -differences.cells : differences.cells;
        const auto unsure = static_cast<std::int64_t>(passages_.size() - first);
        std::int64_t left = differences.cells < 0 ? -1 : 1; // 1 if the left side is the inside
        bool pole = false;                                  // whether the pole lies inside
        const bool small = 4 * other < corners;
        const bool large = 4 * (corners - other) < corners;
        if (oriented_ || 8 * unsure > corners || !(small || large)) {
            const double area = left_area(ring);
            if (oriented_) {
                left = ring.kind == Kind::hole ? -1 : 1;
            } else if (std::fabs(area) > 1e-12 * static_cast<double>(ring.size)) {
                left = area > 0 ? 1 : -1;
            } else if (2 * other > corners) {
                left = -left;
            }
            pole = left * differences.cells < 0 ||
                   (differences.cells == 0 && oriented_ &&
                    static_cast<double>(left) * area < -1e-12 * static_cast<double>(ring.size));
        } else if (large) {
            left = -left;
            pole = true;
        }
        if (ring.kind == Kind::hole) {
            count_inside(differences, -left, -std::int64_t{pole}, first);
        } else {
            count_inside(differences, left, pole, first);
        }
        return {};
    }

    // Counts a ring's inside, when `factor` is what its left side adds.
    void count_inside(const Differences &differences, std::int64_t factor, std::int64_t pole,
                      std::size_t first) noexcept {
        for (int face = 0; face < 12; ++face) {
            inside_[face] += pole + factor * differences.south[face];
        }
        if (factor < 0) {
            for (std::size_t i = first; i < passages_.size(); ++i) {
                const Passage mirrored = twice_no_difference - (passages_[i] & 63);
                passages_[i] = (passages_[i] & ~Passage{63}) | mirrored;
            }
        }
    }

    // The area on the left of a ring, in -2 pi to 2 pi: less by 4 pi than it is, if that is more
    // than half the sphere. Sum of the triangles that its arcs make with a point (Eriksson 1990,
    // Mathematics Magazine 63, 184).
    static double left_area(const Path &ring) noexcept {
        constexpr Vector top = {0.36, 0.48, 0.8};
        double sum = 0;
        Vector before = latlon2vector(ring.lat[ring.size - 1], ring.lon[ring.size - 1]);
        for (std::size_t i = 0; i < ring.size; ++i) {
            const Vector at = latlon2vector(ring.lat[i], ring.lon[i]);
            sum += 2 * std::atan2(dot(top, cross(before - at, before + at)) / 2,
                                  1 + dot(top, before) + dot(before, at) + dot(at, top));
            before = at;
        }
        return std::remainder(sum, 4 * pi);
    }

    Grid grid_;
    bool oriented_;
    Interrupt interrupt_;
    std::size_t asked_at_ = 0;
    bool is_stopped_ = false;
    Buffer<Passage> passages_;
    Buffer<Passage> sorted_;
    std::int64_t inside_[12] = {};
};

enum class Mode : std::uint8_t { overlap, centre, within, boundary };

// The order of the cells at which a boundary has to be walked along: centres are corners of the
// next order.
static constexpr std::int64_t walked_order(std::int64_t order, Mode mode) noexcept {
    return order + (mode == Mode::centre);
}

// The nested cells of one order, met by a boundary, whose centres lie inside: in their order.
using Centres = Buffer<std::int64_t>;

// Walks through the tree of cells, from a boundary's sorted passages, and writes the cells of the
// region or only counts them.
class Descent {
  public:
    Descent(std::int64_t order, Mode mode, bool mixed, const Boundary &boundary,
            Interrupt interrupt) noexcept
        : order_(order), mode_(mode), mixed_(mixed), boundary_(boundary), interrupt_(interrupt) {}

    // Where to write the indices to.
    void set_output(std::int64_t *out) noexcept { out_ = out; }

    // Where to write the cells to that a boundary meets and whose centres lie inside.
    void set_centres(Centres *centres) noexcept { centres_out_ = centres; }

    // Tells of cells that an arc meets at each corner and passes through nowhere.
    void know_centres(const Centres *centres) noexcept { centres_ = centres; }

    void run() noexcept {
        size_ = 0;
        const Passage *first = boundary_.passages().begin();
        const Passage *end = boundary_.passages().end();
        for (std::int64_t face = 0; face < 12; ++face) {
            const Passage *last = split(first, end, 0, face);
            visit(0, face, first, last, boundary_.inside(face));
            first = last;
        }
    }

    std::int64_t size() const noexcept { return size_; }
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
                fill(level, nest);
            }
            return {south, south, south, full};
        }
        if (level == boundary_.grid().order()) {
            return meet(level, nest, first, last, south);
        }
        const std::int64_t size = size_;
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
                fill(level, nest);
                if (centres_out_ != nullptr) {
                    centres_out_->push(nest);
                }
            }
        } else if (full && mixed_) {
            size_ = size;
            fill(level, nest);
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
            fill(level, nest);
        }
        return {corners[east_corner], corners[west_corner], corners[north_corner], full};
    }

    void fill(std::int64_t level, std::int64_t nest) noexcept {
        const std::int64_t depth = mixed_ ? 0 : order_ - level;
        const std::int64_t count = std::int64_t{1} << 2 * depth;
        if (out_ != nullptr) {
            write(level + depth, nest << 2 * depth, count, out_ + size_);
        }
        size_ += count;
    }

    // Indices of cells that follow one another, a power of 4, in one base cell.
    void write(std::int64_t order, std::int64_t nest, std::int64_t count,
               std::int64_t *out) noexcept {
        const std::int64_t parent = nest >> 2 * order;
        const std::int64_t block = std::min<std::int64_t>(count, 4096);
        const std::int64_t sign = parent < 6 ? 1 : -1;
        constexpr std::int64_t between_interrupts = 4 * std::int64_t{steps_between_interrupts};
        for (std::int64_t done = 0; done < count && !is_stopped_; done += block) {
            if (done % between_interrupts == 0 && count >= between_interrupts) {
                is_stopped_ = interrupt_();
            }
            const std::int64_t first = encode(order, nest + done, parent);
            for (std::int64_t i = 0; i < block; ++i) {
                out[done + i] = first + sign * std::int64_t{six_digits.entry[i]};
            }
        }
    }

    std::int64_t order_;
    Mode mode_;
    bool mixed_;
    const Boundary &boundary_;
    Interrupt interrupt_;
    std::int64_t *out_ = nullptr;
    Centres *centres_out_ = nullptr;
    const Centres *centres_ = nullptr;
    std::int64_t size_ = 0;
    std::size_t steps_ = 0;
    bool is_stopped_ = false;
    bool is_unsure_ = false;
};

// Covers one region after the other: begin, add its paths, count, write.
class Coverer {
  public:
    Coverer(std::int64_t order, Mode mode, bool mixed, bool oriented, Interrupt interrupt) noexcept
        : order_(order), mode_(mode), mixed_(mixed), interrupt_(interrupt),
          boundary_(walked_order(order, mode), oriented, interrupt),
          finer_(walked_order(order, Mode::centre), oriented, interrupt),
          descent_(order, mode, mixed, boundary_, interrupt) {}

    void begin() noexcept {
        boundary_.clear();
        finer_.clear();
        paths_.clear();
        descent_.know_centres(nullptr);
    }

    Finding add(const Path &path) noexcept {
        if (mode_ == Mode::within) {
            paths_.push(path);
        }
        return boundary_.add(path);
    }

    // The number of cells; write gives it, too.
    Finding count() noexcept {
        if (is_stopped()) {
            return {};
        }
        if (paths_.failed() || !boundary_.sort()) {
            return {Fault::memory};
        }
        descent_.set_output(nullptr);
        descent_.run();
        if (!descent_.is_unsure()) {
            return {};
        }
        for (const Path &path : paths_) {
            if (const Finding found = finer_.add(path); found.fault != Fault::none) {
                return found;
            }
        }
        if (is_stopped()) {
            return {};
        }
        centres_.clear();
        if (!finer_.sort()) {
            return {Fault::memory};
        }
        Descent centres(order_, Mode::centre, false, finer_, interrupt_);
        centres.set_centres(&centres_);
        centres.run();
        descent_.know_centres(&centres_);
        descent_.run();
        return {centres_.failed() ? Fault::memory : Fault::none};
    }

    std::int64_t size() const noexcept { return descent_.size(); }

    // Appends the cells.
    Finding write(Buffer<std::int64_t> &cells) noexcept {
        const std::size_t before = cells.size();
        const std::size_t after = before + static_cast<std::size_t>(size());
        // At each order three cells may wait for the fourth, to become one.
        if (!cells.reserve(after + (mixed_ ? 3 * max_order : 0))) {
            return {Fault::memory};
        }
        descent_.set_output(cells.data() + before);
        descent_.run();
        cells.resize(after);
        return {};
    }

    bool is_stopped() const noexcept {
        return boundary_.is_stopped() || finer_.is_stopped() || descent_.is_stopped();
    }

  private:
    std::int64_t order_;
    Mode mode_;
    bool mixed_;
    Interrupt interrupt_;
    Boundary boundary_;
    Boundary finer_; // at the next order, for the centres of cells met at each corner
    Buffer<Path> paths_;
    Centres centres_;
    Descent descent_;
};

} // namespace mortie
