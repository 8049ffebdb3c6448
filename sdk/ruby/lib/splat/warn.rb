# frozen_string_literal: true

module Splat
  # What the SDK has to say for itself: each kind once a process, on stderr, then silence. Nothing here raises.
  module Warn
    MOST_KINDS = 100
    # Of an error's message, code points: what is redacted is more than what is shown.
    MOST_READ = 1_000
    MOST_SHOWN = 300
    private_constant :MOST_KINDS, :MOST_READ, :MOST_SHOWN

    @said = {}
    @debug = false

    class << self
      # Whether `debug` says anything.
      attr_accessor :debug_on

      # Say `text` unless something of this `kind` (the text itself unless given) was said before.
      def warn(text, kind = text)
        return if @said.key?(kind) || @said.length >= MOST_KINDS

        @said[kind] = true
        say(text)
      rescue StandardError
        nil
      end

      # Say `text` each time, when the option `debug` is on.
      def debug(text)
        say(text) if debug_on
      end

      # The error's class and message, for a warning: without secrets, since a warning ends up in a log.
      def why(error)
        require_relative "redact"
        text = Redact.redact_text(UTF8.first(error.message, MOST_READ))
        "#{error.class}: #{text[0, MOST_SHOWN].tr("\n", ' ')}"
      rescue StandardError
        "an error that cannot be shown"
      end

      # A new start: all may be said again.
      def forget
        @said.clear
      end

      private

      # Not by Kernel#warn, which an app may silence, or answer by raising.
      def say(text)
        $stderr&.write("splat: #{text}\n")
        nil
      rescue StandardError # closed
        nil
      end
    end
  end
end
