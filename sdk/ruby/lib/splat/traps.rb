# frozen_string_literal: true

require_relative "clock"
require_relative "threads"

module Splat
  # The handler of a signal, in which no lock can be had: what needs one is done on a thread. The end of the process,
  # which such handlers often ask for, waits for these.
  module Traps
    @begun = []

    module_function

    # Whether this is one.
    def inside?
      Mutex.new.synchronize { false }
    rescue ThreadError
      true
    end

    # What the block gives; in the handler of a signal nil where that takes longer than so many seconds. The code that
    # the signal interrupted may hold the lock which the block waits for, and goes on only behind the handler.
    def apart(seconds, &block)
      return yield unless inside?

      thread = start(&block)
      thread.join(seconds) ? thread.value : nil
    end

    # Runs the block on a thread, for which the end of the process waits.
    def start(&block)
      thread = Threads.begin("splat-trap", &block)
      @begun = @begun.select(&:alive?) << thread
      thread
    end

    # Waits, at most so long, for what was begun.
    def wait(seconds)
      deadline = Clock.steady + seconds
      @begun.each { |thread| thread.join([deadline - Clock.steady, 0].max) }
    end
  end
end
