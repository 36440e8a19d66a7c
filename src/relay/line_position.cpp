#include "src/relay/line_position.hpp"

namespace netrunner {

std::string LinePosition::lead(const std::string& line_end, std::size_t columns) const {
    // A terminal moves to the next row only with the character after the last column. So from the first column as many
    // blanks as there are columns stay in the row, and from any other column they do not.
    if (shared_ && columns > 0) return std::string(columns, ' ') + '\r';
    return at_start_ ? "" : line_end;
}

}  // namespace netrunner
