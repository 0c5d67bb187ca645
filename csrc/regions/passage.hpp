// What a walk along a boundary leaves behind in each cell: a 64-bit word with the cell, and by how
// much its corners differ in how many parts of the region hold them.
#pragma once

#include <cstdint>

#include "index/healpix.hpp"
#include "regions/buffer.hpp"
#include "regions/grid.hpp"

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

    // Whether it crossed an edge of the cells there, of four of which this is the southern corner:
    // one arc more or less around it, within rounding, counts fourfold.
    bool at_south_pole() const noexcept { return at_south_pole_; }

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
        at_south_pole_ = at_south_pole_ || (face >= 8 && x == 0 && y == 0);
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
        const Passage passage = nest << passage_bits | rest;
        if (passage == last_ && (passage & 63) == no_difference) { // it says nothing new
            return;
        }
        last_ = passage;
        passages_.push(passage);
    }

    Grid grid_;
    Buffer<Passage> &passages_;
    std::int64_t weight_ = 0;
    Passage last_ = 0; // which no passage is
    Pixel pixel_ = {};
    std::int64_t east_ = 0, west_ = 0, north_ = 0;
    bool through_ = false;
    bool is_broken_ = false;
    bool at_south_pole_ = false;
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

} // namespace mortie
