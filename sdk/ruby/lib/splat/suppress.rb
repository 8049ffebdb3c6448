# frozen_string_literal: true

require_relative "values"

module Splat
  # Q: of each bug one report at once, then only how often it was seen. One a process.
  #
  # `now` is milliseconds of a clock that never goes back, `wall` seconds since the epoch. Safe from any thread: its own
  # lock is held for microseconds, never while something is waited for. A call from where no lock may be taken (a signal
  # handler), or from inside a call of the same thread, is set aside and counted by the next tick.
  class Keeper
    FIRST_STEP = 60_000 # milliseconds, as all times here
    LONGEST_STEP = 3_600_000
    FORGOTTEN_AFTER = 3_600_000
    WINDOW = 60_000
    REPORTS_A_WINDOW = 60
    MOST_KNOWN = 1_000
    # What stands for a signature where many were counted into one (D9).
    OVERFLOW = "0" * 16

    # What goes out now: `counts` first, then the error itself when `report`.
    Answer = Struct.new(:report, :counts)
    REPORT = Answer.new(true, [].freeze).freeze
    SUPPRESSED = Answer.new(false, [].freeze).freeze

    # What is kept of one signature (Q1): `first` and `last` are the wall clock's, of what is pending; `seen` is the
    # last time at all.
    Known = Struct.new(:pending, :first, :last, :seen, :step, :due)
    private_constant :Known

    def initialize(release = "")
      @release = release
      @known = {}
      @window = nil
      @reports = 0 # sent in this window
      @over = @over_first = @over_last = 0
      @aside = Thread::Queue.new
      @lock = Mutex.new
    end

    # An error came (Q2).
    def error(signature, now, wall)
      alone(-> { set_aside(signature, now, wall) }) { seen(signature, now, wall) }
    end

    # The counts that are due (Q4), to be sent in this order. At least every 5 seconds.
    def tick(now)
      alone { due(now) }
    end

    # The counts of all that is pending (Q7). The keeper can go on afterwards.
    def close
      alone { all_pending.tap { nothing_pending } }
    end

    # What is pending, as `close` would send it. It stays pending.
    def waiting
      alone { all_pending }
    end

    # For a child process: what is pending the parent sends, and the lock may be held by a thread that is not here.
    def after_fork
      @lock = Mutex.new
      @aside.clear
      nothing_pending
    end

    # How many signatures are known.
    def length
      @known.length
    end

    private

    def alone(otherwise = -> { [] })
      return otherwise.call if @lock.owned?

      # Whoever ends this thread (a timeout of the app's) waits for the microseconds that this takes.
      Thread.handle_interrupt(Exception => :never) do
        @lock.synchronize do
          count_aside
          yield
        end
      end
    rescue ThreadError # in a signal handler
      otherwise.call
    end

    def set_aside(signature, now, wall)
      @aside << [signature, now, wall]
      SUPPRESSED
    end

    def count_aside
      until @aside.empty?
        signature, now, wall = @aside.pop
        known = @known[signature]
        known ? count(known, now, wall) : count_over(wall)
      end
    end

    def seen(signature, now, wall)
      known = @known[signature]
      return first(signature, now, wall) if known.nil? || forgotten?(known, now)

      count(known, now, wall)
      now < known.due ? SUPPRESSED : Answer.new(false, [flush(signature, known, now)])
    end

    def forgotten?(known, now)
      known.pending.zero? && now - known.seen >= FORGOTTEN_AFTER
    end

    def count(known, now, wall)
      known.first = wall if known.pending.zero?
      known.pending += 1
      known.last = wall
      known.seen = now
    end

    def first(signature, now, wall)
      @known.delete(signature)
      counts = open_window(now)
      if @reports >= REPORTS_A_WINDOW
        count_over(wall)
        return SUPPRESSED
      end
      @reports += 1
      counts += push_out if @known.length >= MOST_KNOWN
      @known[signature] = Known.new(0, 0, 0, now, FIRST_STEP, now + FIRST_STEP)
      counts.empty? ? REPORT : Answer.new(true, counts)
    end

    def open_window(now)
      return [] unless @window.nil? || now - @window >= WINDOW

      @window = now
      @reports = 0
      take_overflow
    end

    def due(now)
      counts = []
      @known.delete_if do |signature, known|
        counts << flush(signature, known, now) if known.pending.positive? && now >= known.due
        forgotten?(known, now)
      end
      @window && now - @window >= WINDOW ? counts + take_overflow : counts
    end

    def all_pending
      pending = @known.select { |_, known| known.pending.positive? }
      pending.map { |signature, known| counted(signature, known) } + overflow
    end

    def nothing_pending
      @over = 0
      @known.each_value { |known| known.pending = 0 }
    end

    # Q3.
    def flush(signature, known, now)
      known.step = [known.step * 2, LONGEST_STEP].min
      known.due = now + known.step
      counted(signature, known).tap { known.pending = 0 }
    end

    def counted(signature, known)
      Count.new(signature, known.pending, known.first, known.last, @release)
    end

    # Q6. Of several as old, `min_by` takes the one that was known first.
    def push_out
      signature, known = @known.min_by { |_, each| each.seen }
      @known.delete(signature)
      known.pending.positive? ? [counted(signature, known)] : []
    end

    def count_over(wall)
      @over_first = wall if @over.zero?
      @over += 1
      @over_last = wall
    end

    # Q5.
    def take_overflow
      overflow.tap { @over = 0 }
    end

    def overflow
      @over.zero? ? [] : [Count.new(OVERFLOW, @over, @over_first, @over_last, @release)]
    end
  end
end
