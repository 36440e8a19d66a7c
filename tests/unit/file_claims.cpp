#include "src/batch/file_claims.hpp"

#include <doctest/doctest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string>

using namespace netrunner;

TEST_SUITE_BEGIN("file_claims");

TEST_CASE("a file has one job") {
    FileClaims claims(true);
    CHECK(claims.claim("none/a"));
    CHECK(claims.claim("none/b"));
    CHECK(!claims.claim("none/a"));
    CHECK(!claims.claim("./none//b"));
    CHECK(!claims.claim("none/c/../a"));
    CHECK(!claims.claim((std::filesystem::current_path() / "none/a").string()));
}

TEST_CASE("a link to a directory or to a file makes no second file of it") {
    std::string folder = "/tmp/netrunner-claims-XXXXXX";
    REQUIRE(::mkdtemp(folder.data()) != nullptr);
    std::filesystem::create_directory(folder + "/a");
    std::filesystem::create_symlink("a", folder + "/b");
    FileClaims claims(true);
    CHECK(claims.claim(folder + "/a/x"));
    CHECK(!claims.claim(folder + "/b/x"));
    CHECK(claims.claim(folder + "/b/y"));
    std::filesystem::remove_all(folder);
}

TEST_CASE("names that cannot repeat are not kept") {
    FileClaims claims(false);
    CHECK(claims.claim("a"));
    CHECK(claims.claim("a"));
}

TEST_SUITE_END();
