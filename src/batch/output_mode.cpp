#include "src/batch/output_mode.hpp"

#include "src/batch/group_outputs.hpp"
#include "src/batch/line_outputs.hpp"

namespace netrunner {

std::unique_ptr<Outputs> make_outputs(const BatchOptions& options, OwnOutputs own) {
    using Mode = OutputModeChoice::Kind;
    switch (options.output_mode.kind) {
        case Mode::null:
        case Mode::inherit:
        case Mode::files: return nullptr;
        case Mode::line: return std::make_unique<LineOutputs>(own);
        case Mode::group:
        case Mode::ordered: break;
    }
    GroupOutputs::Terms terms{.failed_only = options.only_failed, .spill_max = options.spill_max};
    if (options.output_mode.kind == Mode::ordered) terms.order = Floor::Order::input;
    terms.ends_lines = options.tag || options.timestamps != LineStamp::Clock::none;
    return std::make_unique<GroupOutputs>(own, terms);
}

}  // namespace netrunner
