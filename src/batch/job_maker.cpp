#include "src/batch/job_maker.hpp"

#include <fmt/format.h>

#include <string_view>
#include <utility>

#include "src/values/usage_error.hpp"

namespace netrunner {
namespace {

constexpr std::size_t json_factor = 6;  // \u0041 is one byte of an argument

Options defaults_of(const BatchOptions& options) {
    Options job = options.job;
    job.command.clear();
    if (!job.standard_input) job.standard_input = StreamChoice{.mode = StreamChoice::Mode::null};
    return job;
}

CommandTemplate command_of(const BatchOptions& options) {
    if (options.shell) return CommandTemplate::shell(*options.shell, options.literal);
    if (options.shell_lines) return CommandTemplate::shell_lines();
    return {options.job.command, options.literal};
}

RecordReader::Style style_of(const BatchOptions& options, const ArgumentSpace& space) {
    return {.end = options.nul ? '\0' : '\n',
            .skips_blank = options.jsonl || options.shell_lines,
            .longest = options.jsonl ? json_factor * space.all : space.all};
}

std::size_t room_for_values(const ArgumentSpace& space, const CommandTemplate& command) {
    const std::size_t fixed = command.fixed_cost();
    return space.left() > fixed ? space.left() - fixed : 0;
}

}  // namespace

JobMaker::JobMaker(const BatchOptions& options, RecordReader::Read read, ArgumentSpace space)
    : defaults_(defaults_of(options)),
      from_json_(options.jsonl),
      from_lists_(!options.lists.empty()),
      is_nul_ended_(options.nul),
      space_(space),
      command_(command_of(options)),
      product_(options.lists),
      reader_(std::move(read), style_of(options, space)) {
    if (from_json_) parser_.emplace(defaults_);
    if (options.records_in_job) {
        packer_.emplace(*options.records_in_job, room_for_values(space_, command_),
                        [this](const std::string& value) { return command_.cost_of(value); });
    } else {
        const std::size_t values = from_lists_ ? options.lists.size() : 1;
        if (command_.values_needed() > values) {
            throw UsageError(fmt::format("{{{}}}: a job has only {} (several ::: or -n give more)",
                                         command_.values_needed(),
                                         values == 1 ? "one value" : fmt::format("{} values", values)));
        }
    }
}

std::optional<std::uint64_t> JobMaker::count() const {
    if (from_lists_ && !packer_) return product_.count();
    return input_ended_ && !packer_ ? std::optional(number_) : std::nullopt;
}

JobMaker::State JobMaker::next_record(Record& record) {
    if (!from_lists_) return reader_.next(record);
    auto made = product_.next();
    if (!made) return State::ended;
    record = *std::move(made);
    return State::record;
}

JobMaker::State JobMaker::next_pack(Record& record) {
    if (!packer_) return next_record(record);
    while (true) {
        if (auto pack = packer_->take()) {
            record = *std::move(pack);
            return State::record;
        }
        if (input_ended_) return State::ended;
        Record one;
        const State state = next_record(one);
        if (state == State::record) {
            packer_->add(std::move(one));
        } else if (state == State::ended) {
            input_ended_ = true;
            packer_->finish();
        } else {
            return state;
        }
    }
}

JobMaker::State JobMaker::next(BatchJob& job) {
    Record record;
    const State state = next_pack(record);
    if (state == State::ended) input_ended_ = true;
    if (state == State::record) make(std::move(record), job);
    return state;
}

void JobMaker::make(Record record, BatchJob& job) {
    job = {};
    job.number = ++number_;
    job.line = record.line;
    job.values = std::move(record.values);
    job.options = defaults_;
    std::string problem = std::move(record.problem);
    if (problem.empty()) {
        try {
            if (from_json_) {
                fill_from_json(job);
            } else {
                fill_from_words(job);
            }
            problem = obstacle_to_start(job.options.command, space_);
        } catch (const UsageError& wrong) {
            problem = wrong.what();
        }
    }
    if (problem.empty()) {
        job.key = job_key(job.id, job.options);
        if (job.id && !ids_.insert(job.key)) problem = fmt::format("id: '{}' was there before", *job.id);
    }
    if (problem.empty()) return;
    job.problem = at_place(job.line, is_nul_ended_, problem);
    std::string whole;
    for (const std::string& value : job.values) whole += value + '\n';
    job.key = record_key(whole);
}

void JobMaker::fill_from_json(BatchJob& job) {
    JobRecord described = parser_->parse(job.values.front());
    job.id = std::move(described.id);
    job.slots = described.slots;
    job.options = std::move(described.options);
}

void JobMaker::fill_from_words(BatchJob& job) {
    if (command_.values_needed() > job.values.size()) {
        throw UsageError(fmt::format("{{{}}}: the job has {} of the values that its command needs",
                                     command_.values_needed(), job.values.size()));
    }
    const std::string name = job.name();
    job.options.command = command_.argv({.values = job.values, .number = job.number, .id = name});
}

}  // namespace netrunner
