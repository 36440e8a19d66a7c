#!/usr/bin/python3
"""Check that every option is the same in all places: long name, letter, and whether it takes a value.

Usage: options.py SOURCES NETRUNNER [CONTRACT]

The help of netrunner is the reference. The man pages and the three completions have to agree with it, both ways.
CONTRACT is a specification outside this repository; if it is given, the help must have its options, and the changelog
must name the options that it does not have. `batch.md` beside it specifies the options of batch.
"""

import pathlib
import re
import subprocess
import sys

NO, OPTIONAL, YES = "takes no value", "may take a value", "takes a value"
WORDS = ["run", "batch", "report", "doctor", "gc", "ps", "ctl"]
# In the contract, but not built yet. The change that builds an option takes it out of this list.
PENDING = set()


def option(name, letter=None, value=NO):
    return name, (letter, value)


def of_help(netrunner, word, complain):
    """Lines such as `  -o,--output FILE   also write the relayed output to FILE`."""
    text = subprocess.run([netrunner, "help", word], check=True, capture_output=True, text=True).stdout
    found = {}
    for line in text.splitlines():
        if len(line) > 80:
            complain(f"help {word}: more than 80 columns: {line}")
        if not re.match(" +-", line):
            continue
        match = re.match(r"  (?:(-\w), ?)?(--[a-z0-9][a-z0-9-]*)(\[=\S+\])?( \S+)?  +\S", line)
        if not match:
            complain(f"help {word}: not one line an option: {line}")
            continue
        letter, name, optional, value = match.groups()
        if name in found:
            complain(f"help {word}: {name} twice")
        found.update([option(name, letter, OPTIONAL if optional else YES if value else NO)])
    return found


def of_man(pages):
    """`.It Fl o , Fl -output Ar file`; the section tells which command has the option."""
    found = {word: {} for word in WORDS}
    for sections, text in pages:
        of_page(sections, text, found)
    return found


def of_page(sections, text, found):
    word = None
    for line in text.splitlines():
        if line.startswith(".Sh "):
            word = sections.get(line[4:].strip())
        if not line.startswith(".It Fl ") or word is None:
            continue
        letter = re.match(r"\.It Fl (\w)( |$)", line)
        name = re.search(r"Fl -([a-z0-9-]+)(.*)$", line)
        rest = name[2].strip()
        value = OPTIONAL if rest.startswith("Ns Op") else YES if rest else NO
        found[word].update([option("--" + name[1], letter and "-" + letter[1], value)])


def of_table(words):
    """`o/--output=`, the notation of fish's argparse: = takes a value, =? may take one, =+ may be repeated."""
    found = {}
    for entry in words:
        letter, name, value = re.fullmatch(r"(?:(\w)/)?(?:--)?([a-z0-9-]+)(=[?+]?)?", entry).groups()
        kind = {None: NO, "=?": OPTIONAL}.get(value, YES)
        found.update([option("--" + name, letter and "-" + letter, kind)])
    return found


def of_bash(path):
    """Read the tables as bash has them when the file is loaded."""
    script = f"source '{path}'; for word in {' '.join(WORDS)}; do table=_netrunner_${{word}}_options; echo ${{!table}}; done"
    tables = subprocess.run(["bash", "--norc", "-c", script], check=True, capture_output=True, text=True).stdout.splitlines()
    return {word: of_table(table.split()) for word, table in zip(WORDS, tables, strict=True)}


def of_zsh(text):
    """`'(-o --output)'{-o+,--output=}'[...]...'` and `'--append[...]'`, in the function or the case of a command."""
    function = lambda name: re.search(rf"_netrunner_{name}\(\) \{{(.*?)\n\}}", text, re.S)[1]
    parts = {word: re.search(rf"\n +{word}\)(.*?);;", text, re.S)[1] for word in WORDS}
    parts.update({word: function(word) + function("shared") for word in ("run", "batch")})
    found = {}
    for word, part in parts.items():
        pairs = re.findall(r"\{-(\w)(?:\+|-)?,--([a-z0-9-]+)(=-?)?\}['\"]\[", part)
        single = re.findall(r"['\"]\*?()--([a-z0-9-]+)(=-?)?\[", part)
        kinds = {"": NO, "=-": OPTIONAL}
        found[word] = dict(option("--" + name, "-" + letter if letter else None, kinds.get(value, YES))
                           for letter, name, value in pairs + single)
    return found


def of_fish(path):
    """Read the rules that fish itself has parsed from the file."""
    tables = "; ".join(f"echo table {word}; string join \\n $__netrunner_{word}_specs" for word in ("run", "batch"))
    script = f"set -g fish_complete_path; source '{path}'; complete -c netrunner; {tables}"
    output = subprocess.run(["fish", "--no-config", "-c", script], check=True, capture_output=True, text=True).stdout
    found = {word: {} for word in WORDS}
    rules, *tables = re.split("^table ", output, flags=re.M)
    for line in rules.splitlines():
        condition = re.search(r"-n (?:'([^']*)'|(\S+))", line)
        name = re.search(r" -l ([a-z0-9-]+)", line)
        word = condition and re.fullmatch("__netrunner_(?:options|first) (\\S+)", condition[1] or condition[2])
        if word and name:
            needed = any(word in line for word in (" --exclusive", " --require-parameter", " --force-files"))
            optional = not needed and " -a " in line
            found[word[1]].update([option("--" + name[1], None, YES if needed else OPTIONAL if optional else NO)])
    for part in tables:
        word, *specs = part.split()
        table = of_table(specs)
        values = lambda options: {name: value for name, (_, value) in options.items()}
        if values(found[word]) != values(table):
            sys.exit(f"fish: its rules and its table differ: {sorted(values(found[word]).items() ^ values(table).items())}")
        found[word] = table
    for word in ["report", "doctor", "gc", "ps", "ctl"]:
        for name, letter in [("--help", "-h"), ("--version", "-V")]:
            if name in found[word]:
                found[word].update([option(name, letter)])
    return found


def of_contract(text):
    """The tables of `run`'s options in the specification: `-o, --output FILE`, one or more in a row's first cell."""
    part = text[text.index("## Options of `run`"):text.index("## How it ends")]
    found = {}
    for row in re.findall(r"^\| (`-.*?) \| ", part.replace("\\|", "/"), re.M):
        for written in re.findall(r"`(-[^`]*)`", row):
            match = re.fullmatch(r"(?:(-\w), )?(--[a-z0-9-]+)(\[=\S+\])?( \S+)?", written)
            if match:
                letter, name, optional, value = match.groups()
                found.update([option(name, letter, OPTIONAL if optional else YES if value else NO)])
    return found


def of_batch_contract(text):
    """The options of the specification of batch. Its prose names an option by its letter, its long name, or both."""
    text = text[:text.index("## Facts measured")]
    return set(re.findall(r"(?<![\w-])(--[a-z0-9][a-z0-9-]+|-[a-zA-Z0-9])(?![\w-])", " ".join(re.findall("`([^`]*)`", text))))


def check_batch_contract(text, truth, changelog, complain):
    named = of_batch_contract(text)
    refused = {"--pty", "--report-fd", "-c"}  # -c is the shell's
    known = set(truth["batch"]) | {letter for letter, _ in truth["batch"].values()} | set(truth["report"])
    for name in sorted(named - known - refused):
        complain(f"{name} is in the contract of batch, but not in its help")
    for name, (letter, _) in truth["batch"].items():
        if name not in truth["run"] and not {name, letter} & named and name not in changelog:
            complain(f"{name} is neither in the contract of batch nor in the changelog")


def main():
    if len(sys.argv) not in (3, 4):
        sys.exit(__doc__)
    sources, netrunner = pathlib.Path(sys.argv[1]), sys.argv[2]
    failures = []
    complain = failures.append
    read = lambda name: (sources / name).read_text(encoding="utf-8")

    truth = {word: of_help(netrunner, word, complain) for word in WORDS}
    if len(truth["run"]) < 40:
        complain(f"only {len(truth['run'])} options in the help of run: has its format changed?")
    places = {
        "the man pages": of_man([
            ({"DESCRIPTION": "run", "DOCTOR": "doctor", "GC": "gc", "PS": "ps", "CTL": "ctl"}, read("man/netrunner.1")),
            ({"OPTIONS": "batch", "REPORT MERGE": "report"}, read("man/netrunner-batch.1"))]),
        "completions/netrunner.bash": of_bash(sources / "completions/netrunner.bash"),
        "completions/_netrunner": of_zsh(read("completions/_netrunner")),
        "completions/netrunner.fish": of_fish(sources / "completions/netrunner.fish"),
    }

    def compare(place, word, there, here):
        for name in sorted(there.keys() | here.keys()):
            if name not in there:
                complain(f"{place}: {word} {name} is missing")
            elif name not in here:
                complain(f"{place}: {word} {name} is not in the help")
            elif there[name] != here[name]:
                (letter, value), (wanted, kind) = there[name], here[name]
                complain(f"{place}: {word} {name} is {letter}, {value}; in the help it is {wanted}, {kind}")

    for place, found in places.items():
        for word in WORDS:
            compare(place, word, found[word], truth[word])

    checked = "without the contract, which was not found"
    if len(sys.argv) == 4 and pathlib.Path(sys.argv[3]).exists():
        contract = of_contract(pathlib.Path(sys.argv[3]).read_text(encoding="utf-8"))
        if len(contract) < 40:
            complain(f"only {len(contract)} options in the contract: has its format changed?")
        changelog = read("CHANGELOG.md")
        for name in truth["run"].keys() - contract.keys() - {"--help", "--version"}:
            if name not in changelog:
                complain(f"{name} is neither in the contract nor in the changelog")
        for name in sorted(PENDING & truth["run"].keys()):
            complain(f"{name} is built: take it out of PENDING")
        for name in sorted(PENDING - contract.keys()):
            complain(f"{name} is in PENDING, but not in the contract")
        known = {name: entry for name, entry in contract.items() if name not in PENDING}
        for name in sorted(known.keys() - truth["run"].keys()):
            complain(f"{name} is in the contract, but not in the help of run")
        compare("the contract", "run", {name: entry for name, entry in known.items() if name in truth["run"]},
                {name: truth["run"][name] for name in known if name in truth["run"]})
        checked = f"{len(contract)} of them in the contract"
        batch = pathlib.Path(sys.argv[3]).with_name("batch.md")
        if batch.exists():
            check_batch_contract(batch.read_text(encoding="utf-8"), truth, changelog, complain)

    for failure in failures:
        print(failure)
    print(f"{sum(map(len, truth.values()))} options in 5 places, {checked}: {len(failures)} differences")
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
