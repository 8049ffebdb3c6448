# frozen_string_literal: true

require_relative "helper"
require "splat/conform"
require "splat/issue"

# What an app makes of a report fits the schema again.
class ConformTest < Minitest::Test
  extend Vectors::Tests

  WHOLE = { "schema" => "splat-report/1", "runtime" => "ruby", "id" => "0" * 32, "time" => "2026-11-21T07:00:00.123Z",
            "signature" => "17310dbb56def269" }.freeze
  ODD_TIMES = %w[time-of-nanoseconds time-with-offset].freeze # which an SDK does not write (R1)

  vectors("report", "valid") do |vector|
    report = Vectors.expand(vector["report"])
    expected = ODD_TIMES.include?(vector["name"]) ? report.reject { |key, _| key == "time" } : report
    assert_equal expected, conform(report)
  end

  vectors("issue", "bodies") do |vector|
    report = Vectors.expand(vector["report"])
    assert_equal report, conform(report)
  end

  def test_only_what_does_not_fit_goes
    frames = [{ "path" => "a.rb", "line" => "9", "in_app" => true }, { "line" => 1 }]
    report = { **WHOLE, "exceptions" => [{ "type" => "E", "frames" => frames, "parent" => 0 }],
                        "tags" => { "user" => 7, "at" => Object.new, "gone" => nil, plan: :free },
                        "logs" => [{ "message" => "m", "level" => 20 }, { "level" => "INFO" }],
                        "mine" => { "kept" => true } }
    expected = { **WHOLE,
                 "exceptions" => [{ "type" => "E", "frames" => [{ "path" => "a.rb", "in_app" => true }],
                                    "parent" => nil }],
                 "tags" => { "user" => "7", "gone" => nil, "plan" => "free" },
                 "logs" => [{ "message" => "m", "level" => "20" }], "mine" => { "kept" => true } }
    assert_equal expected, conform(report)
  end

  def test_where_an_exception_went_no_cause_hangs_on_another
    exceptions = [{ "type" => "A" }, { "type" => nil }, { "type" => "C", "parent" => 1 },
                  { "type" => "D", "parent" => 1 }]
    made = conform({ **WHOLE, "exceptions" => exceptions })["exceptions"]
    assert_equal([["A", nil], ["C", nil], ["D", nil]], made.map { |each| each.values_at("type", "parent") })
  end

  def test_without_an_exception_there_is_no_report
    nothing = [{}, { "exceptions" => [] }, { "exceptions" => "x" }, { "exceptions" => [{ "message" => "m" }] }, nil, 7]
    nothing.each { |each| assert_raises(ArgumentError) { conform(each) } }
  end

  def test_whatever_it_was_it_can_be_told
    random = Random.new(7)
    300.times do
      report = { **junk(random, 4), **WHOLE, "exceptions" => [{ "type" => "E", **junk(random, 4) }, junk(random, 2)] }
      report["exceptions"][0]["type"] = "E"
      made = conform(report)
      made = made.slice("request", "logs", "tags", "exceptions", "deploy", "sdk", "occurrences", *WHOLE.keys)
      assert Splat::Issue.title(made)
      assert Splat::Issue.body(made)
    end
  end

  private

  def conform(report)
    Splat::Conform.conform(report)
  end

  KEYS = %w[exceptions frames path line column function in_app source pre_context locals type message relation parent
            request query headers body logs breadcrumbs level logger category data tags contexts deploy sdk name version
            occurrences count first_seen truncated release service other].freeze
  LEAVES = [nil, true, false, 0, 1, -5, 10**30, 1.5, "", "x", "2026-11-21T07:00:00.123Z", "now", "cause", "a\0b", :sym,
            "\xff", Object.new, Float::NAN].freeze

  def junk(random, depth)
    Array.new(random.rand(5)) { [random.rand(9).zero? ? 7 : KEYS.sample(random: random), any(random, depth)] }.to_h
  end

  def any(random, depth)
    kind = depth.zero? ? 0 : random.rand(4)
    return LEAVES.sample(random: random) if kind < 2

    kind == 2 ? junk(random, depth - 1) : Array.new(random.rand(4)) { any(random, depth - 1) }
  end
end
