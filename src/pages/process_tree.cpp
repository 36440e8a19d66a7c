#include "src/pages/process_tree.hpp"

#include <algorithm>
#include <cstdint>
#include <map>

namespace netrunner {

std::vector<Span> spans_of(const ShownRun& run) {
    std::map<std::int64_t, std::size_t> latest;  // by process number
    std::vector<Span> spans;
    for (const SeenProcess& process : run.processes) {
        // Without a known end, the process lived as long as its processor time and until its children started.
        Span span{.start = process.start, .end = process.end.value_or(process.start + process.cpu.value_or(0))};
        const auto parent = latest.find(process.parent);
        if (process.parent != 0 && parent != latest.end()) span.parent = parent->second;
        for (auto above = span.parent; above && !run.processes[*above].end; above = spans[*above].parent)
            spans[*above].end = std::max(spans[*above].end, span.start);
        if (process.pid != 0) latest[process.pid] = spans.size();
        spans.push_back(span);
    }
    return spans;
}

}  // namespace netrunner
