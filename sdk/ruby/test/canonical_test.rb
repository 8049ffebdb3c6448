# frozen_string_literal: true

require_relative "helper"
require "splat/canonical"

# W, R9: writing a report, and reading it back.
class CanonicalTest < Minitest::Test
  extend Vectors::Tests

  Canonical = Splat::Canonical

  vectors("report", "valid") do |vector|
    text = Canonical.canonical(Vectors.expand(vector["report"]))
    assert_equal vector["expected"], text
    assert_equal JSON.parse(text), Canonical.read_back(text)
  end

  vectors("report", "invalid") do |vector|
    if vector["sdk"]
      error = assert_raises(Canonical::Refused) { Canonical.read_back(vector["text"]) }
      assert_match(/\A\$/, error.message)
    else
      assert_equal JSON.parse(vector["text"]), Canonical.read_back(vector["text"])
    end
  end

  REFUSED = {
    "[" * 100_000 => "$: nested", "{\"a\":" * 100_000 + "1" + "}" * 100_000 => "$: nested",
    "1" * 10_000 => "$: not one",
    "\xFF" => "$: not JSON", "" => "$: not JSON", "NaN" => "$: not JSON", "null" => "$: not one",
    '{"schema":["splat-report/1"]}' => "$.schema", '{"schema":"splat-report/1","runtime":["ruby"]}' => "$.runtime",
    '{"schema":"splat-report/1","runtime":"go","exceptions":[{"type":"E"},1]}' => "$.exceptions[1]",
    '{"schema":"splat-report/1","runtime":"go","exceptions":[{"type":"E"}],"signature":7}' => "$.signature",
    '{"schema":"splat-report/1","runtime":"go","exceptions":[{"type":"E"}],"signature":"0123456789abcdef\\n"}' =>
      "$.signature",
    '{"schema":"splat-report/1","runtime":"go","exceptions":[{"type":"E"}]} x' => "$: not JSON"
  }.freeze

  REFUSED.each_with_index do |(text, where), number|
    define_method("test_says_where_#{number}") do
      error = assert_raises(Canonical::Refused) { Canonical.read_back(text) }
      assert error.message.start_with?(where), error.message
    end
  end

  def test_reads_back_and_cannot_act
    random = Random.new(3)
    500.times do
      value = { "v" => any(random, 3), text(random) => any(random, 3) }
      written = Canonical.canonical(value)
      assert_equal whole(value), JSON.parse(written)
      assert_match(/\A[ -~]*\z/, written)
      refute_match(/[&<>`]/, written)
      assert_equal written, Canonical.canonical(JSON.parse(written))
    end
  end

  def test_what_json_cannot_hold_is_never_written
    [Float::NAN, -Float::INFINITY, Object.new, (1..200).reduce([]) { |inner, _| [inner] }].each do |value|
      assert_raises(ArgumentError) { Canonical.canonical({ "x" => value }) }
    end
  end

  private

  def any(random, depth)
    case random.rand(depth.zero? ? 5 : 7)
    when 0 then [nil, true, false].sample(random: random)
    when 1 then random.rand(-2**53..2**53)
    when 2 then random.rand * 10**random.rand(-20..20)
    when 3, 4 then text(random)
    when 5 then Array.new(random.rand(4)) { any(random, depth - 1) }
    else Array.new(random.rand(4)) { [text(random), any(random, depth - 1)] }.to_h
    end
  end

  PIECES = ["a", "é", "\u{1f600}", "\u{ffff}", "\0", "\b", "\f", "\n", "\r", "\t", "\"", "\\", "/", "&", "<", ">", "`",
            "\x7f", "\xED\xA0\x80", "\xFF", "\u{2028}", "\u{10ffff}"].freeze

  def text(random)
    Array.new(random.rand(8)) { PIECES.sample(random: random).b }.join.force_encoding("UTF-8")
  end

  # What is meant to arrive: bytes that are none and halves of pairs are no characters.
  def whole(value)
    case value
    when String then Splat::UTF8.of(value)
    when Array then value.map { |each| whole(each) }
    when Hash then value.to_h { |key, each| [whole(key), whole(each)] }
    else value
    end
  end
end
