# frozen_string_literal: true

require_relative "../client"

module Splat
  module Integrations
    # Errors that end a run of Rake, which prints them itself and exits.
    module Rake
      # In front of Rake's own.
      module Hook
        def display_error_message(error)
          Client.capture(error, "rake") if Integrations.on?("at_exit")
          super
        end
      end

      module_function

      # Once.
      def install
        ::Rake::Application.prepend(Hook) unless ::Rake::Application.include?(Hook)
      end
    end
  end
end
