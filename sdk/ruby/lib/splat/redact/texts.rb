# frozen_string_literal: true

require "strscan"
require_relative "../cut"
require_relative "../memo"
require_relative "../utf8"
require_relative "cards"
require_relative "named"
require_relative "names"
require_relative "shapes"

module Splat
  module Redact
    # X1, X7, X8, X11, X12: all steps over one text, in their order, with the names of one user.
    class Texts
      # A text is cut to so many code points before it is redacted, and then loses its last: a secret may begin there.
      MAX_TEXT = 100_000
      LOST_AT_THE_END = 512
      # Short texts recur (program text, the log ring): so many are remembered, none longer than so many bytes.
      MAX_KNOWN = 1_024
      MAX_KNOWN_TEXT = 200

      SPACE = " \t\n\v\f\r"
      LEAD = "(?<![^ \\t\\n\\v\\f\\r\"'`(,=\\[])"
      FLAG = /#{LEAD}(--?([A-Za-z][0-9A-Za-z_-]{1,60})[ \t]{1,4})([^ \t\n\v\f\r"'`=-][^ \t\n\v\f\r"'`]*)/.freeze
      CURL = /#{LEAD}(?:-u|--user)[ =]["']?/.freeze
      CURL_USER = %r{[^ \t\n\v\f\r:"'/]+}.freeze
      CURL_PASSWORD = /:[^ \t\n\v\f\r"']+/.freeze
      ELEMENT = %r{<([A-Za-z][0-9A-Za-z_.:-]{0,60})>([^<>]+)</}.freeze
      NOT_SPACE = /[^#{SPACE}]/.freeze
      private_constant(*constants(false) - [:MAX_TEXT, :LOST_AT_THE_END, :MAX_KNOWN, :MAX_KNOWN_TEXT])

      KNOWN = Memo.new(8) { |extra| new(extra) }
      private_constant :KNOWN

      # The one of these additions.
      def self.of(extra)
        KNOWN[extra.map { |name| -UTF8.of(name.to_s) }]
      end

      attr_reader :names

      def initialize(extra)
        @names = Names.new(extra)
        # What is remembered must not be the text that was given: its owner may go on writing in it.
        @text = Memo.new(MAX_KNOWN) { |text| -steps_of_text(text) }
        @source = Memo.new(MAX_KNOWN) { |text| -steps_of_source(text) }
      end

      # In `text` mode (X1). Never raises: what fails is MARK.
      def text(text)
        closed { known(text, @text) { |whole| steps_of_text(whole) } }
      end

      # In `source` mode.
      def source(text)
        closed { known(text, @source) { |whole| steps_of_source(whole) } }
      end

      private

      def closed
        yield
      rescue StandardError, SystemStackError, NoMemoryError
        MARK
      end

      def known(text, memo, &steps)
        return memo[UTF8.of(text)].dup if text.bytesize <= MAX_KNOWN_TEXT
        return steps.call(UTF8.of(text)) if text.bytesize <= MAX_TEXT

        whole = UTF8.first(text, MAX_TEXT + 1)
        return steps.call(whole) if whole.length <= MAX_TEXT

        redacted = steps.call(whole[0, MAX_TEXT])
        redacted[0, [redacted.length - LOST_AT_THE_END, 0].max] + Cut::MARK
      end

      def steps_of_text(text)
        text = Shapes.hide(text, source: false)
        text = Named.hide(text, @names, source: false) if text.match?(/[=:]/)
        text = hide_credentials(text.gsub(FLAG) { @names.tells?($2) ? "#{$1}#{MARK}" : $& }) if text.include?("-")
        last_steps(text)
      end

      def steps_of_source(text)
        text = Shapes.hide(text, source: true)
        text = Named.hide(text, @names, source: true) if text.match?(/[=:]/)
        last_steps(text)
      end

      def last_steps(text)
        if text.include?("</")
          text = text.gsub(ELEMENT) { $2.match?(NOT_SPACE) && @names.tells?($1) ? "<#{$1}>#{MARK}</" : $& }
        end
        Cards.hide(text)
      end

      # X7's second half. A pattern alone would read to the end of a word once for each place in it.
      def hide_credentials(text)
        scanner = StringScanner.new(text, fixed_anchor: true)
        made = +""
        from = without_colon = 0
        while scanner.skip_until(CURL)
          first = scanner.pos
          next if first < without_colon

          scanner.skip(CURL_USER) or next
          without_colon = scanner.pos
          next scanner.pos = first unless scanner.skip(CURL_PASSWORD)

          made << text.byteslice(from, first - from) << MARK
          from = scanner.pos
        end
        from.zero? ? text : made << text.byteslice(from..)
      end
    end
  end
end
