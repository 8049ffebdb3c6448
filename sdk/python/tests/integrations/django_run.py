"""Asks every page of the Django site and prints what was seen, as JSON: `python -m tests.integrations.django_run asgi`.

A process of its own, since Django is configured once. With SITE_SPLAT=1 or SITE_CALL=1 what was captured comes along;
SITE_HOOKS names the interpreter's hooks that watch too.
"""

from __future__ import annotations

import json
import os
import re
import sys
from contextlib import nullcontext
from typing import Any, Dict, List


def main(kind: str) -> None:
    from tests.integrations import django_app as site
    from tests.integrations.captured import capturing

    if kind == "wsgi":
        from django.core.wsgi import get_wsgi_application

        from tests.integrations.kit import ask_wsgi as ask

        app: Any = get_wsgi_application()
    else:
        from django.core.asgi import get_asgi_application

        from tests.integrations.kit import ask_asgi as ask  # type: ignore[assignment]

        app = get_asgi_application()
    ours = "1" in (os.environ.get("SITE_SPLAT"), os.environ.get("SITE_CALL"))
    hooks = tuple(os.environ.get("SITE_HOOKS", "").split())
    seen: Dict[str, Any] = {}
    for path, expected in site.CASES:
        with capturing(integrations=hooks, include_body=True) if ours else nullcontext() as kept:
            form = {"body": b"a=1&password=hunter2", "CONTENT_TYPE": "application/x-www-form-urlencoded"}
            result = (
                ask(app, path, "POST", **(form if kind == "wsgi" else {})) if path == "/post-boom/" else ask(app, path)
            )
        seen[path] = {"seen": json.loads(plain(json.dumps(whole(result), default=str)))}
        seen[path].update(expected=expected, route=site.ROUTES.get(path, path))
        if kept is not None:
            seen[path].update(errors=kept.errors, request=kept.reports[0].get("request") if kept.reports else None)
    print(json.dumps(seen))


def whole(seen: Any) -> Any:
    """What is sent in parts, and how long each was, as one: an address may stand in two of them."""
    if not isinstance(seen, (list, tuple)):
        return seen
    made: List[Any] = []
    for each in seen:
        is_part = isinstance(each, dict) and each.get("type") == "http.response.body"
        if is_part and made and isinstance(made[-1], dict) and "parts" in made[-1]:
            made[-1]["parts"].append(len(each.get("body", b"")))
            made[-1]["body"] += each.get("body", b"")
        elif is_part:
            made.append({"body": each.get("body", b""), "parts": [len(each.get("body", b""))]})
        else:
            made.append(whole(each))
    return made


def plain(text: str) -> str:
    """Without what differs from run to run: addresses and times, and with them the length of Django's debug pages."""
    text = re.sub(r"(Content-Length[^0-9]{1,10})[0-9]{5,}", r"\1LENGTH", text)
    text = re.sub(r"0x[0-9a-f]+|datetime\([^)]*\)|[0-9]{14,16}|/tmp/[^'&\"\\\\\s]*", "ADDRESS", text)
    return re.sub(r"\b(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d+ \w+ \d{4} [\d:]+ [+-]\d{4}", "TIME", text)


if __name__ == "__main__":
    main(sys.argv[1])
