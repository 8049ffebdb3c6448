# frozen_string_literal: true

require_relative "../client"
require_relative "../scope"
require_relative "request"

module Splat
  module Integrations
    # In front of ActiveJob's own: the errors that end a job. What the job declares (`retry_on`, `discard_on`,
    # `rescue_from`) it handles itself; of retries the last one, which raises, counts.
    module ActiveJob
      def perform_now
        return super unless Client.current

        token = Scope.enter(-> { Request.of_job("JOB", self.class.name) })
        begin
          super
        rescue Exception => e # all of it goes on
          Client.capture(e, "active_job")
          raise
        ensure
          Scope.leave(token)
        end
      end
    end
  end
end
