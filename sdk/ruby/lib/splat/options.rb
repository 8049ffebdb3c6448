# frozen_string_literal: true

require_relative "reading"
require_relative "release"
require_relative "warn"

module Splat
  # What the user asked for: arguments of `init`, then `SPLAT_*`, then defaults. The first source that names an option
  # counts; a value there that cannot be used warns once, and the default is used.
  class Options
    INTEGRATIONS = %w[at_exit threads logging sidekiq].freeze
    # One line of the table: the default, how a given value is read (ArgumentError says what it should be), and whether
    # a variable can hold it.
    Option = Struct.new(:default, :read, :in_files)

    def self.option(default, reader = nil, in_files: true, &block)
      Option.new(default, block || Reading.method(reader), in_files)
    end
    private_class_method :option

    TABLE = {
      repo: option("", :repository),
      token: option("", :token),
      api_url: option("https://api.github.com", :api_url),
      service: option("", :text),
      environment: option("production", :text),
      release: option("", :text),
      deploy: option("", :text),
      deploy_time: option("", :moment),
      root: option("", :folder),
      include: option([].freeze, :folders),
      transport: option("", :transport),
      url: option("", :url),
      folder: option("splat-reports", :folder),
      spool_dir: option("", :folder),
      labels: option([].freeze, :labels),
      trigger_label: option("auto-fix", :trigger),
      reporters: option([].freeze, :numbers),
      before_send: option(nil, :function, in_files: false),
      ignore: option([].freeze, :ignored),
      sample_rate: option(1.0, :share),
      enabled: option(true, :flag),
      debug: option(false, :flag),
      include_source: option(true, :flag),
      include_query: option(false, :flag),
      include_headers: option(false, :flag),
      include_body: option(false, :flag),
      locals: option("shape") { |value| Reading.word(value, %w[shape values off]) },
      durable: option(false, :flag),
      redact: option([].freeze, :texts),
      public_logs: option(false, :flag),
      public_request: option(false, :flag),
      public_locals: option(false, :flag),
      integrations: option(INTEGRATIONS) { |value| Reading.some_of(value, INTEGRATIONS) },
      shutdown_timeout: option(2.0, :seconds)
    }.freeze
    # Variables that begin as ours do and belong to the program that heals.
    NOT_OURS = %w[SPLAT_LIMITS_ SPLAT_TREE SPLAT_RESULTS SPLAT_TOOLS].freeze
    NEEDED = { "github" => %i[repo token], "http" => %i[url] }.freeze
    private_constant :TABLE, :NOT_OURS, :NEEDED, :Option

    attr_reader(*TABLE.keys)

    # Every option that is not given has its default; nothing is checked: that is what `read` does.
    def initialize(**given)
      unknown = given.keys - TABLE.keys
      raise ArgumentError, "no such option: #{unknown.join(', ')}" unless unknown.empty?

      TABLE.each { |name, option| instance_variable_set(:"@#{name}", given.fetch(name, option.default)) }
      freeze
    end

    def inspect
      shown = (TABLE.keys - %i[token]).map { |name| "#{name}=#{public_send(name).inspect}" }
      "#<Splat::Options #{shown.join(' ')} token=#{token.empty? ? 'not set' : 'set'}>"
    end
    alias to_s inspect

    class << self
      # Every option's name.
      def names
        TABLE.keys
      end

      # The options of one `init`; never raises for what a user wrote. Arguments that are nil are not given.
      def read(arguments, environ = ENV)
        found = from_environment(environ).merge(from_arguments(arguments))
        chosen = found.to_h { |name, (value, where)| [name, checked(name, value, where)] }.compact
        place(chosen)
        chosen[:release] ||= Release.release(environ, chosen[:root])
        chosen[:deploy] ||= Release.deploy(environ)
        chosen[:transport] = transport(chosen)
        new(**chosen)
      end

      private

      # Folders are meant from the root.
      def place(chosen)
        chosen[:root] = absolute(chosen[:root] || "")
        chosen[:folder] ||= TABLE[:folder].default
        %i[folder spool_dir].each { |name| chosen[name] = absolute(chosen[name], chosen[:root]) if chosen[name] }
        chosen[:include] = (chosen[:include] || []).map { |each| absolute(each, chosen[:root]) }
      end

      # The one that was asked for, else the one that the rest asks for; `none` where it lacks what it needs.
      def transport(chosen)
        asked = chosen[:transport] || default_transport(chosen)
        enabled = chosen.fetch(:enabled, true)
        unless asked
          tell("errors are not sent anywhere: give init repo: and token:, or url:, or transport:") if enabled
          return "none"
        end
        missing = (asked.is_a?(String) ? NEEDED.fetch(asked, []) : []).reject { |name| chosen[name] }
        return asked if missing.empty?

        wanted = missing.map { |name| "#{name}: (or SPLAT_#{name.upcase})" }.join(" and ")
        tell("errors are not sent anywhere: the transport #{asked} needs #{wanted}") if enabled
        "none"
      end

      def default_transport(chosen)
        return "http" if chosen[:url]

        "github" if chosen[:repo] || chosen[:token]
      end

      def tell(text)
        Warn.warn(text, "no transport")
      end

      # --- the sources: name to [value, where it stands] ---

      def from_arguments(arguments)
        arguments.each_with_object({}) do |(name, value), found|
          next if nil.equal?(value) # it may be a BasicObject

          known = name.to_s.to_sym
          if TABLE.key?(known)
            found[known] = [value, "#{name}:"]
          else
            told = "#{Reading.shown(name.to_s)}#{alike(name.to_s)}"
            Warn.warn("init: no option #{told}; it is passed over", "option #{name}")
          end
        end
      end

      def from_environment(environ)
        environ.to_h.each_with_object({}) do |(variable, value), found|
          next if !variable.start_with?("SPLAT_") || UTF8.of(value).strip.empty?

          name = variable.delete_prefix("SPLAT_").downcase.to_sym
          if TABLE.key?(name)
            found[name] = [UTF8.of(value), variable] if TABLE[name].in_files
          else
            no_variable(variable, name.name)
          end
        end
      end

      # Without a likeness it is most likely another program's.
      def no_variable(variable, name)
        hint = alike(name, "SPLAT_")
        return if variable.start_with?(*NOT_OURS) || hint.empty?

        Warn.warn("no variable #{variable} is known#{hint}; it is passed over", "option #{name}")
      end

      # --- one option ---

      # The value as the option has it; nil, and a warning, when it cannot be used.
      def checked(name, value, where)
        TABLE[name].read.call(value)
      rescue *Guard::FAILURES => e # a user's object may do anything when it is looked at
        why = e.instance_of?(ArgumentError) ? e.message : "it cannot be read"
        default = TABLE[name].default
        used = ["", nil, []].include?(default) ? "it is left out" : "#{default.inspect} is used"
        Warn.warn("#{where} #{why}; #{used}", "option #{name}")
        nil
      end

      # ` (did you mean …?)`, or nothing.
      def alike(name, before = "")
        found = Reading.closest(name, TABLE.keys.map(&:name))
        found.empty? ? "" : " (did you mean #{before}#{before.empty? ? found : found.upcase}?)"
      end

      def absolute(path, below = Frames.start_folder)
        path = path.empty? ? below : File.expand_path(path, below.empty? ? "/" : below)
        UTF8.of(path)
      rescue ArgumentError
        path
      end
    end
  end
end
