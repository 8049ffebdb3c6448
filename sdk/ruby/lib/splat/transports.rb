# frozen_string_literal: true

module Splat
  # Where items go: one file a destination. What a transport is stands at `Item`.
  module Transports
    module_function

    # The transport that the options name. Only its own file is loaded; called on the thread that delivers.
    def make(options, spool_dir, warn)
      case options.transport
      when "github"
        require_relative "transports/github"
        GitHub.new(options, spool_dir, warn)
      when "http"
        require_relative "transports/collector"
        Collector.new(options.url, warn)
      when "file"
        require_relative "transports/file"
        Files.new(options.folder, warn)
      when "console"
        require_relative "transports/console"
        Console.new
      when "none"
        require_relative "transports/none"
        Nowhere.new
      else options.transport
      end
    end
  end
end
