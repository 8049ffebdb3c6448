# frozen_string_literal: true

require_relative "../../block"
require_relative "../../clock"
require_relative "../../decide"
require_relative "../../values"

module Splat
  module Transports
    class GitHub
      # Errors in one release: how many, the first and the last. Times: seconds since the epoch.
      Times = Struct.new(:seen, :first, :last, :release) do
        # Both together, in the release of this one.
        def +(other)
          Times.new(seen + other.seen, [first, other.first].min, [last, other.last].max, release)
        end
      end

      # All of one signature in a batch, as one. `report` is the earliest; without one, no issue can be made. `times`
      # are one a release, in the order of their last times, `beside` the same without the report's own; `places` are
      # where its items stood in the batch.
      Group = Struct.new(:signature, :report, :times, :beside, :places)

      # The items of a batch that tell of one bug, as one.
      class Group
        class << self
          # A batch by signatures, in the order in which they come up.
          def all(batch)
            (0...batch.length).group_by { |place| batch[place].signature }.map do |signature, places|
              of(signature, places.map { |place| batch[place] }, places)
            end
          end

          private

          def of(signature, items, places)
            chosen = items.reject(&:count?).min_by(&:time)
            beside = items.reject { |item| item.equal?(chosen) }
            new(signature, chosen&.body, by_release(items), by_release(beside), places)
          end

          def by_release(items)
            merged = items.map { |item| times(item) }.group_by(&:release).each_value.map { |each| each.reduce(:+) }
            merged.sort_by(&:last)
          end

          def times(item)
            body = item.body
            return Times.new(body.seen, body.first, body.last, body.release) if item.count?

            seen = (body["occurrences"] || {}).fetch("count", 1)
            Times.new(seen.is_a?(Integer) ? seen : 1, item.time, item.time, body["release"] || "")
          end
        end

        # What is decided about: the last error.
        def sighting
          last = times.last
          Decide::Sighting.new(signature, (last.last * 1000).to_i, last.release)
        end

        # D4: the body with `times` in its block; nil when it has none that can take them.
        def counted_in(body, times = self.times)
          times.reduce(body) do |text, each|
            text && Block.counted(text, each.seen, Clock.iso(each.first), Clock.iso(each.last), each.release)
          end
        end
      end
    end
  end
end
