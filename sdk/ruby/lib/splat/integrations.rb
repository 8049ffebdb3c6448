# frozen_string_literal: true

require_relative "integrations/logging"
require_relative "integrations/threads"
require_relative "warn"

module Splat
  # What reports errors by itself. `Splat.init` turns these on by name; frameworks have a line of their own.
  module Integrations
    @on = []

    module_function

    # These are on from now on, the others off.
    def install(names)
      @on = names
      names.each do |name|
        case name
        when "threads" then Threads.install
        when "logging" then Logging.install
        when "sidekiq" then Splat::Sidekiq.install if defined?(::Sidekiq)
        end
      rescue StandardError, ScriptError => e
        Warn.warn("the integration #{name} is off: #{Warn.why(e)}", "integration #{name}")
      end
    end

    # Whether this one is.
    def on?(name)
      @on.include?(name)
    end
  end
end
