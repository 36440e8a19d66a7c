// What ctl is given and gives back: the streams of its caller, and how the order went. Plain values.
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace netrunner {

/// Where ctl reads what it writes to the run, and prints what the run answers.
struct CtlStreams {
    int input = 0;
    int output = 1;  ///< `print` writes to it; ctl only watches whether it still has a reader
    std::function<void(std::string_view bytes)> print;  ///< writes all of it at once; throws if that fails
};

struct CtlResult {
    int status = 0;          ///< 1: the run refused; 141: the reader of the output is gone
    std::string problem{};   ///< why the run refused
    bool not_heard = false;  ///< the run took no request, because too many visitors are connected
};

}  // namespace netrunner
