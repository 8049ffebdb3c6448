# frozen_string_literal: true

require "digest/sha2"
require_relative "paths"
require_relative "text"

module Splat
  module Signature
    # S7 to S13: one error's exceptions, which hang on which, and the canonical text.
    class Chain
      # Groups inside groups are followed this deep.
      MAX_NESTING = 5
      # Frames and exceptions beyond these counts are not looked at (the innermost frames, the first exceptions are).
      MAX_FRAMES = 2_000
      MAX_EXCEPTIONS = 200

      ALONE = [
        ["out-of-memory", %w[MemoryError NoMemoryError OutOfMemoryError],
         ["Allowed memory size of ", "JavaScript heap out of memory", "Array buffer allocation failed",
          "runtime: out of memory", "runtime: cannot allocate memory"]],
        ["worker-timeout", %w[SoftTimeLimitExceeded TimeLimitExceeded WorkerLostError JobTimeoutException
                              RequestTimeoutException RequestTimeoutError RequestExpiryError],
         ["Maximum execution time of "]]
      ].freeze
      OVERFLOW = [%w[RecursionError SystemStackError StackOverflowError],
                  ["Maximum call stack size ", "too much recursion", "stack overflow",
                   "Maximum function nesting level of ", "maximum recursion depth exceeded"]].freeze
      private_constant :ALONE, :OVERFLOW

      def self.digest(text)
        Digest::SHA256.hexdigest(text)[0, 16]
      end

      def initialize(runtime, root, exceptions)
        @runtime = runtime
        @root = root
        @exceptions = exceptions
        @types = []
        @last_parts = []
        @messages = []
        @cause = {}
        @members = Hash.new { |all, parent| all[parent] = [] }
        exceptions.each_with_index { |exception, index| hang(index, exception["relation"], exception["parent"]) }
      end

      # The canonical text of the exception at `start` and all below it.
      def canonical(start = 0, depth = 0)
        chain = chain_from(start)
        surfaced = type_of(start)
        alone(chain) || overflow(chain, surfaced) || group(chain, surfaced, depth) || frame(chain, surfaced) ||
          library(chain, surfaced)
      end

      private

      def hang(index, relation, parent)
        return unless parent.is_a?(Integer) && parent >= 0 && parent < index

        if relation == "member"
          @members[parent] << index
        elsif %w[cause context].include?(relation)
          @cause[parent] ||= index
        end
      end

      def chain_from(start)
        chain = [start]
        chain << @cause[chain.last] while @cause.key?(chain.last)
        chain
      end

      def alone(chain)
        chain.each do |index|
          ALONE.each do |rule, names, texts|
            return text(rule, [["type", type_of(index)]]) if one_of?(index, names, texts)
          end
        end
        nil
      end

      def overflow(chain, surfaced)
        chain.each do |index|
          next unless one_of?(index, *OVERFLOW)

          path, function = smallest_of_cycle(index)
          return text("overflow", [["type", surfaced], ["path", path], ["function", function]]) if path
        end
        nil
      end

      def group(chain, surfaced, depth)
        index = chain.reverse.find { |each| @members.key?(each) } if depth < MAX_NESTING
        return unless index

        members = @members[index].map { |member| Chain.digest(canonical(member, depth + 1)) }
        text("group", [["type", surfaced], *members.uniq.sort.map { |member| ["member", member] }])
      end

      def frame(chain, surfaced)
        chain.reverse_each do |index|
          frames = frames_of(index)
          number = frames.rindex { |each| each["in_app"] == true } or next
          return text("frame", [["type", surfaced], *frame_lines(frames, number)])
        end
        nil
      end

      def frame_lines(frames, number)
        path, function = place(frames[number])
        [["path", path], ["function", function]]
      end

      def library(chain, surfaced)
        require_relative "messages" # only errors outside the app need it
        index = chain.reverse.find { |each| frames_of(each).any? } || chain.last
        function = frames_of(index).reverse_each.lazy.map { |each| place(each)[1] }.find { |name| !name.empty? } || ""
        message = Messages.fold(@exceptions[index]["message"] || "")
        text("library", [["type", surfaced], ["function", function], ["message", message]])
      end

      def frames_of(index)
        (@exceptions[index]["frames"] || []).last(MAX_FRAMES)
      end

      def type_of(index)
        @types[index] ||= Text.type_name(@exceptions[index]["type"])
      end

      def one_of?(index, names, texts)
        names.include?(@last_parts[index] ||= Text.last_part(type_of(index))) || message_of(index).start_with?(*texts)
      end

      def message_of(index)
        @messages[index] ||= UTF8.first(@exceptions[index]["message"] || "", 100)
      end

      def smallest_of_cycle(index)
        places = frames_of(index).select { |each| each["in_app"] == true }.map { |each| place(each) }
        places.tally.select { |_, count| count > 1 }.keys.min # texts compare by their bytes
      end

      def place(frame)
        [Paths.root_relative(frame["path"] || "", @root, @runtime),
         Signature.function_name(@runtime, frame["function"] || "")]
      end

      def text(rule, lines)
        Signature.text(@runtime, rule, lines)
      end
    end
  end
end
