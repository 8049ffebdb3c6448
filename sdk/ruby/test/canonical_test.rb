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
end
