#!/usr/bin/python3
"""What goes wrong around the files for CI systems in packaging/. Usage: ci_faults.py CMAKE BUILD [UNITTEST-ARGS]

A job that the agent has to kill, a release that lacks a file, a report that is absent, old or broken, and hostile words.
"""

import os
import platform
import signal

from jobs import STUBBORN, BuildkiteJob, GitHubJob, GitLabJob, JenkinsJob, Made, main
from processes import pid_of
from release_files import sign


class TestGitHub(GitHubJob):
    def test_the_second_signal_of_a_cancelled_job_ends_a_long_grace(self):
        outputs, statuses = self.use({"run": STUBBORN, "options": "--kill-after\n10m"}, cancel=True)
        self.assertEqual(self.agent.ladder, ["SIGINT", "SIGTERM"])
        self.assertEqual((outputs["reason"], statuses["Summarize"]), ("cancelled", 0), self.agent.log)

    def test_a_job_that_has_to_be_killed_leaves_nothing_and_has_no_result(self):
        self.stop_netrunner = True  # then the agent's SIGINT and SIGTERM do nothing
        outputs, statuses = self.use({"run": STUBBORN}, cancel=True)
        self.assertEqual(self.agent.ladder, ["SIGINT", "SIGTERM", "SIGKILL"])
        self.assertEqual((outputs["reason"], self.summary, statuses["Summarize"]), ("", "", 0), self.agent.log)

    stop_netrunner = False

    def started(self, agent):
        def condition():
            if not (agent.work / "started").exists():
                return False
            if self.stop_netrunner:
                os.kill(pid_of("netrunner"), signal.SIGSTOP)
            return True
        return condition

    def test_no_commands_are_no_success(self):
        for run in ("", " \n"):
            with self.subTest(run):
                _, statuses = self.use({"run": run}, again=run != "")
                self.assertEqual((statuses["Run"], self.agent.log.count("::error::the input 'run' has no command\n") > 0), (125, True), self.agent.log)

    def test_a_release_without_a_file_for_this_machine_is_one_clear_line(self):
        release = self.root / "another release"
        release.mkdir()
        (release / "netrunner-0.1.0-linux-mips.tar.gz").touch()
        sign(release)
        _, statuses = self.use({"run": "true", "from": release.as_uri()})
        self.assertEqual(statuses, {"Install netrunner": 1, "Summarize": 0})
        self.assertRegex(self.agent.log, rf"\A::error::the release at {release.as_uri()} has no file for Linux on {platform.machine()}\n\Z")
        _, statuses = self.use({"run": "true", "from": str(release)}, again=True)
        self.assertEqual(statuses, {"Install netrunner": 1, "Summarize": 0})
        self.assertIn("install.sh: there is no netrunner-VERSION-linux-", self.agent.log)

    def test_a_release_with_a_damaged_file_is_refused(self):
        release = self.root / "damaged"
        release.mkdir()
        for file in Made.release.iterdir():
            (release / file.name).write_bytes(file.read_bytes() + (b"x" if file.name.endswith(".gz") else b""))
        _, statuses = self.use({"run": "true", "from": release.as_uri()})
        self.assertEqual(statuses, {"Install netrunner": 1, "Summarize": 0})
        self.assertIn("is not the one in SHA256SUMS", self.agent.log)

    def test_a_second_use_gets_another_release_and_no_older_result(self):
        self.assertEqual(self.use({"run": "exit 3", "from": Made.release.as_uri()})[0]["status"], "3")
        other = self.root / "another release"
        other.mkdir()
        for file in Made.release.iterdir():
            (other / file.name.replace("0.1.0", "0.2.0")).write_bytes(file.read_bytes())
        sign(other)
        outputs, statuses = self.use({"run": "true", "from": other.as_uri()}, again=True)
        self.assertEqual(statuses["Install netrunner"], 1)  # the directory in the tarball is that of the other version
        self.assertNotIn("versions of netrunner", self.agent.log)
        self.assertEqual((statuses["Summarize"], outputs["status"]), (0, ""))

    def test_a_report_that_the_command_has_broken_fails_no_job(self):
        self.use({"run": "true"})
        (self.root / "temp/netrunner-report.json").write_text('{\n  "reason": "exited",\n  "status": 0\n', encoding="utf-8")
        variables = {name: str(path) for name, path in self.agent.files.items()} | {"INPUT_REPORT": "", "INPUT_SUMMARY": "true", "RUN_OUTCOME": "success"}
        self.agent.log = ""
        self.assertEqual(self.agent.step([str(Made.packaging / "action/summarize")], variables, None), 0, self.agent.log)
        self.assertRegex(self.agent.log, r"(?m)^::warning::.*/netrunner-report.json is no report any more")


class TestOldResults(GitLabJob, JenkinsJob):
    """Agents that keep a job's directory: the result of the job before is not taken for that of this one."""

    def test_gitlab_shows_no_older_report(self):
        job = self.job(self.script("echo fine"))
        (self.agent.work / "netrunner-report.json").write_text("older", encoding="utf-8")
        (self.agent.work / "ci/netrunner/SHA256SUMS").unlink()
        self.assertEqual(self.agent.run(job), 1)
        self.assertEqual(self.agent.missing, ["netrunner-report.json", "netrunner-junit.xml"])
        self.assertIn("install.sh: there is no SHA256SUMS in ci/netrunner", self.agent.log)

    def test_jenkins_shows_no_older_report(self):
        self.begin("echo made")
        for name in ("test.json", "test.xml"):
            (self.agent.work / name).write_text("older", encoding="utf-8")
        (self.agent.work / "ci/netrunner/SHA256SUMS").unlink()
        self.assertEqual(self.build(), 1)
        self.assertEqual(self.agent.missing, ["test.json", "test.xml"])


class TestBuildkite(BuildkiteJob):
    # Marks of Markdown, of HTML, of a table and of a terminal, on several lines.
    HOSTILE = "x\n| a | b |\n# head\n<img src=x> [l](http://evil.example) `c` @user **b** \x1b[31m"

    def test_hostile_words_stay_text_in_the_annotation(self):
        self.assertEqual(self.run_step("exit 3 # " + self.HOSTILE), 3)
        shown = self.agent.annotation()
        self.assertNotRegex(shown, r"(?m)^(# head|\| a \|)")
        for mark in ("<img", "[l]", "http:", "`", "@user", "**", "\x1b"):
            self.assertNotIn(mark, shown)
        self.assertIn("evil.example", shown)

    def test_words_of_the_options_are_no_file_names(self):
        (self.root / "work").mkdir()
        (self.root / "work/a-file").touch()
        self.assertEqual(self.run_step("echo fine", {"NETRUNNER_OPTIONS": "--prefix\n*  --summary"}), 0, self.agent.log)
        self.assertIn("*fine\n", self.agent.log)

    def test_a_value_that_begins_with_a_dash_is_no_option(self):
        self.assertEqual(self.run_step("echo fine", {"NETRUNNER_TIMEOUT": "--uid"}), 125)
        self.assertRegex(self.agent.log, "netrunner: --timeout: .*--uid")

    def test_no_command_is_no_success(self):
        self.assertNotEqual(self.run_step(""), 0)
        self.assertIn("the step has no command", self.agent.log)

    def test_a_missing_netrunner_fails_the_step(self):
        self.assertEqual(self.run_step("echo fine", {"PATH": "/usr/bin:/bin"}), 127)
        self.assertIn("netrunner: not found", self.agent.log)


if __name__ == "__main__":
    main()
