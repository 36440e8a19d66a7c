// Names that other programs give to options of `netrunner run`. The parser of these options (run_options) suggests the
// option's name here for a word that it does not know. Pure.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace netrunner {

struct Synonym {
    std::string_view typed;
    std::string_view name;
};

/// What docker, systemd-run, timeout, prlimit, sudo and others call the options of `netrunner run`.
std::span<const Synonym> synonyms();

/// The name of `known` that `typed` probably means, by a synonym, its beginning or its letters; empty if there is none.
std::string meant_option(std::string_view typed, std::span<const std::string_view> known);

}  // namespace netrunner
