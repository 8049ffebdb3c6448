# frozen_string_literal: true

require_relative "helper"
require "splat/cut"
require "splat/utf8"

# S1, L1: whatever a String holds, it is text in UTF-8, in code points.
class UTF8Test < Minitest::Test
  UTF8 = Splat::UTF8
  # A text whose methods are the app's.
  class Own < String
    def valid_encoding?
      raise "asked"
    end
    alias encoding valid_encoding?
    alias dup valid_encoding?
    alias gsub valid_encoding?
    alias bytesize valid_encoding?
  end

  def test_what_is_text_already_is_handed_on
    text = "é\u{1f600}"
    assert_same text, UTF8.of(text)
  end

  {
    "\xED\xA0\x80a" => "\u{fffd}a", # half of a pair, as JSON brings it
    "\xED\xA0\xBD\xED\xB8\x80" => "\u{fffd}\u{fffd}",
    "a\xFFb" => "a\u{fffd}b",
    "\xE2\x82" => "\u{fffd}\u{fffd}", # one for each byte
    "\xF0\x9F\x98" => "\u{fffd}\u{fffd}\u{fffd}",
    "caf\xC3\xA9".b => "café",
    "a\xFF".b => "a\u{fffd}",
    "é".encode("ISO-8859-1") => "é",
    "日本".encode("Shift_JIS") => "日本",
    "é\u{1f600}".encode("UTF-16LE") => "é\u{1f600}",
    "a\x81".dup.force_encoding("Windows-1252") => "a\u{fffd}",
    "a".encode("US-ASCII") => "a",
    "\xE9".dup.force_encoding("US-ASCII") => "\u{fffd}",
    "+AOk-".dup.force_encoding("UTF-7") => "+AOk-"
  }.each do |given, expected|
    define_method("test_becomes_utf8: #{given.inspect} #{given.encoding}") do
      made = UTF8.of(given.freeze)
      assert_equal [expected, Encoding::UTF_8], [made, made.encoding]
      assert made.valid_encoding?
    end
  end

  def test_the_first_code_points_of_a_long_text
    assert_equal "é" * 10, UTF8.first("é" * 1_000_000, 10)
    assert_equal "é" * 10, UTF8.first(("é" * 1_000).encode("UTF-16LE"), 10)
    assert_equal "\u{1f600}" * 3, UTF8.first("\u{1f600}" * 100, 3)
    assert_equal "ab", UTF8.first("ab", 10)
    assert_equal "\u{fffd}" * 4, UTF8.first("\xFF" * 100, 4)
  end

  def test_a_text_of_the_apps_own_class_is_asked_nothing
    made = UTF8.of(Own.new("a\xFF"))
    assert_equal ["a\u{fffd}", String], [made, made.class]
    assert_equal "a", UTF8.first(Own.new("abc"), 1)
  end

  def test_cut
    assert_equal "é" * 20, Splat::Cut.cut("é" * 20, 20)
    assert_equal "#{'é' * 5}... [truncated]", Splat::Cut.cut("é" * 21, 20)
  end
end
