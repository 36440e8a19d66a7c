#!/usr/bin/python3
"""Runs the files for CI systems in packaging/ under stand-ins of the agents. Usage: ci.py CMAKE BUILD [UNITTEST-ARGS]

A job is run to its end, fails, meets a limit and is cancelled. After each, no process is left, the report is whole and the
summary is written. A cancelled command ignores the first signal and has a child in a session of its own.
"""

import re

import yaml

from jobs import STUBBORN, BuildkiteJob, GitHubJob, GitLabJob, JenkinsJob, Made, main
from release_files import SOURCES


class TestGitHub(GitHubJob):
    def test_commands_run_and_their_result_is_in_the_summary(self):
        outputs, statuses = self.use({"run": "echo \"one $HOME\"\nsleep 600 &\necho two", "timeout": "1m", "junit": "junit.xml"})
        self.assertEqual(statuses, {"Install netrunner": 0, "Run": 0, "Summarize": 0}, self.agent.log)
        self.assertIn(f"one {self.root}\ntwo\n", self.agent.log)
        self.assertEqual((outputs["reason"], outputs["status"]), ("exited", "0"))
        self.assertEqual(self.report(outputs["report"])["orphans"][0]["command"], "sleep 600")
        self.assertTrue((self.agent.work / "junit.xml").exists())
        self.assertIn("### succeeded: ", self.summary)

    def test_a_failure_is_the_failure_of_the_step(self):
        outputs, statuses = self.use({"run": "false\necho not reached", "summary": "false"})
        self.assertEqual((statuses["Run"], outputs["reason"], outputs["status"], self.summary), (1, "exited", "1", ""))
        self.assertNotIn("not reached", self.agent.log)

    def test_each_limit_is_passed_on(self):
        outputs, statuses = self.use({"run": "sleep 600", "timeout": "300ms", "report": "r.json", "options": "--kill-after\n1s\n--prefix\na b: \n"})
        self.assertEqual((statuses["Run"], outputs["reason"], outputs["report"]), (124, "timeout", str(self.agent.work / "r.json")))
        self.assertIn("::error", self.agent.log)
        limits = {"idle-timeout": ("sleep 600", "200ms", "idle-timeout"),
                  "memory": ("/usr/bin/python3 -c 'b = bytearray(300 << 20); import time; time.sleep(600)'", "200M", "memory-limit"),
                  "processes": ("for i in 1 2 3 4 5 6; do sleep 600 & done; wait", "3", "process-limit")}
        for name, (run, value, reason) in limits.items():
            with self.subTest(name):
                self.begin_again()
                outputs, statuses = self.use({"run": run, name: value})
                self.assertEqual((statuses["Run"], outputs["reason"]), (124, reason), self.agent.log)

    def test_retries_heartbeat_and_output(self):
        outputs, statuses = self.use({"run": "[ -e again ] || { touch again; exit 1; }\nsleep 0.5\necho fine", "retries": "1", "options": "--retry-delay\n0",
                                      "heartbeat": "100ms", "output": "o.log", "working-directory": "."})
        self.assertEqual((statuses["Run"], outputs["status"]), (0, "0"), self.agent.log)
        self.assertEqual(len(self.report(outputs["report"])["attempts"]), 2)
        self.assertIn("netrunner --heartbeat", self.agent.log)
        self.assertEqual((self.agent.work / "o.log").read_text(encoding="utf-8"), "fine\n")

    def test_a_cancelled_job_leaves_nothing_and_has_its_summary(self):
        outputs, statuses = self.use({"run": STUBBORN}, cancel=True)
        self.assertEqual(self.agent.ladder, ["SIGINT"])  # the agent had to send no more
        self.assertEqual((outputs["reason"], statuses["Summarize"]), ("cancelled", 0))
        self.assertIn("cancelled", self.summary)

    def test_a_bad_input_is_the_end_of_the_step(self):
        outputs, statuses = self.use({"run": "echo not reached", "timeout": "soon"})
        self.assertEqual((statuses["Run"], outputs["reason"]), (125, ""))
        self.assertRegex(self.agent.log, "netrunner: --timeout: .*soon")

    def test_the_release_can_come_from_an_address(self):
        outputs, statuses = self.use({"run": "echo fine", "from": Made.release.as_uri()})
        self.assertEqual((statuses["Run"], outputs["reason"]), (0, "exited"), self.agent.log)
        self.begin_again()
        _, statuses = self.use({"run": "echo fine", "from": "file:///nowhere"})
        self.assertEqual(statuses, {"Install netrunner": 1, "Summarize": 0})
        self.assertIn("::error::cannot get SHA256SUMS from file:///nowhere", self.agent.log)


    def test_the_page_names_the_inputs_and_its_example_uses_them(self):
        action = yaml.safe_load((Made.packaging / "action" / "action.yml").read_text(encoding="utf-8"))
        page = (SOURCES / "docs/ci.md").read_text(encoding="utf-8")
        self.assertEqual(re.findall(r"^\| `([a-z-]+)` \| ", page, re.M), list(action["inputs"]))
        example, = yaml.safe_load(re.search(r"```yaml\n( +- uses:.*?)```", page, re.S)[1])
        self.assertLessEqual(example["with"].keys(), action["inputs"].keys())
        sent = re.findall(r"^(?:option|.*<<<).*\$\{?INPUT_(\w+)", (Made.packaging / "action" / "run").read_text(encoding="utf-8"), re.M)
        self.assertEqual({name.lower().replace("_", "-") for name in sent} | {"run", "working-directory", "summary", "from"}, set(action["inputs"]))


class TestGitLab(GitLabJob):
    def test_a_job_runs_and_its_result_is_in_the_log(self):
        self.assertEqual(self.run_job("echo fine"), (0, "exited"))
        self.assertRegex(self.agent.log, "(?s)fine\n.*result +succeeded")

    def test_a_limit_fails_the_job(self):
        self.assertEqual(self.run_job("sleep 600", "-t 300ms"), (124, "timeout"))

    def test_a_cancelled_job_leaves_nothing(self):
        status, reason = self.run_job(STUBBORN, cancel=True)
        self.assertEqual((self.agent.ladder, reason), (["SIGTERM"], "cancelled"), status)


class TestJenkins(JenkinsJob):
    def test_a_pipeline_runs_and_its_result_is_in_the_log(self):
        self.assertEqual(self.run_pipeline("echo made $1"), (0, "exited"))
        self.assertRegex(self.agent.log, "(?s)made test\n.*result +succeeded")
        self.begin_again()
        self.assertEqual(self.run_pipeline("exit 3"), (3, "exited"))

    def test_an_aborted_build_leaves_nothing(self):
        _, reason = self.run_pipeline(STUBBORN, cancel=True)
        self.assertEqual((self.agent.ladder, reason), (["SIGTERM"], "cancelled"))


class TestBuildkite(BuildkiteJob):
    def test_a_step_runs_without_an_annotation(self):
        self.assertEqual(self.run_step("echo one\necho two"), 0)
        self.assertIn("one\ntwo\n", self.agent.log)
        self.assertEqual(self.agent.annotation(), "")

    def test_a_limit_fails_the_step_and_is_annotated(self):
        self.assertEqual(self.run_step("sleep 600", {"NETRUNNER_TIMEOUT": "10m", "NETRUNNER_OPTIONS": "--idle-timeout 300ms -k 1s"}), 124)
        self.assertRegex(self.agent.annotation(), "^annotate --style error --context netrunner-0198-job\n### stopped(?s:.*)no output for 300ms")
        self.begin_again()
        self.assertEqual(self.run_step("for i in 1 2 3 4 5 6; do sleep 600 & done; wait", {"NETRUNNER_PROCESSES": "3"}), 124)
        self.assertIn("processes", self.agent.annotation())

    def test_a_cancelled_step_leaves_nothing(self):
        self.run_step(STUBBORN, cancel=True)
        self.assertEqual(self.agent.ladder, ["SIGTERM"])
        self.assertIn("cancelled", self.agent.annotation())

    def test_every_variable_is_an_option(self):
        named = re.findall(r"\$\{(NETRUNNER_[A-Z_]+)-\}", (Made.packaging / "buildkite/command").read_text(encoding="utf-8"))
        values = {"NETRUNNER_TIMEOUT": "5m", "NETRUNNER_IDLE_TIMEOUT": "4m", "NETRUNNER_MEMORY": "3G", "NETRUNNER_PROCESSES": "20",
                  "NETRUNNER_RETRIES": "2", "NETRUNNER_HEARTBEAT": "1m", "NETRUNNER_OPTIONS": "--timestamps"}
        self.assertEqual(sorted(named), sorted(values))
        self.assertEqual(self.run_step("tr '\\0' ' ' </proc/$(cut -d' ' -f4 /proc/self/stat)/cmdline; echo", values), 0, self.agent.log)


if __name__ == "__main__":
    main()
