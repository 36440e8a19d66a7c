// A trial of `netrunner batch`: its input as bytes, and the lines of its report.
#pragma once

#include <string>
#include <vector>

#include "trial.hpp"

namespace support {

class BatchTrial : public Trial {
  public:
    // `netrunner batch ARGUMENTS`. Its standard input is /dev/null.
    Setup batch(std::vector<std::string> arguments) const;
    // The same with `input` on its standard input.
    Setup batch_of(const std::string& input, std::vector<std::string> arguments) const;
    Result run_batch(std::vector<std::string> arguments);
    Result run_batch_of(const std::string& input, std::vector<std::string> arguments);

    // The lines of the report `file` of the given type: header, job or trailer. A line that is not whole is left out.
    static std::vector<nlohmann::json> reported(const std::string& file, const std::string& type);
    static std::size_t jobs_reported(const std::string& file) { return reported(file, "job").size(); }
    // The job of the report with this number; fails the test if there is not exactly one.
    static nlohmann::json job_in(const std::string& file, int number);

    // What a file of the trial's directory contains.
    std::string text_of(const std::string& name) { return read_text(path(name)); }
    void write(const std::string& name, const std::string& text);
    // Jobs that wait for the file `go` may go on.
    void let_go() { write("go", "go"); }
};

// Which part of `lines` says that a batch is over: "2 succeeded, 1 failed". Empty if no line says it.
std::string counts_in(const std::string& err);

}  // namespace support
