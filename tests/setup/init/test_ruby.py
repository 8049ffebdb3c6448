"""Lines put into Ruby files of every shape: nothing else changes, and all of it comes out again."""
# ruff: noqa: E501 - tables of source texts are read by line

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from healer.outcome import Rejected
from healer.setup.choices import Choices
from healer.setup.code import propose_code
from healer.setup.dependency.gemfile import add
from tests.setup.init.held import CHOICES, Held, comes_out, only_adds
from tests.setup.trees import looked, tree

if TYPE_CHECKING:
    from pathlib import Path

    from healer.setup.plan import Change, Part

GEMFILE = "source 'https://rubygems.org'\ngem 'sinatra'\n"
INIT = f"Splat.init(repo: '{CHOICES.repository}')"


def inject(folder: Path, files: dict[str, str | bytes], choices: Choices = CHOICES) -> Part:
    """What `init` would do to a repository with these files and a Gemfile."""
    held = {"Gemfile": GEMFILE, **files}
    (service,) = looked(tree(folder, held)).services
    data = {path: text if isinstance(text, bytes) else text.encode() for path, text in held.items()}
    return propose_code(service, Held(data), choices, named=False)


def change_of(part: Part, path: str) -> Change:
    (change,) = (each for each in part.changes if each.path == path)
    return change


def after(folder: Path, path: str, text: str | bytes, **more: str) -> str:
    return (change_of(inject(folder, {path: text, **more}), path).after or b"").decode()


def put(text: str, *blocks: tuple[int, tuple[str, ...]]) -> str:
    """The text with lines put in, each block so that its first one has this number (from 1) in the end."""
    lines = text.splitlines()
    for number, new in blocks:
        lines[number - 1 : number - 1] = new
    return "\n".join([*lines, ""])


def block(number: int, *lines: str) -> tuple[int, tuple[str, ...]]:
    return number, lines


RACKUP = {
    "behind what it loads": (
        "require './web'\n\nrun Web\n",
        block(2, "require 'splat'", "", INIT, "use Splat::Rack"),
    ),
    "double quotes": (
        'require "./web"\nrun Web\n',
        block(2, 'require "splat"', "", INIT.replace("'", '"'), "use Splat::Rack", ""),
    ),
    "options of rackup stay first": (
        "#\\ -p 4567\nrequire './web'\nrun Web\n",
        block(3, "require 'splat'", "", INIT, "use Splat::Rack", ""),
    ),
    "nothing to load": (
        "use Rack::Lint\nrun ->(env) { [200, {}, []] }\n",
        block(1, 'require "splat"', "", INIT.replace("'", '"'), "use Splat::Rack", ""),
    ),
    "behind the environment": (
        "$LOAD_PATH.unshift(__dir__)\nrequire 'dotenv'\nDotenv.load\nENV['A'] ||= '1'\nrequire 'web' if ENV['WEB']\n\nrun Web\n",
        block(6, "require 'splat'", "", INIT, "use Splat::Rack"),
    ),
    "before blocks": (
        "require './web'\nmap '/a' do\n  require 'b'\n  run Web\nend\nrun Web\n",
        block(2, "require 'splat'", "", INIT, "use Splat::Rack", ""),
    ),
    "a magic comment below another": (
        "# About the shop.\n\n# frozen_string_literal: true\nrun Web\n",
        block(4, "", 'require "splat"', "", INIT.replace("'", '"'), "use Splat::Rack", ""),
    ),
    "magic comments": (
        "# frozen_string_literal: true\n# About the shop.\n\nrun Web\n",
        block(4, 'require "splat"', "", INIT.replace("'", '"'), "use Splat::Rack", ""),
    ),
}


@pytest.mark.parametrize("name", RACKUP)
def test_config_ru(name: str, tmp_path: Path) -> None:
    text, expected = RACKUP[name]
    assert after(tmp_path, "config.ru", text) == put(text, expected)


def test_windows_line_endings(tmp_path: Path) -> None:
    made = after(tmp_path, "config.ru", b"require './web'\r\n\r\nrun Web\r\n")
    assert made == f"require './web'\r\nrequire 'splat'\r\n\r\n{INIT}\r\nuse Splat::Rack\r\n\r\nrun Web\r\n"


def test_sinatra_classic(tmp_path: Path) -> None:
    text = "require 'sinatra'\nrequire 'json'\n\nget('/') { 'hi' }\n"
    expected = put(text, block(3, "require 'splat'", "", INIT, "use Splat::Rack"))
    assert after(tmp_path, "app.rb", text) == expected


MODULAR = "require 'sinatra/base'\n\nmodule Shop\n  class Web < Sinatra::Base # the shop\n    set :a, 1\n  end\nend\n"


def test_a_class_without_a_rackup(tmp_path: Path) -> None:
    expected = put(MODULAR, block(2, "require 'splat'", "", INIT), block(8, "    use Splat::Rack", ""))
    assert after(tmp_path, "web.rb", MODULAR) == expected


def test_a_rackup_stands_for_its_classes(tmp_path: Path) -> None:
    part = inject(tmp_path, {"web.rb": MODULAR, "config.ru": "require './web'\nrun Shop::Web\n"})
    assert [change.path for change in part.changes] == ["Gemfile", "config.ru"]
    assert part.pastes == ()


def test_several_classes_without_a_rackup_are_pasted(tmp_path: Path) -> None:
    part = inject(tmp_path, {"web.rb": MODULAR, "api.rb": MODULAR.replace("Web", "Api")})
    assert part.changes == ()
    gem, *pastes = part.pastes
    assert (gem.path, gem.lines) == ("Gemfile", ("bundle add splat-sdk",))
    assert sorted(paste.path for paste in pastes) == ["api.rb", "web.rb"]
    assert all("splat init --entry" in paste.why for paste in pastes)
    chosen = Choices(CHOICES.repository, entries=frozenset({"api.rb"}))
    made = inject(tmp_path / "b", {"web.rb": MODULAR, "api.rb": MODULAR.replace("Web", "Api")}, chosen)
    assert [change.path for change in made.changes] == ["Gemfile", "api.rb"]


PASTED: dict[str, tuple[str | bytes, str]] = {
    "syntax": ("require './web'\nrun Web do\n", "it has a syntax error"),
    "name": ("require './web'\nmodule Splat\nend\nrun Web\n", "it uses the name `Splat` for something else"),
    "encoding": (b"require './web'\n# \xff\nrun Web\n", "it is not UTF-8"),
}


@pytest.mark.parametrize("name", PASTED)
def test_what_is_not_certain_is_pasted(name: str, tmp_path: Path) -> None:
    text, why = PASTED[name]
    part = inject(tmp_path, {"config.ru": text})
    assert part.changes == ()
    gem, paste = part.pastes
    assert gem.path == "Gemfile"
    assert paste.why.startswith(why)
    assert paste.lines[-1] == "use Splat::Rack"


BUNDLER = "puts 'boots'\nbegin\n  require 'bundler/setup'\nrescue LoadError\nend\nrequire './web'\nrun Web\n"


def test_the_sdk_is_looked_for_when_bundler_is_there(tmp_path: Path) -> None:
    expected = put(BUNDLER, block(6, "require 'splat'", "", INIT, "use Splat::Rack", ""))
    assert after(tmp_path, "config.ru", BUNDLER) == expected
    part = inject(tmp_path / "b", {"config.ru": "puts 1; require 'bundler/setup'\nrun Web\n"})
    assert part.changes == ()
    assert "where Bundler is started" in part.pastes[1].why


GEMSPEC = "Gem::Specification.new do |spec|\n  spec.name = 'web'\n  spec.executables = ['web']\nend\n"


def test_a_gem_is_not_changed(tmp_path: Path) -> None:
    program = "#!/usr/bin/env ruby\nrequire 'web'\n"
    gem = {
        "Gemfile": "source 'x'\ngemspec\ngem 'rake'\n",
        "web.gemspec": GEMSPEC,
        "lib/web.rb": "module Web\nend\n",
        "bin/web": program,
        "bin/ci": program,
    }
    part = inject(tmp_path, {**gem, "config.ru": "require './web'\nrun Web\n"})
    assert part.changes == ()
    assert [paste.path for paste in part.pastes] == ["web.gemspec", "config.ru"]
    part = inject(tmp_path / "b", gem)
    assert [paste.path for paste in part.pastes] == ["web.gemspec", "bin/web"]
    assert part.pastes[0].lines == ('spec.add_dependency "splat-sdk", "~> 0.1"',)
    library = inject(tmp_path / "c", {**gem, "web.gemspec": GEMSPEC.replace("executables = ['web']", "files = []")})
    assert [word.code for word in library.words] == ["library"]
    by_list = GEMSPEC.replace("['web']", "spec.files.grep(%r{^bin/}) { |f| File.basename(f) }")
    assert len(inject(tmp_path / "d", {**gem, "web.gemspec": by_list}).pastes) == 3


def test_a_gem_that_has_the_sdk_gets_the_lines_of_the_program_that_is_named(tmp_path: Path) -> None:
    program = "#!/usr/bin/env ruby\n# frozen_string_literal: true\n\nrequire 'web'\n# All of it.\nrequire 'web/cli'\n"
    spec = GEMSPEC.replace("end\n", "  spec.add_dependency 'splat-sdk'\nend\n")
    gem = {"Gemfile": "gemspec\n", "lib/web.rb": "module Web\nend\n", "bin/web": program}
    named = Choices(CHOICES.repository, entries=frozenset({"bin/web"}))
    part = inject(tmp_path, {**gem, "web.gemspec": GEMSPEC}, named)
    assert [(paste.path, paste.why) for paste in part.pastes][1:] == [("bin/web", "once the SDK is a dependency")]
    part = inject(tmp_path / "b", {**gem, "web.gemspec": spec}, named)
    assert [change.path for change in part.changes] == ["bin/web"]
    expected = put(program, block(5, "require 'splat'", "", INIT, ""))
    assert (change_of(part, "bin/web").after or b"").decode() == expected


def test_magic_comments_of_a_program_that_only_loads_stay_first(tmp_path: Path) -> None:
    program = "#!/usr/bin/env ruby\n# frozen_string_literal: true\nrequire 'web'\n"
    named = Choices(CHOICES.repository, entries=frozenset({"bin/web"}))
    part = inject(tmp_path, {"bin/web": program, "lib/web.rb": "module Web\nend\n"}, named)
    expected = put(program, block(3, "require 'splat'", "", INIT, ""))
    assert (change_of(part, "bin/web").after or b"").decode() == expected


def test_the_program_of_several_classes(tmp_path: Path) -> None:
    files = {"a/web.rb": MODULAR, "b/api.rb": MODULAR.replace("Web", "Api"), "shop": "#!/usr/bin/env ruby\nrun\n"}
    part = inject(tmp_path, files)
    assert [paste.path for paste in part.pastes] == ["Gemfile", "shop", "a/web.rb", "b/api.rb"]
    named = Choices(CHOICES.repository, entries=frozenset({"shop"}))
    part = inject(tmp_path / "b", files, named)
    assert [change.path for change in part.changes] == ["Gemfile", "shop"]
    assert "use Splat::Rack" not in (change_of(part, "shop").after or b"").decode()


def test_a_gemfile_that_is_a_link(tmp_path: Path) -> None:
    text = "require './web'\nrun Web\n"
    (service,) = looked(tree(tmp_path, {"config.ru": text, "web.rb": "class Web\nend\n"})).services
    held = Held({"config.ru": text.encode()}, frozenset({"Gemfile"}))
    part = propose_code(service, held, CHOICES, named=False)
    assert part.changes == ()
    assert [paste.why for paste in part.pastes][1:] == ["once the SDK is a dependency"]


def test_a_template_of_a_generator_is_no_app(tmp_path: Path) -> None:
    files = {"config.ru": "run Web\n", "lib/generators/app/config.ru": "run App\n"}
    part = inject(tmp_path, files)
    assert [change.path for change in part.changes] == ["Gemfile", "config.ru"]


def test_what_only_loads_sinatra_is_no_app(tmp_path: Path) -> None:
    loader = MODULAR.replace("sinatra/base", "sinatra")
    assert after(tmp_path, "web.rb", loader).count("use Splat::Rack") == 1
    assert "\n    use Splat::Rack\n" in after(tmp_path / "b", "web.rb", loader)
    both = loader + "\nget('/') { 1 }\n"
    assert f"{INIT}\nuse Splat::Rack\n" in after(tmp_path / "c", "web.rb", both)


def test_parts_of_a_classic_app_are_loaded_by_it(tmp_path: Path) -> None:
    route = "require 'sinatra'\nget('/') { 1 }\n"
    part = inject(tmp_path, {"app.rb": route, "routes/a.rb": route, "routes/b.rb": route})
    assert [change.path for change in part.changes] == ["Gemfile", "app.rb"]
    assert part.pastes == ()
    several = inject(tmp_path / "b", {"a.rb": route, "b.rb": route})
    assert several.changes == ()
    assert sorted(paste.path for paste in several.pastes) == ["Gemfile", "a.rb", "b.rb"]


def test_nothing_is_touched_twice(tmp_path: Path) -> None:
    text = "require './web'\nrequire 'splat'\nSplat.init\nrun Web\n"
    part = inject(tmp_path, {"Gemfile": GEMFILE + "gem 'splat-sdk'\n", "config.ru": text})
    assert part.changes == ()
    assert part.pastes == ()
    assert [word.code for word in part.words] == ["has-splat"]


# --- Rails -----------------------------------------------------------------------------------------------------------

APPLICATION = 'require_relative "boot"\nrequire "rails"\nBundler.require(*Rails.groups)\nmodule Shop\n  class Application < Rails::Application\n  end\nend\n'
RAILS = {
    "Gemfile": 'source "https://rubygems.org"\ngem "rails"\n',
    "config/application.rb": APPLICATION,
    "config/environment.rb": 'require_relative "application"\nRails.application.initialize!\n',
}
INITIALIZER = "config/initializers/splat.rb"


def test_rails_gets_an_initializer(tmp_path: Path) -> None:
    part = inject(tmp_path, {**RAILS, "config/application.rb": "# frozen_string_literal: true\n\n" + APPLICATION})
    assert [change.path for change in part.changes] == ["Gemfile", INITIALIZER]
    content = (change_of(part, INITIALIZER).after or b"").decode()
    head, blank, mark, line = content.splitlines()
    assert (head, blank, line) == ("# frozen_string_literal: true", "", INIT.replace("'", '"'))
    assert "`splat init`" in mark


def test_rails_without_bundler_loads_the_sdk_itself(tmp_path: Path) -> None:
    text = APPLICATION.replace("Bundler.require(*Rails.groups)\n", "")
    change = change_of(inject(tmp_path, {**RAILS, "config/application.rb": text}), "config/application.rb")
    assert (change.after or b"").decode() == text.replace('require "rails"\n', 'require "rails"\nrequire "splat"\n')


def test_an_initializer_of_that_name_stays(tmp_path: Path) -> None:
    part = inject(tmp_path, {**RAILS, INITIALIZER: "# ours\n"})
    assert part.changes == ()
    assert [paste.path for paste in part.pastes] == ["Gemfile", INITIALIZER]
    has = inject(tmp_path / "b", {**RAILS, INITIALIZER: "Splat.init\n"})
    assert [word.code for word in has.words] == ["has-splat"]


def test_initializers_that_are_called_by_their_names(tmp_path: Path) -> None:
    other = "module Initializers\n  def self.mail_host(config)\n  end\nend\n"
    part = inject(tmp_path, {**RAILS, "config/initializers/mail_host.rb": other})
    assert part.changes == ()
    assert "config/initializers/mail_host.rb" in part.pastes[1].why


def test_rails_that_nothing_starts(tmp_path: Path) -> None:
    part = inject(tmp_path, {**RAILS, "config/environment.rb": "", "config.ru": "require './web'\nrun Web\n"})
    assert INITIALIZER in [change.path for change in part.changes]
    files = {path: text for path, text in RAILS.items() if not path.endswith("environment.rb")}
    part = inject(tmp_path / "b", {**files, "config.ru": "require './web'\nrun Web\n"})
    assert [change.path for change in part.changes] == ["Gemfile", "config.ru"]


def test_a_rails_app_called_splat(tmp_path: Path) -> None:
    part = inject(tmp_path, {**RAILS, "config/application.rb": APPLICATION.replace("Shop", "Splat")})
    assert "uses the name `Splat`" in part.pastes[1].why


# --- the Gemfile -----------------------------------------------------------------------------------------------------

GEMFILES = {
    "behind the last": (
        "source 'x'\n\ngem 'a'\ngem 'b', require: false\n\ngroup :test do\n  gem 'c'\nend\n",
        "source 'x'\n\ngem 'a'\ngem 'b', require: false\ngem 'splat-sdk', '~> 0.1'\n\ngroup :test do\n  gem 'c'\nend\n",
    ),
    "several lines": ('gem "a",\n    path: "x"\n', 'gem "a",\n    path: "x"\ngem "splat-sdk", "~> 0.1"\n'),
    "no end of line": ("gem 'a'", "gem 'a'\ngem 'splat-sdk', '~> 0.1'"),
    "no gem yet": ('source "x"\nruby "3.2"\n', 'source "x"\nruby "3.2"\n\ngem "splat-sdk", "~> 0.1"\n'),
    "conditional": ("gem 'a'\ngem 'b' if ENV['B']\n", "gem 'a'\ngem 'splat-sdk', '~> 0.1'\ngem 'b' if ENV['B']\n"),
    "in the order that is kept": (
        "source 'x'\n\ngem 'z'\n\ngem 'Sp-a'\ngem 'web'\n",
        "source 'x'\n\ngem 'z'\n\ngem 'Sp-a'\ngem 'splat-sdk', '~> 0.1'\ngem 'web'\n",
    ),
    "in no order": ("gem 'web'\ngem 'a'\n", "gem 'web'\ngem 'a'\ngem 'splat-sdk', '~> 0.1'\n"),
    "not under a heading": (
        "gem 'a'\n\n# AI\ngem 'b'\n\ngroup :test do\nend\n",
        "gem 'a'\n\n# AI\ngem 'b'\n\ngem 'splat-sdk', '~> 0.1'\n\ngroup :test do\nend\n",
    ),
    "not under a heading, and no line free": (
        "# AI\ngem 'b'\ngem 'c' if ENV['C']\n",
        "# AI\ngem 'b'\n\ngem 'splat-sdk', '~> 0.1'\n\ngem 'c' if ENV['C']\n",
    ),
    "quotes of the code, not of the comments": (
        "source \"x\"\n\n# it's the gem's\ngemspec\n",
        'source "x"\n\ngem "splat-sdk", "~> 0.1"\n\n# it\'s the gem\'s\ngemspec\n',
    ),
    "windows": ("gem 'a'\r\n", "gem 'a'\r\ngem 'splat-sdk', '~> 0.1'\r\n"),
}


@pytest.mark.parametrize("name", GEMFILES)
def test_gemfile(name: str) -> None:
    before, expected = GEMFILES[name]
    assert add(before.encode(), "splat-sdk") == expected.encode()


@pytest.mark.parametrize("data", [b"gem 'a' do\n", b"x = 1\n", b"\xff\n", b""])
def test_a_gemfile_of_another_form(data: bytes) -> None:
    assert isinstance(add(data, "splat-sdk"), Rejected)


# --- all of it comes out again ---------------------------------------------------------------------------------------

LINES = st.sampled_from(
    [
        "require 'json'",
        'require "set" # both',
        "require_relative 'web'; x = 1",
        "# a comment",
        "",
        "X = <<~TEXT\n  require 'not'\nTEXT",
        "use Rack::Lint",
        "map('/a') { run Web }",
        "run Web",
        "get('/') { 'é' }",
        "class Web < Sinatra::Base; end",
        "class Web < Sinatra::Base\n  get('/') { 1 }\nend",
        "Bundler.require",
        "if true then require 'b' end",
        "__END__",
    ]
)


@settings(max_examples=80, deadline=None)
@given(st.lists(LINES, max_size=8), st.sampled_from(["config.ru", "app.rb"]), st.sampled_from(["\n", "\r\n"]))
def test_added_lines_only_and_out_again(lines: list[str], path: str, end: str) -> None:
    from healer.setup.value import Entry, Service

    data = end.join(line.replace("\n", end) for line in [*lines, ""]).encode()
    entry = Entry(path, "sinatra", "config" if path == "config.ru" else "main", "sure", "")
    service = Service("", "ruby", "shop", ("sinatra",), "bundler", "Gemfile", "", None, (entry,))
    held = Held({path: data, "Gemfile": GEMFILE.encode()})
    for change in propose_code(service, held, CHOICES, named=False).changes:
        assert change.after != change.before
        only_adds(change)
        comes_out(change)


@pytest.mark.slow
def test_ruby_reads_what_is_written(tmp_path: Path) -> None:
    odd = Choices('o/it"s', api_url="https://ghe.example/" + "x" * 80, labels=("splat", "hübsch #{x}"))
    for name, (text, _) in RACKUP.items():
        part = inject(tmp_path / name.replace(" ", "-"), {"config.ru": text}, odd)
        script = change_of(part, "config.ru").after or b""
        done = subprocess.run(["ruby", "-wc"], input=script, capture_output=True, check=False, timeout=30)
        assert done.stdout.strip() == b"Syntax OK", done.stderr
