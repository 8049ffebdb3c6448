# frozen_string_literal: true

require_relative "cut"
require_relative "utf8"

module Splat
  # C: text from outside, made so that it does nothing where GitHub shows it.
  module Text
    # C2.
    HIDDEN = Regexp.new(
      "[\\u{0}-\\u{8}\\u{b}-\\u{1f}\\u{7f}-\\u{9f}\\u{ad}\\u{34f}\\u{600}-\\u{605}\\u{61c}\\u{6dd}\\u{70f}" \
      "\\u{890}-\\u{891}\\u{8e2}\\u{115f}-\\u{1160}\\u{17b4}-\\u{17b5}\\u{180b}-\\u{180f}\\u{200b}-\\u{200f}" \
      "\\u{2028}-\\u{202e}\\u{2060}-\\u{206f}\\u{2800}\\u{3164}\\u{e000}-\\u{f8ff}\\u{fdd0}-\\u{fdef}" \
      "\\u{fe00}-\\u{fe0f}\\u{feff}\\u{ffa0}\\u{fff0}-\\u{fffb}\\u{fffe}-\\u{ffff}\\u{110bd}\\u{110cd}" \
      "\\u{13430}-\\u{1345f}\\u{1bca0}-\\u{1bca3}\\u{1d173}-\\u{1d17a}\\u{e0000}-\\u{10ffff}]+"
    )
    MOST_TICKS = 16
    TOO_MANY_TICKS = /`{#{MOST_TICKS},}/.freeze
    PLAIN = /\A[ -~\n]*\z/.freeze
    private_constant :MOST_TICKS, :TOO_MANY_TICKS, :PLAIN

    module_function

    # C1: without hidden characters, and without what opens a comment or names a report.
    def clean(text)
      text = UTF8.of(text)
      text = text.gsub("\r\n", "\n").tr("\r", "\n").gsub(HIDDEN, "") unless text.match?(PLAIN)
      text = text.gsub(TOO_MANY_TICKS, "`" * MOST_TICKS) if text.include?("`")
      text.gsub("<!--", "<! --").gsub("splat-report/", "splat-report ")
    end

    # C3: clean, on one line, at most `limit` code points.
    def one_line(text, limit)
      Cut.cut(stripped(clean(text).tr("\t\n", " ").squeeze(" "), " "), limit)
    end

    # C4: a code span of `text`; in a table its pipes part no cells.
    def span(text, limit = 300, table: false)
      text = one_line(text, limit)
      text = " " if text.empty?
      ticks = "`" * (longest_run(text) + 1)
      space = text.start_with?("`") || text.end_with?("`") ? " " : ""
      whole = "#{ticks}#{space}#{text}#{space}#{ticks}"
      table ? whole.gsub("|", "\\|") : whole
    end

    # C5: a fenced block of `text`, cut to `limit` code points.
    def fence(text, language, limit)
      text = stripped(Cut.cut(clean(text), limit), "\n")
      ticks = "`" * [3, longest_run(text) + 1].max
      "#{ticks}#{language}\n#{text}\n#{ticks}"
    end

    # Without `char` at both ends.
    def stripped(text, char)
      first = 0
      first += 1 while text.getbyte(first) == char.ord
      last = text.bytesize
      last -= 1 while last > first && text.getbyte(last - 1) == char.ord
      first.zero? && last == text.bytesize ? text : text.byteslice(first, last - first)
    end

    def longest_run(text)
      text.include?("`") ? text.scan(/`+/).map(&:length).max : 0
    end
    private_class_method :longest_run
  end
end
