#!/usr/bin/python3
"""Tests the version that packaging/version.cmake finds. Usage: version.py CMAKE [UNITTEST-ARGS]"""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

from release_files import SOURCES
from runner import run_cases


class Version(unittest.TestCase):
    def setUp(self):
        self.root = pathlib.Path(tempfile.mkdtemp(prefix="netrunner version "))
        self.addCleanup(shutil.rmtree, self.root)
        self.top = self.root / "sources"
        (self.top / "packaging").mkdir(parents=True)
        for name in (".gitattributes", "archive-version", "version.cmake"):
            shutil.copy(SOURCES / "packaging" / name, self.top / "packaging")
        self.environment = {**os.environ, "HOME": str(self.root), "GIT_CONFIG_NOSYSTEM": "1"}
        self.git("init", "-q")
        self.git("-c", "user.name=T", "-c", "user.email=t@example.org", "add", ".")
        self.git("-c", "user.name=T", "-c", "user.email=t@example.org", "commit", "-q", "-m", "a commit")

    def git(self, *words):
        return subprocess.run(["git", "-C", self.top, *words], check=True, env=self.environment, stdout=subprocess.PIPE).stdout

    def found(self, sources=None, stated=""):
        output = self.root / "version.cpp"
        sources = sources or self.top
        subprocess.run([CMAKE, "-D", f"SOURCE={sources}", "-D", "RELEASE=0.1.0", "-D", f"STATED={stated}", "-D", f"OUTPUT={output}",
                        "-P", sources / "packaging/version.cmake"], check=True, env=self.environment)
        return re.search(r'version = "(.*)";', output.read_text(encoding="utf-8"))[1]

    def unpacked(self):
        """What `git archive` makes of HEAD."""
        folder = self.root / "unpacked"
        folder.mkdir(exist_ok=True)
        subprocess.run(["tar", "-x", "-C", folder], input=self.git("archive", "HEAD"), check=True)
        return folder

    def test_a_commit_without_a_tag_is_named(self):
        self.assertRegex(self.found(), r"\A0\.1\.0-dev\+g[0-9a-f]{9}\Z")
        self.git("tag", "v0.2.0")
        (self.top / "packaging/archive-version").write_text("changed\n", encoding="utf-8")
        self.assertRegex(self.found(), r"\A0\.1\.0-dev\+g[0-9a-f]{9}\.dirty\Z")

    def test_the_tag_is_the_version(self):
        self.git("tag", "v0.1.0")
        self.assertEqual(self.found(), "0.1.0")

    def test_an_archive_of_the_tag_knows_its_version(self):
        self.assertEqual(self.found(self.unpacked()), "0.1.0-dev")
        self.git("tag", "v0.1.0")
        self.assertEqual(self.found(self.unpacked()), "0.1.0")
        self.git("-c", "user.name=T", "-c", "user.email=t@example.org", "commit", "-q", "--allow-empty", "-m", "another")
        self.assertEqual(self.found(self.unpacked()), "0.1.0-dev")

    def test_what_is_stated_counts(self):
        self.git("tag", "v0.1.0")
        self.assertEqual(self.found(stated="0.1.0-2"), "0.1.0-2")


if __name__ == "__main__":
    CMAKE = sys.argv[1]
    run_cases(sys.argv[2:])
