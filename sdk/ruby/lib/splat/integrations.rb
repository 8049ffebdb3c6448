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
      rake
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

    # A run of Rake ends as a program does.
    def rake
      return unless defined?(::Rake::Application) && on?("at_exit")

      require_relative "integrations/rake"
      Rake.install
    end
    private_class_method :rake

    # Whether this one is.
    def on?(name)
      @on.include?(name)
    end
  end
end
