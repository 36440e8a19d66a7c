// The command line asks for something impossible.
#pragma once

#include <stdexcept>

namespace netrunner {

/// `what()` is one line.
class UsageError : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

}  // namespace netrunner
