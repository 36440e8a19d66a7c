// Packs several records into one job (-n N), as many as N and the kernel's room for arguments allow. The job maker
// feeds it and takes the packs. Pure.
#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <optional>
#include <string>

#include "src/batch/record.hpp"

namespace netrunner {

class RecordPacker {
  public:
    /// The space that a value takes in the command's arguments.
    using Cost = std::function<std::size_t(const std::string& value)>;

    /// `most`: records in a pack, at least 1. `room`: for the values' cost together.
    RecordPacker(std::size_t most, std::size_t room, Cost cost);

    /// A record that is not usable closes the open pack and is a pack of its own, so that the order is the input's.
    void add(Record record);
    /// No record follows.
    void finish();
    /// The next complete pack, with the line of its first record.
    std::optional<Record> take();

  private:
    void close();

    std::size_t most_;
    std::size_t room_;
    Cost cost_;
    Record open_;
    std::size_t records_ = 0;  ///< in `open_`
    std::size_t used_ = 0;
    std::deque<Record> ready_;
};

}  // namespace netrunner
