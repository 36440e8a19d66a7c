#!/usr/bin/python3
"""Print the first charts of a page of `netrunner report html` as one SVG file, for the README.

Usage: picture.py PAGE >docs/build.svg

The SVG has the page's colours for light and dark, and no text under the pointer, which a picture in a document does not
show.
"""

import html
import pathlib
import re
import sys

WIDTH, LEFT, GAP = 960, 66, 8
SHOWN = ["memory", "cpu", "processes"]


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    page = pathlib.Path(sys.argv[1]).read_text(encoding="utf-8")
    style = re.search(r"<style>(.*?)</style>", page, re.S)[1]
    style = style[:style.index("@media print")]
    colours = style[style.index(":root"):style.index("* {")]
    rules = "".join(re.findall(r"^(?:svg text|\.(?:y|grid|time|limit|level|marks|chart|plot path|idle|labels|bars)\b).*\n", style, re.M))
    body, top = "", 14
    for kind in SHOWN:
        figure = re.search(rf'<figure class="(chart[^"]*)" id="r1-{kind}">(.*?)</figure>', page, re.S)
        if not figure:
            continue
        title, note = re.search(r"<b>(.*?)</b>.*?<span>(.*?)</span></figcaption>", figure[2]).groups()
        plot = figure[2][figure[2].index('<div class="plot">'):]
        plot = re.sub(r"<(title|desc)[^>]*>.*?</\1>", "", plot, flags=re.S)
        plot = re.sub(r'<g class="bands">.*?</g>', "", plot, flags=re.S)
        values = re.search(r'<svg class="y"[^>]*>(.*?)</svg>', plot, re.S)
        height, drawn = re.search(r'<svg class="x" height="(\d+)"[^>]*>(.*)</svg></div>', plot, re.S).groups()
        drawn = re.sub(r'<svg height="(\d+)" viewBox', r'<svg width="100%" height="\1" viewBox', drawn)
        body += f'<text x="8" y="{top}" class="name">{title} <tspan class="note">{note}</tspan></text>\n'
        body += f'<g class="{figure[1]} plot">'
        if values:
            body += f'<svg class="y" x="0" y="{top + 8}" width="{LEFT}" height="{height}" overflow="visible">{values[1]}</svg>'
        body += (f'<svg x="{LEFT + GAP}" y="{top + 8}" width="{WIDTH - LEFT - GAP - 10}" height="{height}" overflow="visible">'
                 f"{drawn}</svg></g>\n")
        top += int(height) + 34
    command = html.unescape(re.search(r"<title>(.*?)</title>", page)[1])
    print(f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{top - 14}" viewBox="0 0 {WIDTH} {top - 14}" '
          f'role="img" aria-label="{html.escape(command)}">\n<style>\n{colours}{rules}'
          'svg text.name { font-size: 13px; font-weight: 600; fill: var(--text); }\n.name .note { font-weight: 400; font-size: 12px; fill: var(--quiet); }\n'
          f'</style>\n<rect width="100%" height="100%" style="fill:var(--page)"/>\n{body}</svg>')


if __name__ == "__main__":
    main()
