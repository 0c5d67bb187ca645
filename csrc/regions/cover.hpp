// The cells that a region covers.
//
// A walk along its boundary leaves a passage for each cell on the way: a 64-bit word with the cell,
// and by how much its corners differ in how many parts of the region hold them. Sorted, the
// passages are the boundary's cells in the order of the curve. Between them lie the others, wholly
// inside or outside: one walk through the tree of cells, which knows of each cell's southern corner
// whether it lies inside, tells of the other corners from the passages alone.
#pragma once

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
          descent_(order, mode, mixed, boundary_, interrupt) {
        boundary_.tell(&search_);
        if (mode == Mode::within) {
            boundary_.keep_only_insides();
            finer_.keep_only_insides();
        }
    }

    void begin() noexcept {
        boundary_.clear();
        finer_.clear();
        paths_.clear();
        search_.clear();
        parts_ = 0;
        descent_.know_centres(nullptr);
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

    // The number of cells; write gives it, too.
    Finding count() noexcept {
        if (const Finding found = end_polygon(); found.fault != Fault::none) {
            return found;
        }
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
        return boundary_.is_stopped() || search_.is_stopped() || finer_.is_stopped() ||
               descent_.is_stopped();
    }

  private:
    Finding end_polygon() noexcept {
        const Finding found = is_stopped() ? Finding{} : search_.find();
        search_.clear();
        return found;
    }

    std::int64_t order_;
    Mode mode_;
    bool mixed_;
    Interrupt interrupt_;
    Boundary boundary_;
    Boundary finer_; // at the next order, for the centres of cells met at each corner
    CrossingSearch search_;
    std::size_t parts_ = 0;
    Buffer<Path> paths_;
    Centres centres_;
    Descent descent_;
};

} // namespace mortie
