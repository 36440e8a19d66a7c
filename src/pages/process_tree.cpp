#include "src/pages/process_tree.hpp"

#include <algorithm>
#include <cstdint>
#include <map>

namespace netrunner {

std::vector<Span> spans_of(const ShownRun& run) {
    const double length = run.length();
    std::map<std::int64_t, std::size_t> latest;  // by process number
    std::vector<Span> spans;
    for (const SeenProcess& process : run.processes) {
        Span span{.start = process.start, .end = std::max(process.end.value_or(length), process.start)};
        const auto parent = latest.find(process.parent);
        if (process.parent != 0 && parent != latest.end()) span.parent = parent->second;
        if (process.pid != 0) latest[process.pid] = spans.size();
        spans.push_back(span);
    }
    return spans;
}

}  // namespace netrunner
