# frozen_string_literal: true

require_relative "../block"
require_relative "../shrink"
require_relative "../text"
require_relative "place"

module Splat
  module Issue
    # I3 to I7: the parts of a body. Of one report, which is redacted and within limits.
    class Sections
      MOST_RECORDS = 50
      RELATIONS = { "cause" => "Caused by: ", "context" => "While handling: ", "member" => "In the group: " }.freeze
      private_constant :MOST_RECORDS, :RELATIONS

      def initialize(report)
        @report = report
        @exceptions = report["exceptions"]
      end

      # All parts in their order; an empty line stands between them. `document` is the report's canonical JSON.
      def parts(document)
        [head, *what_happened, "### Trace", Text.fence(trace, "text", 50_000), *where_it_ran, *request, *records,
         *left_out, fold("Report for Splat", "```json\n#{document}\n```")]
      end

      private

      def head
        seen = @report["occurrences"] || {}
        first, last = %w[first_seen last_seen].map { |name| text(seen[name]) || @report["time"] }
        release = Block.encoded(@report["release"] || "")
        count = [seen.fetch("count", 1), Block::MAX_COUNT].min
        "#{Block.marker(@report['signature'])}\n" \
          "#{Block.write(count, first, last, release.empty? ? [] : [release])}"
      end

      def what_happened
        index, frame = Place.of(@exceptions)
        lines = [named(@exceptions.first, Text.stripped(Text.clean(@exceptions.first["message"] || ""), "\n"))]
        lines << first_line(@exceptions[index]) unless index.zero?
        ["### What happened", Text.fence(lines.join("\n"), "text", 5_000), *(frame ? at(frame) : [])]
      end

      def at(frame)
        function = frame["function"] || ""
        inside = Text.one_line(function, 200).empty? ? "" : " in #{Text.span(function, 200)}"
        before, after = %w[pre_context post_context].map { |name| frame[name] || [] }
        said = "At #{Text.span(Place.where(frame))}#{inside}."
        return [said] if before.empty? && after.empty?

        code = [*before.map { |line| ["  ", line] }, ["> ", frame["source"] || ""], *after.map { |line| ["  ", line] }]
        [said, Text.fence(code.map { |mark, line| code_line(mark, line) }.join("\n"), "text", 5_000)]
      end

      # A line of code with its indentation.
      def code_line(mark, line)
        (mark + Cut.cut(Text.clean(line).tr("\n", " "), 200)).sub(/[\t ]++\z/, "")
      end

      def named(exception, message)
        type = Text.one_line(exception["type"], 200)
        type = "Error" if type.empty?
        message.empty? ? type : "#{type}: #{message}"
      end

      def first_line(exception, relation = RELATIONS.fetch(exception["relation"], ""))
        relation + named(exception, Text.one_line(exception["message"] || "", 200))
      end

      def trace
        traces = @exceptions.each_with_index.map do |each, index|
          first = index.zero? ? first_line(each, "") : first_line(each)
          [first, *(each["frames"] || []).reverse.flat_map { |frame| frame_lines(frame) }].join("\n")
        end
        traces.join("\n\n")
      end

      def frame_lines(frame)
        function = Text.one_line(frame["function"] || "", 200)
        place = "#{frame['in_app'] ? '> ' : '  '}#{Place.where(frame)}"
        source = Text.one_line(frame["source"] || "", 200)
        [function.empty? ? place : "#{place} in #{function}", *(source.empty? ? [] : ["      #{source}"])]
      end

      # --- where it ran ---------------------------------------------------------------------------------------------

      def where_it_ran
        shown = facts.reject { |_, value| Text.one_line(value, 200).empty? }
        rows = shown.map { |name, value| "| #{name} | #{Text.span(value, 200, table: true)} |" }
        rows.empty? ? [] : ["### Where it ran", ["| | |", "| --- | --- |", *rows].join("\n")]
      end

      def facts
        sdk, request, deploy, tags = %w[sdk request deploy tags].map { |name| @report[name] || {} }
        route, path = request.values_at("route", "path").map { |each| text(each) }
        { "Service" => joined(@report["service"]), "Environment" => joined(@report["environment"]),
          "Release" => joined(@report["release"]),
          "Runtime" => joined(*@report.values_at("runtime", "runtime_version")),
          "Platform" => joined(@report["platform"]), "SDK" => joined(*sdk.values_at("name", "version")),
          "Request" => joined(request["method"], route || path), "Path" => joined(route && path),
          "Trace id" => joined(@report["trace_id"]), "Deploy" => joined(*deploy.values_at("id", "time")),
          "Tags" => tags.sort.map { |key, value| "#{key}=#{value}" }.join(", ") }
      end

      def joined(*parts)
        parts.map { |part| text(part) }.compact.join(" ")
      end

      # A text that is not empty, else nil.
      def text(value)
        value.nil? || value.empty? ? nil : value
      end

      # --- folds ----------------------------------------------------------------------------------------------------

      def request
        request = @report["request"] || {}
        lines = pairs(request["query"], "?%s=%s") + pairs(request["headers"], "%s: %s")
        if text(request["body"])
          lines << "" if lines.any?
          lines << Text.stripped(Text.clean(request["body"]), "\n")
        end
        content = lines.join("\n")
        content.empty? ? [] : [fold("Request", Text.fence(content, "text", 10_000))]
      end

      def pairs(texts, form)
        (texts || {}).sort_by(&:first).map do |key, value|
          format(form, Text.one_line(key, 200), Text.one_line(value || "", 300))
        end
      end

      def records
        %w[logs breadcrumbs].map do |name|
          entries = @report[name] || []
          next if entries.empty?

          shown = entries.last(MOST_RECORDS).map { |entry| record(entry) }.join("\n")
          fold("#{name.capitalize} (#{entries.length})", Text.fence(shown, "text", 16_000))
        end.compact
      end

      # One log entry or breadcrumb on a line.
      def record(entry)
        time = ((entry["time"] || "")[11, 12] || "").sub(/Z+\z/, "")
        who = [time, entry["level"], text(entry["logger"]) || entry["category"]]
        head = who.select { |each| text(each) }.map { |each| Text.one_line(each, 100) }.join(" ")
        message = Text.one_line(entry["message"] || "", 300)
        head.empty? || message.empty? ? head + message : "#{head}: #{message}"
      end

      def left_out
        names = Shrink.steps_in(@report)
        names.empty? ? [] : ["Left out to fit: #{names.join(', ')}."]
      end

      def fold(name, content)
        "<details><summary>#{name}</summary>\n\n#{content}\n\n</details>"
      end
    end
  end
end
