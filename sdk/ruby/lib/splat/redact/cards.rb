# frozen_string_literal: true

require "strscan"
require_relative "shapes"

module Splat
  module Redact
    # X9: card numbers, told from other long numbers by Luhn's check.
    class Cards
      # What a card needs at the least; most texts hold no such run.
      LONG = /[0-9](?:[ -]?[0-9]){12}/.freeze
      GROUPS = /[0-9]++(?:[ -][0-9]++)*+/.freeze
      BEFORE = /[0-9A-Za-z_.]/.freeze
      AFTER = /[0-9A-Za-z_]/.freeze
      DIGITS = (13..19).freeze
      GROUP = (3..7).freeze
      MOST_GROUPS = 6
      DOUBLED = [0, 2, 4, 6, 8, 1, 3, 5, 7, 9].freeze
      private_constant(*constants(false))

      # X9 over one text.
      def self.hide(text)
        text.match?(LONG) ? new(text).hide : text
      end

      def initialize(text)
        @text = text
        @made = +""
        @done = 0
      end

      def hide
        scanner = StringScanner.new(@text)
        while scanner.skip_until(GROUPS)
          run(scanner.pos - scanner.matched_size, scanner.matched) if scanner.matched_size >= DIGITS.begin
        end
        @made << @text.byteslice(@done..)
      end

      private

      # The digit groups that begin at the byte `at`. One character stands between two of them.
      def run(at, matched)
        groups = matched.split(/[ -]/)
        number = 0
        while number < groups.length
          last = card(groups, number, at)
          length = groups[number..(last || number)].sum(&:length) + (last || number) - number
          if last
            @made << @text.byteslice(@done, at - @done) << MARK
            @done = at + length
          end
          at += length + 1
          number = (last || number) + 1
        end
      end

      # The last group of the longest card number that begins with the group `first`, which stands at the byte `at`.
      def card(groups, first, at)
        return if first.zero? && at.positive? && BEFORE.match?(@text.byteslice(at - 1, 1).b)

        found = nil
        digits = +""
        (first...[first + MOST_GROUPS, groups.length].min).each do |last|
          group = groups[last]
          break if digits.length + group.length > DIGITS.end || (last > first && !GROUP.cover?(group.length))

          digits << group
          found = last if card?(digits) && !(last == groups.length - 1 && in_word?(at, groups[first..last]))
          break unless GROUP.cover?(group.length)
        end
        found
      end

      def in_word?(at, groups)
        after = @text.byteslice(at + groups.sum(&:length) + groups.length - 1, 1)
        AFTER.match?(after.b)
      end

      def card?(digits)
        return false unless digits.length >= DIGITS.begin && ("2".."6").cover?(digits[0])

        values = digits.each_char.map(&:to_i).reverse
        return false if values.uniq.one?

        sum = values.each_with_index.sum { |value, index| index.odd? ? DOUBLED[value] : value }
        (sum % 10).zero?
      end
    end
  end
end
