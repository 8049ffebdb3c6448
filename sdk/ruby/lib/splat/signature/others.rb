# frozen_string_literal: true

require_relative "chain"
require_relative "text"

module Splat
  module Signature
    # What the other runtimes' errors need: S4's last step, S5, and S12's lines of source. No Ruby process meets one;
    # the vectors do.
    module Others
      OF_JAVASCRIPT = /\A(?:async |new |bound |get |set )+/.freeze
      JAVASCRIPT_NAMELESS = ["global code", "module code", "eval code"].freeze
      GO_INNER = /\A(?:func|gowrap|deferwrap)?[0-9]+\z/.freeze
      HASH = /\A[0-9a-f]{8,64}\z/.freeze
      private_constant :OF_JAVASCRIPT, :JAVASCRIPT_NAMELESS, :GO_INNER, :HASH

      module_function

      # S5. ArgumentError for a runtime that is none.
      def function_name(runtime, name)
        name = Text.field(name)
        case runtime
        when "python" then Text.after_last(name, ".")
        when "javascript" then javascript(name)
        when "go" then go(name)
        when "php" then php(name)
        else raise ArgumentError, "no runtime #{runtime}"
        end
      end

      # S4 for `javascript`: the last segment of a path without what a bundler hashed.
      def without_hash(segment)
        segment.gsub(/[0-9A-Za-z]+/) do |run|
          $~.begin(0).positive? && run.match?(HASH) && run.match?(/[0-9]/) ? "*" : run
        end
      end

      def javascript(name)
        name = Text.after_last(name.partition(" [as ").first, "*")
        return "" if JAVASCRIPT_NAMELESS.include?(name)

        name = Text.after_last(name.sub(OF_JAVASCRIPT, ""), "/").delete_suffix("<")
        name = Text.after_last(name, ".").sub(OF_JAVASCRIPT, "")
        name.start_with?("<") ? "" : name
      end

      def go(name)
        name = Text.after_last(without_brackets(name), "/").delete_suffix("-fm").gsub(/-range[0-9]+/, "")
        of_a_type = name.start_with?("(")
        parts = name.gsub("(*", "").delete("()").split(".", -1)
        inner = 0
        inner += 1 while parts.length - inner > 1 && parts[-1 - inner].match?(GO_INNER)
        parts = parts[0...parts.length - inner]
        parts.shift if parts.length > 1 && !of_a_type
        parts.join(".") + (inner.positive? ? ".func" : "")
      end

      def without_brackets(name)
        depth = 0
        name.each_char.select do |char|
          depth += 1 if char == "["
          outside = depth.zero?
          depth -= 1 if char == "]" && depth.positive?
          outside
        end.join
      end

      def php(name)
        return "{closure}" if name.include?("{closure")

        ["->", "::", "\\"].reduce(name) { |rest, separator| Text.after_last(rest, separator) }
      end
      private_class_method :javascript, :go, :without_brackets, :php

      # S12 for `python`, whose printed traces carry the crash line's text.
      class PythonChain < Chain
        RAISES = /\Araise(?:[ (]|\z)/.freeze
        private_constant :RAISES

        private

        def frame_lines(frames, number)
          lines = [*super, ["source", source(frames[number])]]
          caller = caller_of(frames, number) if source(frames[number]).match?(RAISES)
          return lines unless caller

          path, function = place(caller)
          [*lines, ["caller.path", path], ["caller.function", function], ["caller.source", source(caller)]]
        end

        def caller_of(frames, number)
          here = place(frames[number])
          frames.first(number).reverse_each.find { |each| each["in_app"] == true && place(each) != here }
        end

        def source(frame)
          Text.field(frame["source"] || "")
        end
      end
    end
  end
end
