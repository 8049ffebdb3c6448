# frozen_string_literal: true

require "pathname"
require_relative "../helper"
require_relative "captured"

class OptionsTest < Minitest::Test
  include Captured

  def read(environ = {}, **given)
    Splat::Options.read({ repo: "a/b", token: "t" }.merge(given), environ)
  end

  def test_defaults
    options = Splat::Options.read({}, {})
    assert_equal "none", options.transport
    assert_includes warnings, "errors are not sent anywhere"
    options = read
    assert_equal ["github", "https://api.github.com", "production", "auto-fix", 1.0, 2.0, true, false],
                 [options.transport, options.api_url, options.environment, options.trigger_label, options.sample_rate,
                  options.shutdown_timeout, options.enabled, options.durable]
    assert_equal Dir.pwd, options.root
    assert_equal File.join(Dir.pwd, "splat-reports"), options.folder
  end

  def test_arguments_win_over_variables
    options = read({ "SPLAT_SERVICE" => "env", "SPLAT_ENVIRONMENT" => "staging" }, service: "argument")
    assert_equal %w[argument staging], [options.service, options.environment]
  end

  GOOD = {
    repo: [["https://x:y@github.com/owner/name.git", "owner/name"], ["git@github.com:owner/name.git", "owner/name"]],
    api_url: [["http://localhost:3000/", "http://localhost:3000"], ["https://ghe.x/api/v3", "https://ghe.x/api/v3"]],
    labels: [["a, b,a", %w[a b]], [%i[a b], %w[a b]]],
    reporters: [[5, [5]], ["1,2", [1, 2]]],
    enabled: [["off", false], ["1", true], [1, true], [:yes, true]],
    sample_rate: [["0.5", 0.5], [0, 0.0]],
    deploy_time: [["2026-11-21T07:00:00Z", "2026-11-21T07:00:00.000Z"], [0, "1970-01-01T00:00:00.000Z"],
                  [Time.at(1), "1970-01-01T00:00:01.000Z"]],
    ignore: [["KeyError, Shop::Sold", %w[KeyError Shop::Sold]], [KeyError, [KeyError]],
             [[IndexError, "A"], [IndexError, "A"]]],
    folder: [[Pathname.new("/tmp/x"), "/tmp/x"]],
    transport: [[:file, "file"], ["console", "console"]],
    integrations: [["none", []], [[], []], ["threads", ["threads"]]],
    locals: [["off", "off"]]
  }.freeze

  GOOD.each do |name, pairs|
    define_method("test_good_#{name}") do
      pairs.each { |given, expected| assert_equal expected, read(**{ name => given }).public_send(name) }
      assert_empty warnings
    end
  end

  BAD = {
    repo: ["nothing", 5, "a/b/c", "a/", "../b"], token: ["two words", "", 5, "ü"],
    api_url: ["http://example.com", "x", nil.to_a],
    labels: ["x" * 51, 5, ["a\nb"]], reporters: ["x", [0], 1.5, [true]], enabled: ["perhaps", 2, nil.to_a],
    sample_rate: ["x", 2, -1, Float::NAN, [1]], deploy_time: ["yesterday", Float::NAN, []],
    ignore: ["not a name", 5, ["lower"]],
    folder: ["", "\0", 5], transport: ["githib", 5, Object.new], integrations: ["thread"], locals: ["all"],
    before_send: ["x", 5], service: ["a\nb", "x" * 1_001, 5, "\u0007"], trigger_label: %w[splat Splat],
    shutdown_timeout: [61, "x"]
  }.freeze

  BAD.each do |name, values|
    define_method("test_bad_#{name}") do
      values.each do |value|
        Splat::Warn.forget
        $stderr = StringIO.new
        chosen = read(**{ name => value }).public_send(name)
        assert_equal read.public_send(name), chosen unless %i[repo token].include?(name)
        assert_equal 1, warnings.lines.grep(/\Asplat: #{name}: /).length, [value, warnings].inspect
      end
    end
  end

  def test_hints
    read(**{ repos: "a/b" })
    assert_includes warnings, "no option \"repos\" (did you mean repo?)"
    read(transport: "githup")
    assert_includes warnings, "did you mean github?"
    read({ "SPLAT_RELEAS" => "x", "SPLAT_SOMETHING_ELSE" => "y", "SPLAT_LIMITS_DAY" => "z" })
    assert_includes warnings, "SPLAT_RELEAS is known (did you mean SPLAT_RELEASE?)"
    refute_includes warnings, "ELSE"
    refute_includes warnings, "LIMITS"
  end

  def test_a_token_in_the_wrong_place_is_not_shown
    secret = "ghp_#{'a1B2' * 9}"
    read(repo: secret, service: 5, transport: secret, token: "#{secret} x")
    refute_includes warnings, secret
    refute_includes read(token: secret).inspect, secret
  end

  def test_objects_that_fail_when_they_are_looked_at
    hostile = Class.new(BasicObject).new
    %i[repo labels ignore transport before_send deploy_time folder enabled sample_rate reporters].each do |name|
      read(**{ name => hostile })
    end
    assert_operator warnings.lines.length, :>=, 9
  end

  def test_the_release_of_a_checkout
    Dir.mktmpdir do |root|
      assert_equal "", read(root: root).release
      FileUtils.mkdir_p(File.join(root, ".git", "refs", "heads"))
      File.write(File.join(root, ".git", "HEAD"), "ref: refs/heads/main\n")
      File.write(File.join(root, ".git", "packed-refs"), "# packed\n#{'b' * 40} refs/heads/main\n")
      assert_equal "b" * 40, read(root: root).release
      File.write(File.join(root, ".git", "refs", "heads", "main"), "#{'a' * 40}\n")
      assert_equal "a" * 40, read(root: root).release
      File.write(File.join(root, "REVISION"), "#{'c' * 40}\n")
      assert_equal "c" * 40, read(root: root).release
      assert_equal "d" * 40, read({ "GIT_COMMIT" => "D" * 40 }, root: root).release
      assert_equal "mine", read(root: root, release: "mine").release
    end
  end
end
