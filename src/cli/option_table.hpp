// The options of one command, each with a function that sets its field. Declares them to CLI11, divides the words of
// the command line, parses them and formats the help. The tables of `run` and `batch` fill it (docs/decisions/0043).
// The only user of CLI11.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace netrunner {

enum class AskedText { help, version };

class OptionTable {
  public:
    using Words = std::span<const std::string>;
    using Setter = std::function<void(const std::string& value)>;
    struct Command {
        const char* name;                       ///< "run"
        std::vector<std::string> (*options)();  ///< the long names of all its options, for a word that is none of them
    };

    /// If `words` are given, only the options that a word may name are declared: one declaration costs about 20,000
    /// instructions, `run` has about 50 options, and most runs use two or three (docs/decisions/0025).
    explicit OptionTable(Command command, std::optional<Words> words = std::nullopt);
    OptionTable(const OptionTable&) = delete;
    OptionTable& operator=(const OptionTable&) = delete;
    ~OptionTable();

    /// From now on, an option whose long name has been declared before is not declared again, and a letter that is in
    /// use is left out: the options of `batch` come before those of `run`.
    void share_names() { names_are_shared_ = true; }

    /// Declares an option with a value. `set` gets the value as typed; it may throw UsageError or InvalidQuantity.
    template <class Set>
    void value(const char* group, const char* names, const char* kind, const char* text, Set set) {
        if (is_wanted(names)) add_value(group, names, kind, text, set);
    }
    /// Declares an option whose value may be left out; it is then `otherwise`. A value is only taken after an equals
    /// sign.
    template <class Set>
    void optional_value(const char* group, const char* name, const char* kind, const char* otherwise, const char* text,
                        Set set) {
        if (is_wanted(name)) add_optional_value(group, name, kind, otherwise, text, set);
    }
    /// For an option with an optional value that could be any text: which next words are probably meant as its value.
    void expect_value(const std::string& name, std::function<bool(const std::string&)> is_meant) {
        if (const auto found = value_is_valid_.find(name); found != value_is_valid_.end())
            found->second = std::move(is_meant);
    }
    template <class Set>
    void flag(const char* group, const char* names, const char* text, Set set) {
        if (is_wanted(names)) add_flag(group, names, text, set);
    }
    /// The option `name` ("--pty") is refused for `reason`, with or without a value. It is not in the help.
    void refused(const char* name, const char* reason);

    /// Gives the option `name`, if it is declared, another text in the help.
    void reword(const char* name, const char* text);

    /// The number of leading `words` that are options or their values. `--` is not counted. Throws UsageError for an
    /// unknown option.
    [[nodiscard]] std::size_t length_of_options(Words words) const;
    /// `words`: the options without the command. Throws UsageError.
    void parse(Words words);
    [[nodiscard]] std::optional<AskedText> asked() const { return asked_; }
    /// Throws UsageError if the command's first word is the value of an option before it that takes one only after an
    /// equals sign: `--timestamps iso`.
    void refuse_separate_value(Words options, Words command) const;

    /// By the long name of a declared option.
    [[nodiscard]] bool knows(const std::string& name) const { return find(name) != nullptr; }
    [[nodiscard]] bool takes_value(const std::string& name) const;
    [[noreturn]] void refuse_unknown(const std::string& name) const;

    /// The help text of the declared options, between `usage` and `notes`.
    [[nodiscard]] std::string help(const char* usage, const char* notes);
    [[nodiscard]] std::vector<std::string> long_names() const;

  private:
    CLI::App& app();
    /// Whether to declare the option `names`; removes the letter from `names` if another option has it.
    bool is_wanted(const char*& names) {
        if (!declares_all_ && meant_.names.empty() && meant_.letters.empty()) return false;
        if (names_are_shared_ && (names = names_left(names)) == nullptr) return false;
        return may_be_meant(names);
    }
    void find_meant(Words words);
    const char* names_left(const char* names);
    [[nodiscard]] bool may_be_meant(std::string_view names) const;
    void add_value(const char* group, const char* names, const char* kind, const char* text, Setter set);
    void add_optional_value(const char* group, const char* name, const char* kind, const char* otherwise,
                            const char* text, const Setter& set);
    void add_flag(const char* group, const char* names, const char* text, std::function<void()> set);
    [[nodiscard]] const CLI::Option* find(const std::string& name) const;
    [[nodiscard]] bool takes_next_word(const std::string& word) const;
    [[nodiscard]] std::vector<std::string> normalise(Words words) const;
    void split_cluster(const std::string& word, std::vector<std::string>& tokens) const;

    Command command_;
    bool declares_all_;
    struct Meant {
        std::vector<std::string_view> names;  ///< each word that begins with "--", up to an equals sign
        std::string letters;                  ///< of the words that begin with one dash
    } meant_;                                 ///< what the words may mean as options
    std::unique_ptr<CLI::App> app_;
    std::map<std::string, std::string> values_if_none_;
    std::map<std::string, std::function<bool(const std::string&)>> value_is_valid_;
    std::optional<AskedText> asked_;
    bool names_are_shared_ = false;
    std::map<std::string, const char*, std::less<>> refusals_;
    std::vector<std::string_view> taken_;  ///< names that have been declared, if they are shared
};

}  // namespace netrunner
