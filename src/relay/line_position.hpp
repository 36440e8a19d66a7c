// Whether what netrunner writes next to standard error begins a line. The relays and the writers of netrunner's own
// lines record what they have written there; the console asks what to write before a line. Does no I/O.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace netrunner {

class LinePosition {
  public:
    /// netrunner has written `bytes` to the file of standard error.
    void note(std::span<const std::byte> bytes) {
        if (!bytes.empty()) at_start_ = bytes.back() == std::byte{'\n'};
    }
    /// From now on, another process writes to that file too: the command, to the terminal that it inherited or was
    /// lent.
    void share() { shared_ = true; }
    [[nodiscard]] bool is_shared() const { return shared_; }

    /// Whether the last byte that netrunner has written there ended a line, or there was none.
    [[nodiscard]] bool is_at_start() const { return at_start_; }

    /// What to write before a line, so that it begins in the first column. `line_end`: of a line on standard error.
    /// `columns`: the width of its terminal if that wraps lines; 0: none. On a shared terminal the column is unknown: a
    /// row of blanks and a carriage return lead to the first column, of this row if the cursor was there already, else
    /// of the next one.
    [[nodiscard]] std::string lead(const std::string& line_end, std::size_t columns) const;

    /// Counts the lines that netrunner has put into the middle of another line.
    [[nodiscard]] std::uint32_t breaks() const { return breaks_; }
    /// netrunner is about to write a line of its own.
    void begin_own_line() {
        if (shared_ || !at_start_) ++breaks_;
    }

  private:
    bool at_start_ = true;
    bool shared_ = false;
    std::uint32_t breaks_ = 0;
};

}  // namespace netrunner
