# frozen_string_literal: true

require_relative "helper"
require "splat/signature"
require "splat/signature/messages"

# S: the vectors, and what they leave open.
class SignatureTest < Minitest::Test
  extend Vectors::Tests

  vectors("signature", "paths") do |vector|
    given = vector.values_at("path", "root", "runtime")
    assert_equal vector["expected"], Splat::Signature::Paths.root_relative(*given)
  end

  vectors("signature", "functions") do |vector|
    assert_equal vector["expected"], Splat::Signature.function_name(vector["runtime"], vector["function"])
  end

  vectors("signature", "messages") do |vector|
    assert_equal vector["expected"], Splat::Signature::Messages.fold(vector["message"])
  end

  vectors("signature", "vectors") do |vector|
    given = vector.values_at("runtime", "root", "exceptions")
    assert_equal vector["canonical"], Splat::Signature.canonical(*given)
    assert_equal vector["signature"], Splat::Signature.signature(*given)
  end
end
