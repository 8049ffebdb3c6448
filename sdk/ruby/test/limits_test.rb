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

  private

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
