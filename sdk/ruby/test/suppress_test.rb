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
end
