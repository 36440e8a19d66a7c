// Splits any bytes into records and fills any word's placeholders with them. Expected: every byte of the input is in a
// record or is a separator, and filling needs no more space than was announced.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "src/batch/argument_space.hpp"
#include "src/batch/command_template.hpp"
#include "src/batch/record_reader.hpp"
#include "src/values/usage_error.hpp"

using namespace netrunner;

namespace {

std::vector<std::string> records_of(std::string_view input, std::size_t block) {
    RecordReader reader(
        [&](std::span<std::byte> room) -> IoResult {
            const std::size_t count = std::min({room.size(), block, input.size()});
            if (count == 0) return {.status = IoResult::Status::end};
            std::memcpy(room.data(), input.data(), count);
            input.remove_prefix(count);
            return {.status = IoResult::Status::moved, .bytes = count};
        },
        {.end = '\0'});
    std::vector<std::string> values;
    Record record;
    while (reader.next(record) == RecordReader::State::record) values.push_back(record.values.at(0));
    return values;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::string_view input(reinterpret_cast<const char*>(data) + 1, size - 1);
    const auto values = records_of(input, 1UL + data[0]);
    std::size_t bytes = 0;
    for (const std::string& value : values) bytes += value.size() + 1;
    if (bytes != input.size() && bytes != input.size() + 1) std::abort();
    if (values.empty()) return 0;

    const std::vector<std::string> words(values.begin(),
                                         values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2));
    const CommandTemplate command(words, false);
    if (command.values_needed() > values.size()) return 0;
    std::size_t bound = command.fixed_cost();
    for (const std::string& value : values) bound += command.cost_of(value);
    std::size_t taken = 0;
    for (const std::string& word : command.argv({.values = values, .number = 1, .id = "1"})) {
        taken += space_of(word.size());
    }
    if (taken > bound) std::abort();
    const WordTemplate label(values.front(), WordTemplate::Use::label);
    const std::string text = label.label({.values = values, .number = 1, .id = "1"});
    if (!label.has_placeholders() && text != values.front()) std::abort();
    try {
        CommandTemplate::shell(values.front(), false);
    } catch (const UsageError&) {
    }
    return 0;
}
