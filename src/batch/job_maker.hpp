// Makes the jobs of a batch, one at a time, from the records of its input: placeholders, JSON objects, shell lines,
// packs. The scheduler calls it and looks one job ahead. It starts nothing and reads only through the given function.
#pragma once

#include <cstdint>
#include <optional>

#include "src/batch/argument_space.hpp"
#include "src/batch/batch_job.hpp"
#include "src/batch/command_template.hpp"
#include "src/batch/job_record.hpp"
#include "src/batch/record_packer.hpp"
#include "src/batch/record_reader.hpp"
#include "src/batch/value_product.hpp"
#include "src/cli/batch_options.hpp"

namespace netrunner {

class JobMaker {
  public:
    /// `read`: the input; not called if the options have lists. Throws UsageError if a placeholder asks for a value
    /// that no job has, or is in the text of --shell.
    JobMaker(const BatchOptions& options, RecordReader::Read read, ArgumentSpace space);

    using State = RecordReader::State;
    /// `record`: `job` is the next job. `waits`: call again when the input is readable. `failed`: see `error`.
    State next(BatchJob& job);
    [[nodiscard]] int error() const { return reader_.error(); }

    /// How many jobs there are in all; nothing if that is not known before the input has ended.
    [[nodiscard]] std::optional<std::uint64_t> count() const;

  private:
    State next_record(Record& record);
    State next_pack(Record& record);
    void make(Record record, BatchJob& job);
    void fill_from_json(BatchJob& job);
    void fill_from_words(BatchJob& job);

    Options defaults_;  ///< of every job, without the command
    bool from_json_;
    bool from_lists_;
    bool is_nul_ended_;
    ArgumentSpace space_;
    CommandTemplate command_;
    std::optional<JobRecordParser> parser_;
    ValueProduct product_;
    RecordReader reader_;
    std::optional<RecordPacker> packer_;
    bool input_ended_ = false;
    std::uint64_t number_ = 0;
    KeySet ids_;
};

}  // namespace netrunner
