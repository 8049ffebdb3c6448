# frozen_string_literal: true

module Splat
  # The child of a fork begins anew: before its own code runs where Ruby tells of it (3.1), else when it is noticed by
  # the process's number.
  module Forks
    # In front of Process._fork, which every way to fork goes through.
    module Hook
      def _fork
        pid = super
        Forks.in_child if pid.zero?
        pid
      end
    end

    module_function

    # Once: nothing of this can be taken back.
    def watch
      return if @watched

      @watched = true
      Process.singleton_class.prepend(Hook) if Process.respond_to?(:_fork)
    end

    def in_child
      Client.current&.after_fork
    rescue StandardError => e
      Warn.warn("errors of a forked process may be lost, for #{Warn.why(e)}", "fork")
    end
  end
end
