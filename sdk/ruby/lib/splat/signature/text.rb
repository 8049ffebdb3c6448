# frozen_string_literal: true

require_relative "../memo"
require_relative "../utf8"

module Splat
  module Signature
    # S1 to S3 and S5: what counts as white space, an exception's type, a function's name.
    module Text
      # No field of a canonical text is longer, in code points (S2).
      MAX_FIELD = 1_000
      WHITE = "\t\n\v\f\r "
      ANONYMOUS = "@anonymous"
      BLOCK = /\A(?:block|rescue|ensure)(?: \([0-9]+ levels\))? in /.freeze
      TEMPLATE = /_{2,4}[0-9]+_[0-9]+\z/.freeze
      private_constant :WHITE, :ANONYMOUS, :BLOCK, :TEMPLATE

      module_function

      # S2: lone surrogates replaced, runs of white space one space, trimmed, at most MAX_FIELD code points.
      def field(text)
        text = UTF8.of(text).tr("\t-\r", " ").squeeze(" ")
        text = text[1..] if text.start_with?(" ")
        text = text.chomp(" ")
        text.bytesize > MAX_FIELD ? text[0, MAX_FIELD] : text
      end

      # S3: the type without leading backslashes, an anonymous class's place, or an address.
      def type_name(name)
        name = field(name).sub(/\A\\+/, "")
        cut = name.index(ANONYMOUS)
        name = name[0, cut + ANONYMOUS.length] if cut
        name.gsub(/0[xX][0-9A-Fa-f]+/, "0x")
      end

      # S3: the last part of a qualified type.
      def last_part(name)
        ["\\", "::", "."].reduce(name) { |rest, separator| after_last(rest, separator) }
      end

      # S5 for Ruby: what a printed trace calls the method, without blocks, its class and what Rails numbers.
      def function_name(name)
        name = field(name)
        name = name.sub(BLOCK, "") while name.match?(BLOCK)
        name = after_last(name, name.include?("#") ? "#" : ".")
        name.sub(TEMPLATE, "")
      end

      # "After the last X": the whole text where X does not occur.
      def after_last(text, separator)
        text.rpartition(separator).last
      end
    end
  end
end
