#include "src/batch/output_mode.hpp"

#include <utility>

#include "src/batch/file_outputs.hpp"
#include "src/batch/group_outputs.hpp"
#include "src/batch/line_outputs.hpp"
#include "src/batch/null_outputs.hpp"

namespace netrunner {
namespace {

std::unique_ptr<Outputs> outputs_of_mode(const ConductorSetup& setup, OwnOutputs own) {
    using Mode = OutputModeChoice::Kind;
    const BatchOptions& options = setup.options;
    const bool is_logged = setup.log != nullptr;
    switch (options.output_mode.kind) {
        case Mode::inherit: return nullptr;
        case Mode::null: return is_logged ? std::make_unique<NullOutputs>() : nullptr;
        case Mode::files:
            return is_logged ? std::make_unique<FileOutputs>(options.output_mode.name, setup.own_files) : nullptr;
        case Mode::line: return std::make_unique<LineOutputs>(own);
        case Mode::group:
        case Mode::ordered: break;
    }
    GroupOutputs::Terms terms{.failed_only = options.only_failed, .spill_max = options.spill_max};
    if (options.output_mode.kind == Mode::ordered) terms.order = Floor::Order::input;
    terms.ends_lines = options.tag || options.timestamps != LineStamp::Clock::none;
    return std::make_unique<GroupOutputs>(own, terms);
}

}  // namespace

std::unique_ptr<Outputs> make_outputs(const ConductorSetup& setup, OwnOutputs own, Pump& pump) {
    auto shown = outputs_of_mode(setup, own);
    if (setup.log == nullptr) return shown;
    return std::make_unique<LoggedOutputs>(std::move(shown), std::move(*setup.log), pump, setup.warn);
}

}  // namespace netrunner
