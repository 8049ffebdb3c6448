# frozen_string_literal: true

require_relative "cut"

module Splat
  # I8: what a report gives up, least useful first, until it fits (also L5).
  module Shrink
    # How many names `truncated` may hold.
    MAX_NAMES = 100

    CRASH_KEYS = %w[schema id time runtime exceptions sdk service environment release root signature runtime_version
                    platform trace_id deploy occurrences truncated].freeze
    KNOWN_KEYS = (CRASH_KEYS + %w[dependencies request logs breadcrumbs contexts tags]).freeze
    CRASH_EXCEPTION = %w[type message relation parent].freeze
    CRASH_FRAME = %w[path line column function in_app source].freeze
    CRASH_INNER = %w[name version id time count first_seen last_seen].freeze
    private_constant :CRASH_KEYS, :KNOWN_KEYS, :CRASH_EXCEPTION, :CRASH_FRAME, :CRASH_INNER

    # The names of all steps, in the order in which they are taken, and what each does to a report.
    STEPS = {
      "breadcrumbs" => ->(report) { last(report, "breadcrumbs", 20) },
      "logs" => ->(report) { last(report, "logs", 50) },
      "unknown keys" => ->(report) { report.slice(*KNOWN_KEYS) },
      "dependencies" => ->(report) { without(report, "dependencies") },
      "context lines" => ->(report) { without_in_frames(report, "pre_context", "post_context") },
      "all breadcrumbs" => ->(report) { without(report, "breadcrumbs") },
      "log messages" => ->(report) { shorten_logs(report) },
      "contexts" => ->(report) { without(report, "contexts") },
      "locals" => ->(report) { without_in_frames(report, "locals") },
      "request data" => ->(report) { drop_request_data(report) },
      "frames" => ->(report) { shorten_frames(report) },
      "exceptions" => ->(report) { report.merge("exceptions" => report["exceptions"].first(10)) },
      "all logs" => ->(report) { without(report, "logs") },
      "messages" => ->(report) { shorten_messages(report) },
      "tags" => ->(report) { without(report, "tags") },
      "all but the crash" => ->(report) { keep_the_crash(report) }
    }.freeze

    class << self
      # `report` where the block says that its size is at most `limit`; else what is left of it after as few steps as
      # that takes. `truncated` of the result names the steps. The last step is taken even when its result is too large.
      def shrink(report, limit)
        return report if yield(report) <= limit

        STEPS.each do |name, step|
          smaller = step.call(report)
          next if smaller == report

          held = (smaller["truncated"] || []) - [name]
          report = smaller.merge("truncated" => [*held, name].last(MAX_NAMES))
          break if yield(report) <= limit
        end
        report
      end

      # The steps that `report` names as taken, in the order in which it names them.
      def steps_in(report)
        (report["truncated"] || []).select { |name| STEPS.key?(name) }
      end

      # `part` without the keys `names`.
      def without(part, *names)
        names.any? { |name| part.key?(name) } ? part.reject { |key, _| names.include?(key) } : part
      end

      # `report` with each frame without the keys `names`.
      def without_in_frames(report, *names)
        each_trace(report) { |frames| frames.map { |frame| without(frame, *names) } }
      end

      private

      def each_trace(report)
        exceptions = report["exceptions"].map do |each|
          frames = each["frames"]
          frames.nil? || frames.empty? ? each : each.merge("frames" => yield(frames))
        end
        report.merge("exceptions" => exceptions)
      end

      def last(report, name, most)
        entries = report[name] || []
        entries.length > most ? report.merge(name => entries.last(most)) : report
      end

      def shorten_logs(report)
        logs = report["logs"] || []
        return report if logs.empty?

        shorter = logs.last(20).map { |entry| entry.merge("message" => Cut.cut(entry["message"], 200)) }
        report.merge("logs" => shorter)
      end

      def drop_request_data(report)
        request = report["request"]
        request ? report.merge("request" => without(request, "query", "headers", "body")) : report
      end

      def shorten_frames(report)
        each_trace(report) do |frames|
          kept = frames.length <= 25 ? frames : frames.first(5) + frames.last(20)
          kept.map { |frame| frame.transform_values { |value| value.is_a?(String) ? Cut.cut(value, 200) : value } }
        end
      end

      def shorten_messages(report)
        shorter = report["exceptions"].map do |each|
          made = each.merge("type" => Cut.cut(each["type"], 200))
          each["message"] ? made.merge("message" => Cut.cut(each["message"], 1_000)) : made
        end
        report.merge("exceptions" => shorter)
      end

      def keep_the_crash(report)
        crash = report.slice(*CRASH_KEYS).transform_values { |value| tiny(value) }
        crash["exceptions"] = report["exceptions"].first(3).map { |each| crash_of(each) }
        crash["truncated"] = steps_in(report) if report.key?("truncated")
        crash
      end

      def crash_of(exception)
        made = exception.slice(*CRASH_EXCEPTION).transform_values { |value| tiny(value) }
        frames = exception["frames"] || []
        return made if frames.empty?

        made.merge("frames" => frames.last(4).map { |each| tiny_values(each.slice(*CRASH_FRAME)) })
      end

      def tiny_values(part)
        part.transform_values { |value| tiny(value) }
      end

      def tiny(value)
        case value
        when String then Cut.cut(value, 60)
        when Hash then tiny_values(value.slice(*CRASH_INNER))
        else value
        end
      end
    end
  end
end
