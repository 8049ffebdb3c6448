# frozen_string_literal: true

require_relative "canonical"
require_relative "clock"
require_relative "values"

module Splat
  # An item as the text that is stored and sent, and back (P8). Worker only: `json` costs the start of an app.
  module Wire
    COUNT_SCHEMA = "splat-count/1"
    SIGNATURE = /\A[0-9a-f]{16}\z/.freeze
    ID = /\A[0-9a-f]{32}\z/.freeze
    private_constant :SIGNATURE, :ID

    class << self
      # The item in canonical JSON: a report, or a count as `count_of` shapes it. ASCII on one line.
      def text_of(item)
        return item.text unless item.text.empty?

        Canonical.canonical(item.count? ? count_of(item) : item.body)
      end

      # A count as it goes over the wire; times as R1 writes them.
      def count_of(item)
        count = item.body
        { "schema" => COUNT_SCHEMA, "id" => item.id, "signature" => count.signature, "count" => count.seen,
          "first" => Clock.iso(count.first), "last" => Clock.iso(count.last), "release" => count.release }
      end

      # The item in a text that `text_of` wrote. ArgumentError, with what is wrong, for any other.
      def item_of(text)
        return count(text) if UTF8.first(text, 1_000).include?("\"schema\":\"#{COUNT_SCHEMA}\"")

        report = Canonical.read_back(text)
        id, time, signature = report.values_at("id", "time", "signature")
        refuse("$.id: an id is 32 lower-case hexadecimal digits") unless form?(id, ID)
        refuse("$: a stored report has a time and a signature") unless time.is_a?(String) && form?(signature, SIGNATURE)
        Item.new(id, Clock.seconds(time), report, text)
      end

      private

      def count(text)
        id, signature, seen, release, first, last =
          Canonical.parsed(text).values_at("id", "signature", "count", "release", "first", "last")
        refuse("$: a count has an id and a signature") unless form?(id, ID) && form?(signature, SIGNATURE)
        unless seen.is_a?(Integer) && seen.positive? && release.is_a?(String)
          refuse("$: a count has a positive count and a release")
        end
        first, last = [first, last].map { |time| Clock.seconds(time.to_s) }
        Item.new(id, last, Count.new(signature, seen, first, last, release), text)
      end

      def form?(value, form)
        value.is_a?(String) && value.match?(form)
      end

      def refuse(what)
        raise ArgumentError, what
      end
    end
  end
end
