#!/usr/bin/python3
"""Check the pages and traces of `netrunner report`: their form, their size, and how Chromium shows them.

Usage: pages.py NETRUNNER SOURCES OUTPUT [--shown]

OUTPUT is a directory for the pages and the pictures, to be looked at. Without --shown: the form, the size and the links
of the pages, the form of the traces, and the contrast of all colours, which is computed from the style. With --shown:
Chromium must show each page without a message on its console and without a request; without Chromium this is skipped.
"""

import html.parser
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time

import jsonschema

import made_reports

FAILURES = []
VOID = {"meta", "link", "br", "img", "hr", "input"}


def complain(text):
    FAILURES.append(text)
    print(text)


class Form(html.parser.HTMLParser):
    """Every element is closed, in order; which names and attributes there are."""

    def __init__(self, name):
        super().__init__()
        self.name, self.open, self.ids, self.links = name, [], [], []

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        if tag in ("script", "iframe", "object", "embed", "form", "img", "base"):
            complain(f"{self.name}: <{tag}>")
        for key, value in attributes.items():
            if key.startswith("on") or key in ("style", "src", "srcset"):
                complain(f"{self.name}: <{tag} {key}>")
            if key == "href" and not value.startswith(("#", "data:image/svg+xml,")):
                complain(f"{self.name}: a link to {value}")
        self.ids += [attributes["id"]] if "id" in attributes else []
        self.links += [attributes["href"][1:]] if attributes.get("href", "").startswith("#") else []
        self.links += attributes.get("aria-labelledby", "").split()
        if attributes.get("role") == "img" and "aria-labelledby" not in attributes:
            complain(f"{self.name}: a picture without a name")
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            complain(f"{self.name}: </{tag}> closes another element, at {self.getpos()}")


def check_form(name, text):
    form = Form(name)
    form.feed(text)
    if form.open:
        complain(f"{name}: not closed: {form.open}")
    if len(form.ids) != len(set(form.ids)):
        complain(f"{name}: an id is there twice")
    for link in set(form.links) - set(form.ids):
        complain(f"{name}: nothing has the id {link}")
    if re.search(r"https?:(?!//www\.w3\.org/2000/svg)|url\(|@import|@font-face", text.split("</style>")[0]):
        complain(f"{name}: the head names an address")


def luminance(colour):
    colour = colour.lstrip("#")
    colour = "".join(c * 2 for c in colour) if len(colour) == 3 else colour
    parts = [int(colour[i:i + 2], 16) / 255 for i in (0, 2, 4)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(a, b):
    lighter, darker = sorted((luminance(a), luminance(b)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def check_contrast(css):
    """Text has 4.5 at least; what stands for a value has 3 (WCAG 2.1, 1.4.3 and 1.4.11): a bar, or its edge."""
    pairs = [(text, ground, 4.5) for text in ("text", "quiet", "link", "good", "bad", "neutral") for ground in ("page", "raised")]
    pairs += [("on-tone", tone, 4.5) for tone in ("good", "bad", "neutral")]
    pairs += [(f"on-{bar}", bar, 4.5) for bar in ("idle", "some", "busy")]
    pairs += [(area, "page", 3) for area in ("memory", "cpu", "count", "output", "second", "busy", "idle-edge")]
    for name, block in [("light", css), ("dark", css[css.index("prefers-color-scheme: dark"):]), ("print", css[css.index("@media print"):])]:
        block = block[block.index(":root"):]
        colours = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]+)", block[:block.index("}")]))
        for front, ground, least in pairs:
            found = contrast(colours[front], colours[ground])
            if found < least:
                complain(f"{name}: --{front} on --{ground} has a contrast of {found:.2f}, less than {least}")


def chromium(page, picture, width, height, more, log_dir):
    """Make a picture of a page. Return what the page has written to its console and what it has asked for."""
    net_log = log_dir / "net.json"
    command = ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--no-first-run", "--disable-extensions",
               "--disable-component-update", "--disable-background-networking", "--disable-sync", "--enable-logging=stderr",
               f"--user-data-dir={log_dir}/profile", f"--log-net-log={net_log}", f"--window-size={width},{height}", *more,
               f"--print-to-pdf={picture}" if picture.suffix == ".pdf" else f"--screenshot={picture}", page.as_uri()]
    done = subprocess.run(command, capture_output=True, text=True, timeout=240)
    if not picture.exists():
        complain(f"{picture.name}: Chromium made no picture: {done.stderr[-2000:]}")
    noticed = [line for line in done.stderr.splitlines() if "CONSOLE" in line]
    # Chromium's own services ask at their own times.
    for address in sorted(set(re.findall(r'"url":"([^"]*)"', net_log.read_text(errors="replace")))):
        if not address.startswith(("file:", "data:", "chrome", "devtools:", "about:")) and not re.match(
                r"https?://([a-z0-9-]+\.)*(google|googleapis|gstatic|gvt1)\.com/", address):
            noticed.append(f"a request for {address}")
    return noticed


def check_trace(netrunner, report, schema, name):
    trace = json.loads(subprocess.run([netrunner, "report", "trace", report], check=True, capture_output=True).stdout)
    for error in list(jsonschema.Draft202012Validator(schema).iter_errors(trace))[:3]:
        complain(f"trace of {name}: {error.json_path}: {error.message}")


def main():
    if len(sys.argv) not in (4, 5):
        sys.exit(__doc__)
    netrunner, sources, output = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3]).resolve()
    is_shown = sys.argv[4:] == ["--shown"]
    if is_shown and not shutil.which("chromium"):
        print("skipped: no chromium (Debian's package chromium)")
        sys.exit(77)
    shutil.rmtree(output, ignore_errors=True)
    output.mkdir(parents=True)
    pages = make_pages(netrunner, sources, output)
    check_contrast((sources / "src/pages/templates/page.css").read_text(encoding="utf-8"))
    if is_shown and not FAILURES:
        show(pages, output)
    sys.exit(1 if FAILURES else 0)


def make_pages(netrunner, sources, output):
    made = {
        "empty": [made_reports.run(0.001, command=["true"])],
        "stopped": [made_reports.stopped()],
        "large": [made_reports.sampled()],
        "compared": [made_reports.sampled(1800.0, 400, 300), made_reports.sampled(1320.0, 400, 300, command=["make", "-j4"])],
        "batch": [made_reports.batch(500, False)],
        "batch_sampled": [made_reports.batch(60, True)],
    }
    schema = json.loads((sources / "docs/trace.schema.json").read_text(encoding="utf-8"))
    pages = {}
    for name, reports in made.items():
        files = []
        for number, report in enumerate(reports):
            file = output / f"{name}{number or ''}.{'jsonl' if isinstance(report, str) else 'json'}"
            file.write_text(report if isinstance(report, str) else json.dumps(report), encoding="utf-8")
            files.append(file)
        begin = time.monotonic()
        text = subprocess.run([netrunner, "report", "html", *files], check=True, capture_output=True).stdout.decode()
        pages[name] = output / f"{name}.html"
        pages[name].write_text(text, encoding="utf-8")
        print(f"{name}: {len(text) / 1000:.0f} kB in {(time.monotonic() - begin) * 1000:.0f} ms")
        check_form(name, text)
        check_trace(netrunner, files[0], schema, name)
        subprocess.run([netrunner, "report", "show", *files], check=True, stdout=subprocess.DEVNULL)
    if pages["large"].stat().st_size > 300_000:
        complain("the page of 1000 processes and 600 rows has more than 300 kB")
    return pages


def show(pages, output):
    dark = ["--blink-settings=preferredColorScheme=0"]
    light = ["--blink-settings=preferredColorScheme=1"]
    frame = output / "narrow.html"  # a window of Chromium is never as narrow as a telephone
    with tempfile.TemporaryDirectory() as scratch:
        log_dir = pathlib.Path(scratch)
        # A page that does both, to know that it would be noticed.
        talking = output / "talking.html"
        talking.write_text('<script>console.error("x")</script><img src="http://127.0.0.1:9/x.png">', encoding="utf-8")
        noticed = " ".join(chromium(talking, output / "talking.png", 500, 500, light, log_dir))
        if "CONSOLE" not in noticed or "http://127.0.0.1:9/x.png" not in noticed:
            complain(f"what a page says and asks for is not noticed: {noticed}")
        for name, page, width, height, more in [
                ("empty-light", "empty", 1600, 700, light), ("stopped-light", "stopped", 1600, 2000, light),
                ("stopped-dark", "stopped", 1600, 2000, dark), ("stopped-400", "stopped", 400, 3200, light),
                ("large-dark", "large", 1600, 2000, dark), ("compared-light", "compared", 1600, 2200, light),
                ("compared-400", "compared", 400, 3600, dark), ("batch-light", "batch", 1600, 2400, light),
                ("batch-400", "batch", 400, 3000, dark), ("batch_sampled-dark", "batch_sampled", 1600, 2000, dark)]:
            shown = pages[page]
            if width < 500:
                frame.write_text(f'<body style="margin:0"><iframe src="{shown.name}" width="{width}" height="{height}" style="border:0">'
                                 "</iframe>", encoding="utf-8")
                shown = frame
            for line in chromium(shown, output / f"{name}.png", max(width, 500), height, more, log_dir):
                complain(f"{name}: {line}")
        for line in chromium(pages["stopped"], output / "stopped.pdf", 800, 1000, light, log_dir):
            complain(f"stopped.pdf: {line}")


if __name__ == "__main__":
    main()
