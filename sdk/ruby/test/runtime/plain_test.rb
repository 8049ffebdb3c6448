# frozen_string_literal: true

require_relative "../helper"
require "splat/plain"

class PlainTest < Minitest::Test
  # `inspect` of an app may wait for another thread, which goes on filling the hash meanwhile.
  class Slow
    def initialize(filled)
      @filled = filled
    end

    def inspect
      Thread.new { @filled[@filled.length] = 1 }.join(1)
      "slow"
    end
  end

  def test_a_hash_may_grow_while_its_values_are_printed
    [3, 20_000].each do |size|
      hash = {}
      hash["slow"] = Slow.new(hash)
      size.times { |number| hash["k#{number}"] = number }
      before = hash.length
      made = Splat::Plain.plain(hash)
      assert_equal "slow", made["slow"]
      assert_equal [size, 100].min + 1, made.length
      assert_equal before + 1, hash.length
    end
  end
end
