# frozen_string_literal: true

require_relative "helper"
require "splat/block"

# D2 to D4, D8: the marker and the block of an issue that is there.
class BlockTest < Minitest::Test
  Block = Splat::Block
  EARLY = "2026-11-21T07:00:00.123Z"
  LATE = "2026-11-22T08:00:00.000Z"
  BLOCK = Block.write(2, EARLY, EARLY, ["r1"])
  PIECES = ["<!-- splat:end -->", "<!-- splat:seen count=", "<!--", "-->", "\n", "\r\n", "x", "\u6f22", "Seen", BLOCK,
            BLOCK.split("\n").first, "<!-- splat:seen count=0 first=#{EARLY} last=#{EARLY} releases=,, -->",
            "<!-- splat:duplicate of=3 -->", "y" * 990, "<!-- splat:1 signature=#{'a' * 16} -->"].freeze

  def setup
    @random = Random.new(4)
  end

  def test_nothing_around_the_block_changes
    500.times do
      body = "#{around}\n#{BLOCK}\n#{around}"
      was = Block.of(body)
      after = Block.counted(body, 10**@random.rand(17), LATE, LATE, "r#{@random.rand(3)}é")
      next assert_nil(after) if was.nil?

      assert_same_around body, was, after, Block.of(after)
      assert_equal [EARLY, LATE], [Block.of(after).first, Block.of(after).last]
      assert Block.counted(after, 1, LATE, LATE)
    end
  end

  def test_a_duplicate_names_what_stays
    300.times do
      body = "#{around}\n#{BLOCK}\n#{around}"
      was = Block.of(body)
      closed = Block.as_duplicate(body, 12)
      next assert_nil(closed) if was.nil?

      now = Block.of(closed)
      assert_same_around body, was, closed, now
      assert_equal 12, now.duplicate_of
      assert_equal "<!-- splat:duplicate of=12 -->", closed.byteslice(now.start..).split("\n")[1]
      assert_equal closed, Block.as_duplicate(closed, 12)
    end
  end

  def test_what_git_hub_would_refuse_is_left_alone
    room = Block::MAX_BODY - 1 - Block.counted(BLOCK, 1, LATE, LATE, "r2").bytesize
    assert Block.counted(BLOCK + "x" * room, 1, LATE, LATE, "r2")
    assert_nil Block.counted(BLOCK + "x" * (room + 1), 1, LATE, LATE, "r2")
    assert_nil Block.counted(BLOCK + "\u6f22" * (room / 3 + 1), 1, LATE, LATE, "r2")
  end

  def test_a_count_has_an_end
    assert_equal Block::MAX_COUNT, Block.of(Block.counted(BLOCK, 10**16, LATE, LATE)).seen
  end

  def test_a_release_cannot_end_the_comment
    ["", " ", "--> x", "é" * 100, "a,b", "\xFF\n%", "v1.2.3+b_7", "\u{202e}<!--"].each do |release|
      name = Block.encoded(release)
      assert_match(/\A[0-9A-Za-z._+%]{0,60}\z/, name)
      assert_equal [name].reject(&:empty?), Block.of(Block.write(1, EARLY, EARLY, [name].reject(&:empty?))).releases
    end
    assert_equal "v1.2.3+b_7", Block.encoded("v1.2.3+b_7")
  end

  def test_one_marker_or_none
    marked = "é#{Block.marker('a' * 16)}#{Block.marker('a' * 16)}"
    assert_equal "a" * 16, Block.marker_of(marked)
    assert_nil Block.marker_of(marked + Block.marker("b" * 16))
    assert_nil Block.marker_of("\xFF")
  end

  def test_hostile_bodies_take_linear_time
    ["<!-- splat:seen count=", BLOCK.split("\n").first, "<!-- splat:1 signature=", "<!-- splat:end -->"].each do |piece|
      body = "é#{piece * (1_000_000 / piece.length)}"
      started = Process.clock_gettime(Process::CLOCK_PROCESS_CPUTIME_ID)
      assert_nil Block.counted(body, 1, LATE, LATE)
      assert_nil Block.marker_of(body)
      assert_operator Process.clock_gettime(Process::CLOCK_PROCESS_CPUTIME_ID) - started, :<, 5
    end
  end

  def test_the_end_is_looked_for_in_a_thousand_characters
    head, rest = BLOCK.split("\n", 2)
    ending = rest.split("\n").last
    assert Block.of(head + "é" * 1_000 + ending)
    assert_nil Block.of(head + "x" * 1_001 + ending)
  end

  private

  def around
    Array.new(@random.rand(12)) { PIECES.sample(random: @random) }.join
  end

  def assert_same_around(before, was, after, now)
    assert_equal was.start, now.start
    assert_equal before.byteslice(0, was.start), after.byteslice(0, now.start)
    assert_equal before.byteslice(was.stop..), after.byteslice(now.stop..)
  end
end
