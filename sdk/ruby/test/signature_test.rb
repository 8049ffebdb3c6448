# frozen_string_literal: true

require_relative "helper"
require "splat/signature"
require "splat/signature/messages"

# S: the vectors, and what they leave open.
class SignatureTest < Minitest::Test
  extend Vectors::Tests

  Text = Splat::Signature::Text

  vectors("signature", "paths", Vectors.of_ruby("signature", "paths")) do |vector|
    assert_equal vector["expected"], Splat::Signature::Paths.root_relative(vector["path"], vector["root"])
  end

  vectors("signature", "functions", Vectors.of_ruby("signature", "functions")) do |vector|
    assert_equal vector["expected"], Text.function_name(vector["function"])
  end

  vectors("signature", "messages") do |vector|
    assert_equal vector["expected"], Splat::Signature::Messages.fold(vector["message"])
  end

  vectors("signature", "vectors", Vectors.of_ruby("signature", "vectors")) do |vector|
    given = ["ruby", vector["root"], vector["exceptions"]]
    assert_equal vector["canonical"], Splat::Signature.canonical(*given)
    assert_equal vector["signature"], Splat::Signature.signature(*given)
  end
end
