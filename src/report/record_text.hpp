// Writes what --sample has recorded as JSON: a line for each row and each process, so that people can read it too. The
// report is made from it and from nlohmann's text. Pure.
#pragma once

#include <optional>
#include <string>

#include "src/sampling/run_record.hpp"

namespace netrunner {

enum class RecordLayout {
    one_line,  ///< no newline anywhere
    lines,     ///< indented as the members of the report are
};

/// `object`: the text of a JSON object that has members. Returns it with the members `timeline` and `processes`, which
/// are null if there is no record.
std::string with_record(std::string object, const std::optional<RunRecord>& record, RecordLayout layout);

}  // namespace netrunner
