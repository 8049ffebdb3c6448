"""A GitHub on this machine for the tests: npm's `emulate`, which keeps state, and in front of it a proxy that breaks.

`emulate` (0.11.2, on Node 20) has users, tokens, repositories with their `private` flag, issues, labels, comments,
issue events, `since`, pages and reopening. Where it differs from the real API, `Proxy` plays the real one:

- `state_reason: duplicate` is taken for `completed`; here it stays. The canonical issue of a closed duplicate is
  GraphQL's alone, which it lacks: `Proxy.canonical` holds what is answered.
- Times have milliseconds there and none here, as on GitHub; `since` is compared as text there, so it is rewritten.
- There are no ETags; here each good answer to a GET has one, and asking with it is answered by 304.
- Labels set without the right to push stay; here they are dropped for tokens in `Proxy.cannot_label`.
- Any token is somebody; here those in `Proxy.bad_tokens` get 401, and for those in `Proxy.installations` `GET /user`
  is 403.
- Its counter of 5,000 requests an hour is hidden; limits are played by faults.
- A listing shows everything at once; here it misses issues younger than `Proxy.lag` seconds.
- `Proxy.ahead` seconds pass at once: `Date` says so, and what was written before is as old as that.

`Fault` breaks single requests. `Proxy.log` holds every request that came in.
"""

from tests.github_kit.proxy import Fault, Proxy, Request
from tests.github_kit.server import BOT, STRANGER, Emulator

__all__ = ["BOT", "STRANGER", "Emulator", "Fault", "Proxy", "Request"]
