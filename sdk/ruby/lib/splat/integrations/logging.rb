# frozen_string_literal: true

require_relative "../client"
require_relative "../scope"

module Splat
  module Integrations
    # The last records of Ruby's Logger for reports, and errors that are logged themselves (`logger.error(exception)`).
    #
    # A record is looked at when its logger has let it pass and is about to write it: no level, formatter or output
    # changes, and a block that makes a message runs once, as without us.
    module Logging
      LEVELS = {
        "INFO" => "info", "WARN" => "warning", "ERROR" => "error", "FATAL" => "critical", "ANY" => "info"
      }.freeze
      ERRORS = %w[error critical].freeze
      FAILED = ->(error) { Warn.warn("a log record could not be kept: #{error.class}", "log record") }
      private_constant :LEVELS, :ERRORS, :FAILED

      # In front of Logger's own.
      module Hook
        private

        def format_message(severity, datetime, progname, msg)
          Logging.look(self, severity, datetime, progname, msg)
          super
        end
      end

      # One record that several loggers write comes so soon again.
      AT_ONCE = 0.05
      private_constant :AT_ONCE

      @last = [nil, nil, 0.0]

      class << self
        def install
          return if @installed

          require "logger"
          @installed = true
          ::Logger.prepend(Hook)
        rescue LoadError # a gem from Ruby 3.5 on, and not in this app's bundle
          nil
        end

        # `msg` is whatever the app logs.
        def look(logger, severity, datetime, progname, msg)
          level = LEVELS[severity] or return
          return if !Client.current || Client.busy? || !Integrations.on?("logging")

          Guard.undisturbed(FAILED) { keep(logger, level, datetime, progname, msg) }
        end

        private

        def keep(logger, level, time, progname, msg)
          if msg.is_a?(Exception)
            note(level, time, progname, "#{Snapshot.type_of(msg)}: #{Snapshot.message_of(msg)}")
            Client.capture(msg, "logging", handled: true) if ERRORS.include?(level)
          elsif !again?(logger, time, msg)
            note(level, time, progname, told(msg))
          end
        end

        # Rails writes to a file and to the terminal.
        def again?(logger, time, msg)
          before, said, at = @last
          @last = [logger, msg, time.to_f]
          msg.equal?(said) && !logger.equal?(before) && time.to_f - at < AT_ONCE
        end

        def told(msg)
          msg.is_a?(Hash) || msg.is_a?(Array) ? Plain.plain(msg).inspect : Plain.text_of(msg)
        end

        def note(level, time, progname, text)
          Scope.ring.append(time.to_f, level, progname.nil? ? "" : Plain.text_of(progname)[0, 200], text)
        end
      end
    end
  end
end
