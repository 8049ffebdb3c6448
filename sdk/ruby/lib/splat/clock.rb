# frozen_string_literal: true

module Splat
  # R1: times as an SDK writes them.
  module Clock
    FORM = /\A([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})\.([0-9]{3})Z\z/.freeze
    private_constant :FORM

    module_function

    # Seconds since the epoch as `2026-11-21T07:00:00.123Z`.
    def iso(seconds)
      milliseconds = [(seconds * 1000).floor, 0].max
      format("%s.%03dZ", Time.at(milliseconds / 1000).utc.strftime("%Y-%m-%dT%H:%M:%S"), milliseconds % 1000)
    end

    # The same as digits alone, which order as the times do: `20261121070000123`.
    def digits(seconds)
      iso(seconds).delete("^0-9")
    end

    # Seconds since the epoch of what `iso` wrote. ArgumentError for another form.
    def seconds(text)
      parts = FORM.match(text) or raise ArgumentError, "no time of the form 2026-11-21T07:00:00.123Z"
      *whole, milliseconds = parts.captures.map(&:to_i)
      Time.utc(*whole).to_i + (milliseconds / 1000.0)
    end

    # Seconds of a clock that never goes back.
    def steady
      Process.clock_gettime(Process::CLOCK_MONOTONIC)
    end
  end
end
