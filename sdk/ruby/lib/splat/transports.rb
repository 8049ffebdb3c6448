# frozen_string_literal: true

require_relative "threads"

module Splat
  # Where items go: one file a destination. What a transport is stands at `Item`.
  module Transports
    module_function

    # The transport that the options name. Only its own file is loaded; called on the thread that delivers.
    def make(options, spool_dir, warn)
      case options.transport
      when "github"
        own("github")
        GitHub.new(options, spool_dir, warn)
      when "http"
        own("collector")
        Collector.new(options.url, warn)
      when "file"
        own("file")
        Files.new(options.folder, warn)
      when "console"
        own("console")
        Console.new
      when "none"
        own("none")
        Nowhere.new
      else options.transport
      end
    end

    def own(name)
      Threads.loading { require_relative "transports/#{name}" }
    end
    private_class_method :own
  end
end
