# frozen_string_literal: true

require_relative "helper"
require "splat/limits"

# L: the vectors, and that nothing gets past a bound whatever comes in.
class LimitsTest < Minitest::Test
  extend Vectors::Tests

  Limits = Splat::Limits

  vectors("truncation", "texts") do |vector|
    assert_equal Vectors.expand(vector["expected"]), Splat::Cut.cut(Vectors.expand(vector["text"]), vector["limit"])
  end

  vectors("truncation", "values") do |vector|
    expected = Vectors.expand(vector["expected"])
    found = Limits.limit_value(Vectors.expand(vector["value"]))
    expected.nil? ? assert_nil(found) : assert_equal(expected, found)
  end

  vectors("truncation", "lists") do |vector|
    given, kept = of_list(vector["part"], vector["count"])
    made = Limits.limit_report(given)
    assert_equal vector["expected"].flat_map { |first, last| [*first...last] }, kept.call(made)
    assert_equal kept.call(made).length < vector["count"], made.fetch("truncated", []).any?
  end

  # --- values of any shape --------------------------------------------------------------------------------------------

  def test_the_result_is_within_bounds_and_plain
    random = Random.new(11)
    100.times do
      value = any(random, 5)
      made = Limits.limit_value(value)
      depth, values, texts = measure(made)
      assert_operator depth, :<=, 9
      assert_operator values, :<=, 2_000
      assert_operator texts, :<=, 50_000
      assert_equal [made], JSON.parse(Splat::Canonical.canonical({ "v" => [made] }))["v"]
      assert_equal [made], [Limits.limit_value(made)] unless made.to_s.include?(CUT)
    end
  end

  def test_cycles_depth_and_width
    circle = { "a" => [] }
    circle["a"] << circle << circle
    assert_equal({ "a" => ["[cycle]", "[cycle]"] }, Limits.limit_value(circle))
    deep = (1..50_000).reduce([]) { |inner, _| [inner] }
    assert_equal 8 + 1, Limits.limit_value(deep).to_s.count("[") # the mark has one
    same = ["x"]
    assert_equal [["x"], ["x"]], Limits.limit_value([same, same])
    wide = Array.new(300) { Array.new(300) { { "n" => "x" * 1_000 } } }
    assert_operator Limits.limit_value(wide).to_s.length, :<, 200_000
  end

  KINDS = {
    :name => "name", Float::INFINITY => "Infinity", -Float::INFINITY => "-Infinity", "abc\xFF".b => "bytes(4)",
    "abc".b => "abc", { 1 => 6, nil => 3, 1.5 => 4, b: 5 } => { "1" => 6, "1.5" => 4, "b" => 5, "nil" => 3 },
    "a\xED\xA0\x80b" => "a\u{fffd}b", { "\xED\xA0\x80" => 1 } => { "\u{fffd}" => 1 }, -(2**60) => -(2**60),
    10**5_000 => "[unprintable]", (1..3) => "1..3", String => "String", "é".encode("UTF-16LE") => "é"
  }.freeze

  KINDS.each do |value, shown|
    define_method("test_kinds: #{value.class} #{shown}") { assert_equal shown, Limits.limit_value(value) }
  end

  def test_a_not_a_number_is_one_and_what_fails_is_unprintable
    failing = Object.new
    def failing.inspect
      raise "no"
    end
    assert_equal ["NaN", "[unprintable]"], Limits.limit_value([Float::NAN, failing])
  end

  def test_a_hash_that_another_thread_writes_in_is_no_trouble_to_it
    shared = (0...50).to_h { |number| ["k#{number}", [number]] }
    stop = false
    writer = Thread.new { (shared["w#{rand(1_000)}"] = 1) && shared.delete("w#{rand(1_000)}") until stop }
    200.times { Limits.limit_value(shared) }
    stop = true
    assert writer.join
  end

  # --- reports --------------------------------------------------------------------------------------------------------

  def test_every_text_of_a_report_is_within_its_limit
    long = "y" * 12_000
    frame = { "path" => long, "function" => long, "source" => long, "locals" => { long => long }, "line" => 1,
              "pre_context" => [long] * 60 }
    report = { "exceptions" => [{ "type" => long, "message" => long, "frames" => [frame] }], "service" => long,
               "request" => { "body" => long, "path" => long, "query" => { "a" => long } }, "tags" => { "t" => long },
               "logs" => [{ "message" => long, "logger" => long }], "sdk" => { "name" => long },
               "own" => { "x" => long } }
    made = Limits.limit_report(report)
    exception, frame = made["exceptions"][0], made["exceptions"][0]["frames"][0]
    assert_equal [500, 5_000], exception.values_at("type", "message").map(&:length)
    assert_equal [500] * 3, frame.values_at("path", "function", "source").map(&:length)
    assert_equal [[200], [5_000]], [frame["locals"].keys.map(&:length), frame["locals"].values.map(&:length)]
    assert_equal [50, [500]], [frame["pre_context"].length, frame["pre_context"].map(&:length).uniq]
    assert_equal [1_000, 1_000, 5_000, 1_000, 5_000, 500],
                 [made["service"], made["sdk"]["name"], made["logs"][0]["message"], made["logs"][0]["logger"],
                  made["request"]["body"], made["request"]["path"]].map(&:length)
    assert_equal [1_000, 5_000, 5_000],
                 [made["request"]["query"]["a"], made["tags"]["t"], made["own"]["x"]].map(&:length)
    assert_equal ["long texts", "large values"].sort, made["truncated"].sort
    assert_equal made, Limits.limit_report(made)
  end

  def test_a_report_that_fits_is_handed_on_as_it_is
    report = { "exceptions" => [{ "type" => "E", "frames" => [{ "path" => "a" }] }], "truncated" => ["x"] }
    assert_equal report, Limits.limit_report(report)
    refute Limits.limit_report({ "exceptions" => [] }).key?("truncated")
  end

  ["a", "\x01", "\u{1f600}", "\xED\xA0\x80", "\""].each do |char|
    define_method("test_the_whole_report_fits_and_says_what_went: #{char.inspect}") do
      frame = { "path" => "a.rb", "locals" => (0...20).to_h { |number| ["n#{number}", char * 2_000] } }
      report = { "exceptions" => [{ "type" => "E", "message" => char * 5_000, "frames" => [frame] * 20 }] * 20,
                 "logs" => [{ "message" => char * 5_000 }] * 200,
                 "breadcrumbs" => [{ "message" => char * 5_000, "data" => { "a" => char * 5_000 } }] * 50 }
      made = Limits.limit_report(report)
      assert_operator Splat::Canonical.canonical(made).bytesize, :<=, Limits::MAX_REPORT
      refute_empty made["truncated"] & Splat::Shrink::STEPS.keys
      assert_equal "E", made["exceptions"][0]["type"]
    end
  end

  def test_the_bound_that_spares_writing_is_one
    ["\u{1f600}", "\x01"].each do |char|
      (14..40).step(6) do |count|
        logs = [{ "message" => char * 5_000 }] * count
        made = Limits.limit_report({ "exceptions" => [{ "type" => "E" }], "logs" => logs,
                                     "mine" => { "n" => [10**1_000, 1.0e-300, nil] } })
        assert_operator Splat::Canonical.canonical(made).bytesize, :<=, Limits::MAX_REPORT
      end
    end
  end

  def test_parts_of_another_shape_do_no_harm
    made = Limits.limit_report({ "exceptions" => "x" * 900, "logs" => { "a" => 1 }, "tags" => ["x"], "request" => 5,
                                 "contexts" => [], "truncated" => "x" })
    assert_equal [{ "a" => 1 }, ["x"], 5, []], made.values_at("logs", "tags", "request", "contexts")
    refute made.key?("truncated")
  end

  private

  CUT = Splat::Cut::MARK
  LEAVES = [nil, true, 0, 2**70, 1.5, Float::NAN, "x", "é" * 9_000, "\xFF".b, :s, Time.at(0), Object].freeze

  def any(random, depth)
    kind = depth.zero? ? 0 : random.rand(4)
    return LEAVES.sample(random: random) if kind < 2
    return Array.new(random.rand(7)) { any(random, depth - 1) } * [1, 40].sample(random: random) if kind == 2

    keys = Array.new(random.rand(6)) { |number| ["k#{number}", number, nil].sample(random: random) }
    keys.to_h { |key| [key, any(random, depth - 1)] }
  end

  # Containers' depth, values, code points of texts.
  def measure(value, depth = 0)
    inner =
      case value
      when Hash then value.reject { |key, _| key == CUT }.values
      when Array then value
      when CUT then return [depth, 0, 0] # stands for what was not visited
      when String then return [depth, 1, value.length]
      else return [depth, 1, 0]
      end
    found = inner.map { |each| measure(each, depth + 1) }
    [[depth, *found.map(&:first)].max, 1 + found.sum { |each| each[1] }, found.sum(&:last)]
  end

  # A report with so many of something, and what reads their numbers.
  def of_list(part, count)
    numbers = [*0...count]
    case part
    when "frames"
      [{ "exceptions" => [{ "type" => "E", "frames" => numbers.map { |n| { "path" => "a", "line" => n + 1 } } }] },
       ->(made) { made["exceptions"][0]["frames"].map { |frame| frame["line"] - 1 } }]
    when "exceptions"
      [{ "exceptions" => numbers.map { |n| { "type" => n.to_s } } },
       ->(made) { made["exceptions"].map { |each| each["type"].to_i } }]
    else
      [{ "exceptions" => [], part => numbers.map { |n| { "message" => n.to_s } } },
       ->(made) { made[part].map { |each| each["message"].to_i } }]
    end
  end
end
