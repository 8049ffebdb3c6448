# frozen_string_literal: true

require_relative "helper"
require "splat/wire"

# P8: an item as a text, and back.
class WireTest < Minitest::Test
  Wire = Splat::Wire
  ID = "0123456789abcdef" * 2
  TIME = 1_795_244_400.123
  REPORT = { "schema" => "splat-report/1", "runtime" => "ruby", "id" => ID, "time" => "2026-11-21T07:00:00.123Z",
             "signature" => "a" * 16, "exceptions" => [{ "type" => "E", "message" => "é" }] }.freeze

  def test_a_report
    text = Wire.text_of(Splat::Item.new(ID, TIME, REPORT))
    item = Wire.item_of(text)
    assert_equal [ID, REPORT, text, "a" * 16, false], [item.id, item.body, item.text, item.signature, item.count?]
    assert_in_delta TIME, item.time, 0.001
    assert_same text, Wire.text_of(item.dup.tap { |copy| copy.text = text })
  end

  def test_a_count
    count = Splat::Count.new("a" * 16, 7, TIME, TIME + 1, "r1")
    text = Wire.text_of(Splat::Item.new(ID, TIME + 1, count))
    assert_equal '{"count":7,"first":"2026-11-21T07:00:00.123Z","id":"' + ID + '","last":"2026-11-21T07:00:01.123Z",' \
                 '"release":"r1","schema":"splat-count/1","signature":"aaaaaaaaaaaaaaaa"}', text
    item = Wire.item_of(text)
    assert_equal [ID, true, "a" * 16, 7, "r1"],
                 [item.id, item.count?, item.signature, item.body.seen, item.body.release]
    assert_equal text, Wire.text_of(Splat::Item.new(item.id, item.time, item.body))
  end

  def test_what_is_neither_is_refused
    count = Wire.text_of(Splat::Item.new(ID, TIME, Splat::Count.new("a" * 16, 7, TIME, TIME, "r1")))
    report = Splat::Canonical.canonical(REPORT)
    [count.sub("7", "0"), count.sub("7", '"7"'), count.sub(ID, "x"), count.sub("a" * 16, "A" * 16), count[0...-1],
     count.sub("2026-11-21T", "yesterday"), count.sub('"r1"', "null"), report.sub(ID, "x"), report.sub("a" * 16, ""),
     report.sub("07:00:00.123Z", "7"), report[0...-1], "", "[]", "\xFF"].each do |text|
      assert_raises(ArgumentError, text) { Wire.item_of(text) }
    end
  end

  def test_times
    assert_equal "2026-11-21T07:00:00.123Z", Splat::Clock.iso(Rational(1_795_244_400_123, 1_000))
    assert_equal "20261121070000123", Splat::Clock.digits(Rational(1_795_244_400_123, 1_000))
    assert_equal "1970-01-01T00:00:00.000Z", Splat::Clock.iso(-5)
    assert_raises(ArgumentError) { Splat::Clock.seconds("2026-13-21T07:00:00.123Z") }
  end
end
