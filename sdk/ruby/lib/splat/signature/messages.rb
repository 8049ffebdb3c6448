# frozen_string_literal: true

require_relative "text"

module Splat
  module Signature
    # S6: a message without its variable parts. One pass, left to right; no pattern can look back or run away.
    module Messages
      # Of a message so many code points are looked at, of its first line so many, and of the folded text so many kept.
      MAX_LOOKED = 20_000
      MAX_READ = 5_000
      MAX_FOLDED = 800
      MAX_KEPT = 200

      MONTH = "(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
      DAY = "(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)"
      CLOCK = "[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]{1,9})?)?"
      ZONE = "(?:Z|UTC|GMT| UTC| GMT| ?[+-][0-9]{2}:?[0-9]{2})?"
      HEX = "[0-9A-Fa-f]"
      # In the order in which they are tried at a place; the first that fits wins.
      PARTS = [
        ["<str>", "\"[^\"]*\"|'[^']*'|`[^`']*[`']"],
        ["<url>", "[A-Za-z][A-Za-z0-9+.-]{1,20}://[^ \"'`<>()]*"],
        ["<email>", "[0-9A-Za-z._%+-]{1,64}@[0-9A-Za-z-]{1,63}(?:[.][0-9A-Za-z-]{1,63}){1,8}"],
        ["<uuid>", "#{HEX}{8}-#{HEX}{4}-#{HEX}{4}-#{HEX}{4}-#{HEX}{12}"],
        ["<time>", "[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ]#{CLOCK}#{ZONE})?"],
        ["<time>", "(?:#{DAY},? )?(?:#{MONTH} [0-9]{1,2}|[0-9]{1,2} #{MONTH}),? [0-9]{4}(?: #{CLOCK}#{ZONE})?"],
        ["<time>", CLOCK],
        ["<ip>", "[0-9]{1,3}(?:[.][0-9]{1,3}){3}(?::[0-9]{1,5})?"],
        ["<ip>", "\\[#{HEX}{0,4}(?::#{HEX}{0,4}){2,7}(?:%[0-9A-Za-z]{1,16})?\\](?::[0-9]{1,5})?"],
        ["<ip>", "#{HEX}{1,4}(?::#{HEX}{1,4}){7}"],
        ["<ip>", "#{HEX}{1,4}(?::#{HEX}{1,4}){1,6}::(?:#{HEX}{1,4}(?::#{HEX}{1,4}){0,5})?"],
        ["<hex>", "0[xX]#{HEX}+"],
        ["", "[0-9A-Za-z_]+(?:'[A-Za-z]+)*"]
      ].freeze
      PLACEHOLDERS = PARTS.map(&:first).freeze
      ANY = Regexp.new(PARTS.map { |_, pattern| "(#{pattern})" }.join("|"))
      NUMBERS = %r{[+-]?<n>(?:[ ,.:;/+-]{1,3}<n>)*}.freeze
      private_constant(*constants - [:MAX_LOOKED, :MAX_READ, :MAX_FOLDED, :MAX_KEPT])

      module_function

      # The first line of a message, its variable parts named: <str> <url> <email> <uuid> <time> <ip> <hex> <id> <n>.
      # At most MAX_KEPT code points.
      def fold(text)
        line = UTF8.first(text, MAX_LOOKED).sub(/\A[\t-\r ]+/, "")[/\A[^\n\r]*/][0, MAX_READ]
        folded = line.gsub(ANY) { placeholder($~) }
        folded = folded.gsub(NUMBERS, "<n>") if folded.include?("<n>")
        Text.field(folded[0, MAX_FOLDED])[0, MAX_KEPT].sub(/ +\z/, "")
      end

      def placeholder(match)
        number = PLACEHOLDERS.each_index.find { |index| match[index + 1] }
        PLACEHOLDERS[number].empty? ? word(match[0]) : PLACEHOLDERS[number]
      end

      def word(word)
        digits = word.scan(/[0-9]+/)
        return word if digits.empty?
        return "<n>" if digits.first.length == word.length
        return "<id>" if word.match?(/\A[0-9A-Fa-f]{8,}\z/) || (word.length >= 16 && digits.length >= 2)

        word.gsub(/[0-9]+/, "<n>")
      end
      private_class_method :placeholder, :word
    end
  end
end
