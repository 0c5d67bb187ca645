// The cells that a region covers.
//
// A walk along its boundary leaves a passage for each cell on the way: a 64-bit word with the cell,
// and by how much its corners differ in how many parts of the region hold them. Sorted, the
// passages are the boundary's cells in the order of the curve. Between them lie the others, wholly
// inside or outside: one walk through the tree of cells, which knows of each cell's southern corner
// whether it lies inside; for the other corners the passages alone decide.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "index/morton.hpp"
#include "regions/boundary.hpp"
#include "regions/buffer.hpp"
#include "regions/descent.hpp"
#include "regions/path.hpp"
#include "regions/simple.hpp"

namespace mortie {

// Covers one region after the other: begin, add its paths, count, write.
class Coverer {
  public:
    Coverer(std::int64_t order, Mode mode, bool mixed, bool oriented, Interrupt interrupt) noexcept
        : order_(order), mode_(mode), mixed_(mixed), interrupt_(interrupt),
          boundary_(walked_order(order, mode), oriented, interrupt),
          finer_(walked_order(order, Mode::centre), oriented, interrupt), search_(interrupt),
          descent_(order, mode, boundary_, interrupt) {
        boundary_.report_to(&search_);
    }

    void begin() noexcept {
        boundary_.clear();
        finer_.clear();
        paths_.clear();
        search_.clear();
        blocks_.clear();
        parts_ = 0;
        polygons_ = 0;
    }

    // A polygon's holes follow its shell.
    Finding add(const Path &path) noexcept {
        if (path.kind != Kind::hole) {
            if (const Finding found = end_polygon(); found.fault != Fault::none) {
                return found;
            }
        }
        search_.begin_ring(parts_++);
        if (mode_ == Mode::within) {
            paths_.push(path);
        }
        const Finding found = boundary_.add(path);
        search_.end_ring();
        return found;
    }

    // Finds the cells, so that their number is known.
    Finding count() noexcept {
        size_ = 0;
        if (const Finding found = end_polygon(); found.fault != Fault::none) {
            return found;
        }
        if (mode_ != Mode::within) {
            if (const Finding found = descend(); found.fault != Fault::none) {
                return found;
            }
        } else if (polygons_ > 1 && !unite(blocks_)) {
            return {Fault::memory};
        }
        for (const Block block : blocks_) {
            size_ += std::int64_t{1} << 2 * depth_of(block);
        }
        return {blocks_.failed() ? Fault::memory : Fault::none};
    }

    std::int64_t size() const noexcept { return size_; }

    // Appends the cells.
    Finding write(Buffer<std::int64_t> &cells) noexcept {
        const std::size_t before = cells.size();
        if (!cells.resize(before + static_cast<std::size_t>(size_))) {
            return {Fault::memory};
        }
        std::int64_t *out = cells.data() + before;
        for (const Block block : blocks_) {
            const std::int64_t depth = depth_of(block);
            out = write(level_of(block) + depth, nest_of_block(block) << 2 * depth,
                        std::int64_t{1} << 2 * depth, out);
        }
        return {};
    }

    bool is_stopped() const noexcept {
        return is_stopped_ || boundary_.is_stopped() || search_.is_stopped() ||
               finer_.is_stopped() || descent_.is_stopped();
    }

  private:
    // A cell lies within a region if it lies within one polygon, whatever arcs of others or lines
    // run through it: for this mode each polygon is a region of its own.
    Finding end_polygon() noexcept {
        Finding found = is_stopped() ? Finding{} : search_.find();
        search_.clear();
        if (mode_ == Mode::within && found.fault == Fault::none && !boundary_.passages().empty()) {
            found = descend();
            ++polygons_;
            boundary_.clear();
            finer_.clear();
            paths_.clear();
        }
        return found;
    }

    // Appends the cells of the boundary's region.
    Finding descend() noexcept {
        if (is_stopped()) {
            return {};
        }
        if (paths_.failed() || !boundary_.sort()) {
            return {Fault::memory};
        }
        const std::size_t before = blocks_.size();
        descent_.know_centres(nullptr);
        descent_.run(blocks_);
        if (descent_.is_unsure()) {
            blocks_.shrink(before);
            if (const Finding found = find_centres(); found.fault != Fault::none || is_stopped()) {
                return found;
            }
            descent_.run(blocks_);
        }
        return {blocks_.failed() ? Fault::memory : Fault::none};
    }

    // The centres of cells that an arc meets at each corner.
    Finding find_centres() noexcept {
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
        Descent centres(order_, Mode::centre, finer_, interrupt_);
        centres.set_centres(&centres_);
        Buffer<Block> ignored;
        centres.run(ignored);
        descent_.know_centres(&centres_);
        return {centres_.failed() ? Fault::memory : Fault::none};
    }

    std::int64_t depth_of(Block block) const noexcept {
        return mixed_ ? 0 : order_ - level_of(block);
    }

    // Indices of cells that follow one another, a power of 4, in one base cell. Gives their end.
    std::int64_t *write(std::int64_t order, std::int64_t nest, std::int64_t count,
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
        return out + count;
    }

    std::int64_t order_;
    Mode mode_;
    bool mixed_;
    Interrupt interrupt_;
    bool is_stopped_ = false;
    Boundary boundary_;
    Boundary finer_; // at the next order, for the centres of cells met at each corner
    CrossingSearch search_;
    std::size_t parts_ = 0;
    std::size_t polygons_ = 0;
    Buffer<Path> paths_;
    Centres centres_;
    Descent descent_;
    Buffer<Block> blocks_;
    std::int64_t size_ = 0;
};

} // namespace mortie
