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
      # A thread may take longer to begin than a value is given.
      hash, made = 100.times.lazy.map { printed(size) }.find { |_, found| found["slow"] == "slow" }
      refute_nil made, "never printed in time"
      assert_equal [size, 100].min + 1, made.length
      assert_equal size + 2, hash.length
    end
  end

  def printed(size)
    hash = {}
    hash["slow"] = Slow.new(hash)
    size.times { |number| hash["k#{number}"] = number }
    [hash, Splat::Plain.plain(hash)]
  end
end
