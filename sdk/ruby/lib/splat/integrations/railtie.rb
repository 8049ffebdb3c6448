# frozen_string_literal: true

require_relative "rack"

module Splat
  module Integrations
    # Rails 6.1 and later. All of it does nothing until `Splat.init`, in config/initializers/splat.rb.
    class Railtie < ::Rails::Railtie
      # Inside of what answers errors, so that it sees them, and these answer as ever.
      initializer "splat.middleware" do |app|
        app.config.middleware.insert_after(::ActionDispatch::DebugExceptions, Splat::Rack, mechanism: "rails")
      end

      initializer "splat.active_job" do
        ActiveSupport.on_load(:active_job) do
          require_relative "active_job"
          prepend Splat::Integrations::ActiveJob
        end
      end

      initializer "splat.errors" do
        reporter = ::Rails.respond_to?(:error) ? ::Rails.error : nil
        reporter.subscribe(Errors) if reporter.respond_to?(:subscribe)
      end
    end

    # What is given to `Rails.error`, from Rails 7 on.
    module Errors
      APPLICATION = "application"
      private_constant :APPLICATION

      module_function

      # What a library handled itself (a cache that is down) is left to it.
      def report(error, handled:, severity:, context: {}, source: APPLICATION)
        return if severity == :info || (handled && source != APPLICATION)
        return if Guard.undisturbed(->(_) { false }) { Splat::Rack.refusal?(error) }

        Client.capture(error, "rails", handled: handled)
      end
    end
  end
end
