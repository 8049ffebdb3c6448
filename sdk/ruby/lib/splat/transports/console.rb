# frozen_string_literal: true

require_relative "../wire"
require_relative "none"

module Splat
  module Transports
    # `console`: canonical JSON on stderr, one line an item. It is ASCII, so that no terminal acts on it.
    class Console < Nowhere
      # See Item.
      def send(items)
        $stderr.write(items.map { |item| "#{Wire.text_of(item)}\n" }.join)
        $stderr.flush
        items.map { :delivered }
      rescue SystemCallError, IOError # closed
        items.map { :never }
      end
    end
  end
end
