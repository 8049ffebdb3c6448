# frozen_string_literal: true

require "strscan"
require_relative "shapes"

module Splat
  module Redact
    # X6: values behind a name that tells and a separator. Over one text, once; all places are bytes, since going to a
    # code point of a text takes as long as the text is.
    class Named
      SEPARATOR = /::|===|!==|==|!=|=>|:=|=|:/.freeze
      MOST_SPACES = 8
      MOST_QUOTES = 4
      MOST_NAME = 100
      STRING = /(?:string\([0-9]{1,7}\) )?[A-Za-z@]{0,2}(\\{0,3})(["'`])/.freeze
      # Up to where a string can end; a backslash takes the next character with it, unless that is a line's end.
      INSIDE = {
        "\"" => /(?>[^"\\\n]*(?:\\[^\n][^"\\\n]*)*)/,
        "'" => /(?>[^'\\\n]*(?:\\[^\n][^'\\\n]*)*)/,
        "`" => /(?>[^`\\\n]*(?:\\[^\n][^`\\\n]*)*)/
      }.freeze
      ESCAPED_END = Hash.new { |all, ending| all[ending] = Regexp.new("\\n|#{Regexp.escape(ending)}") }
      LINE = { "\"" => /[^"\n]*/, "'" => /[^'\n]*/ }.freeze
      WHOLE_LINE = /[^\n]*/.freeze
      BRACKETS = /[\[\](){}"'`\n]/.freeze
      BARE = /(?>[^ \t\n\v\f\r"'`,;&<>)\]}\[]+|\[REDACTED\]|\[)+/.freeze
      GAP = /[ \t]{1,4}/.freeze
      TEMPLATE = /[$#]?\{[A-Za-z_]|%[sdv(]/.freeze
      DIGIT = /[0-9]/.freeze
      NOTHING = %w[none null nil undefined true false].freeze
      SCHEMES = %w[bearer basic digest token negotiate apikey].freeze
      NONE_IN_SOURCE = %w[:: === !== == !=].freeze
      HEADERS = %w[authorization cookie cookies].freeze
      LONGEST_WORD = [MARK, *NOTHING, *SCHEMES].map(&:length).max
      LONG_LITERAL = 8
      LONG_WORD = 16
      NAME_BYTES, SPACE_BYTES, QUOTE_BYTES, WHITE_BYTES, DIGITS_AND_DOTS = [
        [*"0".."9", *"A".."Z", *"a".."z", "_", "$", "@", ".", "-"], [" ", "\t"], ["\"", "'", "`", "\\"],
        [" ", "\t", "\n", "\v", "\f", "\r"], [*"0".."9", ".", "-"]
      ].map { |chars| chars.to_h { |char| [char.ord, true] }.freeze }
      private_constant(*constants(false))

      def self.hide(text, names, source:)
        new(text, names, source).hide
      end

      def initialize(text, names, source)
        @text = text
        @names = names
        @source = source
        @scanner = StringScanner.new(text)
      end

      def hide
        made = nil
        from = at = 0
        while separator(at)
          at = @scanner.pos
          first, last, hidden = value(at - @scanner.matched_size, at)
          next unless first

          if hidden
            made = (made || +"") << @text.byteslice(from, first - from) << MARK
            from = last
          end
          at = [at, last].max
        end
        made ? made << @text.byteslice(from..) : @text
      end

      private

      def separator(from)
        @scanner.pos = from
        @scanner.skip_until(SEPARATOR)
      end

      # Where the value behind the separator from `first` to `last` begins and ends, and whether it is hidden; nil
      # where there is none to look at.
      def value(first, last)
        separator = @scanner.matched
        return if @source ? NONE_IN_SOURCE.include?(separator) : separator == "::"
        return if separator == ":" && @text.byteslice(last, 2) == "//"

        name, quoted, lead = name_before(first)
        strength = strength_of(name, separator, lead)
        return if strength == :none

        @scanner.pos = last
        @scanner.skip(/[ \t]{0,8}/)
        return header(lead) if header?(name, quoted, separator)

        behind(strength, weak: separator == ":" && strength == :likely && !quoted)
      end

      def behind(strength, weak:)
        at = @scanner.pos
        return string(strength) if @scanner.skip(STRING)
        return if @source
        return [at, bracket_end(at), true] if @scanner.match?(/[\[({]/) && !@scanner.match?(/\[REDACTED\]/)

        bare(weak)
      end

      def strength_of(name, separator, lead)
        return :none if name.nil? || name.empty?

        strength = @names.strength(name)
        return strength unless strength == :none && separator == "=" && [0x3f, 0x26].include?(lead) # ? &

        @names.tells_in_query?(name) ? :sure : :none
      end

      def header?(name, quoted, separator)
        !@source && !quoted && %w[: =].include?(separator) && name.downcase(:ascii).end_with?(*HEADERS)
      end

      # --- the name ---------------------------------------------------------------------------------------------------

      # The name that ends before `at`, whether it is quoted, and the byte before it (nil at the start).
      def name_before(at)
        last = unspaced = back(at, SPACE_BYTES, MOST_SPACES)
        last -= 1 if last.positive? && @text.getbyte(last - 1) == 0x5d # ]
        last = back(last, QUOTE_BYTES, MOST_QUOTES)
        first = back(last, NAME_BYTES, MOST_NAME)
        lead = first.positive? ? @text.getbyte(first - 1) : nil
        first += 1 while first < last && DIGITS_AND_DOTS.key?(@text.getbyte(first))
        [@text.byteslice(first, last - first), last < unspaced, lead]
      end

      # Back from `at` over at most `most` of `bytes`.
      def back(at, bytes, most)
        least = [at - most, 0].max
        at -= 1 while at > least && bytes.key?(@text.getbyte(at - 1))
        at
      end

      # --- the value --------------------------------------------------------------------------------------------------

      def header(lead)
        at = @scanner.pos
        @scanner.skip(lead && LINE[lead.chr] || WHOLE_LINE)
        last = back(@scanner.pos, WHITE_BYTES, @scanner.pos - at)
        value = @text.byteslice(at, last - at)
        [at, last, true] unless value.empty? || value == MARK || NOTHING.include?(lower(value))
      end

      def string(strength)
        first = @scanner.pos
        last, behind = string_end(@scanner[1], @scanner[2])
        content = @text.byteslice(first, last - first)
        hidden = secret?(content) && (!@source || literal?(content, strength))
        hidden ? [first, last, true] : [first, behind, false]
      end

      def secret?(content)
        word = lower(trimmed(content))
        !(word.empty? || word == MARK.downcase || NOTHING.include?(word) || SCHEMES.include?(word))
      end

      def literal?(content, strength)
        return false if content.match?(TEMPLATE)

        strength == :sure || (content.length >= LONG_LITERAL && content.match?(DIGIT))
      end

      def bare(weak)
        at = @scanner.pos
        value, last = bare_value
        word = lower(value)
        if SCHEMES.include?(word)
          @scanner.pos = last
          return [at, bare_value[1], true] if @scanner.skip(GAP) && @scanner.match?(BARE)
        end
        return if value.empty? || value == MARK || NOTHING.include?(word)
        return if weak && value.length < LONG_WORD && !value.match?(DIGIT)

        [at, last, true]
      end

      # The bare value at the scanner without backslashes at its end, and where it ends.
      def bare_value
        at = @scanner.pos
        length = @scanner.match?(BARE) || 0
        length -= 1 while length.positive? && @text.getbyte(at + length - 1) == 0x5c # \
        [@text.byteslice(at, length), at + length]
      end

      # Where the content of a string that begins at the scanner ends, and where to go on.
      def string_end(slashes, quote)
        return escaped_string_end(slashes + quote) unless slashes.empty?

        @scanner.skip(INSIDE[quote])
        last = @scanner.pos
        case @text.getbyte(last)
        when 0x5c then [last + 1, last + 1] # a backslash before a line's end, or at the end of the text
        when quote.ord then [last, last + 1]
        else [last, last]
        end
      end

      def escaped_string_end(ending)
        return [@text.bytesize, @text.bytesize] unless @scanner.skip_until(ESCAPED_END[ending])

        last = @scanner.pos - @scanner.matched_size
        [last, @scanner.matched == "\n" ? last : @scanner.pos]
      end

      # Behind the bracket that closes the one at `at`, else the end of the line or of the text.
      def bracket_end(at)
        depth = 0
        @scanner.pos = at
        while @scanner.skip_until(BRACKETS)
          case char = @scanner.matched
          when "\n" then return @scanner.pos - 1
          when "\"", "'", "`" then @scanner.pos = string_end("", char)[1]
          when "(", "[", "{" then depth += 1
          else
            depth -= 1
            return @scanner.pos if depth.zero?
          end
        end
        @text.bytesize
      end

      # --- words ------------------------------------------------------------------------------------------------------

      # In lower case where it may be one of the words above, else as it is.
      def lower(value)
        value.bytesize <= LONGEST_WORD ? value.downcase(:ascii) : value
      end

      def trimmed(value)
        first = 0
        first += 1 while WHITE_BYTES.key?(value.getbyte(first))
        last = value.bytesize
        last -= 1 while last > first && WHITE_BYTES.key?(value.getbyte(last - 1))
        value.byteslice(first, last - first)
      end
    end
  end
end
