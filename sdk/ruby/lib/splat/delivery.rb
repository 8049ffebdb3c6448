# frozen_string_literal: true

require "monitor"
require "securerandom"
require_relative "cut"
require_relative "redact"
require_relative "report"
require_relative "sender"
require_relative "store"
require_relative "threads"
require_relative "wire"

module Splat
  # What happens to events and counts, from one end to the other: made into items, kept, sent, deleted. Of one process
  # and one destination. Worker only, but for `durable`.
  class Delivery
    # The block makes the transport, on the thread that delivers; `warn` takes a text and a kind.
    def initialize(options, folder, warn, &make_transport)
      @options = options
      @warn = warn
      @reporter = Reporter.new(options, warn)
      @store = Store.new(folder, warn)
      @sender = Sender.new(@store, warn, &make_transport)
      @closed = false
    end

    # Brings these to disk, safe to publish, and has them delivered. `durably`: synced. `closing`: they are the last.
    def take(things, durably: false, closing: false)
      @reporter.closing if closing
      kept = things.filter_map { |thing| item(thing) }.map { |item| @store.keep(item, sync: durably) }
      return if kept.empty?
      return @store.later(kept) if @closed

      @sender.add(kept)
      @sender.start if durably
    end

    # Starts delivering what was left before. false where no thread can be had.
    def start
      @sender.start
    end

    # Waits until all is delivered, at most until `deadline` (the steady clock). As `Sender#drain`.
    def drain(deadline)
      @sender.drain(deadline)
    end

    # Delivers what it can until `deadline`; the rest, and what comes later, is left in the spool.
    def close(deadline)
      @closed = true
      @sender.close(deadline)
    end

    private

    # What to deliver; nil for what is dropped: by `before_send`, or because it cannot be made safe (X11).
    def item(thing)
      thing.is_a?(Count) ? counted(thing) : @reporter.item(thing)
    rescue *Guard::FAILURES => e
      raise if Threads.ending? # then it is no fault of the report, which is taken once more

      @sender.lose
      # What the error says may hold what should have been redacted.
      @warn.call("an error report was dropped: #{e.class} while it was being made", "unsafe")
      Warn.debug("dropped at #{e.backtrace&.first}")
      nil
    end

    def counted(count)
      @release ||= Cut.cut(Redact.redact_text(count.release, @options.redact), 1_000)
      safe = count.dup
      safe.release = @release
      item = Item.new(SecureRandom.hex(16), count.last, safe)
      item.text = Wire.text_of(item)
      item
    end
  end
end
