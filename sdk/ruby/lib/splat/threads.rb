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

    # Runs the block, which loads files, to its end also where the thread is being ended: the `require` of rubygems
    # would make an error of that, for somebody to rescue, and the thread that the end of the process waits for would
    # go on.
    def loading(&block)
      Thread.handle_interrupt(Object => :never, &block)
    end

    # Whether the current thread is being ended. It has to see to that by itself, where the app's own code or a library
    # made an error of it.
    def ending?
      Thread.current.status == "aborting"
    end

    # Whether the thread is one of these.
    def ours?(thread)
      @ours.key?(thread)
    end
  end
end
