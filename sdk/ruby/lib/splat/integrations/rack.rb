# frozen_string_literal: true

require_relative "../client"
require_relative "../scope"
require_relative "request"

module Splat
  # Any Rack app: `use Splat::Rack`, as far out as can be. Reports the errors of the call, and of the body while it is
  # sent; Sinatra's also where the app answers them itself. What is answered with a 4xx is none. Responses stay what
  # they are: bodies that run no code are handed on untouched, as is all of `rack.hijack`.
  class Rack
    MECHANISM = "rack"
    # The client has gone: nothing of the app's.
    GONE = %w[Unicorn::ClientShutdown Puma::ConnectionError].freeze
    private_constant :GONE

    def initialize(app, mechanism: MECHANISM)
      @app = app
      @mechanism = mechanism
    end

    def call(env)
      return @app.call(env) unless Client.current

      token = Scope.enter(-> { Integrations::Request.of_rack(env) })
      begin
        answer = @app.call(env)
        answered(env, answer)
        wrapped(answer, token)
      rescue Exception => e # all of it goes on
        fail_with(e)
        raise
      ensure
        Scope.leave(token, open: sending?(answer))
      end
    end

    # Called with what the app raised.
    def fail_with(error)
      return if GONE.include?(Plain.name_of(Plain.class_of(error)))

      Client.capture(error, @mechanism) unless Guard.undisturbed(->(_) { false }) { Rack.refusal?(error) }
    end

    # Whether the error is the client's: one that Rails answers with a 4xx.
    def self.refusal?(error)
      wrapper = defined?(::ActionDispatch::ExceptionWrapper) && ::ActionDispatch::ExceptionWrapper
      return false unless wrapper

      name = Plain.name_of(Plain.class_of(error))
      # A template's errors are wrapped.
      wrapping = wrapper.respond_to?(:wrapper_exceptions) && wrapper.wrapper_exceptions.include?(name)
      name = Plain.name_of(Plain.class_of(error.cause)) if wrapping && error.cause
      wrapper.rescue_responses.key?(name) && wrapper.status_code_for_exception(name) < 500
    end

    private

    # Sinatra answers errors itself, and tells of them.
    def answered(env, answer)
      error = env["sinatra.error"]
      return unless error.is_a?(Exception) && answer.is_a?(Array) && answer.first.to_i >= 500

      Client.capture(error, @mechanism == MECHANISM ? "sinatra" : @mechanism)
    end

    def wrapped(answer, token)
      return answer unless sending?(answer)

      status, headers, body = answer
      [status, headers, Body.new(body, token, method(:fail_with))]
    end

    # Whether code of the app runs when the body is sent. A file is sent by the server itself.
    def sending?(answer)
      return false unless answer.is_a?(Array) && answer.length == 3

      body = answer.last
      return false if body.nil? || body.is_a?(Array) || body.respond_to?(:to_path)

      body.respond_to?(:each) || body.respond_to?(:call)
    end

    # The body of a response, which belongs to its request also while it is sent. What it does not have the app's body
    # has not either.
    class Body
      def initialize(body, token, failing)
        @body = body
        @token = token
        @failing = failing
      end

      # The errors of the block are the server's, whose client may have gone.
      def each(&block)
        return enum_for(:each) unless block

        theirs = false
        run(-> { !theirs }) do
          @body.each do |part|
            theirs = true
            block.call(part)
            theirs = false
          end
        end
      end

      # Rack 3: a body that is given the stream.
      def call(stream)
        run(-> { true }) { @body.call(stream) }
      end

      def close
        run(-> { true }) { @body.close if @body.respond_to?(:close) }
      ensure
        Scope.finish(@token)
      end

      def respond_to?(name, all = false) # as Object's
        name == :close || @body.respond_to?(name, all)
      end

      def respond_to_missing?(name, all = false)
        @body.respond_to?(name, all)
      end

      def method_missing(name, ...)
        @body.respond_to?(name) ? @body.public_send(name, ...) : super
      end

      private

      def run(ours)
        Scope.resume(@token) do
          yield
        rescue Exception => e # all of it goes on
          @failing.call(e) if ours.call
          raise
        end
      end
    end
    private_constant :Body
  end
end
