# frozen_string_literal: true

module Splat
  # S1: text as the rules mean it: valid UTF-8, whatever came.
  module UTF8
    REPLACEMENT = "\u{fffd}"
    # Half of a pair, as JSON's `\ud800` arrives. No other character holds a byte ED before one from A0 on.
    SURROGATE = /\xED[\xA0-\xBF][\x80-\xBF]/n.freeze
    private_constant :SURROGATE

    module_function

    # `text` itself where it is a valid UTF-8 String already; else a copy in UTF-8, with one U+FFFD for each lone
    # surrogate, each byte that is none, and each character that has no place in Unicode. Never raises for a String.
    def of(text)
      # A subclass may have methods of its own: Rails' SafeBuffer has its own gsub.
      text = String.new(text) unless text.instance_of?(String)
      encoding = text.encoding
      return text if encoding == Encoding::UTF_8 && text.valid_encoding?
      return text.dup.force_encoding(Encoding::UTF_8) if text.ascii_only?

      same_bytes?(encoding) ? repaired(text) : converted(text)
    end

    # The first `most` code points of `of(text)`, without looking at more of a long text than these may take.
    def first(text, most)
      text = String.new(text) unless text.instance_of?(String)
      text = text.byteslice(0, most * 4) if text.bytesize > most * 4 && same_bytes?(text.encoding)
      of(text)[0, most]
    end

    def same_bytes?(encoding)
      encoding == Encoding::UTF_8 || encoding == Encoding::BINARY || encoding == Encoding::US_ASCII
    end
    private_class_method :same_bytes?

    def repaired(text)
      bytes = text.dup.force_encoding(Encoding::BINARY)
      bytes = bytes.gsub(SURROGATE, REPLACEMENT.b) if bytes.include?("\xED".b)
      bytes.force_encoding(Encoding::UTF_8).scrub { |bad| REPLACEMENT * bad.bytesize }
    end
    private_class_method :repaired

    def converted(text)
      text.encode(Encoding::UTF_8, invalid: :replace, undef: :replace, replace: REPLACEMENT)
    rescue EncodingError
      repaired(text) # encodings that Ruby has a name for, and no converter
    end
    private_class_method :converted
  end
end
