# frozen_string_literal: true

require_relative "canonical"
require_relative "utf8"

module Splat
  # A report that the app changed (`before_send`), back in the shape of `sdk/report.schema.json`. The engine refuses a
  # report with one wrong value in it, so what does not fit goes, and the rest stays.
  module Conform
    GONE = Object.new.freeze
    TIME = /\A[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z\z/.freeze
    private_constant :GONE, :TIME

    class << self
      # `report` without what its schema does not allow. ArgumentError when no exception is left in it. Texts may be
      # longer than the schema says: limits follow (L). Symbols, and whole numbers where texts belong, become texts.
      def conform(report)
        made = REPORT.call(report)
        exceptions = made.equal?(GONE) ? [] : made.fetch("exceptions", [])
        raise ArgumentError, "$.exceptions: there is no exception" if exceptions.empty?

        # A parent stands before what hangs on it; where one went, the numbers no longer tell which.
        moved = exceptions.length != (report["exceptions"] || report[:exceptions]).length
        exceptions.each_with_index do |each, index|
          each["parent"] = nil if each["parent"] && (moved || each["parent"] >= index)
        end
        made
      end

      # R9: the report in a JSON text. Canonical::Refused, an ArgumentError, with the place, for what it refuses.
      def read_back(text)
        Canonical.read_back(text)
      end

      private

      def text(value)
        case value
        when String then value
        when Symbol then value.name
        when Integer then value.abs < 10**18 ? value.to_s : GONE
        else GONE
        end
      end

      def path(value)
        value.is_a?(String) ? UTF8.of(value).tr("\0", UTF8::REPLACEMENT) : GONE
      end

      def time(value)
        value.is_a?(String) && value.match?(TIME) ? value : GONE
      end

      def truth(value)
        [true, false].include?(value) ? value : GONE
      end

      def or_nothing(check)
        ->(value) { value.nil? ? nil : check.call(value) }
      end

      def whole(least, most)
        ->(value) { value.is_a?(Integer) && value.between?(least, most) ? value : GONE }
      end

      def one_of(*allowed)
        ->(value) { allowed.include?(value.to_s) ? value.to_s : GONE }
      end

      def list(check, most)
        lambda do |value|
          next GONE unless value.is_a?(Array)

          value.map { |each| check.call(each) }.reject { |each| GONE.equal?(each) }.first(most)
        end
      end

      # Of texts to what `check` lets through, the first `most`.
      def mapping(check, most)
        ->(value) { value.is_a?(Hash) ? checked(value) { check }.first(most).to_h : GONE }
      end

      def object(checks, required: [], others: ->(_) { GONE })
        lambda do |value|
          next GONE unless value.is_a?(Hash)

          made = checked(value) { |key| checks.fetch(key, others) }
          required.all? { |name| made.key?(name) } ? made : GONE
        end
      end

      # What the checks that the block has for each key let through. As a list at once: it may be a Hash that other
      # threads of the app write in, and who does so while it is gone over gets an error.
      def checked(hash)
        named = hash.to_a.select { |key, _| key.is_a?(String) || key.is_a?(Symbol) }
        made = named.to_h { |key, each| [key.to_s, yield(key.to_s).call(each)] }
        made.reject { |_, each| GONE.equal?(each) }
      end

      def texts(*names)
        names.to_h { |name| [name, method(:text)] }
      end

      def frame
        lines = or_nothing(list(method(:text), 50))
        line = or_nothing(whole(1, 999_999_999))
        maybe = or_nothing(method(:text))
        object({ "path" => method(:path), "line" => line, "column" => line, "function" => maybe,
                 "in_app" => method(:truth), "source" => maybe, "pre_context" => lines, "post_context" => lines,
                 "locals" => or_nothing(mapping(method(:text), 500)) }, required: ["path"])
      end

      def exception
        object({ **texts("type", "message"), "frames" => list(frame, 2_000),
                 "relation" => one_of("surfaced", "cause", "context", "member"),
                 "parent" => or_nothing(whole(0, 199)) }, required: ["type"])
      end

      def request(some_texts)
        object({ **texts("method", "route", "path"), "query" => some_texts, "headers" => some_texts,
                 "body" => or_nothing(method(:text)) })
      end

      def records
        record = { **texts("level", "message"), "time" => method(:time) }
        anything = mapping(->(value) { value }, 1_000)
        { "logs" => list(object({ **record, **texts("logger") }, required: ["message"]), 500),
          "breadcrumbs" => list(object({ **record, **texts("category"), "data" => anything }), 500),
          "contexts" => anything }
      end

      def report
        some_texts = mapping(or_nothing(method(:text)), 1_000)
        time = method(:time)
        counts = { "count" => whole(1, 999_999_999_999_999), "first_seen" => time, "last_seen" => time }
        checks = {
          **texts("id", "service", "environment", "release", "root", "signature", "runtime_version", "platform",
                  "trace_id"),
          **records, "exceptions" => list(exception, 200), "tags" => some_texts, "time" => time,
          "sdk" => object(texts("name", "version"), required: %w[name version]),
          "dependencies" => mapping(method(:text), 2_000), "deploy" => object({ **texts("id"), "time" => time }),
          "request" => request(some_texts), "occurrences" => object(counts, required: ["count"]),
          "truncated" => list(method(:text), 100)
        }
        object(checks, others: ->(value) { value })
      end
    end

    REPORT = report
    private_constant :REPORT
  end
end
