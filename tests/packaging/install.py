#!/usr/bin/python3
"""Tests packaging/install.sh on the files of a small release. Usage: install.py CMAKE BUILD [UNITTEST-ARGS]"""

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

from release_files import make_release, sign
from runner import run_cases


class Install(unittest.TestCase):
    def setUp(self):
        self.root = pathlib.Path(tempfile.mkdtemp(prefix="netrunner-install-"))
        self.addCleanup(shutil.rmtree, self.root)
        self.prefix = self.root / "a prefix"
        self.release = self.root / "release"
        shutil.copytree(RELEASE, self.release)

    def install(self, *arguments, path=None, shell="sh"):
        """Run install.sh; return its status and all that it prints."""
        words = [*shell.split(), str(self.release / "install.sh"), "--prefix", str(self.prefix), *arguments]
        done = subprocess.run(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
                              env={"PATH": path or "/usr/bin:/bin", "HOME": str(self.root)}, timeout=100)
        return done.returncode, done.stdout

    def files(self):
        return sorted(str(file.relative_to(self.prefix)) for file in self.prefix.rglob("*") if file.is_file())

    def add_program(self, name, text):
        """A directory for PATH with a program of that name before the system's."""
        folder = self.root / "programs"
        folder.mkdir(exist_ok=True)
        (folder / name).write_text("#!/bin/sh\n" + text, encoding="utf-8")
        (folder / name).chmod(0o755)
        return f"{folder}:/usr/bin:/bin"

    def tarball(self):
        return next(self.release.glob("*.tar.gz"))

    def test_installs_a_program_that_runs_and_removes_every_file(self):
        status, said = self.install()
        self.assertEqual(status, 0, said)
        self.assertRegex(said, rf"^netrunner \S+ is installed in {self.prefix}\n$")
        ran = subprocess.run([self.prefix / "bin/netrunner", "run", "--", "echo", "hello"], capture_output=True, text=True, check=True)
        self.assertEqual(ran.stdout, "hello\n")
        self.assertIn("share/man/man1/netrunner.1", self.files())
        listed = (self.prefix / "share/netrunner/installed-files").read_text(encoding="utf-8").splitlines()
        self.assertEqual(sorted(listed), self.files())
        (self.prefix / "bin/other").write_text("not ours", encoding="utf-8")
        status, said = self.install("--uninstall")
        self.assertEqual((status, self.files()), (0, ["bin/other"]), said)
        self.assertFalse((self.prefix / "share/netrunner").exists() or (self.prefix / "libexec/netrunner").exists())

    def test_a_second_installation_removes_what_the_release_no_longer_has(self):
        self.assertEqual(self.install()[0], 0)
        (self.prefix / "share/netrunner/old-file").write_text("old", encoding="utf-8")
        with open(self.prefix / "share/netrunner/installed-files", "a", encoding="utf-8") as listed:
            listed.write("share/netrunner/old-file\n")
        before = self.files()
        self.assertEqual(self.install()[0], 0)
        self.assertEqual(self.files(), [name for name in before if name != "share/netrunner/old-file"])

    def test_replaces_a_program_that_runs(self):
        self.assertEqual(self.install()[0], 0)
        with subprocess.Popen([self.prefix / "bin/netrunner", "run", "--", "cat"], stdin=subprocess.PIPE) as running:
            self.assertEqual(self.install()[0], 0)
            running.communicate()
        self.assertEqual(running.returncode, 0)

    def test_a_damaged_file_is_refused(self):
        data = bytearray(self.tarball().read_bytes())
        data[len(data) // 2] ^= 1
        self.tarball().write_bytes(data)
        status, said = self.install()
        self.assertEqual((status, self.prefix.exists()), (1, False))
        self.assertIn("is not the one in SHA256SUMS", said)

    def test_a_file_that_the_sums_do_not_name_is_refused(self):
        (self.release / "SHA256SUMS").write_text("0" * 64 + "  other.tar.gz\n", encoding="utf-8")
        status, said = self.install()
        self.assertEqual((status, said, self.prefix.exists()), (1, f"install.sh: SHA256SUMS does not name {self.tarball().name}\n", False))

    def test_a_program_that_does_not_run_is_not_installed(self):
        folder = self.root / self.tarball().name.removesuffix(".tar.gz")
        subprocess.run(["tar", "-xzf", self.tarball(), "-C", self.root], check=True)
        (folder / "libexec/netrunner/netrunner-shepherd").write_text("#!/bin/sh\nexit 3\n", encoding="utf-8")
        subprocess.run(["tar", "-C", self.root, "-czf", self.tarball(), folder.name], check=True)
        sign(self.release)
        status, said = self.install()
        self.assertEqual((status, self.prefix.exists()), (1, False))
        self.assertIn("does not run on this machine", said)

    def test_a_file_that_cannot_be_written_fails_the_installation_and_can_be_removed(self):
        path = self.add_program("cp", 'for last; do :; done\ncase $last in */bin/netrunner.new) echo part >"$last"; exit 1 ;; esac\nexec /bin/cp "$@"\n')
        status, said = self.install(path=path)
        self.assertEqual((status, said), (1, f"install.sh: cannot write {self.prefix}/bin/netrunner: some files are installed, --uninstall removes them\n"))
        self.assertFalse([name for name in self.files() if name.endswith(".new")])
        self.assertEqual(self.install("--uninstall")[0], 0)
        self.assertEqual(self.files(), [])

    def test_a_temporary_directory_without_programs_is_named(self):
        words = 'mount -t tmpfs -o noexec none "$1" && shift && exec "$@"'
        if os.geteuid() != 0:
            self.skipTest("mounting needs root")
        place = self.root / "noexec"
        place.mkdir()
        done = subprocess.run(["unshare", "--mount", "sh", "-c", words, "sh", place, "env", f"TMPDIR={place}", "sh", self.release / "install.sh", "--prefix", self.prefix],
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, timeout=100)
        self.assertEqual((done.returncode, self.prefix.exists()), (1, False), done.stdout)
        self.assertIn(f"nothing is installed (if {place} is mounted noexec, set TMPDIR to another directory)\n", done.stdout)

    def test_a_search_path_for_cd_does_not_matter(self):
        elsewhere = self.root / "elsewhere"
        (elsewhere / "release").mkdir(parents=True)
        done = subprocess.run(["sh", "release/install.sh", "--from", "release", "--prefix", self.prefix], cwd=self.root, stdin=subprocess.DEVNULL, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False, env={"PATH": "/usr/bin:/bin", "CDPATH": str(elsewhere)}, timeout=100)
        self.assertEqual(done.returncode, 0, done.stdout)

    def test_picks_the_processors_tarball(self):
        path = self.add_program("uname", "echo riscv64\n")
        self.assertEqual(self.install(path=path)[1], "install.sh: there is no release for the processor 'riscv64'; build from source (./dev install)\n")
        other = "arm64" if "x86_64" in self.tarball().name else "amd64"
        path = self.add_program("uname", f"echo {other}\n")
        machine = {"arm64": "aarch64", "amd64": "x86_64"}[other]
        self.assertEqual(self.install(path=path)[1], f"install.sh: there is no netrunner-VERSION-linux-{machine}.tar.gz in {self.release}\n")
        shutil.copy(self.tarball(), self.release / self.tarball().name.replace("0.1.0", "0.2.0"))
        self.assertIn("there are 2 versions of netrunner", self.install()[1])

    def test_a_signature_is_checked_if_a_key_is_given(self):
        if not shutil.which("gpg"):
            self.skipTest("gpg is not installed")
        home = self.root / "gpg"
        home.mkdir(mode=0o700)

        def gpg(*words):
            return subprocess.run(["gpg", "--homedir", home, "--batch", "--quiet", "--pinentry-mode", "loopback", "--passphrase", "", *words],
                                  check=True, capture_output=True).stdout
        self.addCleanup(subprocess.run, ["gpgconf", "--homedir", home, "--kill", "all"], check=False)
        for name in ("one", "two"):
            gpg("--quick-generate-key", f"{name}@example.org", "ed25519", "sign", "never")
            (self.root / f"{name}.asc").write_bytes(gpg("--armor", "--export", f"{name}@example.org"))
        sums = self.release / "SHA256SUMS"
        self.assertIn("there is no SHA256SUMS.asc", self.install("--key", str(self.root / "one.asc"))[1])
        gpg("--local-user", "one@example.org", "--armor", "--detach-sign", sums)
        status, said = self.install("--key", str(self.root / "two.asc"))
        self.assertEqual((status, self.prefix.exists()), (1, False), said)
        self.assertIn("has not signed SHA256SUMS; nothing is installed", said)
        status, said = self.install("--key", str(self.root / "one.asc"))
        self.assertEqual(status, 0, said)
        sums.write_text(sums.read_text(encoding="utf-8") + "\n", encoding="utf-8")
        self.assertEqual(self.install("--key", str(self.root / "one.asc"))[0], 1)

    def test_the_tools_of_busybox_suffice(self):
        busybox = shutil.which("busybox")
        if not busybox:
            self.skipTest("busybox is not installed")
        folder = self.root / "applets"
        folder.mkdir()
        subprocess.run([busybox, "--install", "-s", folder], check=True)
        status, said = self.install(path=str(folder), shell=f"{busybox} sh")
        self.assertEqual(status, 0, said)
        self.assertEqual(self.install("--uninstall", path=str(folder), shell=f"{busybox} sh")[0], 0)
        self.assertEqual(self.files(), [])

    def test_bad_words_are_one_clear_line(self):
        self.assertEqual(self.install("--uninstall"), (1, f"install.sh: there is no {self.prefix}/share/netrunner/installed-files: "
                                                          f"install.sh has not installed netrunner in {self.prefix}\n"))
        self.assertEqual(self.install("--from"), (1, "install.sh: --from needs a value\n"))
        self.assertEqual(self.install("--from", "/nowhere"), (1, "install.sh: there is no SHA256SUMS in /nowhere (say --from DIR)\n"))
        self.assertEqual(self.install("--frm=x"), (1, "install.sh: unknown argument '--frm=x' (see install.sh --help)\n"))


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as made:
        RELEASE = pathlib.Path(made) / "release"
        make_release(sys.argv[1], sys.argv[2], RELEASE)
        run_cases(sys.argv[3:])
