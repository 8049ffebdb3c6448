# frozen_string_literal: true

require_relative "spool"
require_relative "wire"

module Splat
  # Where items are until they are delivered: the spool, and memory where no disk will have them. Of one process and one
  # destination. Safe from every thread; none waits here for more than a disk.
  class Store
    # An item, and what keeps it should the process end: a file of the spool, or nothing.
    class Kept
      attr_reader :item, :taken
      # Its path in the spool, once it was left to a later try.
      attr_accessor :left

      def initialize(item, taken = nil)
        @item = item
        @taken = taken
      end

      # Of its file in the spool; "" without one.
      def name
        @taken ? @taken.name : ""
      end
    end

    attr_reader :folder

    # `warn` takes a text and a kind.
    def initialize(folder, warn)
      @folder = folder
      @warn = warn
      @lock = Monitor.new
      @spool = nil
      @refused = false
    end

    # Writes one to disk: after this, nothing that ends the process loses it; nor what ends the machine, with `sync`.
    def keep(item, sync: false)
      @lock.synchronize do
        Kept.new(item, opened.put_taken(item, Wire.text_of(item), sync: sync))
      rescue SystemCallError, IOError => e
        no_disk(e)
        Kept.new(item)
      end
    end

    # These are delivered, or never will be: nothing keeps them any longer.
    def settled(kept)
      @lock.synchronize do
        kept.each do |each|
          if each.left # the time was over while it was being delivered
            opened.withdraw(each.left)
          elsif each.taken
            opened.done(each.taken)
          end
        end
      rescue SystemCallError
        nil
      end
    end

    # Leaves these to a later try, by this process or the next one. Answers those that no disk will have.
    def later(kept, sync: true)
      @lock.synchronize { kept.reject { |each| leave(each, sync) } }
    end

    # Up to `most` that were left to a later try, the oldest first, of those whose names come after `after`.
    def take(most, after = "")
      @lock.synchronize do
        opened.take(most, after).map { |taken| Kept.new(taken.item, taken) }
      rescue SystemCallError
        []
      ensure
        tell_unreadable
      end
    end

    # Gives back what dead processes had, and keeps the spool within its bounds.
    def tidy
      @lock.synchronize do
        opened.tidy
      rescue SystemCallError
        nil
      end
    end

    # How many the spool had no room for since this was last asked.
    def take_dropped
      @lock.synchronize do
        dropped = @spool ? @spool.dropped : 0
        @spool.dropped = 0 if @spool
        dropped
      end
    end

    private

    def opened
      @spool = nil if @spool && !File.directory?(@folder) # something cleans up here
      @spool ||= Spool.new(@folder)
    end

    def leave(each, sync)
      each.left ||= each.taken ? opened.back(each.taken) : opened.put(each.item, Wire.text_of(each.item), sync: sync)
      true
    rescue SystemCallError, IOError => e
      no_disk(e)
      false
    end

    def tell_unreadable
      found = @spool ? @spool.unreadable : 0
      return if found.zero?

      @spool.unreadable = 0
      @warn.call("errors that were left in #{@folder} (#{found}) cannot be read: another version of splat-sdk wrote " \
                 "them, or they are damaged. They are not sent; they stay there for 7 days, in files that end in .bad.",
                 "unreadable")
    end

    def no_disk(error)
      return if @refused

      @refused = true
      @warn.call("nothing can be written below #{@folder} (#{error.class}): errors that cannot be delivered at once " \
                 "are kept in memory alone, the last 100. Give the option `spool_dir` a folder that belongs to this " \
                 "user, or make room.", "no disk")
    end
  end
end
