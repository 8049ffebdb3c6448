# frozen_string_literal: true

require_relative "helper"
require "digest/sha2"
require "splat/issue"

# C, I, D2 to D4: what the vectors say of an issue's title, body, marker and block.
class IssueTest < Minitest::Test
  extend Vectors::Tests

  vectors("issue", "titles") do |vector|
    assert_equal vector["expected"], Splat::Issue.title({ "exceptions" => Vectors.expand(vector["exceptions"]) })
  end

  vectors("issue", "spans") do |vector|
    assert_equal vector["expected"], Splat::Text.span(Vectors.expand(vector["text"]), table: vector["table"])
  end

  vectors("issue", "fences") do |vector|
    assert_equal vector["expected"], Splat::Text.fence(Vectors.expand(vector["text"]), "text", vector["limit"])
  end

  vectors("issue", "bodies") do |vector|
    text = Splat::Issue.body(Vectors.expand(vector["report"]), public: vector.fetch("public", false))
    assert_equal vector["expected"], text.split("\n", -1) if vector.key?("expected")
    left_out = text.scan(/^Left out to fit: (.*)[.]$/).flatten
    assert_equal vector["left_out"].empty? ? [] : [vector["left_out"].join(", ")], left_out
    assert_equal [vector["bytes"], vector["sha256"]], [text.bytesize, Digest::SHA256.hexdigest(text)]
  end

  vectors("issue", "markers") do |vector|
    expected = vector["expected"]
    found = Splat::Block.marker_of(vector["body"])
    expected.nil? ? assert_nil(found) : assert_equal(expected, found)
  end

  vectors("issue", "updates") do |vector|
    count, first, last, release = vector["add"].values_at("count", "first", "last", "release")
    found = Splat::Block.counted(Vectors.expand(vector["body"]), count, first, last, release || "")
    expected = vector["expected"]
    expected.nil? ? assert_nil(found) : assert_equal(expected, found)
  end
end
