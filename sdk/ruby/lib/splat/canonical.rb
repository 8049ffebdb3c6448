# frozen_string_literal: true

require "json"
require_relative "memo"
require_relative "signature"
require_relative "utf8"

module Splat
  # W, R9: the one way a report is written, and what reads it back. Worker only: `json` costs the start of an app.
  module Canonical
    SCHEMA = "splat-report/1"
    RUNTIMES = Signature::RUNTIMES
    # What is nested deeper is no report; a writer's or reader's own stack ends some thousands deeper.
    MAX_DEPTH = 100

    SIGNATURE = /\A(?:[0-9a-f]{16})?\z/.freeze
    # By a table where there is one for all: texts are mostly lines of programs, full of quotes. Runs of the others: a
    # call for each character of a text in another script takes ten times as long.
    OF_ASCII = /[\x00-\x1f"\\&<>`\x7f]/.freeze
    BEYOND_ASCII = /[^\x00-\x7f]+/.freeze
    SHORT = { 0x22 => "\\\"", 0x5c => "\\\\", 0x0a => "\\n", 0x0d => "\\r", 0x09 => "\\t" }.freeze
    MOST_ESCAPES = 4_096
    MOST_KEYS = 500

    private_constant :SIGNATURE, :OF_ASCII, :BEYOND_ASCII, :SHORT, :MOST_ESCAPES, :MOST_KEYS

    # A text that is no report, with the place as a JSON path.
    class Refused < ArgumentError; end

    module_function

    # The report's canonical JSON (W1, W2): ASCII on one line. ArgumentError for what JSON cannot hold.
    def canonical(report)
      write(report, +"", 0)
    end

    # The report in a JSON text. Refused, with the place, for what R9 refuses.
    def read_back(text)
      report = parsed(text)
      refuse("$.schema", "the schema is not #{SCHEMA}") unless report["schema"] == SCHEMA
      refuse("$.runtime", "the runtime is none of #{RUNTIMES.join(', ')}") unless RUNTIMES.include?(report["runtime"])
      check_exceptions(report["exceptions"])
      signature = report.fetch("signature", "")
      unless signature.is_a?(String) && signature.match?(SIGNATURE)
        refuse("$.signature", "a signature is 16 lower-case hexadecimal digits")
      end
      report
    end

    # The value in a JSON text. Refused for what is none.
    def parsed(text)
      report = JSON.parse(UTF8.of(text), max_nesting: MAX_DEPTH, create_additions: false, allow_nan: false)
      refuse("$", "not one JSON object") unless report.is_a?(Hash)
      report
    rescue JSON::NestingError
      refuse("$", "nested too deeply")
    rescue JSON::ParserError, EncodingError
      refuse("$", "not JSON") # what the parser says quotes the text
    end

    def check_exceptions(exceptions)
      refuse("$.exceptions", "there is no exception") unless exceptions.is_a?(Array) && exceptions.any?
      exceptions.each_with_index do |exception, index|
        next if exception.is_a?(Hash) && exception["type"].is_a?(String)

        refuse("$.exceptions[#{index}]", "an exception is an object with a text `type`")
      end
    end

    def refuse(where, what)
      raise Refused, "#{where}: #{what}"
    end

    def write(value, made, depth)
      raise ArgumentError, "nested too deeply" if depth > MAX_DEPTH

      case value
      when String then write_text(value, made)
      when Hash then write_object(value, made, depth)
      when Array then write_list(value, made, depth)
      when true, false, Integer then made << value.to_s
      when nil then made << "null"
      when Float then made << number(value)
      else raise ArgumentError, "no JSON value: #{value.class}"
      end
    end

    def write_object(value, made, depth)
      # Texts compare by their bytes. A key that is a Symbol is one the app wrote.
      pairs = value.map { |key, each| [UTF8.of(key.to_s), each] }.sort_by(&:first)
      made << "{"
      pairs.each_with_index do |(key, each), index|
        made << "," unless index.zero?
        made << KEYS[key]
        write(each, made, depth + 1)
      end
      made << "}"
    end

    def write_list(value, made, depth)
      made << "["
      value.each_with_index do |each, index|
        made << "," unless index.zero?
        write(each, made, depth + 1)
      end
      made << "]"
    end

    def write_text(text, made)
      text = UTF8.of(text)
      text = text.gsub(OF_ASCII, TABLE) if text.match?(OF_ASCII)
      text = text.gsub(BEYOND_ASCII) { |run| escaped(run) } unless text.ascii_only?
      made << "\"" << text << "\""
    end

    def escaped(run)
      run.unpack("U*").map { |code| ESCAPES[code] }.join
    end

    def by_number(code)
      return format("\\u%04x", code) if code < 0x10000

      code -= 0x10000
      format("\\u%04x\\u%04x", 0xd800 + (code >> 10), 0xdc00 + (code & 0x3ff))
    end

    def number(value)
      raise ArgumentError, "no JSON number: #{value}" unless value.finite?

      value.to_s
    end
    private_class_method :check_exceptions, :refuse, :write, :write_object, :write_list, :write_text, :escaped,
                         :by_number, :number

    ESCAPES = Memo.new(MOST_ESCAPES) { |code| SHORT[code] || by_number(code) }
    TABLE = [*0x00..0x1f, *"\"\\&<>`\x7f".codepoints].to_h { |code| [[code].pack("U"), ESCAPES[code].freeze] }.freeze
    # A report has the same few again and again.
    KEYS = Memo.new(MOST_KEYS) { |key| (write_text(key, +"") << ":").freeze }
    private_constant :ESCAPES, :TABLE, :KEYS
  end
end
