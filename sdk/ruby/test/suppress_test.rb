# frozen_string_literal: true

require_relative "helper"
require "splat/suppress"

# Q: one report a bug, and nothing that came is lost.
class SuppressTest < Minitest::Test
  extend Vectors::Tests

  A = "a" * 16
  B = "b" * 16

  # Drives a keeper as a client and a worker do; what goes out as the vectors write it.
  class Sink
    attr_reader :keeper, :sent

    def initialize
      @keeper = Splat::Keeper.new
      @sent = []
    end

    def feed(event)
      at = event["at"]
      case event["what"]
      when "error"
        event.fetch("times", 1).times { |n| error(at + n * event.fetch("every", 0), event["signature"]) }
      when "errors"
        event["count"].times { |n| error(at + n * event.fetch("every", 0), format(event["signatures"], n)) }
      else counts(at, event["what"] == "tick" ? keeper.tick(at) : keeper.close)
      end
    end

    def error(at, signature)
      answer = keeper.error(signature, at, at / 1000r)
      counts(at, answer.counts)
      sent << { "at" => at, "what" => "report", "signature" => signature } if answer.report
    end

    def counts(at, counts)
      counts.each do |each|
        over = each.signature == Splat::Keeper::OVERFLOW
        which = over ? { "what" => "overflow" } : { "what" => "count", "signature" => each.signature }
        sent << { "at" => at, **which, "count" => each.seen, "first" => (each.first * 1000).to_i,
                  "last" => (each.last * 1000).to_i }
      end
    end

    def out
      sent.sum { |each| each.fetch("count", 1) }
    end
  end

  vectors("suppression", "vectors") do |vector|
    sink = Sink.new
    vector["events"].each { |event| sink.feed(event) }
    if vector.key?("expected")
      assert_equal vector["expected"], sink.sent
    else
      assert_equal vector["expected_length"], sink.sent.length
      assert_equal vector["expected_end"], sink.sent.last(vector["expected_end"].length)
    end
  end

  def test_nothing_is_lost_whatever_comes
    random = Random.new(1)
    100.times do
      sink = Sink.new
      now = came = 0
      random.rand(25).times do
        now += [0, 1, 1_000, 59_999, 60_000, 3_600_000].sample(random: random)
        next sink.feed({ "at" => now, "what" => "tick" }) if random.rand(3).zero?

        same, name, times = random.rand(2).zero?, random.rand(2_000), random.rand(1..80)
        times.times { |number| sink.error(now, format("%016x", same ? name : name + number)) }
        came += times
        assert_operator sink.out, :<=, came
      end
      sink.feed({ "at" => now, "what" => "close" })
      assert_equal came, sink.out
      assert_empty sink.keeper.close
    end
  end

  def test_a_flood_of_one_is_a_handful_of_sends
    sink = Sink.new
    100_000.times { |number| sink.error(number / 10, A) } # 10 seconds
    sink.feed({ "at" => 10_000, "what" => "close" })
    assert_equal [["report", nil], ["count", 99_999]], (sink.sent.map { |each| each.values_at("what", "count") })
  end

  def test_it_stays_small
    keeper = Splat::Keeper.new
    3_000.times { |number| keeper.error(format("%016x", number), number * 1_100, 0) }
    assert_equal Splat::Keeper::MOST_KNOWN, keeper.length
  end

  def test_threads_lose_nothing
    keeper = Splat::Keeper.new
    sent = Queue.new
    stop = false
    ticking = Thread.new { (1..).each { |now| break if stop || !tell(sent, keeper.tick(now * 1_000)) } }
    threads = Array.new(6) do
      Thread.new do
        5_000.times do |number|
          answer = keeper.error((number % 3).zero? ? B : A, number * 30, 1)
          sent << 1 if answer.report
          tell(sent, answer.counts)
        end
      end
    end
    threads.each(&:join)
    stop = true
    ticking.join
    tell(sent, keeper.close)
    assert_equal 30_000, Array.new(sent.length) { sent.pop }.sum
  end

  def test_a_signal_in_the_middle_of_an_error_is_counted
    keeper = Splat::Keeper.new
    sent = Queue.new
    came = mine = 0
    before = trap("USR1") do
      came += 1
      answer = keeper.error(format("%016x", came % 3), 5, 1)
      sent << 1 if answer.report
    end
    sender = Thread.new { 200.times { Process.kill("USR1", Process.pid) && sleep(0.001) } }
    while sender.alive?
      mine += 1
      Thread.pass if (mine % 50).zero?
      sent << 1 if keeper.error(A, 5, 1).report
    end
    sender.join
    sleep(0.1) # the last one may be on its way
    trap("USR1", "IGNORE")
    tell(sent, keeper.close)
    assert_operator came, :>, 0
    assert_equal mine + came, Array.new(sent.length) { sent.pop }.sum
  ensure
    trap("USR1", before || "DEFAULT")
  end

  def test_a_child_sends_only_its_own
    keeper = Splat::Keeper.new("r1")
    3.times { keeper.error(A, 0, 1.0) }
    keeper.after_fork
    assert_empty keeper.close
    refute keeper.error(A, 1, 2.0).report
    assert_equal [Splat::Count.new(A, 1, 2.0, 2.0, "r1")], keeper.waiting
    assert_equal [Splat::Count.new(A, 1, 2.0, 2.0, "r1")], keeper.close
  end

  def test_storms_hold_back_even_what_is_new
    keeper = Splat::Keeper.new
    reports = (0...1_000).count { |number| keeper.error(format("%016x", number), 0, 0).report }
    assert_equal Splat::Keeper::REPORTS_A_WINDOW, reports
  end

  private

  def tell(sent, counts)
    counts.each { |each| sent << each.seen }
  end
end
