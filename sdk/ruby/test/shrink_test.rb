# frozen_string_literal: true

require_relative "helper"
require "splat/canonical"
require "splat/shrink"

# I8: a report that is too large gives up what is worth least, and says what.
class ShrinkTest < Minitest::Test
  Shrink = Splat::Shrink
  # Of the vector, with shorter texts: what counts here is the order.
  SHORTER = lambda do |value|
    case value
    when String then value[0, 200]
    when Array then value.map(&SHORTER)
    when Hash then value.transform_values(&SHORTER)
    else value
    end
  end
  TOO_BIG = Vectors.load("issue", "bodies").find { |each| each["name"] == "everything-too-big" }.fetch("report")

  def test_what_fits_is_the_same
    report = SHORTER.call(Vectors.expand(TOO_BIG))
    assert_same report, shrink(report, size(report))
  end

  [3, 30].each do |part|
    define_method("test_it_fits_with_as_few_steps_as_that_takes_#{part}") do
      report = SHORTER.call(Vectors.expand(TOO_BIG))
      before = Marshal.dump(report)
      limit = size(report) / part - 1
      reached = [] # what each step before the last left: still too large
      made = Shrink.shrink(report, limit) { |each| reached.push(size(each)).last }
      assert_equal before, Marshal.dump(report)
      assert_operator size(made), :<=, limit
      taken = Shrink.steps_in(made)
      assert_equal taken.sort_by { |name| Shrink::STEPS.keys.index(name) }, taken
      assert_equal taken.length + 1, reached.length
      assert(reached[0...-1].all? { |each| each > limit })
    end
  end

  def test_the_last_step_is_taken_even_when_that_is_not_enough
    made = Shrink.shrink(SHORTER.call(Vectors.expand(TOO_BIG)), 0) { 1 }
    assert_equal Shrink::STEPS.keys.last, Shrink.steps_in(made).last
    assert made["exceptions"][0]["type"]
  end

  def test_names_of_what_was_cut_before_stay
    report = { **SHORTER.call(Vectors.expand(TOO_BIG)), "truncated" => ["long texts", "contexts", "logs"] }
    assert_equal ["long texts", "contexts", "logs", "dependencies"], shrink(report, size(report) - 1)["truncated"]
    many = { **report, "truncated" => [*1..Shrink::MAX_NAMES].map(&:to_s) }
    assert_equal Shrink::MAX_NAMES, shrink(many, size(report) - 1)["truncated"].length
  end

  def test_of_a_deep_trace_both_ends_stay
    frames = Array.new(100) { |number| { "path" => "#{number}.rb", "source" => "x" * 300 } }
    report = { "signature" => "0" * 16, "exceptions" => [{ "type" => "E", "frames" => frames }] }
    made = shrink(report, size(report) / 2)
    assert_equal ["frames"], made["truncated"]
    kept = made["exceptions"][0]["frames"]
    assert_equal [*0...5, *80...100].map { |number| "#{number}.rb" }, (kept.map { |each| each["path"] })
    assert_equal [200], kept.map { |each| each["source"].length }.uniq
  end

  private

  def shrink(report, limit)
    Shrink.shrink(report, limit) { |each| size(each) }
  end

  def size(report)
    Splat::Canonical.canonical(report).bytesize
  end
end
