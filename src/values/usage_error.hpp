// Thrown by the parsers of options and by the launch plan when the command line is invalid or contradicts itself. main
// prints the text and exits with 125.
#pragma once

#include <stdexcept>

namespace netrunner {

/// `what()` is one line, without the prefix "netrunner: ".
class UsageError : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

}  // namespace netrunner
