# frozen_string_literal: true

require "timeout"

module Splat
  # How code of the app is called that may do anything: it fails here at most.
  module Guard
    # Ends what takes too long. No StandardError: what it interrupts should not take it for its own.
    class Expired < Exception
    end

    # A value's, by L3; and a message's, which an error has only one of.
    SECONDS = 0.05
    MESSAGE_SECONDS = 0.25
    # What is raised from outside (a timeout of the app's, `Thread#raise`) waits until we are done: else it would end
    # in one of our own rescues, and the app would never see it. So these stand inside.
    LATER = { Exception => :never }.freeze
    AT_ONCE = { Expired => :immediate }.freeze
    # What ends a program is let through.
    FAILURES = [StandardError, ScriptError, NoMemoryError, SecurityError, SystemStackError].freeze
    private_constant :LATER, :AT_ONCE

    module_function

    # What the block gives, else what `failed` is, within so many seconds; a loop in C cannot be ended.
    def bounded(failed = nil, seconds = SECONDS, &block)
      Thread.handle_interrupt(AT_ONCE) { Timeout.timeout(seconds, Expired, &block) }
    rescue Expired, *FAILURES
      failed
    rescue SystemExit, UncaughtThrowError, FiberError # `exit` in a message does not end the app through us
      failed
    end

    # What the block gives, which nothing that other threads raise in this one interrupts; of what it raises itself
    # `failed` makes the answer.
    def undisturbed(failed)
      Thread.handle_interrupt(LATER) do
        yield
      rescue *FAILURES => e
        failed.call(e)
      end
    end
  end
end
