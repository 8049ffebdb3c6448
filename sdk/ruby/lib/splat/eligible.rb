# frozen_string_literal: true

require_relative "plain"

module Splat
  # Which exceptions are captured at all: errors, not ignored, and each object once.
  module Eligible
    # What ends a program, a thread, a job or a task from outside. By name: their libraries may not be there.
    ENDS = %w[
      Async::Stop Async::Cancel Timeout::ExitException Puma::ThreadPool::ForceShutdown
      ActiveJob::Continuation::Interrupt Sidekiq::Job::Interrupted Sidekiq::JobRetry::Handled Sidekiq::JobRetry::Skip
    ].freeze
    ANCESTORS = Module.instance_method(:ancestors)
    private_constant :ENDS, :ANCESTORS

    # R5: the objects that were captured, as long as they live. By identity, and nothing is written into them.
    @captured = ObjectSpace::WeakMap.new

    module_function

    # Whether it says that something is wrong: no end of the program.
    def error?(exception)
      case exception # by Module#===, which no class of the app's can deceive
      when StandardError then !ends?(exception)
      when SystemExit, SignalException then false
      when Exception then !ends?(exception)
      else false
      end
    end

    def ends?(exception)
      name = Plain.name_of(Plain.class_of(exception))
      ENDS.include?(name)
    end

    # Whether one of `rules`, classes and names, is the exception's class or one of its ancestors.
    def ignored?(exception, rules)
      return false if rules.empty?

      ANCESTORS.bind_call(Plain.class_of(exception)).any? do |each|
        rules.any? { |rule| rule.equal?(each) || (rule.is_a?(String) && named?(each, rule)) }
      end
    end

    def named?(kind, rule)
      name = Plain.name_of(kind)
      name == rule || name.end_with?("::#{rule}")
    end

    # Whether this object was not captured in this process before; from now on it was.
    def first_time?(exception)
      return false if @captured[exception]

      @captured[exception] = true
    end

    # It was not captured after all.
    def forget(exception)
      @captured[exception] = false # before Ruby 3.3 nothing can be taken out
    end
  end
end
