# frozen_string_literal: true

require_relative "../client"
require_relative "../scope"
require_relative "request"

module Splat
  # Sidekiq 6 and 7: errors of jobs, each time they fail (also when they are tried again), and of Sidekiq itself. Turned
  # on by `Splat.init` where Sidekiq is loaded before; else by `Splat::Sidekiq.install`.
  module Sidekiq
    MECHANISM = "sidekiq"
    # Three parameters, though the third is not needed: by their number Sidekiq 7 knows a handler of its time.
    HANDLER = proc { |error, _context, *_config| Client.capture(error, MECHANISM) }

    # Around each job, for what is set in it.
    class Around
      def call(_worker, job, _queue)
        token = Scope.enter(-> { Sidekiq.told(job) })
        begin
          yield
        rescue Exception => e # all of it goes on
          Client.capture(e, MECHANISM)
          raise
        ensure
          Scope.leave(token)
        end
      end
    end

    module_function

    # Once; does nothing in processes that run no jobs.
    def install
      return if @installed

      @installed = true
      ::Sidekiq.configure_server do |config|
        config.error_handlers << HANDLER
        config.server_middleware { |chain| chain.prepend(Around) }
      end
    end

    # A job of Rails' comes in a wrapper.
    def told(job)
      told = Integrations::Request.of_job("JOB", job["wrapped"] || job["class"])
      trace_id = Integrations::Request.trace_of(job["traceparent"])
      trace_id.empty? ? told : told.merge("trace_id" => trace_id)
    end
  end
end
