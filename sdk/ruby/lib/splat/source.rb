# frozen_string_literal: true

require_relative "utf8"

module Splat
  # F5: lines of the app's source, from files that code was loaded from, each read once. Worker only: it reads files.
  class Source
    LARGEST = 2 * 1024 * 1024
    # Bytes of source that are remembered; beyond that all are forgotten and read again.
    MOST_REMEMBERED = 4_000_000
    MOST_FILES = 2_000
    CONTEXT = 5
    NOTHING = [nil, [].freeze, [].freeze].freeze
    # Backtraces may be made by hand and name any file; this is what program text is kept in.
    PROGRAM_TEXT = %w[.rb .ru .rake .erb .haml .slim .jbuilder .builder .rabl .gemspec .thor .arb .prawn].freeze
    CODING = /\A#.{0,80}?coding[:=][ \t]{0,8}([-0-9A-Za-z_.]{1,40})/n.freeze
    private_constant :NOTHING, :PROGRAM_TEXT, :CODING

    def initialize
      @known = {}
      @bytes = 0
    end

    # The text of a line that counts from 1, and up to five before and behind it; nil and none where it is not known.
    def around(file, line)
      lines = line&.positive? && file ? lines(file) : []
      return NOTHING if !line || line > lines.length || lines.empty?

      [lines[line - 1], lines[[0, line - 1 - CONTEXT].max...(line - 1)], lines[line, CONTEXT]]
    end

    private

    def lines(file)
      @known[file] || remember(file, program?(file) ? decoded(read(file)) : "")
    end

    def remember(file, text)
      if @bytes + text.bytesize > MOST_REMEMBERED || @known.length >= MOST_FILES
        @known = {}
        @bytes = 0
      end
      @bytes += text.bytesize
      @known[file] = text.split("\n", -1).each { |line| line.delete_suffix!("\r") }
    end

    # A script, as `bin/rails`, has no ending.
    def program?(file)
      file.end_with?(*PROGRAM_TEXT) || file == $PROGRAM_NAME || $LOADED_FEATURES.include?(file) || script?(file)
    end

    def script?(file)
      File.extname(file).empty? && File.expand_path(file) == File.expand_path($PROGRAM_NAME)
    rescue ArgumentError
      false
    end

    # What stands in a plain file of at most 2 MiB; a pipe that has taken a file's place must not hold us.
    def read(file)
      File.open(file, File::RDONLY | File::NONBLOCK | File::BINARY) do |io|
        state = io.stat
        state.file? && state.size <= LARGEST ? io.read(LARGEST).to_s : ""
      end
    rescue SystemCallError, IOError, ArgumentError
      ""
    end

    # By its magic comment, in the first two lines.
    def decoded(data)
      data = data.delete_prefix("\xEF\xBB\xBF".b)
      name = data.each_line.first(2).filter_map { |line| line.byteslice(0, 200)[CODING, 1] }.first
      encoding = name && Encoding.find(name)
      UTF8.of(data.force_encoding(encoding || Encoding::UTF_8))
    rescue ArgumentError
      UTF8.of(data.force_encoding(Encoding::UTF_8))
    end
  end
end
