#include "src/batch/line_tags.hpp"

namespace netrunner {
namespace {

constexpr const char* tag_of_log = "{id}\t";

}  // namespace

LineTags::LineTags(const BatchOptions& options)
    : clock_(options.timestamps),
      log_tag_(options.tag.value_or(tag_of_log), WordTemplate::Use::label),
      shows_tags_(options.output_mode.kind != OutputModeChoice::Kind::files) {
    if (options.tag) tag_.emplace(*options.tag, WordTemplate::Use::label);
}

LineStamp LineTags::shown(const Filling& job) const {
    if (!shows_tags_) return {};
    return {.clock = clock_, .prefix = tag_ ? tag_->tag(job) : ""};
}

LineStamp LineTags::logged(const Filling& job) const { return {.clock = clock_, .prefix = log_tag_.tag(job)}; }

}  // namespace netrunner
