# frozen_string_literal: true

module Splat
  # How often a signature was seen beyond what was sent (Q3, Q5). Times: seconds since the epoch.
  # `signature` is sixteen zeros for an overflow (Q5, D9); `release` is "" when unknown.
  Count = Struct.new(:signature, :seen, :first, :last, :release)

  # What a transport delivers: a finished report or a count. Everything in it is redacted and within limits.
  #
  # `body` is a report (a Hash with String keys in the shape of `report.schema.json`) or a Count, `time` seconds since
  # the epoch, `text` what `Wire.text_of` writes, "" where that was not done yet.
  #
  # A transport is an object with these methods; the worker alone calls them, and none may raise:
  #
  # * `send(items)`: for each item, in order, what became of it: `:delivered`, `:later` or `:never` (T1)
  # * `tick`: every few seconds: what is owed and could not be done at once
  # * `hurry(deadline)`: from any thread, when the process is about to end: no wait of `send` goes past `deadline`,
  #   a reading of the monotonic clock in seconds; what is not delivered by then is `:later`
  # * `close(deadline)`: the process ends: what is owed goes now or never
  Item = Struct.new(:id, :time, :body, :text) do
    def initialize(id, time, body, text = "")
      super
    end

    def count?
      body.is_a?(Count)
    end

    # Of the bug, 16 hexadecimal digits.
    def signature
      count? ? body.signature : body["signature"].to_s
    end
  end
end
