// Renders a batch as a JUnit file for CI systems: one suite with a case for each job. Used by `batch --junit` and by
// `report merge --junit`. Holds the text of the cases. Pure.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>

namespace netrunner {

struct JUnitCase {
    std::string name{};
    double seconds = 0;
    enum class Result { passed, failure, error, skipped };
    Result result = Result::passed;
    std::string reason{};      ///< if it failed: the report's word
    std::string message{};     ///< one line, if it did not pass
    std::string last_lines{};  ///< of the job's output; empty: not known
};

/// As for one run: an `error` if the job did not start, was cancelled or lost, or if netrunner failed; in all other
/// cases a `failure`.
JUnitCase::Result junit_result(int status, const std::string& reason);

class JUnitSuite {
  public:
    void add(const JUnitCase& job);
    /// `seconds`: of the whole batch.
    [[nodiscard]] std::string render(const std::string& host, std::chrono::system_clock::time_point started,
                                     double seconds) const;

  private:
    std::string cases_;
    std::size_t tests_ = 0;
    std::size_t failures_ = 0;
    std::size_t errors_ = 0;
    std::size_t skipped_ = 0;
};

}  // namespace netrunner
