# frozen_string_literal: true

require_relative "helper"
require "splat/redact"

# K and X: the vectors, and the tables as SPEC.md prints them.
class RedactTest < Minitest::Test
  extend Vectors::Tests

  Redact = Splat::Redact
  Names = Redact::Names
  MARK = Redact::MARK

  vectors("redaction", "names") do |vector|
    assert_equal vector["expected"], Names.new.strength(vector["key"]).to_s
  end

  vectors("redaction", "texts") do |vector|
    redact = vector["mode"] == "source" ? :redact_source : :redact_text
    redacted = Redact.public_send(redact, Vectors.expand(vector["text"]), vector["extra_keys"] || [])
    assert_equal Vectors.expand(vector["expected"]), redacted
    (vector["secrets"] || []).each { |secret| refute_includes redacted, secret }
  end

  vectors("redaction", "values") do |vector|
    redacted = Redact.redact_value(Vectors.expand(vector["value"]), vector["extra_keys"] || [])
    assert_equal Vectors.expand(vector["expected"]), redacted
  end
end
