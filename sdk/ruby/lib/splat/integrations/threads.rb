# frozen_string_literal: true

require_relative "../client"
require_relative "../threads"

module Splat
  module Integrations
    # Errors that end a thread which reports them (`report_on_exception`, Ruby's default); one that does not leaves its
    # error to whoever joins it.
    #
    # A block around the thread's own would stand in every trace that is printed there, so threads are watched from
    # outside: Ruby tells when one begins, and a thread that has ended hands its error to whoever asks.
    module Threads
      PAUSE = 0.5
      # How a thread of the app's is printed that waits for another one.
      INSPECT = Thread.instance_method(:inspect)
      FOR_EVER = " sleep_forever>"
      private_constant :PAUSE, :INSPECT, :FOR_EVER

      class << self
        def install
          @trace ||= TracePoint.new(:thread_begin) { Threads.begins }
          @trace.enable unless @trace.enabled?
        rescue ArgumentError # a Ruby that does not tell
          nil
        end

        # Called on the thread that begins.
        def begins
          thread = Thread.current
          return unless Client.current && Integrations.on?("threads")

          of_this_process
          @begun.push(thread)
          watch unless @starting || @watcher&.alive?
        rescue StandardError
          nil
        end

        # Ends the watcher, once there is no client.
        def wake
          @begun&.push(@watcher) if @watcher&.alive?
        end

        # Looks at all threads that were begun, and captures the errors of those that have ended.
        def sweep
          of_this_process
          @lock.synchronize do
            @watched << @begun.pop(true) until @begun.empty?
            @watched.reject! { |thread| Splat::Threads.ours?(thread) || ended?(thread) }
            @watched.length
          end
        rescue ThreadError # emptied by another meanwhile
          @watched.length
        end

        private

        # Threads of the parent of a fork end there.
        def of_this_process
          return if @pid == Process.pid

          @begun = Thread::Queue.new
          @watched = []
          @lock = Mutex.new
          @pid = Process.pid
        end

        # The watcher's own beginning is told of too.
        def watch
          @starting = true
          @watcher = Splat::Threads.begin("splat-watcher") { look while Client.current }
        ensure
          @starting = false
        end

        def look
          sweep.zero? || deadlocked? ? @begun.push(@begun.pop) : sleep(PAUSE)
        end

        # Whether only another thread, or nothing, can go on with the app. Ruby tells it of a deadlock, unless a thread
        # is there that sleeps for a while: not ours then.
        def deadlocked?
          Thread.list.all? { |thread| Splat::Threads.ours?(thread) || INSPECT.bind_call(thread).end_with?(FOR_EVER) }
        end

        def ended?(thread)
          state = thread.status
          return !state unless state.nil? # false: by itself

          capture(thread) if thread.report_on_exception
          true
        end

        def capture(thread)
          thread.join
        rescue Exception => e # whatever ended it
          Client.capture(e, "thread")
        end
      end
    end
  end
end
