# frozen_string_literal: true

require "etc"
require_relative "canonical"
require_relative "clock"
require_relative "conform"
require_relative "frames"
require_relative "guard"
require_relative "limits"
require_relative "packages"
require_relative "redact"
require_relative "scope"
require_relative "source"
require_relative "threads"
require_relative "values"
require_relative "version"

module Splat
  # From an event to the report that goes out (R1 to R8), for one set of options. Worker only, but for `durable`: it
  # reads files.
  class Reporter
    SCHEMA = "splat-report/1"
    # What a scope may give to a report.
    OF_SCOPE = %w[request trace_id tags contexts breadcrumbs logs level].freeze
    # What `before_send` cannot change.
    OWN = %w[schema runtime id time signature].freeze
    private_constant :OF_SCOPE, :OWN

    # `warn` takes a text and a kind.
    def initialize(options, warn)
      @options = options
      @warn = warn
      @frames = Frames.new(options.root, options.include)
      @source = Source.new
      @packages = Packages.new
      @always = facts
      @closing = @endless = false
    end

    # From now on nobody can wait for a `before_send` that took too long before.
    def closing
      @closing = true
    end

    # The item to deliver (R6); nil when `before_send` drops it. Raises where redaction fails (X11).
    def item(event)
      report = safe(build(event))
      text = Canonical.canonical(report)
      if @options.before_send
        changed = asked(text)
        return nil if changed.nil?

        report, text = checked(changed, report, text) unless changed == report
      end
      Item.new(event.id, event.time, report, text)
    end

    # The report as the schema has it: not redacted, not within limits.
    def build(event)
      time = Clock.iso(event.time)
      report = {
        "id" => event.id, "time" => time, "signature" => event.signature,
        "exceptions" => event.links.map { |link| exception(link, event.own) },
        "occurrences" => { "count" => 1, "first_seen" => time, "last_seen" => time },
        "mechanism" => { "type" => event.mechanism, "handled" => event.handled }
      }.merge(@always)
      add(report, "dependencies", dependencies(event.links))
      scope = Scope.readable(event.scope)
      OF_SCOPE.each { |name| add(report, name, scope[name]) }
      report
    end

    private

    def add(report, name, value)
      report[name] = value unless value.nil? || value.empty?
    end

    # --- frames ---

    def exception(link, own)
      {
        "type" => link.type, "message" => link.message, "relation" => link.relation,
        "parent" => link.parent.negative? ? nil : link.parent,
        "frames" => link.calls.map { |call| frame(call, own) }
      }
    end

    def frame(call, own)
      in_app = !call.built_in && own.call(call.path)
      told = { "path" => @frames.path(call.path), "line" => call.line&.positive? ? call.line : nil,
               "function" => UTF8.of(call.function), "in_app" => in_app }
      return told unless @options.include_source

      source, before, behind = @source.around(call.file, call.line)
      told["source"] = source if source
      told.merge!("pre_context" => before, "post_context" => behind) if source && in_app
      told
    end

    def dependencies(links)
      files = links.flat_map { |link| link.calls.filter_map(&:file) }.uniq
      files.filter_map { |file| @packages.of(file) }.to_h
    end

    # --- what leaves ---

    def safe(report)
      Limits.limit_report(Redact.redact_report(report, @options.redact))
    end

    # What `before_send` makes of the report in a text; its input when it fails (R6), or was still at work when the
    # thread was ended in which it ran.
    def asked(text)
      @closing && @endless ? Conform.read_back(text) : answer(text)
    end

    def answer(text)
      @options.before_send.call(Conform.read_back(text))
    rescue *Guard::FAILURES, SystemExit, UncaughtThrowError, LocalJumpError => e
      @warn.call("before_send failed with #{e.class}: reports are sent as they were before it", "before_send")
      Conform.read_back(text)
    ensure
      @endless = Threads.ending?
    end

    # What `before_send` changed, made safe again; what it was given when that is no report any more.
    def checked(changed, report, text)
      raise ArgumentError, "it is no Hash" unless changed.is_a?(Hash)

      again = safe(Conform.conform(changed.transform_keys(&:to_s).merge(report.slice(*OWN))))
      written = Canonical.canonical(again)
      Conform.read_back(written)
      [again, written]
    rescue ArgumentError => e
      @warn.call("before_send returned what is no report (#{e.message}): it was sent as it was before", "before_send")
      [report, text]
    end

    # What all reports of a process share.
    def facts
      deploy = { "id" => @options.deploy, "time" => @options.deploy_time }.reject { |_, value| value.empty? }
      {
        "schema" => SCHEMA, "runtime" => "ruby", "runtime_version" => RUBY_VERSION, "platform" => platform,
        "sdk" => { "name" => "splat-ruby", "version" => VERSION }, "root" => @options.root.tr("\\", "/"),
        "service" => @options.service, "environment" => @options.environment, "release" => @options.release,
        "deploy" => deploy
      }.reject { |_, value| value.empty? }
    end

    # Operating system and processor: `Linux x86_64`.
    def platform
      told = Etc.uname
      "#{told[:sysname]} #{told[:machine]}"
    rescue NotImplementedError, SystemCallError
      RUBY_PLATFORM
    end
  end
end
