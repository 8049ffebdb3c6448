# frozen_string_literal: true

require_relative "client"
require_relative "clock"
require_relative "traps"
require_relative "warn"

module Splat
  # The end of the process, of which Ruby tells twice: to the handlers of `at_exit`, while all threads still run, then,
  # behind all of these, to finalizers. The handlers that others set before ours run after it, and some of them are the
  # whole app (Sinatra's, minitest's): only the finalizer closes.
  module Ending
    # Lives as long as the process.
    SENTINEL = Object.new
    # Seconds that what was begun by the handlers of signals may still take.
    TRAPPED = 2.0
    private_constant :SENTINEL, :TRAPPED

    module_function

    # Once: nothing of this can be taken back.
    def watch
      return if @watched

      @watched = true
      @spent = 0.0
      at_exit { Ending.handler($!) }
      ObjectSpace.define_finalizer(SENTINEL, proc { Ending.last })
    end

    # `error` is what ends the program, if anything does.
    def handler(error)
      before = Clock.steady
      Traps.wait(TRAPPED)
      running = Client.current or return
      running.capture(error, mechanism: "at_exit") if error && running.options.integrations.include?("at_exit")
      Integrations::Threads.sweep
      running.hand_over(running.seconds_at_exit)
    rescue StandardError => e
      Warn.warn("not all errors were delivered, for #{Warn.why(e)}", "exit")
    ensure
      @spent = Clock.steady - before
    end

    def last
      # A thread of ours may have been ended in the middle of loading a file, which is then loaded again.
      $VERBOSE = nil
      running = Client.replace(nil)
      running&.close([running.seconds_at_exit - @spent, 0.1].max)
    rescue StandardError => e
      Warn.warn("not all errors were delivered, for #{Warn.why(e)}", "exit")
    end
  end
end
