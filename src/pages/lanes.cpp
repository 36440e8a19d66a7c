#include "src/pages/lanes.hpp"

namespace netrunner {

Lanes lanes_for(const std::vector<Span>& spans) {
    Lanes lanes;
    std::vector<double> free_from;  // by lane
    for (const Span& span : spans) {
        std::size_t lane = span.parent ? lanes.of[*span.parent] + 1 : 0;
        while (lane < free_from.size() && free_from[lane] > span.start) ++lane;
        if (lane >= free_from.size()) free_from.resize(lane + 1, 0);
        free_from[lane] = span.end;
        lanes.of.push_back(lane);
    }
    lanes.count = free_from.size();
    return lanes;
}

}  // namespace netrunner
