#!/usr/bin/python3
"""Tests packaging/release and what it calls, without its builds of netrunner. Usage: release.py CMAKE BUILD [UNITTEST-ARGS]

What is refused is tried in a small repository that has this one's scripts. The packages are made from the build of the tests
and looked at with Debian's tools. The whole `./dev release` runs in `./dev soak`.
"""

import hashlib
import io
import json
import os
import pathlib
import platform
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import unittest
import zlib

from release_files import SOURCES, make_release
from runner import run_cases

VERSION = "0.1.0"
CHANGELOG = f"# Changelog\n\n## [Unreleased]\n\n## [{VERSION}] - 2026-12-01\n\nThe first release.\n\n### Added\n\n- everything\n\n## [0.0.1]\n\nold\n"


class Place(unittest.TestCase):
    def setUp(self):
        self.root = pathlib.Path(tempfile.mkdtemp(prefix="netrunner-release-"))
        self.addCleanup(shutil.rmtree, self.root)


def make_key(case, address, *options, expires="never"):
    """Make a key of gpg in the case's HOME; return the beginning of a command of gpg with that home."""
    home = case.root / ".gnupg"
    home.mkdir(mode=0o700)
    gpg = ["gpg", "--homedir", home, "--batch", "--quiet"]
    case.addCleanup(subprocess.run, ["gpgconf", "--homedir", home, "--kill", "all"], check=False)
    subprocess.run([*gpg, *options, "--pinentry-mode", "loopback", "--passphrase", "", "--quick-generate-key", address, "ed25519", "sign", expires],
                   check=True, capture_output=True)
    return gpg


class Repository(Place):
    """A small repository with the scripts of this one, and a `cmake` that fails."""

    def setUp(self):
        super().setUp()
        self.top = self.root / "sources"
        shutil.copytree(SOURCES / "packaging", self.top / "packaging")
        (self.top / "CMakeLists.txt").write_text(f"project(netrunner VERSION {VERSION} LANGUAGES CXX)\n", encoding="utf-8")
        (self.top / "CMakePresets.json").write_text("{}\n", encoding="utf-8")
        (self.top / "CHANGELOG.md").write_text(CHANGELOG, encoding="utf-8")
        programs = self.root / "programs"
        programs.mkdir()
        (programs / "cmake").write_text("#!/bin/sh\necho 'the build begins'\nexit 1\n", encoding="utf-8")
        (programs / "cmake").chmod(0o755)
        self.environment = {"PATH": f"{programs}:/usr/bin:/bin", "HOME": str(self.root), "GIT_CONFIG_NOSYSTEM": "1"}
        self.git("init", "-q")
        self.git("config", "user.name", "Tester")
        self.git("config", "user.email", "tester@example.org")
        self.commit()

    def git(self, *words):
        subprocess.run(["git", "-C", self.top, *words], check=True, capture_output=True, env=self.environment)

    def commit(self):
        self.git("add", ".")
        self.git("commit", "-q", "-m", "a commit")


class Refusals(Repository):
    def release(self, *words):
        done = subprocess.run([self.top / "packaging/release", *words], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, env=self.environment, check=False, timeout=60)
        self.assertEqual(done.returncode, 1, done.stdout)
        self.assertFalse((self.top / "build").exists())
        return done.stdout

    def test_what_is_wrong_is_said_before_anything_is_built(self):
        self.assertIn("release: no version given\n", self.release())
        self.assertEqual(self.release("next"), "release: 'next' is no version: say X.Y.Z\n")
        self.assertEqual(self.release("0.2.0"), "release: CMakeLists.txt says version 0.1.0, not 0.2.0\n")
        self.assertEqual(self.release("0.1.0", "0.2.0"), "release: one version, not '0.1.0' and '0.2.0'\n")
        self.assertEqual(self.release("--fast"), "release: unknown option '--fast' (see ./dev release --help)\n")
        self.assertEqual(self.release(VERSION, "--key"), "release: --key needs a value\n")
        self.assertEqual(self.release(VERSION, "--key", "nobody"), "release: --key: gpg has no secret key 'nobody'\n")

    def test_a_key_that_cannot_sign_is_refused_before_anything_is_built(self):
        make_key(self, "e@example.org", "--faked-system-time", "20200101T000000", expires="1d")
        self.assertRegex(self.release(VERSION, "--key", "e@example.org"), r"\Arelease: --key: gpg cannot sign with 'e@example.org': (?s:.*)\n\Z")

    def test_a_dirty_tree_is_refused(self):
        (self.top / "forgotten").touch()
        self.assertEqual(self.release(VERSION), "release: the tree is dirty: commit or remove forgotten\n")
        (self.top / "forgotten").unlink()
        (self.top / "CHANGELOG.md").write_text(CHANGELOG + "\n", encoding="utf-8")
        self.assertEqual(self.release(VERSION), "release: the tree is dirty: commit or remove CHANGELOG.md\n")

    def test_a_changelog_without_the_section_is_refused(self):
        for text in (CHANGELOG.replace(f"[{VERSION}]", "[0.1.1]"), CHANGELOG.replace("The first release.\n\n### Added\n\n- everything\n", "")):
            (self.top / "CHANGELOG.md").write_text(text, encoding="utf-8")
            self.commit()
            self.assertEqual(self.release(VERSION), f"release: CHANGELOG.md has no section '## [{VERSION}] - YYYY-MM-DD'\n")

    def test_a_tag_at_another_commit_is_refused(self):
        self.git("tag", f"v{VERSION}")
        self.assertIn("the build begins", self.release(VERSION))
        (self.top / "more").touch()
        self.commit()
        self.assertRegex(self.release(VERSION), r"\Arelease: the tag v0.1.0 is at \w+, not at this commit\n\Z")


class Whole(Repository):
    """The small repository. cmake does nothing, and cpack makes a tarball of two programs that say their version, and a package."""

    CMAKE = """printf '%s' "${CXXFLAGS-}${DEBEMAIL-}" >>"${SEEN:-/dev/null}"
[ -z "${MOVED-}" ] || { git -C "$MOVED" rm -q CHANGELOG.md && git -C "$MOVED" commit -q -m 'while it builds'; } || :
"""
    CPACK = """#!/bin/sh
name=netrunner-0.1.0-linux-x86_64
mkdir -p $name/bin $name/libexec/netrunner
printf '#!/bin/sh\\necho netrunner %s\\n' "${SAID:-0.1.0}" | tee $name/bin/netrunner >$name/libexec/netrunner/netrunner-shepherd
chmod 755 $name/bin/netrunner $name/libexec/netrunner/netrunner-shepherd
[ -z "${UNSTABLE-}" ] || echo "# $PWD" >>$name/bin/netrunner
[ "$2" != TGZ ] || tar --sort=name --mtime=@0 -czf $name.tar.gz $name
[ "$2" != DEB ] || echo a package >netrunner_0.1.0_amd64.deb
rm -r $name
"""

    def setUp(self):
        super().setUp()
        programs = self.root / "programs"
        # `cmake -S DIR --preset NAME` makes the directory of the build.
        (programs / "cmake").write_text('#!/bin/sh\n[ "$1" != -S ] || mkdir -p "$2/build/$4"\n' + self.CMAKE, encoding="utf-8")
        (programs / "cpack").write_text(self.CPACK, encoding="utf-8")
        (programs / "rpmbuild").write_text("#!/bin/sh\n", encoding="utf-8")
        for name in ("cpack", "rpmbuild"):
            (programs / name).chmod(0o755)
        (self.top / ".gitignore").write_text("/build/\n", encoding="utf-8")
        self.commit()

    def make(self, *words, **variables):
        done = subprocess.run([self.top / "packaging/release", VERSION, *words], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True,
                              stderr=subprocess.STDOUT, env={**self.environment, **variables}, check=False, timeout=200)
        self.output = self.top / "build/releases" / VERSION
        return done.returncode, done.stdout

    def test_all_files_are_made_summed_and_signed(self):
        gpg = make_key(self, "r@example.org")
        status, said = self.make("--key", "r@example.org", "--address", "https://example.org/files/")
        self.assertEqual(status, 0, said)
        self.assertIn("release: arm64: skipped: CMakePresets.json has no preset package-aarch64\n", said)
        self.assertIn("release: both builds have the same bytes\n", said)
        names = {"RELEASE.md", "SHA256SUMS", "SHA256SUMS.asc", "install.sh", "netrunner-0.1.0-linux-x86_64.tar.gz", "netrunner-0.1.0-oci.tar.gz",
                 "netrunner-0.1.0-r0.x86_64.apk", "netrunner-0.1.0.cdx.json", "netrunner-0.1.0.tar.gz", "netrunner.rb", "netrunner_0.1.0_amd64.deb"}
        self.assertEqual({file.name for file in self.output.iterdir()}, names)
        self.assertEqual((self.output / "RELEASE.md").read_text(encoding="utf-8"), "The first release.\n\n### Added\n\n- everything\n")
        subprocess.run(["sha256sum", "-c", "--quiet", "--strict", "SHA256SUMS"], cwd=self.output, check=True)
        summed = {line.split()[1] for line in (self.output / "SHA256SUMS").read_text(encoding="utf-8").splitlines()}
        self.assertEqual(summed, names - {"SHA256SUMS", "SHA256SUMS.asc"})
        subprocess.run([*gpg, "--verify", self.output / "SHA256SUMS.asc", self.output / "SHA256SUMS"], check=True, capture_output=True)
        formula = (self.output / "netrunner.rb").read_text(encoding="utf-8")
        self.assertIn('url "https://example.org/files/netrunner-0.1.0.tar.gz"\n', formula)
        self.assertNotIn("@", formula)
        with tarfile.open(self.output / "netrunner-0.1.0.tar.gz") as sources:
            self.assertIn("netrunner-0.1.0/packaging/release", sources.getnames())
        self.assertEqual(self.make("--once")[0], 0)  # over an older one

    def test_flags_and_the_address_of_the_user_are_not_used(self):
        status, said = self.make(CXXFLAGS="-O0", DEBEMAIL="me@example.org", SEEN=str(self.root / "seen"))
        self.assertEqual((status, (self.root / "seen").read_text(encoding="utf-8")), (0, ""), said)

    def test_a_commit_during_the_build_is_not_in_the_release(self):
        status, said = self.make(MOVED=str(self.top))
        self.assertEqual((status, (self.top / "CHANGELOG.md").exists()), (0, False), said)
        with tarfile.open(self.output / "netrunner-0.1.0.tar.gz") as sources:
            self.assertIn("netrunner-0.1.0/CHANGELOG.md", sources.getnames())

    def test_builds_that_differ_are_refused(self):
        status, said = self.make(UNSTABLE="1")
        self.assertEqual((status, self.output.exists()), (1, False))
        self.assertTrue(said.endswith("release: the two builds differ\n"), said)

    def test_programs_that_say_another_version_are_refused(self):
        status, said = self.make(SAID="0.1.0-dev+g0123456")
        self.assertEqual((status, self.output.exists()), (1, False))
        self.assertTrue(said.endswith("release: --version says 'netrunner 0.1.0-dev+g0123456'\n"), said)


class Packages(Place):
    def pack(self, kind):
        """Run cpack in a copy of the build's configuration, so that nothing is left in the build; return the package."""
        environment = {**os.environ, "SOURCE_DATE_EPOCH": "1764547200"}
        done = subprocess.run([CPACK, "-G", kind, "--config", BUILD / "CPackConfig.cmake", "-B", self.root / "packages"], cwd=self.root, text=True,
                              check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=environment, timeout=200)
        self.assertEqual(done.returncode, 0, done.stdout)
        suffix = {"DEB": ".deb", "RPM": ".rpm", "TGZ": ".tar.gz"}[kind]
        package, = (file for file in (self.root / "packages").iterdir() if file.name.endswith(suffix))
        return package

    def test_the_rpm_package_names_its_files_and_its_processor(self):
        if not shutil.which("rpmbuild"):
            self.skipTest("rpmbuild is not installed")
        package = self.pack("RPM")
        first = hashlib.sha256(package.read_bytes()).hexdigest()
        self.assertTrue(package.name.endswith(f".{platform.machine()}.rpm"), package.name)

        def rpm(*words):
            return subprocess.run(["rpm", "--dbpath", self.root / "rpmdb", *words, package], check=True, text=True, capture_output=True).stdout
        told = rpm("-qp", "--qf", "%{NAME} %{ARCH} %{LICENSE} %{BUILDHOST}\\n")
        self.assertEqual(told, f"netrunner {platform.machine()} MIT localhost\n")
        files = rpm("-qpl").splitlines()
        for name in ("/usr/bin/netrunner", "/usr/libexec/netrunner/netrunner-shepherd", "/usr/share/zsh/site-functions/_netrunner"):
            self.assertIn(name, files)
        self.assertFalse({"/usr", "/usr/bin", "/usr/share", "/usr/libexec", "/usr/share/man/man1"} & set(files))
        self.assertEqual([line for line in rpm("-qpR").splitlines() if not line.startswith("rpmlib(")], [])
        self.assertIn("digests OK", rpm("-K"))
        self.assertEqual(hashlib.sha256(self.pack("RPM").read_bytes()).hexdigest(), first)

    def test_the_deb_package_names_a_maintainer(self):
        told = subprocess.run(["dpkg-deb", "-f", self.pack("DEB"), "Maintainer"], check=True, text=True, capture_output=True).stdout
        self.assertRegex(told, r"\A\S.* <\S+@\S+>\n\Z")
        self.assertNotIn(".invalid", told)

    def test_the_apk_package_is_two_archives_with_sums(self):
        release = self.root / "release"
        tarball = make_release(CMAKE, BUILD, release)
        shutil.unpack_archive(tarball, self.root)
        tree = self.root / tarball.name.removesuffix(".tar.gz")
        subprocess.run([SOURCES / "packaging/apk", tree, self.root, VERSION, "x86_64"], check=True)
        data = (self.root / f"netrunner-{VERSION}-r0.x86_64.apk").read_bytes()
        members = gzip_members(data)
        self.assertEqual(len(members), 2)
        self.assertFalse(members[0][1].endswith(b"\0" * 1024), "the first archive has an end mark")
        with tarfile.open(fileobj=io.BytesIO(data), mode="r:gz") as whole:  # as apk reads it: one after the other
            names = whole.getnames()
            information = whole.extractfile(".PKGINFO").read().decode()
            program = whole.getmember("usr/bin/netrunner")
            content = whole.extractfile(program).read()
        self.assertEqual(names[0], ".PKGINFO")
        self.assertEqual((program.mode, program.pax_headers["APK-TOOLS.checksum.SHA1"]), (0o755, hashlib.sha1(content).hexdigest()))
        told = dict(re.findall(r"^(\w+) = (.*)$", information, re.M))
        self.assertEqual(told["datahash"], hashlib.sha256(members[1][0]).hexdigest())
        self.assertEqual((told["pkgname"], told["pkgver"], told["arch"]), ("netrunner", "0.1.0-r0", "x86_64"))

    def test_the_list_of_parts_names_the_libraries_and_each_file(self):
        (self.root / "a.tar.gz").write_bytes(b"a")
        subprocess.run([SOURCES / "packaging/sbom", VERSION, self.root], check=True, env={**os.environ, "SOURCE_DATE_EPOCH": "1764547200"})
        file = self.root / f"netrunner-{VERSION}.cdx.json"
        told = json.loads(file.read_text(encoding="utf-8"))
        self.assertEqual((told["bomFormat"], told["specVersion"], told["metadata"]["timestamp"]), ("CycloneDX", "1.5", "2025-12-01T00:00:00Z"))
        parts = {part["name"]: part for part in told["components"]}
        self.assertEqual(set(parts), {"CLI11", "fmt", "glibc", "libstdc++", "nlohmann-json", "a.tar.gz"})
        for name in ("CLI11", "fmt", "glibc", "libstdc++", "nlohmann-json"):
            self.assertRegex(parts[name]["version"], r"\A\d+(\.\d+)+\Z")
        self.assertEqual(parts["a.tar.gz"]["hashes"][0]["content"], hashlib.sha256(b"a").hexdigest())

    def test_each_schema_is_named_by_its_file_and_no_address_is_made_up(self):
        for schema in (SOURCES / "docs").glob("*.schema.json"):
            self.assertEqual(json.loads(schema.read_text(encoding="utf-8"))["$id"], schema.name)
        listed = subprocess.run(["git", "-C", SOURCES, "grep", "-lF", ".invalid", "--", ":!tests"], check=False, text=True, stdout=subprocess.PIPE)
        self.assertIn(listed.returncode, (1, 128))  # nothing found, or no checkout
        self.assertEqual(listed.stdout, "")

    def test_the_formula_and_the_nix_file_fit_this_version(self):
        formula = (SOURCES / "packaging/homebrew/netrunner.rb.in").read_text(encoding="utf-8")
        self.assertEqual(set(re.findall(r"@(\w+)@", formula)), {"ADDRESS", "VERSION", "SHA256"})
        version = re.search(r"^project\(netrunner VERSION ([0-9.]+)", (SOURCES / "CMakeLists.txt").read_text(encoding="utf-8"), re.M)[1]
        self.assertIn(f'version = "{version}";', (SOURCES / "packaging/nix/default.nix").read_text(encoding="utf-8"))


def gzip_members(data):
    """The members of a gzip file: pairs of the compressed and the plain bytes."""
    found = []
    while data:
        reader = zlib.decompressobj(wbits=31)
        plain = reader.decompress(data)
        found.append((data[:len(data) - len(reader.unused_data)], plain))
        data = reader.unused_data
    return found


if __name__ == "__main__":
    CMAKE, BUILD = sys.argv[1], pathlib.Path(sys.argv[2]).resolve()
    CPACK = pathlib.Path(CMAKE).with_name("cpack")
    run_cases(sys.argv[3:])
