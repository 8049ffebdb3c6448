# frozen_string_literal: true

require_relative "../plain"
require_relative "texts"

module Splat
  module Redact
    # A report that may still hold secrets, and goes nowhere. Its text quotes nothing of it.
    class Failed < StandardError; end

    # X10 and X11: values of any shape, and a whole report: which part is redacted how. Holds nothing of one report.
    class Walk
      # What the SDK itself writes in exactly this form holds no secret; digits of a signature could pass for a card.
      TIME = /\A[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}
              (?:\.[0-9]{1,9})?(?:Z|[+-][0-9]{2}:[0-9]{2})\z/x.freeze
      VERSION = /\A[0-9]+\.[0-9A-Za-z.+!_-]{1,40}\z/.freeze
      DIGITS = { "signature" => 16, "id" => 32, "trace_id" => 32 }.freeze
      # How a local that is nothing is shown, by shape or by value: worth knowing, and no secret.
      NOTHING = /\A(?:nothing|nil)\z/.freeze
      # A little more than limits let through (L3), so that they see that there is more.
      MOST_DEPTH = 10
      MOST_VALUES = 4_000
      MOST_ENTRIES = 101
      private_constant(*constants(false))

      KNOWN = Memo.new(8) { |extra, locals_are_shapes| new(extra, locals_are_shapes) }
      private_constant :KNOWN

      # The one of these additions.
      def self.of(extra, locals_are_shapes: false)
        KNOWN[[extra.map { |name| -UTF8.of(name.to_s) }, locals_are_shapes]]
      end

      def initialize(extra, locals_are_shapes)
        @texts = Texts.of(extra)
        @names = @texts.names
        @report = report_fields(locals_are_shapes)
      end

      def report(report)
        fields(report, @report)
      end

      # X10, fails closed.
      def value(value)
        case value
        when nil, true, false, Integer then value
        when String then @texts.text(value)
        else plain(value, [], [MOST_VALUES])
        end
      rescue StandardError, SystemStackError, NoMemoryError
        MARK
      end

      private

      # --- the parts of a report --------------------------------------------------------------------------------------

      def report_fields(locals_are_shapes)
        text = method(:text)
        frame = frame_fields(locals_are_shapes)
        exception = { "type" => method(:source), "message" => text, "relation" => text,
                      "frames" => ->(value) { parts(value, frame) } }
        records = ->(value) { parts(value, record_fields) }
        times = %w[time first_seen last_seen].to_h { |name| [name, method(:time)] }
        request = request_fields
        {
          "exceptions" => ->(value) { parts(value, exception) }, "logs" => records, "breadcrumbs" => records,
          "request" => ->(value) { part(value, request) }, "root" => method(:source),
          "dependencies" => method(:versions), "time" => method(:time),
          "occurrences" => ->(value) { part(value, times) }, "deploy" => ->(value) { part(value, times) },
          **DIGITS.transform_values { |length| ->(value) { digits(value, length) } }
        }
      end

      def frame_fields(locals_are_shapes)
        lines = ->(value) { value.is_a?(Array) ? value.map { |line| source(line) } : value(value) }
        {
          **%w[path function source].to_h { |name| [name, method(:source)] },
          "pre_context" => lines, "post_context" => lines,
          "locals" => locals_are_shapes ? ->(value) { named(value) { false } } : method(:locals)
        }
      end

      def record_fields
        { **%w[message level logger category].to_h { |name| [name, method(:text)] }, "time" => method(:time) }
      end

      def request_fields
        {
          **%w[method route path body].to_h { |name| [name, method(:text)] },
          "query" => ->(value) { named(value) { |name| @names.tells_in_query?(name) } },
          "headers" => ->(value) { named(value) { |name| @names.tells?(name) } }
        }
      end

      # A mapping whose keys the report's schema names; others are X10's.
      def fields(part, handlers)
        part.each_with_object({}) do |(key, value), made|
          handler = handlers[key]
          if handler
            made[key] = handler.call(value)
          elsif (name = name_of(key))
            shown = value(value)
            made[@texts.text(name)] = @names.tells?(name) ? hidden(shown) : shown
          end
        end
      end

      def part(part, handlers)
        part.is_a?(Hash) ? fields(part, handlers) : value(part)
      end

      def parts(parts, handlers)
        parts.is_a?(Array) ? parts.map { |each| part(each, handlers) } : value(parts)
      end

      def text(value)
        value.is_a?(String) ? @texts.text(value) : value(value)
      end

      def source(value)
        value.is_a?(String) ? @texts.source(value) : value(value)
      end

      # A mapping from names to texts: headers, a query. The block says whether a value is to be hidden, by its name.
      def named(texts, kept = nil)
        return value(texts) unless texts.is_a?(Hash)

        texts.each_with_object({}) do |(key, value), made|
          name = name_of(key) || value(key).to_s
          made[@texts.text(name)] =
            if kept && value.is_a?(String) && UTF8.of(value).match?(kept) then value
            else
              yield(name) ? hidden(value) : text(value)
            end
        end
      end

      def locals(values)
        named(values, NOTHING) { |name| @names.tells?(name) }
      end

      # What is installed: jwt's version is no token.
      def versions(values)
        named(values, VERSION) { |name| @names.tells?(name) }
      end

      def time(value)
        value.is_a?(String) && value.match?(TIME) ? value : text(value)
      end

      def digits(value, length)
        value.is_a?(String) && value.length == length && value.count("^0-9a-f").zero? ? value : text(value)
      end

      def name_of(key)
        case key
        when String then UTF8.of(key)
        when Symbol then UTF8.of(key.name)
        end
      end

      # --- values of any shape ----------------------------------------------------------------------------------------

      # `above` are the containers that it stands in, `left` how many more values are looked at.
      def plain(value, above, left)
        left[0] -= 1
        case value
        when nil, true, false, Integer then value
        when Float then value.finite? ? value : value.to_s
        when String then binary?(value) ? "bytes(#{value.bytesize})" : @texts.text(value)
        when Symbol then @texts.text(value.name)
        when Array, Hash then container(value, above, left)
        else @texts.text(Plain.printed(value))
        end
      end

      def binary?(value)
        value.encoding == Encoding::BINARY && !value.dup.force_encoding(Encoding::UTF_8).valid_encoding?
      end

      def container(value, above, left)
        return "[cycle]" if above.any? { |each| each.equal?(value) }

        entries = entries_of(value)
        return Cut::MARK if entries.any? && (above.length >= MOST_DEPTH || left[0] <= 0)

        above += [value]
        value.is_a?(Hash) ? mapping(entries, above, left) : list(entries, above, left)
      end

      # As a list of its own, at once: who adds to a Hash while another thread goes over it gets an error.
      def entries_of(value)
        return Array.instance_method(:first).bind_call(value, MOST_ENTRIES) if value.is_a?(Array)

        pairs = Hash.instance_method(:to_a).bind_call(value).map { |key, each| [key_of(key), each] }
        pairs.min_by(MOST_ENTRIES, &:first)
      end

      def key_of(key)
        name_of(key) || UTF8.of(Plain.printed(key))
      end

      def list(entries, above, left)
        label = entries.first
        if entries.length == 2 && label.is_a?(String) && @names.tells?(UTF8.of(label))
          return [@texts.text(label), hidden(entries.last)]
        end

        entries.map { |each| plain(each, above, left) }
      end

      def mapping(pairs, above, left)
        label = %w[name key].map { |key| pairs.assoc(key)&.last }.find { |each| each.is_a?(String) }
        labelled = label && @names.tells?(UTF8.of(label))
        pairs.to_h do |key, each|
          told = @names.tells?(key) || (labelled && key == "value")
          [@texts.text(key), told ? hidden(each) : plain(each, above, left)]
        end
      end

      # X10: of what is hidden, only that it is nothing, true, false or empty is told.
      def hidden(value)
        case value
        when nil, true, false then value
        when String, Array, Hash then value.empty? ? value : MARK
        else MARK
        end
      end
    end
  end
end
