# frozen_string_literal: true

require_relative "helper"
require "splat/frames"

# F1 to F4: the vectors, this very process's own files, and bounds.
class FramesTest < Minitest::Test
  extend Vectors::Tests

  vectors("frames", "frames", Vectors.of_ruby("frames", "frames")) do |vector|
    frames = Splat::Frames.new(vector["root"], vector["include"] || [], libraries: vector["libraries"] || [])
    2.times { assert_equal vector["in_app"], frames.in_app?(vector["path"]) }
    assert_equal vector["expected"], frames.path(vector["path"])
  end
end
