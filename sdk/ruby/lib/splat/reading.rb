# frozen_string_literal: true

require_relative "clock"
require_relative "plain"

module Splat
  # How the value of an option is read, from an argument or a variable. Each method gives the value in the option's own
  # class, or raises ArgumentError with the words that complete `<option> …`.
  module Reading
    ON = %w[1 true yes on].freeze
    OFF = %w[0 false no off].freeze
    MOST = 1_000
    LONGEST_LABEL = 50
    TRANSPORTS = %w[github http file console none].freeze
    NEEDED = %i[send tick close].freeze
    private_constant :ON, :OFF, :MOST, :LONGEST_LABEL, :NEEDED

    module_function

    # A line of text without control characters; a Symbol is its name.
    def text(value)
      told = value.is_a?(Symbol) ? value.name : value
      unless told.is_a?(String) && told.length <= MOST && UTF8.of(told).match?(/\A[^\u0000-\u001f]*\z/)
        raise ArgumentError, "should be one line of text of at most #{MOST} characters, not #{shown(value)}"
      end

      UTF8.of(told).strip
    end

    # `owner/name`, also out of an address of it.
    def repository(value)
      name = text(value).sub(%r{/{1,10}\z}, "")
      start = %w[https:// http:// ssh:// git@].find { |each| name.start_with?(each) }
      # What a clone was made with may hold a user and a token.
      name = name.delete_prefix(start).rpartition("@").last.tr(":", "/").partition("/").last if start
      name = name.delete_suffix(".git")
      owner, slash, rest = name.partition("/")
      return name if !slash.empty? && name?(owner) && name?(rest)

      raise ArgumentError, "should be owner/name, not #{shown(value)}"
    end

    def name?(part)
      part.match?(/\A[0-9A-Za-z_.-]+\z/) && !part.delete(".").empty?
    end

    # A credential; what is said of a wrong one never shows it.
    def token(value)
      told = value.is_a?(String) ? UTF8.of(value).strip : ""
      return told if told.match?(/\A[!-~]+\z/)

      raise ArgumentError, "should be one word of visible ASCII characters"
    end

    # An http or https address, without a slash at its end.
    def url(value)
      told = value.is_a?(String) ? UTF8.of(value).strip.sub(%r{/{1,100}\z}, "") : ""
      return told if told.match?(%r{\A[Hh][Tt][Tt][Pp][Ss]?://[!-~]+\z})

      raise ArgumentError, "should be an address that begins with https:// (or http://)"
    end

    # As `url`; in the clear only on this machine, for the token goes there.
    def api_url(value)
      told = url(value)
      host = told.partition("://").last.partition("/").first.rpartition("@").last.sub(/:[0-9]{1,5}\z/, "")
      local = ["localhost", "[::1]"].include?(host) || host.start_with?("127.")
      return told if local || !told.downcase.start_with?("http:")

      raise ArgumentError, "should begin with https://, since the token goes there"
    end

    # A path, String or Pathname; `~` is the user's.
    def folder(value)
      path = value.respond_to?(:to_path) ? value.to_path : value
      unless path.is_a?(String) && !path.strip.empty? && !path.include?("\0")
        raise ArgumentError, "should be the path of a folder, not #{shown(value)}"
      end

      path.start_with?("~") ? File.expand_path(path) : path
    end

    # Paths: a list, or a text with commas between.
    def folders(value)
      several(value).map { |each| folder(each) }
    end

    # Texts: a list, or one text with commas between; each once.
    def texts(value)
      several(value).map { |each| text(each) }.reject(&:empty?).uniq
    end

    # Names of labels, as GitHub takes them: a list, or one text with commas between; each once.
    def labels(value)
      several(value).map { |each| label(each) }.reject(&:empty?).uniq
    end

    def label(value)
      name = text(value)
      return name if name.length <= LONGEST_LABEL

      raise ArgumentError, "should be names of at most #{LONGEST_LABEL} characters, not #{shown(value)}"
    end

    # A label of its own: `splat` is on every issue from the start, so that it would start everything at once.
    def trigger(value)
      name = label(value)
      return name unless name.casecmp?("splat")

      raise ArgumentError, "should be another label than splat, which every issue has"
    end

    # Numeric ids: a list, one number, or a text with commas between.
    def numbers(value)
      found = value.is_a?(Integer) ? [value] : several(value)
      made = found.map { |each| each.is_a?(Integer) ? each : Integer(each.to_str, 10) }
      return made if made.all?(&:positive?)

      raise ArgumentError
    rescue ArgumentError, NoMethodError
      raise ArgumentError, "should be the numeric ids of accounts, not #{shown(value)}"
    end

    # true or false, or a word for it.
    def flag(value)
      word = value.is_a?(Symbol) || value.is_a?(Integer) ? value.to_s : value
      word = word.strip.downcase if word.is_a?(String)
      return true if word == true || ON.include?(word)
      return false if word == false || OFF.include?(word)

      raise ArgumentError, "should be true or false, not #{shown(value)}"
    end

    # A number from 0 to 1.
    def share(value)
      within(value, 1, "a number from 0 to 1")
    end

    # A number from 0 to 60.
    def seconds(value)
      within(value, 60, "a number of seconds from 0 to 60")
    end

    def within(value, most, what)
      number = value.is_a?(Numeric) || value.is_a?(String) ? Float(value, exception: false) : nil
      return number if number&.between?(0, most)

      raise ArgumentError, "should be #{what}, not #{shown(value)}"
    end

    # A time as reports have it; from a text in that form, seconds since the epoch, or a Time.
    def moment(value)
      return Clock.iso(value.to_f) if value.is_a?(Numeric) || value.respond_to?(:strftime) && value.respond_to?(:to_f)

      told = text(value)
      Clock.iso(Clock.seconds(told.length > 20 ? told : told.sub("Z", ".000Z")))
    rescue ArgumentError, RangeError, FloatDomainError, TypeError
      raise ArgumentError, "should be a time like 2026-11-21T07:00:00Z, not #{shown(value)}"
    end

    # Something that can be called.
    def function(value)
      return value if value.respond_to?(:call)

      raise ArgumentError, "should be a proc, not #{shown(value)}"
    end

    # Classes of exceptions, or their names (`KeyError`, `Shop::OutOfStock`).
    def ignored(value)
      (value.is_a?(Module) ? [value] : several(value)).map do |each|
        next each if each.is_a?(Module)

        name = each.is_a?(String) || each.is_a?(Symbol) ? each.to_s.strip.delete_prefix("::") : ""
        next name if name.match?(/\A[A-Z][^\s:]{0,200}(?:::[A-Z][^\s:]{0,200}){0,20}\z/)

        raise ArgumentError, "should be exceptions or their names, not #{shown(each)}"
      end
    end

    # The name of one of ours, or an object with `send(items)`, `tick` and `close(deadline)`.
    def transport(value)
      return word(value, TRANSPORTS) if value.is_a?(String) || value.is_a?(Symbol)
      return value if NEEDED.all? { |name| value.respond_to?(name) }

      raise ArgumentError, "should be one of #{TRANSPORTS.join(', ')}, or an object with send, tick and close"
    end

    # Any of these words; none at all as an empty list or `none`.
    def some_of(value, words)
      found = several(value)
      found.map(&:to_s) == ["none"] ? [] : found.map { |each| word(each, words) }.uniq
    end

    # One of these words.
    def word(value, words)
      told = value.is_a?(String) || value.is_a?(Symbol) ? value.to_s.strip.downcase : ""
      return told if words.include?(told)

      alike = closest(told, words)
      hint = alike.empty? ? "" : " (did you mean #{alike}?)"
      raise ArgumentError, "should be one of #{words.join(', ')}, not #{shown(value)}#{hint}"
    end

    def several(value)
      return value.split(",").map(&:strip).reject(&:empty?) if value.is_a?(String)
      return [value] if value.is_a?(Symbol)
      return value.to_a if (value.is_a?(Array) || (defined?(Set) && value.is_a?(Set))) && value.length <= MOST

      raise ArgumentError, "should be a list, not #{shown(value)}"
    end

    # The one of `names` that `name` is most likely meant to be; "" when none is.
    def closest(name, names)
      asked = name[0, 100].downcase
      found = names.map { |each| [distance(asked, each), each] }.min_by(&:first)
      found && found.first <= [asked.length, found.last.length].max * 0.4 ? found.last : ""
    end

    # How many letters are to be changed, added or taken away.
    def distance(one, other)
      row = (0..other.length).to_a
      one.each_char.with_index(1) do |letter, above|
        before = row
        row = [above]
        other.each_char.with_index(1) do |beside, index|
          row << [before[index] + 1, row.last + 1, before[index - 1] + (letter == beside ? 0 : 1)].min
        end
      end
      row.last
    end

    # What is said of a user's value; a text may be the token that was meant for another option.
    def shown(value)
      case value
      when String then safe(value).inspect[0, 60]
      when nil, true, false, Integer, Float, Symbol then value.inspect[0, 60]
      else "a value of class #{Plain.name_of(Plain.class_of(value))}"
      end
    end

    def safe(told)
      require_relative "redact" # only who made a mistake pays for it
      Redact.redact_text(UTF8.first(told, MOST))
    end
  end
end
