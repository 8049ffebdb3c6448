# frozen_string_literal: true

module Splat
  module Transports
    # `none`: everything counts as delivered. Base of the transports that owe nothing.
    class Nowhere
      # See Item.
      def send(items)
        items.map { :delivered }
      end

      # See Item.
      def tick; end

      # See Item.
      def hurry(deadline); end

      # See Item.
      def close(deadline); end
    end
  end
end
