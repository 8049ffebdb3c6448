# frozen_string_literal: true

require_relative "helper"
require "splat/signature"
require "splat/signature/messages"

# S: what the vectors leave open: bounds, bytes that are no text, and time.
class SignatureHostileTest < Minitest::Test
  Signature = Splat::Signature
  Text = Signature::Text

  def test_what_is_no_runtime_is_refused
    ["perl", "", nil].each { |runtime| assert_raises(ArgumentError) { Signature.canonical(runtime, "", []) } }
  end

  def test_same_as_means_the_same
    by_name = Vectors.load("signature", "vectors").to_h { |each| [each["name"], each] }
    same = by_name.each_value.select { |each| each["same_as"] }
    refute_empty same
    same.each { |each| assert_equal by_name[each["same_as"]]["signature"], each["signature"] }
  end

  def test_the_digits_are_the_hash_of_the_text
    given = ["ruby", "/app", [{ "type" => "E", "frames" => [{ "path" => "/app/a.rb", "in_app" => true }] }]]
    assert_equal Digest::SHA256.hexdigest(Signature.canonical(*given))[0, 16], Signature.signature(*given)
  end

  def test_white_space_is_six_characters_and_no_other
    assert_equal "a b c d e f g", Text.field("a\tb\nc\vd\fe\rf g")
    assert_equal "a\x1cb\u{85}c\u{a0}d\u{2028}e", Text.field(" a\x1cb\u{85}c\u{a0}d\u{2028}e\n")
    assert_equal "é" * 1_000, Text.field("é" * 1_001)
    assert_equal ["", "\u{fffd} a"], [Text.field(" \t"), Text.field("\xED\xA0\x80\ta")]
  end

  def test_a_template_of_rails_has_the_same_name_in_every_process
    names = ["_app_views_carts_show_html_erb___3284759234_70250", "_app_views_carts_show_html_erb__99_1"]
    assert_equal ["_app_views_carts_show_html_erb"], names.map { |name| Text.function_name(name) }.uniq
  end

  def test_what_ruby_calls_a_block_is_its_method
    names = ["block in total", "block (2 levels) in Cart#total", "rescue in block in Shop::Cart.total", "Cart#total"]
    assert_equal ["total"], names.map { |name| Text.function_name(name) }.uniq
  end

  def test_a_line_of_another_encoding_makes_no_difference
    exceptions = ["é", "é".encode("ISO-8859-1"), "é".b].map do |name|
      [{ "type" => "E", "frames" => [{ "path" => "/app/#{'a'.encode(name.encoding)}.rb", "function" => name,
                                       "in_app" => true }] }]
    end
    assert_equal 1, exceptions.map { |each| Signature.signature("ruby", "/app", each) }.uniq.length
  end

  # Ruby's patterns can look back: what is quadratic takes minutes here.
  { "quotes" => "'", "all quotes" => "\"'`", "letters" => "a", "digits" => "1", "hex" => "a1:", "ips" => "1.",
    "at" => "a@", "dots" => "a@b.", "urls" => "ab+://", "numbers" => "1 ", "brackets" => "[:", "months" => "Jan ",
    "spaces" => " ", "apostrophes" => "a'",
    "wide" => "é", "backslashes" => "\\", "slashes" => "/a/..", "new lines" => "\n",
    "blocks" => "block in ", "hashes" => "#", "underscores" => "__1_1", "zeros" => "0x" }.each do |name, unit|
    define_method("test_time_is_bounded: #{name}") do
      text = unit * (100_000 / unit.length)
      started = Process.clock_gettime(Process::CLOCK_PROCESS_CPUTIME_ID)
      assert_operator Signature::Messages.fold(text).length, :<=, 200
      frames = [{ "path" => text, "function" => text, "in_app" => true }]
      [frames, []].each do |each|
        Signature.signature("ruby", text, [{ "type" => text, "message" => text, "frames" => each }])
      end
      assert_operator Process.clock_gettime(Process::CLOCK_PROCESS_CPUTIME_ID) - started, :<, 5
    end
  end

  def test_chains_are_bounded
    exceptions = Array.new(100_000) { |n| { "type" => "E#{n}", "relation" => "cause", "parent" => n - 1 } }
    assert_includes Signature.canonical("ruby", "", exceptions), "rule=library"
    nested = Array.new(300) { |n| { "type" => "E", "relation" => "member", "parent" => n - 1 } }
    assert_match(/\A[0-9a-f]{16}\z/, Signature.signature("ruby", "", nested))
  end

  def test_what_is_remembered_of_paths_is_bounded
    (Signature::Paths::MAX_KNOWN * 2).times { |number| Signature::Paths.segments("/app/m#{number}.rb") }
    assert_operator Signature::Paths.const_get(:KNOWN, false).length, :<=, Signature::Paths::MAX_KNOWN
  end
end
