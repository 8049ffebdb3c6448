"""Makes docs/demo.svg: the demo as it was just run, cut to what fits a screen."""

from __future__ import annotations

import io
import json
import re
import subprocess
from pathlib import Path

from rich.console import Console
from rich.markdown import Markdown
from rich.syntax import Syntax

HERE = Path(__file__).resolve().parent.parent
SHOP = HERE / ".demo" / "shop"


def main() -> None:
    demo = [HERE / "scripts/demo"]
    done = subprocess.run(demo, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=True)
    said = done.stdout.replace(f"{HERE}/.demo/shop/", "").replace(f"{HERE}/", "")
    console = Console(record=True, width=104, file=io.StringIO(), force_terminal=True)
    console.print("[bold green]$[/] scripts/demo")
    console.print("...\n[dim]" + "\n".join(between(said, "--- the crash", "--- healing")[-5:]) + "[/]")
    for line in said.splitlines():
        if re.match(r"splat: [\w ]+: [\d.]+ s$|splat: fixed|  (title|branch|confidence|cost):", line):
            console.print(line, highlight=False)
    page = max((SHOP / ".splat/pulls").glob("*.md"), key=lambda path: int(path.stem))
    body = page.read_text().partition("<details>")[0]
    body = re.sub(r"## Not verified.*", "", body, flags=re.DOTALL)
    console.print(Markdown(body.replace("✅", "✓")))  # few terminals' fonts in a browser have the coloured one
    facts = json.loads(page.with_suffix(".json").read_text())
    diff = ["git", "-C", str(SHOP), "diff", facts["base"], facts["branch"], "--", "shop"]
    shown = subprocess.run(diff, capture_output=True, text=True, check=True).stdout
    console.print(Syntax(shown[shown.index("@@") :], "diff", background_color="default"))
    (HERE / "docs/demo.svg").write_text(console.export_svg(title="splat"))


def between(text: str, start: str, end: str) -> list[str]:
    return text.partition(start)[2].partition(end)[0].strip().splitlines()


if __name__ == "__main__":
    main()
