# frozen_string_literal: true

require_relative "splat/version"
require_relative "splat/client"
require_relative "splat/ending"
require_relative "splat/forks"
require_relative "splat/integrations"
require_relative "splat/options"
require_relative "splat/traps"
require_relative "splat/warn"
require_relative "splat/worker"

# Each bug in production becomes exactly one GitHub issue.
#
#     require "splat"
#     Splat.init(repo: "owner/name", token: ENV["SPLAT_TOKEN"])
#
# From then on uncaught errors are captured, those of threads too, and exceptions that are logged. Frameworks: Rails and
# Sidekiq by themselves, `use Splat::Rack` for Sinatra and any Rack app.
module Splat
  autoload :Rack, File.expand_path("splat/integrations/rack", __dir__)
  autoload :Sidekiq, File.expand_path("splat/integrations/sidekiq", __dir__)

  # Seconds that `init` in the handler of a signal may take.
  LONGEST = 2.0
  private_constant :LONGEST

  class << self
    # Start capturing. Called again, it replaces what was before. Never raises: what cannot be used warns once.
    #
    # An option that is not given, or nil, is looked up in the variable `SPLAT_<NAME>`, and has its default else.
    #
    # Where errors go:
    #
    # * `repo`: `owner/name` of the repository that gets the issues.
    # * `token`: may read and write issues there.
    # * `api_url`: of a GitHub Enterprise server.
    # * `transport`: `github` (the default with `repo`), `http` (the default with `url`), `file`, `console`, `none`, or
    #   an object with `send`, `tick` and `close` (`Splat::Item` tells of them).
    # * `url`: where `http` posts to.
    # * `folder`: where `file` writes reports.
    # * `spool_dir`: for what could not be delivered; by default below the user's cache folder.
    # * `durable`: write each new error to the spool before `capture` returns.
    # * `shutdown_timeout`: seconds that the end of the process may take for delivery, at most 2.
    # * `labels`: of issues, besides `splat`.
    # * `trigger_label`: given to the one issue of a bug when it is certain to be the only one; `auto-fix`.
    # * `reporters`: numeric ids of other accounts that report into the repository.
    #
    # What they say:
    #
    # * `service`, `environment`, `release`, `deploy`, `deploy_time`: what ran. `release` is the commit, by default what
    #   the platform, `REVISION` or `.git` says.
    # * `root`: the app's folder; the one that the process started in.
    # * `include`: folders that hold the app's code although they look like a gem's.
    # * `include_source`: lines around each frame.
    # * `include_query`, `include_headers`, `include_body`: parts of the request, redacted; off.
    # * `locals`: for other languages; Ruby gives no values of a frame.
    # * `redact`: names whose values are secret, besides those that always are.
    # * `public_logs`, `public_request`, `public_locals`: allow these in issues of a public repository.
    #
    # Which are sent:
    #
    # * `before_send`: a proc that gets each report as a Hash, redacted; what it returns is sent, nil drops it. On a
    #   thread of ours.
    # * `ignore`: classes of exceptions or their names; subclasses too.
    # * `sample_rate`: share of errors that are captured, 0 to 1.
    # * `enabled`: false does nothing at all.
    # * `integrations`: of `at_exit`, `threads`, `logging` and `sidekiq` (all by default); `none`.
    # * `debug`: say on stderr what is done.
    def init(**given)
      Traps.apart(LONGEST) { start(given) }
      nil
    rescue *Guard::FAILURES => e
      Warn.warn("not started: #{Warn.why(e)}", "init")
      nil
    end

    # Report an exception that the app caught: this one, else the one being handled (`$!`).
    #
    # The event's id when it is new; nil when it is counted with others of its kind, was captured before, or is none.
    # `before_send` may still drop it.
    def capture_exception(error = $!)
      Client.current&.capture(error, mechanism: "capture_exception", handled: true)
    end

    # Report a text, with the calls that led here; messages of one place are one issue. As `capture_exception`.
    def capture_message(text, level: "info")
      Client.current&.capture_message(text, level)
    end

    # Note what the app did, for the reports of this request; the last 100 are kept.
    def add_breadcrumb(message, category: "", level: "", data: nil)
      safely("add_breadcrumb") { Scope.current.add_breadcrumb(message, category, level, data) }
    end

    # Add `value`, of any shape, to the reports of this request, or of the process outside of one; nil removes it.
    def set_context(name, value)
      safely("set_context") { Scope.current.set_context(name, value) }
    end

    # Tag the reports of this request, or of the process outside of one; nil removes the tag.
    def set_tag(name, value)
      safely("set_tag") { Scope.current.set_tag(name, value) }
    end

    # Wait, at most so long, until all that was captured is delivered. Whether all of it is, since the last call.
    #
    # false when the time was over, or something could not be delivered yet (the spool has it), or never will be: it was
    # refused, of which a warning says what to put right, or dropped. Repeats that wait to be counted are not waited
    # for. true as well where nothing is captured: before `init`, and when it is not enabled.
    def flush(seconds = 2.0)
      running = Client.current
      running.nil? || Traps.apart(seconds) { running.flush(seconds) } || false
    rescue SystemCallError, IOError, ThreadError, LoadError => e # no others: a timeout of the app's is raised in here
      Warn.warn("flush failed: #{Warn.why(e)}", "flush")
      false
    end

    # Stop capturing, and deliver what can be in so many seconds; the next process delivers the rest.
    #
    # Tags, contexts and breadcrumbs of the process are forgotten.
    def close(seconds = 2.0)
      Traps.apart(seconds) { stop(seconds) } if Client.current
      nil
    rescue SystemCallError, IOError, ThreadError, LoadError => e
      Warn.warn("close failed: #{Warn.why(e)}", "close")
      nil
    end

    private

    def stop(seconds)
      Integrations::Threads.sweep
      running = Client.replace(nil)
      Integrations::Threads.wake
      running&.close(seconds)
      Scope.forget
    end

    def start(given)
      options = Options.read(given)
      Warn.debug_on = options.debug
      Client.replace(nil)&.close(options.shutdown_timeout)
      return unless options.enabled

      client = Client.new(options) do |made|
        Worker.new(options, counts: made.method(:due)) do |*rest|
          require_relative "splat/transports"
          Transports.make(*rest)
        end
      end
      Client.replace(client)
      Forks.watch
      Ending.watch
      Integrations.install(options.integrations)
      client.pick_up
    end

    def safely(what)
      return unless Client.current

      Guard.undisturbed(->(error) { Warn.warn("#{what} failed: #{error.class}", what) }) { yield }
      nil
    end
  end
end


require_relative "splat/integrations/railtie" if defined?(Rails::Railtie)
