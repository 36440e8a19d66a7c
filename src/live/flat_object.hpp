// Reads a JSON object whose members are strings, numbers, true, false or null, as a control command is. What an array
// or an object holds is not kept, so that a text takes no more memory than its length. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace netrunner {

struct FlatValue {
    enum class Kind { null, boolean, number, string, array, object };
    Kind kind = Kind::null;
    bool truth = false;
    double number = 0;
    std::optional<std::uint64_t> whole{};  ///< of a number that is a whole one, not negative, in its simplest form
    std::string text{};                    ///< of a string its characters, of a number its JSON text
};

struct FlatMember {
    std::string key;
    FlatValue value;
};

/// For messages: "a number", "true".
std::string_view kind_name(const FlatValue& value);

/// The members in their order. Throws UsageError if `text` is not exactly one JSON object, or if a key is there twice.
std::vector<FlatMember> read_flat_object(std::string_view text);

}  // namespace netrunner
