# frozen_string_literal: true

require_relative "helper"
require "splat/redact"

# X10, X11 over a whole report: each part in its mode, what the SDK wrote itself untouched, fail-closed. And the tables
# as SPEC.md prints them.
class RedactReportTest < Minitest::Test
  Redact = Splat::Redact
  Names = Redact::Names
  MARK = Redact::MARK
  SECRET = "hunter2hunter2"
  FRAME = {
    "path" => "shop/cart.rb", "line" => 42, "column" => 5, "function" => "total", "in_app" => true,
    "source" => "password = \"#{SECRET}\"", "pre_context" => ["token = request.token", "API_KEY = \"#{SECRET}\""],
    "post_context" => ["if password == other"],
    "locals" => { "password" => SECRET, "token" => "nil", "item" => "password=#{SECRET}", "n" => "3" }
  }.freeze
  REPORT = {
    "schema" => "splat-report/1", "id" => "4242424242424242#{'0' * 16}", "time" => "2026-11-21T07:00:00.123Z",
    "runtime" => "ruby", "signature" => "4242424242424242", "trace_id" => "4" * 32, "root" => "/app",
    "release" => "a" * 40, "sdk" => { "name" => "splat-ruby", "version" => "0.1.0" },
    "dependencies" => { "jwt" => "2.1", "session-token" => "1.0" },
    "exceptions" => [{ "type" => "Shop::Oops", "message" => "login failed: password=#{SECRET}",
                       "relation" => "surfaced", "parent" => nil, "frames" => [FRAME] }],
    "logs" => [{ "time" => "2026-11-21T07:00:00.000Z", "level" => "info", "logger" => "shop",
                 "message" => "secret: #{SECRET}" }],
    "breadcrumbs" => [{ "category" => "http", "message" => "GET /?token=#{SECRET}",
                        "data" => { "api_key" => SECRET, "n" => 1 } }],
    "request" => {
      "method" => "POST", "route" => "/login", "path" => "/login?code=#{SECRET}",
      "query" => { "code" => SECRET, "page" => "2" },
      "headers" => { "Cookie" => "a=#{SECRET}", "Accept" => "*/*", "X-Api-Key" => SECRET },
      "body" => "{\"password\": \"#{SECRET}\"}"
    },
    "contexts" => { "order" => { "card_number" => SECRET, "id" => 5 }, "session" => { "x" => SECRET } },
    "tags" => { "auth_token" => SECRET, "plan" => "free" },
    "occurrences" => { "count" => 1, "first_seen" => "2026-11-21T07:00:00.123Z" },
    "my_password" => SECRET, "mechanism" => { "type" => "rack", "handled" => false }
  }.freeze

  def test_nothing_secret_is_left_in_any_part
    before = Marshal.dump(REPORT)
    redacted = Redact.redact_report(REPORT)
    assert_equal before, Marshal.dump(REPORT), "the report given was changed"
    refute_includes redacted.to_s, SECRET
  end

  def test_what_is_no_secret_is_left_as_it_was
    redacted = Redact.redact_report(REPORT)
    %w[schema id time runtime signature trace_id root release sdk dependencies occurrences mechanism].each do |name|
      assert_equal REPORT[name], redacted[name], name
    end
    frame = redacted["exceptions"][0]["frames"][0]
    %w[path line column function in_app post_context].each { |name| assert_equal FRAME[name], frame[name], name }
    assert_equal "password = \"#{MARK}\"", frame["source"]
    assert_equal ["token = request.token", "API_KEY = \"#{MARK}\""], frame["pre_context"]
    assert_equal({ "password" => MARK, "token" => "nil", "item" => "password=#{MARK}", "n" => "3" }, frame["locals"])
    assert_equal({ "code" => MARK, "page" => "2" }, redacted["request"]["query"])
    assert_equal({ "Cookie" => MARK, "Accept" => "*/*", "X-Api-Key" => MARK }, redacted["request"]["headers"])
    assert_equal({ "order" => { "card_number" => MARK, "id" => 5 }, "session" => MARK }, redacted["contexts"])
    assert_equal({ "api_key" => MARK, "n" => 1 }, redacted["breadcrumbs"][0]["data"])
  end

  def test_shapes_say_what_a_telling_local_is
    locals = { "password" => "String", "token" => "nothing" }
    report = { "exceptions" => [{ "type" => "E", "frames" => [{ "path" => "a", "locals" => locals }] }] }
    shown = Redact.redact_report(report, locals_are_shapes: true)
    assert_equal locals, shown["exceptions"][0]["frames"][0]["locals"]
  end

  def test_an_own_field_that_is_not_in_its_form_is_text
    shown = Redact.redact_report({ "signature" => "password=#{SECRET}", "time" => "password=#{SECRET}" })
    assert_equal({ "signature" => "password=#{MARK}", "time" => "password=#{MARK}" }, shown)
  end

  def test_users_names_count_everywhere
    report = { "tags" => { "shoe_size" => "46" }, "logs" => [{ "message" => "shoeSize=46" }],
               "contexts" => { "a" => { shoe_size: 46 } } }
    assert_includes Redact.redact_report(report).to_s, "46"
    refute_includes Redact.redact_report(report, ["shoe size"]).to_s, "46"
  end

  def test_a_report_of_any_shape_is_redacted
    random = Random.new(5)
    400.times do
      report = REPORT.keys.sample(3, random: random).to_h { |key| [key, junk(random, 3)] }
      refute_includes Redact.redact_report(report).to_s, SECRET
    end
  end

  def test_objects_of_any_kind_become_plain
    circle = []
    circle << { "again" => circle } << circle << circle
    lying = { "password" => SECRET, "n" => 1 }
    def lying.each
      raise SECRET
    end
    hostile = Object.new
    def hostile.inspect
      raise SECRET
    end
    redacted = Redact.redact_value({ a: hostile, b: lying, c: circle, e: "a\xFF".b, f: Float::NAN, 7 => nil })
    assert_equal({ "a" => "[unprintable]", "b" => { "password" => MARK, "n" => 1 },
                   "c" => [{ "again" => "[cycle]" }, "[cycle]", "[cycle]"], "e" => "bytes(2)", "f" => "NaN",
                   "7" => nil }, redacted)
  end

  def test_very_deep_and_very_wide_values_end
    deep = (1..50_000).reduce([]) { |inner, _| [inner] }
    assert_includes Redact.redact_value(deep).to_s, "truncated"
    wide = Redact.redact_value([[SECRET] * 200] * 200)
    assert_operator wide.length, :<=, 101
    assert_operator wide.to_s.length, :<, 200_000
  end

  def test_what_fails_closed_says_nothing_of_what_it_held
    failing = {}
    def failing.each_with_object(*)
      raise "password=#{SECRET}"
    end
    error = assert_raises(Redact::Failed) { Redact.redact_report(failing) }
    refute_includes error.message, SECRET
    assert_nil error.cause
  end

  def test_what_is_remembered_is_nobodys_to_change
    text = +"a plain text"
    redacted = Redact.redact_text(text)
    redacted << " changed"
    text << " too"
    assert_equal "a plain text", Redact.redact_text("a plain text")
    assert_equal "password=#{MARK}", Redact.redact_text(-"password=#{SECRET}")
  end

  def test_texts_in_any_encoding
    assert_equal "password=#{MARK}", Redact.redact_text("password=hunter2".encode("UTF-16LE"))
    assert_equal "é \u{fffd} password=#{MARK}", Redact.redact_text("é \xFF password=hunter2".b)
    assert_equal "\u{fffd} pw: passwort: ü", Redact.redact_text("\xED\xA0\x80 pw: passwort: ü")
  end

  # --- the tables -----------------------------------------------------------------------------------------------------

  def test_the_shapes_are_those_of_the_rule
    rows = Vectors::SPEC.scan(/^  \| ([a-z-]+) \| `(.+)` \|$/)
    begins = { "B(" => "(\\A|[^0-9A-Za-z])(", "E(" => "(\\A|[^0-9A-Za-z_-])(" }
    wanted = rows.map { |name, pattern| [name, pattern.gsub("\\|", "|").sub(/\A[BE]\(/, begins)] }
    assert_equal 39, wanted.length
    assert_equal wanted, (Redact::Shapes::PUBLISHED.map { |name, _, pattern| [name, pattern.source.gsub("\\/", "/")] })
  end

  def test_the_names_are_those_of_the_rule
    rule = Vectors::SPEC[/- \*\*K2 Tables\.\*\*.*?(?=- \*\*K3)/m]
    { "sure" => Names::SURE, "likely" => Names::LIKELY, "about" => Names::ABOUT }.each do |label, table|
      words = rule[/\*#{label}\*:((?:\s*`[a-z0-9 ]+`)+)/, 1].scan(/`(.+?)`/).flatten.join(" ").split
      assert_equal words.sort, table.keys.sort
    end
    pairs = rule[/pairs\*:.*?(?=\*likely\*:)/m].scan(/`(.+?)`/).map { |pair| pair.first.split }
    assert_equal pairs.sort, Names::SURE_PAIRS.keys.sort
  end

  def test_users_add_and_never_replace
    names = Names.new(["shoe size", "userPIN"])
    assert(%w[shoeSize my_shoe_size_eu password].all? { |name| names.tells?(name) })
    refute names.tells?("shoe")
    refute Names.new(["", "12"]).tells?("shoe")
  end

  def test_known_names_are_bounded
    names = Names.new
    (Names::MAX_KNOWN + 10).times { |number| names.tells?("password#{number}") }
    assert_operator names.known, :<=, Names::MAX_KNOWN
  end

  def test_a_text_that_is_too_long_is_cut_first_and_loses_its_end
    # The cut leaves so little of the token that it looks like none.
    text = "x " * 49_990 + "ghp_1234567890" + "a1b2c3d4e5" * 5
    redacted = Redact.redact_text(text)
    assert text[0, 100_000].end_with?(" ghp_1234567890a1b2c3")
    refute_includes redacted, "ghp_"
    assert redacted.end_with?("... [truncated]")
    assert_equal 100_000 - 512 + 15, redacted.length
  end

  def test_a_name_may_stand_eight_spaces_off
    assert_equal "password        =        #{MARK}", Redact.redact_text("password        =        hunter2")
    ["password         = hunter2", "password =         hunter2"].each do |text|
      assert_equal text, Redact.redact_text(text)
    end
  end

  private

  def junk(random, depth)
    case depth.zero? ? random.rand(3) : random.rand(5)
    when 0 then [nil, true, 5, "x", :y, 1.5].sample(random: random)
    when 1, 2 then { "password" => SECRET }
    when 3 then Array.new(random.rand(3)) { junk(random, depth - 1) }
    else
      keys = ["frames", "locals", "headers", "message", "name", "value", "data", "x", 7, :time]
      keys.sample(2, random: random).to_h { |key| [key, junk(random, depth - 1)] }
    end
  end
end
