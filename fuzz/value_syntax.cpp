// Parses any text as the value of any option. Expected: a value, a UsageError or an InvalidQuantity.
#include "src/cli/value_syntax.hpp"

#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "src/values/usage_error.hpp"

using namespace netrunner;

namespace {

template <class Parse>
void check(Parse parse) {
    try {
        parse();
    } catch (const UsageError&) {
    } catch (const InvalidQuantity&) {
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(reinterpret_cast<const char*>(data), size);
    check([&] { signal_value(text); });
    check([&] {
        std::vector<StopStep> steps = stop_value(text);
        if (steps.empty()) std::abort();
        // The first step of a sequence can be changed between the tree and the command, and back.
        steps.front().to_command = !steps.front().to_command;
        constexpr std::string_view prefix = "command:";
        if (stop_value(text.starts_with(prefix) ? text.substr(prefix.size()) : std::string(prefix) + text) != steps)
            std::abort();
    });
    check([&] { orphans_value(text); });
    check([&] { standard_input_value(text); });
    check([&] { standard_error_value(text); });
    check([&] {
        if (environment_value(text).name.empty()) std::abort();
    });
    check([&] { variable_name_value(text); });
    check([&] {
        const ResourceLimit limit = limit_value(text);
        if (limit.soft > limit.hard) std::abort();
    });
    check([&] {
        if (umask_value(text) > 0777) std::abort();
    });
    check([&] { nice_value(text); });
    check([&] { descriptor_value(text); });
    check([&] { groups_value(text); });
    return 0;
}
