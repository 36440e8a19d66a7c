#!/usr/bin/python3
"""Check that docs/messages.md has a row for every message in the sources, and no other row.

Usage: messages.py SOURCES MESSAGES

A message is a string literal of at least two words, or of a word and a placeholder. All literals of src/ and shepherd/
count, so that a new message cannot be overlooked; a literal that is not a message is named here: the forms in NOT_SAID, the files in
OTHER_TEXT and the texts in NO_MESSAGE. Adjacent literals are joined. A format's `{}` is `…` in the document.

In the document, the first cell of a table row shows a message; each code span in it is one literal.
"""

import pathlib
import re
import sys

# What stands before a call's literals, or before one literal, if they are not messages.
NOT_SAID = [
    r"\bnarrate_?\(",  # a line of -v
    r"\b(value|flag|optional_value)\(group,|\blimit\(",  # an option's line in the help
    r"\b(run|batch)_usage =\s|\breword\(|\bset_(help|version)_flag\(|\bapp_\.emplace\(",
    r"\bgroup = ",  # a heading in the help
    r"\bdescribe_link\(",
    r"char\* needed_for = |\bControllerUse, 5> controllers",  # what a check of doctor is needed for
    r"\basm\b[^;(]*\(",
]
# Files with other output than messages: the summary, the heartbeat and so on.
OTHER_TEXT = [
    "shepherd/bare/", "src/progress/", "src/report/annotation.cpp", "src/report/junit.cpp", "src/report/junit_suite.cpp",
    "src/report/summary.cpp", "src/batch/batch_progress.cpp",
    "src/doctor/container.cpp", "src/doctor/diagnosis.cpp", "src/link/shepherd_link.",
    # the text, the page and the trace of `report`; its messages are in report_reader and run_reader
    "src/pages/bar_chart.", "src/pages/batch_", "src/pages/chart.", "src/pages/command_gist.", "src/pages/job_order.", "src/pages/junit_text.", "src/pages/markdown.", "src/pages/page.",
    "src/pages/process_chart.", "src/pages/run_charts.", "src/pages/run_facts.", "src/pages/run_page.", "src/pages/run_result.",
    "src/pages/run_text.", "src/pages/sample_table.", "src/pages/shown_quantity.", "src/pages/trace.",
]
NO_MESSAGE = {
    "pid …": "the mark of a group's owner",
    "populated 1": "the kernel's text",
    "max …": "the kernel's text",
    "rbps=max wbps=max riops=max wiops=max": "the kernel's text",
    "RFS specific error": "an example",
    "netrunner …": "--version",
    "netrunner --heartbeat": "the prefix of a heartbeat",
    "netrunner -v": "the prefix of a line of -v",
    "netrunner --no-input": "the prefix of a line of --no-input",
    "signal …": "a signal without a name",
    "the reader of the output is gone": "caught: ctl ends with status 141",
    "descriptor …": "the name of a target",
    "ended by": "what became of an orphan, on the page of a report", "in state": "the same of a survivor",
    "every run": "what a check of doctor is needed for",
    "stop sequence": "the name of a value", "nice value": "the name of a value",
}
TOKEN = re.compile(r'//[^\n]*|/\*.*?\*/|R"(\w*)\((.*?)\)\1"|"((?:[^"\\\n]|\\.)*)"|\'(?:[^\'\\\n]|\\.)+\'', re.S)
ESCAPES = {r"\"": '"', r"\\": "\\", r"\n": " ", r"\r": " ", r"\t": " ", "{{": "{", "}}": "}"}


def normal(text):
    """`{}` and what belongs to it becomes `…`; blanks and punctuation between two literals do not count."""
    text = re.sub(r"\\.|\{\{|\}\}", lambda match: ESCAPES.get(match[0], "?"), text)
    text = re.sub(r"(…|\{[^{}]*(\{\}[^{}]*)?\})+", "…", text)
    text = re.sub(r"\s+", " ", text)
    text = re.sub(r"^[ ,;:(]+|[ ,;:]+$", "", text)
    return text[:-1] if text.endswith(")") and "(" not in text else text


def is_message(text):
    return re.search(r"[A-Za-z]{2}", text) and len(re.findall(r"[\w…'-]+", text)) >= 2 and " " in text


def end_of_call(code, start):
    """The end of the parenthesis that `start` is in. `code` has no literals and comments any more."""
    depth = 1
    for at in range(start, len(code)):
        depth += {"(": 1, ")": -1}.get(code[at], 0)
        if depth == 0:
            return at
    return len(code)


def literals(text):
    """Yield the position and the text of each literal that may be a message."""
    code, found = list(text), []
    for match in TOKEN.finditer(text):
        between = text[found[-1][1]:match.start()] if found else ""
        code[match.start():match.end()] = " " * (match.end() - match.start())
        if match[3] is None:
            continue  # a comment, a character, or a raw string: the help
        line = text[text.rfind("\n", 0, match.start()) + 1:match.start()]
        if line.lstrip().startswith("#"):
            continue
        if found and not between.strip():
            found[-1] = (found[-1][0], match.end(), found[-1][2] + match[3])
        else:
            found.append((match.start(), match.end(), match[3]))
    code = "".join(code)
    silent = []
    for form in NOT_SAID:
        for match in re.finditer(form, code):
            call = match[0].find("(")
            end = end_of_call(code, match.start() + call + 1) if call >= 0 else code.index(";", match.end())
            silent.append((match.start(), end))
    for start, _, literal in found:
        if not any(begin <= start < end for begin, end in silent):
            yield start, literal


def messages_of(sources):
    """Each message with the place of its first literal."""
    found = {}
    files = [path for folder in ("src", "shepherd") for path in sorted((sources / folder).rglob("*.[ch]pp"))]
    for path in files:
        name = str(path.relative_to(sources))
        if name.startswith(tuple(OTHER_TEXT)):
            continue
        text = path.read_text(encoding="utf-8")
        for start, literal in literals(text):
            message = normal(literal)
            if is_message(message) and message not in NO_MESSAGE:
                found.setdefault(message, f"{name}:{text.count(chr(10), 0, start) + 1}")
    return found


def rows_of(document):
    """Each code span in the first cell of a row, with the number of its line."""
    found = {}
    for number, line in enumerate(document.splitlines(), 1):
        match = re.match(r"\| (`.*?) \|", line)
        if not match:
            continue
        for span in re.findall(r"`([^`]+)`", match[1]):
            found.setdefault(normal(span), number)
    return found


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    document = pathlib.Path(sys.argv[2])
    messages = messages_of(pathlib.Path(sys.argv[1]))
    rows = rows_of(document.read_text(encoding="utf-8"))
    failures = [f"{place}: {document.name} has no row for: {message}"
                for message, place in messages.items() if message not in rows]
    failures += [f"{document.name}:{number}: not in the sources: {row}"
                 for row, number in rows.items() if row not in messages]
    for failure in failures:
        print(failure)
    if len(messages) < 150:
        sys.exit(f"only {len(messages)} messages in the sources: has their form changed?")
    print(f"{len(messages)} messages, {len(rows)} in the document: {len(failures)} differences")
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
