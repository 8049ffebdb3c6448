# frozen_string_literal: true

require_relative "cut"
require_relative "guard"
require_relative "utf8"

module Splat
  # Values of the app as plain data, at once and bounded (L3 but for its cuts of texts, which come behind redaction).
  # Of the built-in classes only what Ruby itself keeps is read; of others `inspect` is asked, guarded.
  module Plain
    MOST_NODES = 2_000
    MOST_ENTRIES = 100
    MOST_DEPTH = 8
    # So many pairs are copied in about a millisecond.
    MOST_AT_ONCE = 10_000
    # Of all texts of one value together; of one a little more than X11 reads.
    MOST_TEXT = 120_000
    MOST_A_TEXT = 100_001
    MOST_BITS = 53
    CLASS_OF = Kernel.instance_method(:class)
    NAME_OF = Module.instance_method(:name)
    UNPRINTABLE = "[unprintable]"

    # What one value may still take.
    class Budget
      attr_reader :nodes

      def initialize
        @nodes = MOST_NODES
        @text = MOST_TEXT
      end

      def node?
        @nodes -= 1
        @nodes >= 0
      end

      def cut(text)
        text = UTF8.first(text, MOST_A_TEXT)
        return Cut::MARK if text.length > @text

        @text -= text.length
        text
      end
    end
    private_constant :Budget

    module_function

    # nil, true, false, Integer, Float, String, Array and Hash with String keys only.
    def plain(value)
      made(value, Budget.new, [])
    end

    # A text as valid UTF-8 of at most a little more than X11 reads; of what is none what Ruby prints for it.
    def text_of(value)
      case value
      when String then UTF8.first(value, MOST_A_TEXT)
      when Symbol then UTF8.of(value.name)
      else UTF8.first(printed(value), MOST_A_TEXT)
      end
    end

    # The class's name as Ruby prints it; an anonymous one has its address in it.
    def name_of(kind)
      NAME_OF.bind_call(kind) || Module.instance_method(:inspect).bind_call(kind)
    end

    def class_of(value)
      CLASS_OF.bind_call(value)
    rescue TypeError # BasicObject
      BasicObject
    end

    def printed(value)
      case value
      when nil, true, false, Integer, Float, Symbol, Module, Range then value.inspect
      else told_by(value)
      end
    end

    def told_by(value)
      return "#<BasicObject>" unless Kernel === value

      text = Guard.bounded(UNPRINTABLE) { value.inspect }
      String === text ? text : UNPRINTABLE
    end
    private_class_method :told_by

    def made(value, budget, inside)
      return Cut::MARK unless budget.node?

      case value
      when nil, true, false, Float then value
      when Integer then value.bit_length <= MOST_BITS ? value : number(value)
      when String then text(value, budget)
      when Symbol then budget.cut(value.name)
      when Array, Hash then container(value, budget, inside)
      else budget.cut(printed(value))
      end
    end
    private_class_method :made

    # Bytes that are no text are only counted.
    def text(value, budget)
      binary = value.encoding == Encoding::BINARY && !value.dup.force_encoding(Encoding::UTF_8).valid_encoding?
      binary ? "bytes(#{value.bytesize})" : budget.cut(value)
    end
    private_class_method :text

    def number(value)
      value.bit_length <= 2_000 ? value.to_s : "Integer of #{value.bit_length} bits"
    end
    private_class_method :number

    def container(value, budget, inside)
      return "[cycle]" if inside.any? { |each| each.equal?(value) }

      hash = Hash === value
      empty = (hash ? Hash : Array).instance_method(:empty?).bind_call(value)
      return Cut::MARK if inside.length >= MOST_DEPTH && !empty

      inside += [value]
      hash ? mapping(value, budget, inside) : list(value, budget, inside)
    end
    private_class_method :container

    def list(value, budget, inside)
      found = Array.instance_method(:first).bind_call(value, MOST_ENTRIES + 1)
      made = found.first(MOST_ENTRIES).map { |each| made(each, budget, inside) }
      found.length > MOST_ENTRIES ? made << Cut::MARK : made
    end
    private_class_method :list

    def mapping(value, budget, inside)
      made = {}
      pairs(value).each do |key, each|
        if made.length >= MOST_ENTRIES || budget.nodes <= 0
          made[Cut::MARK] = true
          break
        end
        made[budget.cut(text_of(key)[0, 1_000])] = made(each, budget, inside)
      end
      made
    end
    private_class_method :mapping

    # Taken out at once: while a hash is gone over, no other thread of the app may add a key to it, and what is called
    # for its values may take long.
    def pairs(value)
      return Hash.instance_method(:to_a).bind_call(value) if Hash.instance_method(:size).bind_call(value) <= MOST_AT_ONCE

      found = []
      Hash.instance_method(:each_pair).bind_call(value) do |key, each|
        found << [key, each]
        break if found.length > MOST_ENTRIES
      end
      found
    end
    private_class_method :pairs
  end
end
