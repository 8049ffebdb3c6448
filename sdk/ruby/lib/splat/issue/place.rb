# frozen_string_literal: true

require_relative "../text"

module Splat
  module Issue
    # I1: the frame where it went wrong.
    module Place
      MAX_PATH = 200
      MAX_EXCEPTIONS = 200
      private_constant :MAX_PATH, :MAX_EXCEPTIONS

      module_function

      # The index of its exception and the frame; 0 and nil where there is none.
      def of(exceptions)
        inwards = chain(exceptions).reverse
        (inwards + ([*0...exceptions.length] - inwards)).each do |index|
          frame = (exceptions[index]["frames"] || []).reverse_each.find { |each| each["in_app"] }
          return [index, frame] if frame
        end
        index = inwards.find { |each| (exceptions[each]["frames"] || []).any? }
        index ? [index, exceptions[index]["frames"].last] : [0, nil]
      end

      # S7: the exception that surfaced, its cause, the cause of that, and so on, as indices.
      def chain(exceptions)
        causes = {}
        exceptions.first(MAX_EXCEPTIONS).each_with_index do |each, index|
          parent = each["parent"]
          next unless %w[cause context].include?(each["relation"]) && parent.is_a?(Integer)

          causes[parent] ||= index if parent >= 0 && parent < index
        end
        made = [0]
        made << causes[made.last] while causes.key?(made.last)
        made
      end

      # The path as one line.
      def path(frame)
        Text.one_line(frame["path"], MAX_PATH)
      end

      # `path:line`, without the line where that is unknown.
      def located(path, frame)
        frame["line"] ? "#{path}:#{frame['line']}" : path
      end

      # The place as it is written; `?` without a path.
      def where(frame)
        whole = located(path(frame), frame)
        whole.empty? ? "?" : whole
      end
    end
  end
end
