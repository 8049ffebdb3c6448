"""What `splat init` and `splat doctor` find in a checkout, and the checkout they look at.

Paths are "/"-separated and relative to the top of the working tree, "" is the top itself; lines count from 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol, TypeAlias

if TYPE_CHECKING:
    from pathlib import Path

    from healer.frames import RuntimeName
    from healer.runtimes.checks import CheckPlan

Forge: TypeAlias = Literal["github", "enterprise", "other"]
Manager: TypeAlias = Literal[
    "pip", "uv", "poetry", "pdm", "pipenv", "hatch", "npm", "pnpm", "yarn", "bun", "go", "bundler", "composer"
]
Kind: TypeAlias = Literal["app", "factory", "handler", "settings", "main", "config", "browser"]
Certainty: TypeAlias = Literal["sure", "likely", "unsure"]
Product: TypeAlias = Literal["splat-sdk", "py-splat", "sentry", "bugstack"]


@dataclass(frozen=True, slots=True)
class Note:
    """Something a person should hear of. `code` is stable for machines; `what` and `next_step` are sentences.

    `stops` is True where nothing can be set up before it is mended: `no-git`, `bare`, `no-files`. The other codes:
    `no-remote`, `not-github`, `several-remotes`, `ssh-alias`, `detached`, `dirty`, `no-default-branch`, `worktree`,
    `submodule`, `submodules`, `read-only`, `unreadable` (broken, too large or vanished; `where` names the file),
    `odd-names`, `vendored`, `too-many`, `no-service`, `foreign-workflow`, `py-splat`,
    `shadowed`.
    """

    code: str
    what: str
    where: str = ""
    next_step: str = ""
    stops: bool = False


@dataclass(frozen=True, slots=True)
class Remote:
    """A remote as git itself would use it, `insteadOf` applied. `owner` and `repository` are "" where its address has
    none; an address never holds a user's name or a secret.

    `forge` is "github" for github.com, "enterprise" for GHE.com and hosts that may be GitHub Enterprise Server, "other"
    for what cannot be one (GitLab, a folder on this machine).
    """

    name: str
    host: str
    owner: str
    repository: str
    forge: Forge

    @property
    def enterprise(self) -> bool:
        """True where the API is not at api.github.com."""
        return self.forge == "enterprise"

    @property
    def full_name(self) -> str:
        """`owner/repository`, as the API names it; "" where the address says none."""
        return f"{self.owner}/{self.repository}" if self.owner else ""


@dataclass(frozen=True, slots=True)
class Checkout:
    """What git says of a working tree. `branch` is None on a detached head, `default_branch` "" where nothing says it.

    `dirty` counts changes of tracked files alone. `remotes` has the one that Splat would use first.
    """

    root: Path
    branch: str | None
    default_branch: str
    dirty: bool
    remotes: tuple[Remote, ...] = ()
    notes: tuple[Note, ...] = ()


class Repository(Protocol):
    """A working tree, read through what git tracks."""

    def checkout(self) -> Checkout:
        """Its state. What is amiss is among its notes."""

    def paths(self) -> frozenset[str]:
        """Every tracked regular file; no symlink, no submodule. Empty where there is no working tree."""

    def read(self, path: str) -> bytes | None:
        """The file as it is in the working tree; None when it vanished, is a symlink, or is larger than 2 MiB."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A place where a service begins, and so where Splat's lines may go.

    `framework` is one of the service's. `kind`: `app` is made on the lines `line` to `end` and bound to `name` ("app",
    "self.app"); `factory` is the same inside the function `function`, which hands it on; `handler` is a function of a
    serverless platform, called `name`; `settings` and `config` are files of settings, `name` the setting; `main` is
    what is run or loaded first; `browser` what a bundler begins with. `line` is 0 where the file as a whole is meant,
    `function` "" at the top level. `certainty` "sure" may be written to, "likely" may be shown as a proposal, "unsure"
    is only named; `why` is a phrase for a person ("`Flask(…)` is bound to `app`").
    """

    path: str
    framework: str
    kind: Kind
    certainty: Certainty
    why: str
    line: int = 0
    end: int = 0
    name: str = ""
    function: str = ""


@dataclass(frozen=True, slots=True)
class Tests:
    """How a service is set up and tested. `plan` is what the engine's sandbox would run; `setup` and `run` are the
    same in a person's words, lines for a shell in `plan.workdir`.
    """

    __test__ = False  # pytest collects classes by this name otherwise

    plan: CheckPlan
    setup: tuple[str, ...]
    run: str


@dataclass(frozen=True, slots=True)
class Service:
    """A part of the repository that has a manifest of its own, in one runtime.

    `name` is the manifest's or the folder's. `frameworks` has the most telling first, in small letters: flask django
    fastapi starlette celery asgi wsgi aws-lambda python; next nest express fastify koa node, vite webpack rollup
    parcel esbuild angular (browser bundlers); gin echo chi net/http go; rails sinatra rack sidekiq ruby; laravel
    symfony slim php. `manager` is None and `manifest` "" where there is code and no manifest. `manifest` is the file
    that holds its dependencies, `lock` the lock file that holds for it (a workspace's lies above), "" for none.
    `entries`: best first.
    `library` is True where nothing was found that runs by itself.
    """

    path: str
    runtime: RuntimeName
    name: str
    frameworks: tuple[str, ...]
    manager: Manager | None
    manifest: str
    lock: str
    tests: Tests | None
    entries: tuple[Entry, ...]
    library: bool = False
    workspace: str | None = None
    """The folder of the workspace that it is a member of (npm, pnpm, yarn, uv, go.work), None outside of one."""


@dataclass(frozen=True, slots=True)
class Workflow:
    """A file of `.github/workflows/`. `name` is its own or, as GitHub does it, its path; `triggers` are its events.

    `dispatch` is True with `workflow_dispatch`; `ci` where it runs tests or linters on pushes or pull requests;
    `splat` where it calls Splat; `broken` says why it could not be read, "" when it could.
    """

    path: str
    name: str
    triggers: tuple[str, ...]
    dispatch: bool
    ci: bool
    splat: bool = False
    broken: str = ""


@dataclass(frozen=True, slots=True)
class Seen:
    """A trace of a product: `how` "dependency" (a manifest names it), "import" (source uses it) or "workflow".

    `service` is the path of the service, "" is also the top; `line` is 0 where the file as a whole is meant.
    """

    product: Product
    path: str
    how: Literal["dependency", "import", "workflow", "settings"]
    line: int = 0
    service: str = ""


@dataclass(frozen=True, slots=True)
class Existing:
    """What of Splat is there. `workflows` are the paths of those that call Splat, `settings` that of
    `.github/splat.yml` or "", `sdk` the traces of Splat's own SDKs, `py_splat` those of the other product with the same
    import and command.
    """

    workflows: tuple[str, ...] = ()
    settings: str = ""
    sdk: tuple[Seen, ...] = ()
    py_splat: tuple[Seen, ...] = ()

    @property
    def services(self) -> frozenset[str]:
        """The paths of the services that have a Splat SDK."""
        return frozenset(seen.service for seen in self.sdk)


@dataclass(frozen=True, slots=True)
class Found:
    """All that was seen. `services` are ordered by path; `others` holds the traces of Sentry and bugstack."""

    root: Path
    remote: Remote | None
    branch: str | None
    default_branch: str
    dirty: bool
    services: tuple[Service, ...] = ()
    workflows: tuple[Workflow, ...] = ()
    splat: Existing = Existing()
    others: tuple[Seen, ...] = ()
    notes: tuple[Note, ...] = ()
    remotes: tuple[Remote, ...] = ()

    @property
    def stopped(self) -> Note | None:
        """The first note that has to be mended before anything can be set up."""
        return next((note for note in self.notes if note.stops), None)
