# frozen_string_literal: true

require "monitor"
require_relative "clock"
require_relative "folder"
require_relative "guard"
require_relative "threads"
require_relative "traps"
require_relative "values"
require_relative "warn"

module Splat
  # The one thread that makes reports of events and brings them to disk; what delivers them is `Sender`. Takes events
  # and counts from any thread. Only `flush` and `close` wait, and with `durable` `put`, for the disk.
  class Worker
    # Seconds between two looks at what was suppressed (Q4).
    TICK = 5.0
    MOST_QUEUED = 100
    # Seconds that the end of the process may take.
    AT_EXIT = 2.0
    TO_DISK = 1.0

    # Leaves the queue when all that was put before it is on disk.
    Marker = Struct.new(:last, :passed)
    private_constant :Marker

    # The block makes the transport from the options, the spool's folder and `warn`; `counts.call(closing)` gives the
    # counts that are due, and at the end all that are pending (Q4, Q7).
    def initialize(options, counts: nil, warn: Warn.method(:warn), &make_transport)
      @options = options
      @counts = counts
      @warn = warn
      @make_transport = make_transport
      @closed = false
      start_over
    end

    # Takes an event or a count. With `durable`, it is on disk when this returns.
    def put(thing)
      return if @options.transport == "none"

      start_over if @pid != Process.pid
      if @options.durable || @closed
        delivery.take([thing], durably: true)
        start unless @closed # for what is counted only
      else
        push(thing)
        start
      end
    end

    # Starts delivering what earlier processes left, where there is something.
    def pick_up
      return if @options.transport == "none" || !Folder.waits?(Folder.of(@options))

      push(Marker.new(false, false))
      start
    end

    # Waits until all that was taken is delivered, at most so long. Whether all since the last time is.
    def flush(seconds)
      return true if @options.transport == "none"
      return false if own_thread?

      deadline = Clock.steady + seconds
      start_over if @pid != Process.pid
      return false if @closed || !start || !pass(Marker.new(false, false), deadline) || !delivery.drain(deadline)

      dropped = @dropped
      @dropped = false
      !dropped
    end

    # At the end of a process: also what is only counted is delivered, where it can be in so many seconds.
    def hand_over(seconds)
      return if @closed || @pid != Process.pid

      counted(true).each { |each| put(each) }
      return unless @thread || !@queue.empty?

      deadline = Clock.steady + (seconds * 0.9)
      # What little time there may be for a network, the disk gets some.
      delivery.drain(deadline) if start && pass(Marker.new(false, false), [deadline, Clock.steady + TO_DISK].max)
    end

    # Delivers what it can in so many seconds. The rest, and what is put later, is left in the spool.
    def close(seconds = AT_EXIT)
      return if @closed || @pid != Process.pid
      return Traps.start { close(seconds) } if own_thread?

      # The last of it is for what has to be left in the spool.
      deadline = Clock.steady + (seconds * 0.9)
      counted(true).each { |each| push(each) }
      pass(Marker.new(true, false), deadline) if @thread&.alive?
      @closed = true
      rest = @lock.synchronize { @queue.slice!(0..) }.grep_v(Marker)
      rest.unshift(@in_hand) if @in_hand && !@thread&.alive? # which was ended in the middle of it
      return if rest.empty? && @delivery.nil?

      delivery.take(rest, closing: true)
      delivery.close(deadline)
    end

    # How long the end of the process may take, in seconds.
    def seconds_at_exit
      [AT_EXIT, @options.shutdown_timeout].min
    end

    # In the child of a fork: what the parent has it delivers itself; its threads are not here.
    def start_over
      Spool.forget if defined?(Spool) && @pid
      @pid = Process.pid
      @lock = Mutex.new
      @filled = ConditionVariable.new
      @loading = Monitor.new
      @queue = []
      @thread = nil
      @delivery = nil
      @in_hand = nil
      @dropped = false # since `flush` told of it
    end

    private

    # Whether this is `before_send`: who waits there waits for itself.
    def own_thread?
      Thread.current.equal?(@thread)
    end

    # Starts the thread when it does not run. false where none can be had: at the end of the interpreter.
    def start
      return true if @thread&.alive?

      @lock.synchronize do
        @thread = Threads.begin("splat-worker") { run } unless @closed || @thread&.alive?
      end
      !@closed
    rescue ThreadError
      false
    end

    # Made when the first error comes: it loads all that the app's threads do without.
    def delivery
      @delivery || @loading.synchronize do
        @delivery ||= Threads.loading do
          require_relative "delivery"
          folder = Folder.of(@options)
          Delivery.new(@options, folder, @warn) { @make_transport.call(@options, folder, @warn) }
        end
      end
    end

    def push(thing)
      @lock.synchronize do
        # Counts push nothing out: at the end there may be one for each signature that is known.
        drop_oldest if @queue.length >= MOST_QUEUED && !thing.is_a?(Count)
        @queue.push(thing)
        @filled.broadcast
      end
    end

    def drop_oldest
      index = @queue.index { |each| !each.is_a?(Marker) && !each.is_a?(Count) } or return
      @queue.delete_at(index)
      @dropped = true
      @warn.call("errors were dropped: they came faster than they could be written to disk", "queue")
    end

    def pass(marker, deadline)
      push(marker)
      @lock.synchronize do
        until marker.passed
          left = deadline - Clock.steady
          return false if left <= 0

          @filled.wait(@lock, left)
        end
      end
      true
    end

    # --- the thread ---

    def run
      due = Clock.steady + TICK
      loop do
        break if Threads.ending?

        marker = all_there_is(due)
        if Clock.steady >= due
          due = Clock.steady + TICK
          take(counted(false))
        end
        guarded("nothing is delivered") { delivery.start }
        next unless marker

        @lock.synchronize do
          marker.passed = true
          @filled.broadcast
        end
        break if marker.last
      end
    end

    # Brings to disk what is there, up to a marker, which it gives; waits for something until `due`.
    def all_there_is(due)
      thing = first(due)
      until thing.nil? || thing.is_a?(Marker) || Clock.steady >= due
        take_one(thing)
        return nil if Threads.ending?

        thing = @lock.synchronize { shift }
      end
      return thing if thing.nil? || thing.is_a?(Marker)

      take_one(thing)
      nil
    end

    # What is put next; nil when it is `due` to look at what was suppressed.
    def first(due)
      @lock.synchronize do
        while @queue.empty?
          left = due - Clock.steady
          return nil if left <= 0

          @filled.wait(@lock, left)
        end
        shift
      end
    end

    def shift
      thing = @queue.shift
      @in_hand = thing unless thing.is_a?(Marker)
      thing
    end

    # Whether it was done.
    def take(batch)
      guarded("errors were lost") { batch.empty? || delivery.take(batch) || true }
    end

    def take_one(thing)
      done = take([thing])
      @in_hand = nil if done || !Threads.ending?
    end

    def counted(closing)
      found = []
      guarded("counts were lost") { found.concat(@counts.call(closing)) } if @counts
      found
    end

    def guarded(what)
      yield
    rescue *Guard::FAILURES => e
      @warn.call("#{what}, for #{Warn.why(e)}", what) unless Threads.ending?
      nil
    end
  end
end
