# ruff: noqa: E501 - tables of names are read as tables
"""The paths that no patch touches unless the rule of that name is switched off: data, one table."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Protection:
    """`globs` are read like `protected` in the configuration; `why` ends the sentence "`path` ..."."""

    rule: str
    globs: tuple[str, ...]
    why: str
    admissible: bool = False
    """Whether `extra_paths` in the configuration opens single ones of them."""


def _protection(rule: str, why: str, globs: str, *, admissible: bool = False) -> Protection:
    return Protection(rule, tuple(globs.split()), why, admissible)


#: In the order they are tried. No frame admits any of these.
PROTECTED: tuple[Protection, ...] = (
    _protection(
        "git-files",
        "steers git itself",
        ".gitattributes .gitmodules .gitignore .gitconfig .mailmap .git-blame-ignore-revs .githooks/ .husky/ hooks/*-commit"
        " .pre-commit-config.yaml .pre-commit-config.yml .pre-commit-hooks.yaml lefthook.* .lefthook.* .lfsconfig",
    ),
    _protection("codeowners", "decides who reviews", "CODEOWNERS"),
    _protection(
        "agent-instructions",
        "instructs coding agents",
        "CLAUDE.md CLAUDE.*.md AGENTS.md AGENT.md GEMINI.md QWEN.md WARP.md copilot-instructions.md *.instructions.md"
        " .cursor/ .cursorrules .cursorignore .claude/ .codex/ .gemini/ .windsurf/ .windsurfrules .clinerules"
        " .clinerules/ .roo/ .roomodes .roorules .aider* .continue/ .kiro/ .amazonq/ .junie/ .github/copilot*"
        " .github/prompts/ .mcp.json mcp.json llms.txt SKILL.md .rules",
    ),
    _protection(
        "ci-config",
        "configures what runs with this repository's credentials",
        ".github/ .gitlab-ci.yml .gitlab/ .gitlab-ci/ .circleci/ .travis.yml .appveyor.yml appveyor.yml azure-pipelines.yml"
        " azure-pipelines*.yml .azure-pipelines/ .azuredevops/ .buildkite/ .drone.yml .drone.star .woodpecker.yml"
        " .woodpecker/ .cirrus.yml .cirrus.star .semaphore/ Jenkinsfile Jenkinsfile.* /jenkins/ bitbucket-pipelines.yml"
        " .teamcity/ .harness/ .tekton/ .concourse/ cloudbuild.yaml cloudbuild.yml .gitea/ .forgejo/ codefresh.yml"
        " .codecov.yml codecov.yml renovate.json renovate.json5 .renovaterc .renovaterc.json dependabot.yml"
        " .readthedocs.yml .readthedocs.yaml netlify.toml vercel.json .ci/ .devcontainer/ .gitpod.yml .replit .vscode/"
        " .idea/",
    ),
    _protection(
        "secret-file",
        "is where secrets are kept",
        ".env .env.* .envrc .netrc _netrc .htpasswd credentials.yml.enc master.key *.keystore *.jks *.p12 *.pfx *.pem *.key"
        " *.crt *.der *.asc id_rsa id_ed25519",
    ),
    _protection(
        "dependency-file",
        "says which code of others is installed",
        "pyproject.toml setup.py setup.cfg requirements.txt requirements*.txt requirements*.in *-requirements.txt"
        " requirements/*.txt requirements/*.in constraints*.txt Pipfile Pipfile.lock poetry.lock poetry.toml uv.lock uv.toml"
        " pdm.lock pylock.toml pylock.*.toml environment.yml environment.yaml conda-lock.yml pip.conf .pypirc MANIFEST.in"
        " package.json package-lock.json npm-shrinkwrap.json yarn.lock .yarnrc .yarnrc.yml .npmrc .pnpmfile.cjs"
        " pnpm-lock.yaml pnpm-workspace.yaml bun.lock bun.lockb bunfig.toml bower.json deno.json deno.jsonc deno.lock"
        " jsr.json lerna.json .yarn/ go.mod go.sum go.work go.work.sum Gopkg.toml Gopkg.lock glide.yaml glide.lock"
        " vendor/modules.txt Gemfile Gemfile.* gems.rb gems.locked *.gemspec .gemrc .bundle/ Appraisals gemfiles/"
        " composer.json composer.lock auth.json symfony.lock Cargo.toml Cargo.lock pom.xml build.gradle build.gradle.kts"
        " gradle.lockfile *.csproj packages.lock.json flake.nix flake.lock .tool-versions .ruby-version .python-version"
        " .node-version .nvmrc mise.toml .mise.toml runtime.txt",
    ),
    _protection(
        "build-file",
        "is a script or a build file",
        "Makefile Makefile.* *.mk GNUmakefile CMakeLists.txt justfile Taskfile.yml Taskfile.yaml Dockerfile Dockerfile.*"
        " *.dockerfile Containerfile docker-compose*.yml docker-compose*.yaml compose.yml compose.yaml .dockerignore"
        " Vagrantfile Procfile Procfile.* Rakefile *.rake Capfile Thorfile Guardfile Brewfile Fastfile noxfile.py"
        " fabfile.py dodo.py wscript SConstruct hatch_build.py hatch.toml tox.ini .bazelrc BUILD.bazel WORKSPACE"
        " webpack.config.* webpack.*.js rollup.config.* vite.config.* esbuild.config.* babel.config.* .babelrc .babelrc.*"
        " gulpfile.* Gruntfile.* next.config.* nuxt.config.* svelte.config.* astro.config.* metro.config.* postcss.config.*"
        " tsconfig*.json jsconfig.json turbo.json nx.json angular.json .swcrc tsup.config.* magefile.go .goreleaser.yml"
        " .goreleaser.yaml .golangci.yml .golangci.yaml *.sh *.bash *.zsh *.fish *.ps1 *.psm1 *.bat *.cmd /bin/ /sbin/"
        " /script/ /scripts/ /ci/ /etc/ /docker/ /deploy/ /infra/ /terraform/ /ansible/ /.build/ packages/*/bin/"
        " packages/*/scripts/ apps/*/bin/ apps/*/scripts/ *.tf *.tfvars *.service *.nix Chart.yaml /helm/ /k8s/"
        " sitecustomize.py usercustomize.py *.pth",
        admissible=True,
    ),
    _protection(
        "runner-config",
        "configures how tests or linters run",
        "pytest.ini .pytest.ini pytest.toml conftest.py .coveragerc .ruff.toml ruff.toml mypy.ini .mypy.ini .flake8 .pylintrc"
        " jest.config.* jest.setup.* vitest.config.* vitest.setup.* vitest.workspace.* karma.conf.* playwright.config.*"
        " cypress.config.* .mocharc.* mocha.opts .nycrc .nycrc.* .c8rc.json .taprc ava.config.* .eslintrc .eslintrc.*"
        " eslint.config.* .eslintignore .prettierrc* prettier.config.* biome.json .rspec spec_helper.rb rails_helper.rb"
        " test_helper.rb .rubocop.yml .rubocop_todo.yml .simplecov phpunit.xml phpunit.xml.dist phpunit.dist.xml phpcs.xml"
        " phpcs.xml.dist .phpcs.xml phpstan.neon phpstan.neon.dist psalm.xml psalm.xml.dist .php-cs-fixer*.php rector.php"
        " sonar-project.properties .sonarcloud.properties .snyk .trivyignore .gitleaks.toml .semgrepignore .bandit",
    ),
    _protection(
        "generated",
        "is generated, vendored or installed, not written here",
        "*.min.js *.min.css *.min.mjs *.bundle.js *.chunk.js *.map *_pb2.py *_pb2_grpc.py *.pb.go *.pb.gw.go *_pb.js *_pb.rb"
        " *_generated.go *.generated.* *.gen.go zz_generated* *.g.dart *.snap __snapshots__/"
        " __generated__/ node_modules/ bower_components/ site-packages/ dist-packages/ vendor/ _vendor/ third_party/"
        " third-party/ thirdparty/ Godeps/ .venv/ venv/ .tox/ .nox/ .eggs/ *.egg-info/ __pycache__/ *.pyc"
        " .next/ .nuxt/ .output/ .svelte-kit/ .turbo/ .cache/ .parcel-cache/ .pytest_cache/ .mypy_cache/ .ruff_cache/ .yarn/"
        " .splat/ htmlcov/ /dist/ /build/ /out/ /target/ /coverage/ packages/*/dist/ packages/*/build/",
        admissible=True,
    ),
    _protection(
        "binary",
        "is no text",
        "*.png *.jpg *.jpeg *.gif *.ico *.webp *.bmp *.tiff *.pdf *.zip *.gz *.tgz *.bz2 *.xz *.zst *.7z *.rar *.tar *.jar"
        " *.war *.whl *.egg *.gem *.phar *.so *.so.* *.dll *.dylib *.exe *.bin *.o *.a *.lib *.class *.wasm *.node *.pyd"
        " *.ttf *.otf *.woff *.woff2 *.eot *.mp3 *.mp4 *.wav *.ogg *.webm *.mov *.avi *.sqlite *.sqlite3 *.db *.pkl"
        " *.pickle *.npy *.npz *.pt *.onnx *.parquet *.mo",
    ),
)
