# frozen_string_literal: true

require_relative "clock"
require_relative "threads"
require_relative "warn"

module Splat
  # The thread that delivers. What waits for a network waits here, so that the worker writes to disk meanwhile.
  # Delivers what it is given, new things first; then what earlier tries and earlier processes left.
  class Sender
    BATCH = 50
    MOST_WAITING = 100
    # Characters of canonical text that may wait in memory beside their files.
    MOST_TEXT = 5_000_000
    TICK = 2.0
    FIRST_RETRY = 60.0
    LONGEST_RETRY = 900.0
    # With less than this left before the end, nothing is begun any more.
    WORTH_A_TRY = 0.05

    # `make_transport` is called on the thread that delivers, before the first delivery; `warn` takes a text and a kind.
    def initialize(store, warn, &make_transport)
      @make_transport = make_transport
      @store = store
      @warn = warn
      @lock = Mutex.new
      @changed = ConditionVariable.new
      @waiting = []
      @characters = 0
      @in_hands = []
      @memory = [] # what no disk will have, until the next try
      @retry_at = 0.0 # when what was left is tried next, on the steady clock; at first at once
      @retry = FIRST_RETRY
      @cursor = "" # up to where it was tried: what is always `:later` must not hide the rest
      @looking = false # for what was left
      @dropped = @postponed = @lost = 0 # `@lost`: refused or dropped, since `drain` told of it
      @ended = false
    end

    # Starts the thread when it does not run. false where none can be had: when all threads of the process are ended.
    def start
      @lock.synchronize do
        unless @thread&.alive?
          @ended = false
          @thread = Threads.begin("splat-sender") { run }
        end
        true
      end
    rescue ThreadError
      false
    end

    # Takes over what is to be delivered. What is too much for memory stays in the spool.
    def add(kept)
      over = []
      @lock.synchronize do
        @waiting.concat(kept)
        @characters += kept.sum { |each| each.item.text.length }
        over << pop while @waiting.length > 1 && (@waiting.length > MOST_WAITING || @characters > MOST_TEXT)
        @changed.broadcast
      end
      leave(over) unless over.empty?
    end

    # Waits until nothing waits, at most until `deadline`. Whether all since the last time was delivered.
    def drain(deadline)
      return false unless start

      @lock.synchronize do
        before = @postponed
        @retry_at = 0.0
        @changed.broadcast
        until idle?
          left = deadline - Clock.steady
          return false if left <= 0 || @ended

          @changed.wait(@lock, left)
        end
        lost = @lost
        @lost = 0
        @postponed == before && lost.zero?
      end
    end

    # So many will never be delivered.
    def lose(number = 1)
      @lock.synchronize { @lost += number }
    end

    # Delivers until `deadline` what it can; the rest stays in the spool.
    def close(deadline)
      @lock.synchronize do
        @deadline = deadline
        @changed.broadcast
      end
      hurry
      run unless start || silent?
      @lock.synchronize do
        wait_for_the_end(deadline)
        rest = @in_hands + @waiting + @memory
        @waiting = []
        @store.later(rest, sync: false) unless rest.empty? # the time is over: no waiting for the disk
      end
    end

    private

    # A transport that is made anew at the end of the process does not know what the server asked for.
    def silent?
      @transport.respond_to?(:silent?) && @transport.silent?
    end

    def wait_for_the_end(deadline)
      until @ended
        left = deadline - Clock.steady
        return if left <= 0

        @changed.wait(@lock, left)
      end
    end

    # --- on the thread ---

    def run
      @transport = @make_transport.call
      hurry
      deliver_all
    rescue StandardError, ScriptError => e
      @warn.call("nothing is delivered any more, for #{Warn.why(e)}", "sender")
    ensure
      @lock.synchronize do
        @ended = true
        @changed.broadcast
      end
    end

    def deliver_all
      loop do
        return if Threads.ending?

        new = take_new
        batch = new.empty? ? take_old : new
        if !batch.empty?
          deliver(batch, new.empty?)
        elsif @deadline.nil?
          guarded { @transport.tick }
          pause
        elsif @waiting.empty? || over? # something may have come while there was nothing
          break
        end
      end
      guarded { @transport.close(@deadline) }
    end

    def take_new
      @lock.synchronize do
        next [] if over?

        @in_hands << pop while !@waiting.empty? && @in_hands.length < BATCH
        @in_hands.dup
      end
    end

    # What was left to a later try, once its time has come; over the whole spool, batch by batch.
    def take_old
      memory = @lock.synchronize do
        return [] if over? || Clock.steady < @retry_at

        @looking = true
        @memory.shift(BATCH)
      end
      found = memory.empty? ? from_spool : memory
      @lock.synchronize do
        @in_hands = found.dup
        @looking = false
        @retry_at = Clock.steady + LONGEST_RETRY if found.empty?
        @changed.broadcast
      end
      found
    end

    def from_spool
      found = []
      guarded do
        found = @store.take(BATCH, @cursor) unless @cursor.empty?
        if found.empty?
          @store.tidy
          found = @store.take(BATCH)
        end
      end
      @cursor = found.empty? ? "" : found.last.name
      found
    end

    def over?
      !@deadline.nil? && @deadline - Clock.steady < WORTH_A_TRY
    end

    def pause
      @lock.synchronize do
        left = [TICK, @retry_at - Clock.steady].min
        @changed.wait(@lock, left) if @waiting.empty? && @deadline.nil? && left.positive?
      end
    end

    def pop
      each = @waiting.shift
      @characters -= each.item.text.length
      each
    end

    def idle?
      @waiting.empty? && @in_hands.empty? && !@looking && Clock.steady < @retry_at
    end

    def deliver(batch, old)
      outcomes = []
      guarded { outcomes = Array(@transport.send(batch.map(&:item))) }
      later, settled = batch.zip(outcomes).partition { |_, outcome| outcome != :delivered && outcome != :never }
      @store.settled(settled.map(&:first))
      leave(later.map(&:first)) unless later.empty?
      delivered(batch, later, settled.count { |_, outcome| outcome == :never }, old)
    end

    def delivered(batch, later, never, old)
      if later.length < batch.length
        @retry = FIRST_RETRY
        tell_dropped
      elsif old
        @retry = [@retry * 2, LONGEST_RETRY].min
      end
      @lock.synchronize do
        @in_hands = []
        @postponed += later.length
        @lost += never
        now = Clock.steady
        @retry_at = now + @retry if later.length == batch.length && (old || @retry_at < now)
        @changed.broadcast
      end
    end

    # To the spool, and what that does not take to memory.
    def leave(kept)
      memory = @store.later(kept)
      @lock.synchronize do
        @memory.concat(memory)
        over = [@memory.length - MOST_WAITING, 0].max
        @memory.shift(over)
        @dropped += over
        now = Clock.steady
        @retry_at = [@retry_at, now + @retry].min if @retry_at > now
      end
    end

    def tell_dropped
      dropped = @dropped + @store.take_dropped
      @dropped = 0
      return if dropped.zero?

      lose(dropped)
      @warn.call("#{dropped} errors were dropped: they could not be delivered for long, and the spool was full",
                 "dropped")
    end

    def hurry
      transport = @transport
      deadline = @deadline
      # A transport of the user's own may be without it.
      guarded { transport.hurry(deadline) } if deadline && transport.respond_to?(:hurry)
    end

    def guarded
      yield
    rescue StandardError, ScriptError => e
      @warn.call("delivery failed with #{Warn.why(e)}", "delivery #{e.class}")
    end
  end
end
