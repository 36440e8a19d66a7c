#!/usr/bin/python3
"""Check that netrunner-live(7) and docs/live.md have the events, requests and errors that there are.

Usage: live_page.py NETRUNNER SOURCES

The events and their fields are those of docs/events.schema.json. The requests and their fields are those that netrunner
names in its replies to wrong requests. The errors are those in the sources.
"""

import json
import pathlib
import re
import socket
import subprocess
import sys

CODE = re.compile(r'(?:\.code = |Refusal\{|return refuse\(|carrier\.refuse\(|is_allowed \? error_reply\(\{\.code = |\{"", )"([a-z]+(?:-[a-z]+)*)"')


def requests_of(netrunner):
    """The commands of --control and the fields of each, as the program tells them."""
    ours, theirs = socket.socketpair()
    with subprocess.Popen([netrunner, "run", "-q", "--control", str(theirs.fileno()), "--", "sleep", "60"],
                          pass_fds=[theirs.fileno()]) as run:
        theirs.close()
        lines = ours.makefile(encoding="utf-8")

        def message(request):
            ours.sendall(json.dumps(request).encode() + b"\n")
            return json.loads(lines.readline())["message"]

        names = re.search(r"one of (.*), not", message({"cmd": "?"}))[1].split(", ")
        keys = {name: re.search(r"the keys (.*), not", message({"cmd": name, "?": 1}))[1].split(", ") for name in names}
        ours.shutdown(socket.SHUT_RDWR)
        lines.close()
        ours.close()
        run.wait()
    return {name: set(found) - {"id", "cmd"} for name, found in keys.items()}


def errors_of(sources):
    files = [*(sources / "src/live").glob("*.cpp"), sources / "src/session/session_requests.cpp"]
    return set().union(*(CODE.findall(file.read_text(encoding="utf-8")) for file in files))


def section(page, heading):
    return re.search(rf"^\.Sh {heading}\n(.*?)(?=^\.Sh )", page, re.S | re.M)[1]


def parts(text):
    """The text before the first subsection, and each subsection by its name."""
    before, *rest = re.split(r"^\.Ss ", text, flags=re.M)
    return before, dict(part.split("\n", 1) for part in rest)


def marked(text, macro):
    return set(re.findall(rf"^\.It {macro} (\S+)$", text, re.M))


def compare(what, there, written):
    yield from (f"{what}: {name} is not described" for name in sorted(there - written))
    yield from (f"{what}: {name} is described, but is not there" for name in sorted(written - there))


def rows(document, heading):
    """The words in the first column of the table below `heading`."""
    table = re.search(rf"^\| {heading} \|.*?\n\|---.*?\n((?:\|.*\n)+)", document, re.M)[1]
    return set(re.findall(r"`([a-z-]+)`", "\n".join(line.split("|")[1] for line in table.splitlines())))


def failures_of(netrunner, sources):
    page = (sources / "man/netrunner-live.7").read_text(encoding="utf-8")
    document = (sources / "docs/live.md").read_text(encoding="utf-8")
    schema = json.loads((sources / "docs/events.schema.json").read_text(encoding="utf-8"))
    events = {each["$ref"].rsplit("/", 1)[1] for each in schema["oneOf"]}
    common, subsections = parts(section(page, "EVENTS"))
    yield from compare("events", events, set(subsections))
    yield from compare("live.md, events", events, rows(document, "event"))
    yield from compare("every event", set(schema["properties"]), marked(common, "Va"))
    for name in events & set(subsections):
        yield from compare(name, set(schema["$defs"][name]["properties"]) - {"event"}, marked(subsections[name], "Va"))
    for cause in schema["$defs"]["cause"]["enum"]:
        if not re.search(rf"(?<![\w-]){cause}(?![\w-])", subsections["step"]):
            yield f"step: the cause {cause} is not described"
    requests = requests_of(netrunner)
    if len(requests) < 9:
        yield f"there are only {len(requests)} requests"
    common, subsections = parts(section(page, "REQUESTS"))
    yield from compare("requests", set(requests), set(subsections))
    yield from compare("live.md, requests", set(requests), rows(document, "request"))
    yield from compare("every request", {"cmd", "id"}, marked(common, "Va"))
    for name in set(requests) & set(subsections):
        yield from compare(name, requests[name], marked(subsections[name], "Va"))
    errors = errors_of(sources)
    yield from compare("errors", errors, marked(section(page, "REPLIES"), "Cm"))
    yield from compare("live.md, errors", errors, rows(document, "error"))


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    failures = list(failures_of(sys.argv[1], pathlib.Path(sys.argv[2])))
    for failure in failures:
        print(failure)
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
