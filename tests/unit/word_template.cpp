#include "src/batch/word_template.hpp"

#include <doctest/doctest.h>

using namespace netrunner;

namespace {

using Words = std::vector<std::string>;

std::string filled(std::string_view word, const Words& values) {
    return WordTemplate(word).filled({.values = values, .number = 7, .id = "seven"},
                                     values.empty() ? "" : values.front());
}

std::string label(std::string_view word, const Words& values) {
    return WordTemplate(word, WordTemplate::Use::label)
        .label({.values = values, .number = 7, .id = "seven", .stream = "stderr"});
}

}  // namespace

TEST_SUITE_BEGIN("word_template");

TEST_CASE("each placeholder is replaced, also inside a word and more than once") {
    CHECK(filled("{}", {"a b"}) == "a b");
    CHECK(filled("--in={} --out={.}.o", {"src/x.c"}) == "--in=src/x.c --out=src/x.o");
    CHECK(filled("{//}:{/}", {"src/x.c"}) == "src:x.c");
    CHECK(filled("{#}-{id}", {"v"}) == "7-seven");
    CHECK(filled("{2}{1}", {"a", "b"}) == "ba");
}

TEST_CASE("what a value contains is not replaced again") {
    CHECK(filled("{}{#}", {"{#}{}"}) == "{#}{}7");
    CHECK(label("{}", {"{id}"}) == "{id}");
}

TEST_CASE("other text in braces stays as it is") {
    for (const char* word : {"{print}", "{", "}", "{ }", "{0}", "{01}", "{-1}", "{1", "{1a}", "{1.}", "{/.}", "{///}",
                             "{ID}", "{stream}", "{99999999999999999999999}", "${"}) {
        CHECK(filled(word, {"v", "w"}) == word);
        CHECK(!WordTemplate(word).has_placeholders());
    }
    CHECK(filled("{{}}", {"v"}) == "{v}");
    CHECK(filled("{a{}", {"v"}) == "{av");
}

TEST_CASE("a template says what it needs") {
    CHECK(WordTemplate("a{3}{1}").highest_value() == 3);
    CHECK(WordTemplate("{}").highest_value() == 0);
    CHECK(WordTemplate("{}").is_for_each_value());
    CHECK(WordTemplate("x{//}").is_for_each_value());
    CHECK(!WordTemplate("{1}{#}{id}").is_for_each_value());
    CHECK(WordTemplate("{#}").has_placeholders());
    CHECK(!WordTemplate::literal("{}").has_placeholders());
    CHECK(WordTemplate::literal("{}").filled({}, "v") == "{}");
    CHECK(WordTemplate::literal("").filled({}, "v").empty());
}

TEST_CASE("a label holds all values and the stream") {
    CHECK(label("{id}.{stream}", {"v"}) == "seven.stderr");
    CHECK(label("[{}] ", {"a", "b/c.d"}) == "[a b/c.d] ");
    CHECK(label("{/}", {"a", "b/c.d"}) == "a c.d");
    CHECK(label("{2}|{3}", {"a", "b"}) == "b|");
}

TEST_CASE("a tag is a part of one line, whatever the values contain") {
    const auto tag = [](std::string_view word, const Words& values) {
        return WordTemplate(word, WordTemplate::Use::label).tag({.values = values, .number = 7, .id = "a\tb"});
    };
    CHECK(tag("{}: ", {"x\nnetrunner: forged"}) == "x\\nnetrunner: forged: ");
    CHECK(tag("{1}|{/}|{.}|{//}", {"d\r/b\x1b.c"}) == "d\\r/b\\x1B.c|b\\x1B.c|d\\r/b\\x1B|d\\r");
    CHECK(tag("{id}\t", {"v"}) == "a\\tb\t");  // the template itself stays as it is
    CHECK(tag("\\{#}", {"v"}) == "\\7");
    CHECK(label("{}", {"a\nb\\"}) == "a\nb\\");  // a file's name is exact
}

TEST_CASE("the extension is removed from the last component only") {
    CHECK(without_extension("a.tar.gz") == "a.tar");
    CHECK(without_extension("d.d/file") == "d.d/file");
    CHECK(without_extension("d.d/file.c") == "d.d/file");
    CHECK(without_extension(".profile") == ".profile");
    CHECK(without_extension("d/.profile") == "d/.profile");
    CHECK(without_extension(".a.b") == ".a");
    CHECK(without_extension("a.") == "a");
    CHECK(without_extension("").empty());
}

TEST_CASE("base name and directory are those of basename(1) and dirname(1)") {
    const auto both = [](const char* path) { return directory_name(path) + "|" + base_name(path); };
    CHECK(both("a") == ".|a");
    CHECK(both("a/b") == "a|b");
    CHECK(both("a/b/") == "a|b");
    CHECK(both("a//b") == "a|b");
    CHECK(both("/a") == "/|a");
    CHECK(both("//a") == "/|a");
    CHECK(both("/") == "/|/");
    CHECK(both("///") == "/|/");
    CHECK(both("") == ".|");
    CHECK(both("../x") == "..|x");
}

TEST_SUITE_END();
