# frozen_string_literal: true

require_relative "canonical"
require_relative "cut"
require_relative "plain"
require_relative "shrink"
require_relative "utf8"

module Splat
  # L: no text, list, value or report grows beyond what can be kept, sent and read.
  module Limits
    # A report's canonical JSON, in bytes (L5).
    MAX_REPORT = 1_000_000

    module_function

    # L3: a plain copy of any object: bounded in depth, values, entries and text, whatever it is.
    def limit_value(value)
      OfValue.new.limit(value, [])
    end

    # L2, L4, L5 over a redacted report, whose keys are texts; `truncated` of the result names what was cut.
    def limit_report(report)
      Shrink.shrink(OfReport.new.limit(report), MAX_REPORT) { |smaller| size(smaller) }
    end

    # The bytes of the canonical JSON; of what is too large by far only that it is, and of what fits by far that it
    # does: writing that down costs as much as all the rest.
    def size(report)
      most = most(report)
      return most if most <= MAX_REPORT

      least = least(report, 0)
      least > MAX_REPORT ? least : Canonical.canonical(report).bytesize
    end

    # No byte of a text takes more than six, and no number more than its digits.
    def most(value)
      case value
      when String then value.bytesize * 6 + 4
      when Hash then value.sum { |key, each| most(key.to_s) + most(each) } + 4
      when Array then value.sum { |each| most(each) } + 4
      when Integer then value.bit_length / 3 + 4
      else 32
      end
    end

    # `so_far` and the code points of all texts; no more is added once that is over MAX_REPORT.
    def least(value, so_far)
      case value
      when String then so_far + value.length
      when Hash then value.each_value.reduce(so_far) { |sum, each| sum > MAX_REPORT ? sum : least(each, sum) }
      when Array then value.reduce(so_far) { |sum, each| sum > MAX_REPORT ? sum : least(each, sum) }
      else so_far
      end
    end
    private_class_method :size, :most, :least

    # L3 over one value.
    class OfValue
      MAX_TEXT = 5_000
      MAX_TEXTS = 50_000
      MAX_VALUES = 2_000
      MAX_DEPTH = 8
      MAX_ENTRIES = 100
      MAX_KEY = 200
      # Ruby takes long to print a number of more.
      MAX_BITS = 4_000
      private_constant(*constants(false) - [:MAX_KEY])

      def initialize
        @values = 0
        @room = MAX_TEXTS
      end

      # `above` are the containers that it stands in.
      def limit(value, above)
        return Cut::MARK if full?

        @values += 1
        case value
        when nil, true, false then value
        when Integer then value.bit_length > MAX_BITS ? text(Plain::UNPRINTABLE) : value
        when Float then value.finite? ? value : text(value.to_s)
        when String then text(binary?(value) ? "bytes(#{value.bytesize})" : value)
        when Symbol then text(value.name)
        when Array, Hash then container(value, above)
        else text(Plain.printed(value))
        end
      end

      private

      def full?
        @values >= MAX_VALUES
      end

      def binary?(value)
        value.encoding == Encoding::BINARY && !value.dup.force_encoding(Encoding::UTF_8).valid_encoding?
      end

      def text(text)
        room = [MAX_TEXT, @room].min
        # The rest is gone whatever it is, and need not be looked at.
        text = UTF8.first(text, room + 1)
        text = room >= Cut::MARK.length ? Cut.cut(text, room) : Cut::MARK if text.length > room
        @room = [0, @room - text.length].max
        text
      end

      def container(value, above)
        return text("[cycle]") if above.any? { |each| each.equal?(value) }

        hash = value.is_a?(Hash)
        entries = hash ? pairs(value) : Array.instance_method(:first).bind_call(value, MAX_ENTRIES + 1)
        return Cut::MARK if entries.any? && above.length >= MAX_DEPTH

        hash ? mapping(entries, above + [value]) : list(entries, above + [value])
      end

      # As a list of its own, at once: who adds to a Hash while another thread goes over it gets an error.
      def pairs(value)
        pairs = Hash.instance_method(:to_a).bind_call(value).map { |key, each| [key_of(key), each] }
        pairs.min_by(MAX_ENTRIES + 1, &:first)
      end

      def key_of(key)
        case key
        when String then UTF8.of(key)
        when Symbol then UTF8.of(key.name)
        else UTF8.of(Plain.printed(key))
        end
      end

      def list(entries, above)
        made = []
        entries.each do |entry|
          return made << Cut::MARK if made.length >= MAX_ENTRIES || full?

          made << limit(entry, above)
        end
        made
      end

      def mapping(entries, above)
        entries.each_with_index.each_with_object({}) do |((key, entry), number), made|
          if number >= MAX_ENTRIES || full?
            made[Cut::MARK] = true
            return made
          end
          made[Cut.cut(key, MAX_KEY)] = limit(entry, above)
        end
      end
    end
    private_constant :OfValue

    # One report's way through L2 and L4.
    class OfReport
      MESSAGE = 5_000
      LINE = 500
      OTHER = 1_000
      VERSION = 200
      FRAME = { "path" => LINE, "function" => LINE, "source" => LINE }.freeze
      EXCEPTION = { "type" => LINE, "message" => MESSAGE }.freeze
      RECORD = { "message" => MESSAGE }.freeze
      REQUEST = { "path" => LINE, "body" => MESSAGE }.freeze
      # L4, and what the schema allows.
      LOGS = 500
      BREADCRUMBS = 100
      EXCEPTIONS = 50
      FRAMES = 200
      OUTER_FRAMES = 50
      INNER_FRAMES = 150
      LINES = 50
      LOCALS = 500
      CONTEXTS = 100
      TEXTS = 1_000
      DEPENDENCIES = 2_000
      NAMES = 100
      MAX_NAME = 200
      MAX_BITS = 60
      private_constant(*constants(false))

      def initialize
        @cut = {}
      end

      def limit(report)
        made = fields(report, {}, parts)
        held = made.delete("truncated")
        held = held.is_a?(Array) ? held.grep(String).map { |name| Cut.cut(name, MAX_NAME) } : []
        names = [*held, *@cut.keys].uniq.first(NAMES)
        names.empty? ? made : made.merge("truncated" => names)
      end

      private

      def parts
        plain = ->(value) { part(value, {}) }
        {
          "exceptions" => method(:exceptions), "logs" => ->(value) { records(value, "log entries", LOGS) },
          "breadcrumbs" => ->(value) { records(value, "breadcrumb entries", BREADCRUMBS) },
          "contexts" => method(:contexts), "tags" => ->(value) { texts(value, MESSAGE, TEXTS) },
          "request" => method(:request), "dependencies" => ->(value) { texts(value, VERSION, DEPENDENCIES) },
          "truncated" => ->(value) { value }, "sdk" => plain, "deploy" => plain, "occurrences" => plain
        }
      end

      def note(what)
        @cut[what] = true
      end

      def text(text, limit)
        return text if text.bytesize <= limit

        cut = Cut.cut(text, limit)
        note("long texts") unless cut.equal?(text)
        cut
      end

      # What no rule names: bounded as any value of the user's.
      def value(value)
        made = Limits.limit_value(value)
        note("large values") unless made == value
        made
      end

      # A mapping whose texts have `limits`, else `other`, and whose further values have handlers of their own.
      def fields(part, limits, own = {}, other = OTHER)
        part.to_h do |key, value|
          limited = value.is_a?(String) ? text(value, limits.fetch(key, other)) : inner(value, own[key])
          [text(key, MAX_NAME), limited]
        end
      end

      def inner(value, handler)
        case value
        when nil, true, false then value
        when Integer then value.bit_length <= MAX_BITS ? value : value(value)
        else handler ? handler.call(value) : value(value)
        end
      end

      def part(part, limits, own = {})
        part.is_a?(Hash) ? fields(part, limits, own) : value(part)
      end

      # A mapping from names to texts.
      def texts(texts, limit, most)
        texts.is_a?(Hash) ? fields(first(texts, most), {}, {}, limit) : value(texts)
      end

      def first(part, most)
        return part if part.length <= most

        note("further names")
        part.min_by(most, &:first).to_h
      end

      def exceptions(exceptions)
        return value(exceptions) unless exceptions.is_a?(Array)

        note("chained exceptions") if exceptions.length > EXCEPTIONS
        own = { "frames" => method(:frames) }
        exceptions.first(EXCEPTIONS).map { |each| part(each, EXCEPTION, own) }
      end

      def frames(frames)
        return value(frames) unless frames.is_a?(Array)

        if frames.length > FRAMES
          note("middle frames")
          frames = frames.first(OUTER_FRAMES) + frames.last(INNER_FRAMES)
        end
        own = { "pre_context" => method(:lines), "post_context" => method(:lines),
                "locals" => ->(value) { texts(value, MESSAGE, LOCALS) } }
        frames.map { |frame| part(frame, FRAME, own) }
      end

      def lines(lines)
        return value(lines) unless lines.is_a?(Array)

        lines.first(LINES).map { |line| line.is_a?(String) ? text(line, LINE) : value(line) }
      end

      def records(records, name, most)
        return value(records) unless records.is_a?(Array)

        note(name) if records.length > most
        records.last(most).map { |record| part(record, RECORD) }
      end

      # Each context is a value of its own: a large one takes no room from the others.
      def contexts(contexts)
        return value(contexts) unless contexts.is_a?(Hash)

        first(contexts, CONTEXTS).to_h { |name, value| [text(name, MAX_NAME), value(value)] }
      end

      def request(request)
        texts = ->(value) { texts(value, OTHER, TEXTS) }
        part(request, REQUEST, { "query" => texts, "headers" => texts })
      end
    end
    private_constant :OfReport
  end
end
