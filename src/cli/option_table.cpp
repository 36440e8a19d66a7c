#include "src/cli/option_table.hpp"

#include <fmt/format.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>
#include <stdexcept>
#include <utility>

#include "src/cli/option_names.hpp"
#include "src/values/quantity.hpp"
#include "src/values/usage_error.hpp"
#include "src/values/version.hpp"

namespace netrunner {
namespace {

std::string_view long_name(std::string_view names) { return names.substr(names.rfind(',') + 1); }

[[noreturn]] void complain(std::string_view names, const std::string& what) {
    throw UsageError(fmt::format("{}: {}", long_name(names), what));
}

bool has_value(const CLI::Option& option) { return option.get_items_expected_max() > 0; }

}  // namespace

OptionTable::OptionTable(Command command, std::optional<Words> words) : command_(command), declares_all_(!words) {
    if (words) find_meant(*words);
    if (may_be_meant("-h,--help") || may_be_meant("-V,--version")) app();
}

OptionTable::~OptionTable() = default;

CLI::App& OptionTable::app() {
    if (!app_) {
        app_ = std::make_unique<CLI::App>("", fmt::format("netrunner {}", command_.name));
        app_->set_help_flag("-h,--help", "show this help");
        app_->set_version_flag("-V,--version", version, "show the version of netrunner");
    }
    return *app_;
}

/// `names` without what has been declared before; null if nothing is left.
const char* OptionTable::names_left(const char* names) {
    if (!names_are_shared_) return names;
    const auto is_taken = [&](std::string_view name) { return std::ranges::find(taken_, name) != taken_.end(); };
    const std::string_view all = names;
    if (is_taken(long_name(all))) return nullptr;
    taken_.push_back(long_name(all));
    const std::size_t comma = all.find(',');
    if (comma == std::string_view::npos) return names;
    if (is_taken(all.substr(0, comma))) return names + comma + 1;
    taken_.push_back(all.substr(0, comma));
    return names;
}

/// Fills `meant_`.
void OptionTable::find_meant(Words words) {
    bool after_option = false;
    for (const std::string_view word : words) {
        if (word == "--" && !after_option) break;  // after an option, `--` may be its value
        after_option = word.starts_with('-');
        if (word.starts_with("--")) {
            meant_.names.push_back(word.substr(0, word.find('=')));
        } else if (after_option) {
            meant_.letters += word.substr(1);
        }
    }
}

/// Whether a word that may be an option is the long name in `names` ("-t,--timeout") or a cluster with the letter in
/// `names`.
bool OptionTable::may_be_meant(std::string_view names) const {
    if (declares_all_) return true;
    const bool has_letter = names[1] != '-';
    return (has_letter && meant_.letters.find(names[1]) != std::string::npos) ||
           std::ranges::find(meant_.names, has_letter ? long_name(names) : names) != meant_.names.end();
}

void OptionTable::add_value(const char* group, const char* names, const char* kind, const char* text, Setter set) {
    app()
        .add_option_function<std::string>(
            names,
            [set = std::move(set), names](const std::string& given) {
                try {
                    set(given);
                } catch (const std::runtime_error& wrong) {
                    complain(names, wrong.what());
                } catch (const InvalidQuantity& wrong) {
                    complain(names, wrong.what());
                }
            },
            text)
        ->type_name(kind)
        ->group(group)
        ->take_last()
        ->trigger_on_parse()
        ->allow_extra_args(false);
}

void OptionTable::add_optional_value(const char* group, const char* name, const char* kind, const char* otherwise,
                                     const char* text, const Setter& set) {
    add_value(group, name, kind, text, set);
    app().get_option(name)->option_text(fmt::format("[={}]", kind));
    values_if_none_[name] = otherwise;
    value_is_valid_[name] = [set](const std::string& given) {
        try {
            set(given);
            return true;
        } catch (const std::runtime_error&) {
            return false;
        } catch (const InvalidQuantity&) {
            return false;
        }
    };
}

void OptionTable::add_flag(const char* group, const char* names, const char* text, std::function<void()> set) {
    app().add_flag_callback(names, std::move(set), text)->group(group)->trigger_on_parse();
}

void OptionTable::refused(const char* name, const char* reason) {
    if (names_left(name) != nullptr) refusals_[name] = reason;
}

void OptionTable::reword(const char* name, const char* text) {
    if (CLI::Option* const option = app_ ? app_->get_option_no_throw(name) : nullptr) option->description(text);
}

void OptionTable::parse(Words words) {
    std::vector<std::string> tokens = normalise(words);
    if (tokens.empty()) return;
    std::ranges::reverse(tokens);  // CLI11 expects the arguments in reverse order
    try {
        app().parse(tokens);
    } catch (const CLI::CallForHelp&) {
        asked_ = AskedText::help;
    } catch (const CLI::CallForVersion&) {
        asked_ = AskedText::version;
    } catch (const CLI::ParseError& wrong) {
        throw UsageError(wrong.what());
    }
}

std::size_t OptionTable::length_of_options(Words words) const {
    std::size_t at = 0;
    while (at < words.size() && words[at].size() > 1 && words[at].front() == '-' && words[at] != "--") {
        at += takes_next_word(words[at]) ? 2 : 1;
    }
    return std::min(at, words.size());
}

void OptionTable::refuse_separate_value(Words options, Words command) const {
    if (options.empty() || command.empty()) return;
    const std::string& option = options.back();
    const auto taken = value_is_valid_.find(option);
    if (taken == value_is_valid_.end() || !taken->second(command.front())) return;
    throw UsageError(fmt::format("{0} takes a value only after '=': say {0}={1}, or {0} -- {1} to run '{1}'", option,
                                 command.front()));
}

const CLI::Option* OptionTable::find(const std::string& name) const {
    return app_ ? app_->get_option_no_throw(name) : nullptr;
}

bool OptionTable::takes_value(const std::string& name) const {
    const CLI::Option* const option = find(name);
    return option != nullptr && has_value(*option);
}

void OptionTable::refuse_unknown(const std::string& name) const {
    const std::vector<std::string> names = command_.options();
    const std::string meant = meant_option(name, std::vector<std::string_view>(names.begin(), names.end()));
    throw UsageError(meant.empty() ? fmt::format("unknown option '{}' (see netrunner help {})", name, command_.name)
                                   : fmt::format("unknown option '{}': did you mean '{}'?", name, meant));
}

/// Whether the word after the option word `word` is its value. Throws UsageError for an unknown option.
bool OptionTable::takes_next_word(const std::string& word) const {
    if (word.starts_with("--")) {
        const std::size_t equals = word.find('=');
        const std::string name = word.substr(0, equals);
        const CLI::Option* option = find(name);
        if (option == nullptr) {
            if (const auto refusal = refusals_.find(name); refusal != refusals_.end()) complain(name, refusal->second);
            refuse_unknown(name);
        }
        return equals == std::string::npos && has_value(*option) && !values_if_none_.contains(word);
    }
    for (std::size_t i = 1; i < word.size(); ++i) {
        const std::string name{'-', word[i]};
        const CLI::Option* option = find(name);
        if (option == nullptr) refuse_unknown(name);
        if (has_value(*option)) return i + 1 == word.size();
    }
    return false;
}

/// Splits `words` into one token for each option and one for each value. Without this, CLI11 takes the next word as the
/// value of `--name=`.
std::vector<std::string> OptionTable::normalise(Words words) const {
    std::vector<std::string> tokens;
    for (std::size_t at = 0; at < words.size(); ++at) {
        const std::string& word = words[at];
        const bool next = takes_next_word(word);
        if (word.starts_with("--")) {
            const std::size_t equals = word.find('=');
            tokens.push_back(word.substr(0, equals));
            if (equals != std::string::npos) {
                if (!takes_value(tokens.back())) throw UsageError(fmt::format("{} takes no value", tokens.back()));
                tokens.push_back(word.substr(equals + 1));
            } else if (const auto found = values_if_none_.find(word); found != values_if_none_.end()) {
                tokens.push_back(found->second);
            }
        } else {
            split_cluster(word, tokens);
        }
        if (!next) continue;
        if (++at == words.size()) throw UsageError(fmt::format("{} needs a value", tokens.back()));
        tokens.push_back(words[at]);
    }
    return tokens;
}

/// Splits a cluster of letters: -qt5 becomes -q -t 5.
void OptionTable::split_cluster(const std::string& word, std::vector<std::string>& tokens) const {
    for (std::size_t i = 1; i < word.size(); ++i) {
        tokens.push_back({'-', word[i]});
        if (!takes_value(tokens.back())) continue;
        if (i + 1 < word.size()) tokens.push_back(word.substr(i + 1));
        return;
    }
}

std::string OptionTable::help(const char* usage, const char* notes) {
    CLI::Formatter formatter;
    formatter.column_width(31);
    std::string groups = formatter.make_groups(&app(), CLI::AppFormatMode::Normal);
    for (std::size_t at = 0; (at = groups.find("\n\n\n", at)) != std::string::npos;) groups.erase(at, 1);
    // CLI11 prints `--timestamps [=MODE]`. Move the blank behind the bracket, so that the column stays aligned.
    for (std::size_t at = 0; (at = groups.find(" [=", at)) != std::string::npos;) {
        groups.insert(groups.find(']', at) + 1, 1, ' ');
        groups.erase(at, 1);
    }
    return usage + groups + notes;
}

std::vector<std::string> OptionTable::long_names() const {
    std::vector<std::string> names;
    if (!app_) return names;
    for (const CLI::Option* option : std::as_const(*app_).get_options()) {
        for (const std::string& known : option->get_lnames()) names.push_back("--" + known);
    }
    return names;
}

}  // namespace netrunner
