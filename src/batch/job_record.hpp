// A job as a record of --jsonl describes it: command, id, env, cwd, stdin, slots, and options of `run` by their long
// names with `_` for `-`. The options are set by the parsers of the command line (src/cli/run_options). Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "src/cli/options.hpp"

namespace netrunner {

struct JobRecord {
    std::optional<std::string> id;
    std::uint64_t slots = 1;
    Options options;  ///< with the record's command
};

class JobRecordParser {
  public:
    /// `defaults`: the options that the command line gives every job.
    explicit JobRecordParser(Options defaults);

    /// `text`: one line. Throws UsageError with a text that continues "line 3: ".
    [[nodiscard]] JobRecord parse(std::string_view text) const;

  private:
    [[noreturn]] void refuse_key(const std::string& key) const;

    Options defaults_;
    std::vector<std::string> keys_;  ///< all that a record may have
};

}  // namespace netrunner
