// Makes lines of the bytes of one control connection. A line that is too long is told of once, when its first byte too
// many comes, and the rest of it is skipped. Keeps at most one such line. Reads nothing. Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace netrunner {

class LineSplitter {
  public:
    /// Of a line, without its newline.
    static constexpr std::size_t longest = 64 * 1024;

    struct Line {
        std::string_view text{};  ///< without the newline; valid until the next call, and as long as the caller's bytes
        bool too_long = false;    ///< then there is no text
    };

    /// Takes from the front of `bytes` what the next line needs. Call until it returns nothing: then all bytes have
    /// been taken.
    std::optional<Line> next(std::string_view& bytes);

    /// At the end of the input: the last line if it has no newline. Nothing if there is none, or if it was too long.
    std::optional<std::string_view> rest();

  private:
    void keep(std::string_view part);

    std::string line_;       ///< the beginning of a line whose end has not come
    bool taken_ = false;     ///< `line_` has been returned
    bool skipping_ = false;  ///< up to the next newline
};

}  // namespace netrunner
