# frozen_string_literal: true

module Splat
  # Threads of our own. They say nothing and end nothing when they fail, and are none of the app's.
  module Threads
    @ours = ObjectSpace::WeakMap.new

    module_function

    # A thread that runs the block. ThreadError where none can be had.
    def begin(name)
      thread = Thread.new do
        @ours[Thread.current] = true
        Thread.current.report_on_exception = false
        Thread.current.abort_on_exception = false
        Fiber[:splat_scope] = nil if Fiber.respond_to?(:[]) # the request's in which it was started
        # Which is inherited, and here there is nothing to keep away.
        Thread.handle_interrupt(Exception => :immediate) { yield }
      end
      thread.name = name
      thread
    end

    # Whether the thread is one of these.
    def ours?(thread)
      @ours.key?(thread)
    end
  end
end
