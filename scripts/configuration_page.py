"""Writes docs/configuration.md from the settings' schema and defaults; a test says when it is out of date."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from healer.settings import SETTABLE, Settings, data

PAGE = Path(__file__).resolve().parent.parent / "docs" / "configuration.md"
HEAD = """# Configuration

Everything works without a configuration file. What you want otherwise goes into `.github/splat.yml`, is read **from the
base commit** (never from a branch under repair), and is checked: a mistake is named by line and column.

First wins: command-line option, `SPLAT_*` variable (`limits.dollars` is `SPLAT_LIMITS_DOLLARS`; lists are separated by
commas), `.github/splat.yml`, default. FILE_ONLY
have no variable. A variable that sets nothing is named, with the nearest one that does. A secret never belongs in this
file.

```yaml
limits: {dollars: 0.50}
checks:
  setup: pip install -e .[test]
  test: pytest -q
paths: {"/srv/app": services/shop}     # runtime path: repository path
triage:
  - {type: ^PaymentDeclined$, reason: "a customer's card, not our bug"}
```

| setting | what it does | default |
| --- | --- | --- |
"""


def rows(schema: dict[str, Any], defaults: Any, prefix: str = "") -> list[str]:
    lines: list[str] = []
    for name, rule in schema["properties"].items():
        if name == "$schema":
            continue
        default = getattr(defaults, name, None)
        if "properties" in rule:
            lines += rows(rule, default, f"{prefix}{name}.")
        else:
            shown = "known models" if name == "prices" else json.dumps(default, default=str)
            about = rule["description"].replace("|", "\\|")
            if "enum" in rule:
                about += " One of " + ", ".join(f"`{choice}`" for choice in rule["enum"]) + "."
            lines.append(f"| `{prefix}{name}` | {about} | `{shown}` |")
    return lines


def page() -> str:
    schema = json.loads(data("settings.schema.json"))
    table = rows(schema, Settings())
    keys = [row.split("`")[1] for row in table]
    *most, last = [f"`{key}`" for key in keys if key not in SETTABLE]
    return HEAD.replace("FILE_ONLY", f"{', '.join(most)} and {last}") + "\n".join(table) + "\n"


if __name__ == "__main__":
    if "--check" in sys.argv:
        sys.exit(
            0
            if PAGE.read_text() == page()
            else "docs/configuration.md is out of date: run scripts/configuration_page.py"
        )
    PAGE.write_text(page())
