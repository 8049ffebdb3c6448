# frozen_string_literal: true

require_relative "../../block"
require_relative "../../clock"
require_relative "group"

module Splat
  module Transports
    class GitHub
      # D9: the one issue about errors that got none of their own: what was held back and is not told yet.
      class Summary
        SIGNATURE = "0" * 16
        TITLE = "[Splat] More errors than issues"
        EVERY = 3_600.0
        MOST_SIGNATURES = 1_000
        TEXT = "More kinds of errors came up within an hour than Splat files issues for: 10 a process, 20 a " \
               "repository. Those that are counted here have no issue of their own. Fix the others first: many may " \
               "have one cause. When this one is closed as not planned, Splat leaves it alone."
        private_constant :EVERY, :MOST_SIGNATURES, :TEXT

        # The text of the issue. A count alone is told, nothing of the errors.
        def self.body(group)
          all = group.times.reduce(:+)
          "#{Block.marker(SIGNATURE)}\n" \
            "#{Block.write(all.seen, Clock.iso(all.first), Clock.iso(all.last), [])}\n\n#{TEXT}"
        end

        def initialize
          @held = nil
          @signatures = {}
          @told_at = nil
        end

        # Whether the hour since it was last told is over.
        def due?
          @told_at.nil? || Clock.steady - @told_at >= EVERY
        end

        # Whether anything is held.
        def owes?
          !@held.nil?
        end

        # Count these here.
        def hold(group)
          group.times.each { |each| @held = @held ? each + @held : each }
          @signatures[group.signature] = true if @signatures.length < MOST_SIGNATURES
        end

        # Whether errors of this kind were held before.
        def holds?(signature)
          @signatures.key?(signature)
        end

        # All there is to tell, the items of `overflow` among it; nil when that is nothing.
        def group(overflow)
          held = @held ? [Times.new(@held.seen, @held.first, @held.last, "")] : []
          times = held + (overflow ? overflow.times : [])
          Group.new(SIGNATURE, nil, times, [], overflow ? overflow.places : []) unless times.empty?
        end

        # It went out.
        def told
          @held = nil
          @told_at = Clock.steady
        end

        # What is held, for someone else to tell.
        def take
          @held.tap { @held = nil }
        end
      end
    end
  end
end
