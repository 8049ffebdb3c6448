# frozen_string_literal: true

require_relative "../files"
require_relative "../wire"
require_relative "none"

module Splat
  module Transports
    # T3, `file`: one file an item, for local use, in one folder, which it makes.
    class Files < Nowhere
      # `warn` takes a text and a kind.
      def initialize(folder, warn)
        super()
        @folder = folder
        @warn = warn
      end

      # See Item.
      def send(items)
        items.map { |item| written(item) }
      end

      private

      def written(item)
        Splat::Files.private(@folder)
        Splat::Files.write(@folder, Splat::Files.unused(@folder, Splat::Files.name_of(item)), Wire.text_of(item))
        :delivered
      rescue SystemCallError, IOError => e
        @warn.call("reports cannot be written to #{@folder} (#{e.class}); they are kept and tried again. Give the " \
                   "option `folder` one that belongs to this user and has room.", "file")
        :later
      end
    end
  end
end
