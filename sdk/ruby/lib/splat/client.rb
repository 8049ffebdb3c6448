# frozen_string_literal: true

require_relative "clock"
require_relative "eligible"
require_relative "frames"
require_relative "guard"
require_relative "scope"
require_relative "signature"
require_relative "snapshot"
require_relative "suppress"
require_relative "traps"
require_relative "values"
require_relative "warn"

module Splat
  # One error as the app's thread saw it. Holds none of the app's values. `links` are a chain's (`Snapshot`), `own`
  # tells whose a path is, `scope` is what was known of the request, tags, contexts, breadcrumbs and logs, not yet
  # redacted.
  Event = Struct.new(:id, :time, :signature, :links, :mechanism, :handled, :scope, :own)

  # One `init`: what happens to an error on the app's thread.
  #
  #     an error? -> captured before? -> ignored? sampled? -> its key -> its signature -> suppressed? -> an event
  #
  # A key is what two errors of one bug share in a process; it saves the signature of all but the first of them. Every
  # method may be called from any thread; none raises.
  class Client
    MOST_KEYS = 2_000
    BUSY = :splat_busy
    HERE = "#{File.dirname(File.expand_path(__FILE__))}/"
    ENTRY = "#{File.dirname(File.expand_path(__FILE__))}.rb"
    private_constant :BUSY, :HERE, :ENTRY

    class << self
      # The client that `init` made; nil before it, after `close`, when it is not enabled, and in a Ractor but the main
      # one, in which none of it can be read.
      def current
        @current
      rescue Ractor::IsolationError
        nil
      end

      # `client` is the current one from now on; the one before.
      def replace(client)
        before = @current
        @current = client
        before
      end

      # Whether the SDK itself is at work here: what it causes meanwhile is none of the app's errors.
      def busy?
        Thread.current[BUSY]
      end

      # Hands an error to the running client, when there is one.
      def capture(error, mechanism, handled: false)
        current&.capture(error, mechanism: mechanism, handled: handled)
      end
    end

    attr_reader :options

    # The block gives this client's worker.
    def initialize(options)
      @options = options
      @frames = Frames.new(options.root, options.include)
      @own = ->(path) { !path.start_with?(HERE) && path != ENTRY && @frames.in_app?(path) }
      @closed = options.transport == "none"
      start_over
      @worker = yield self
    end

    # The id of the event, when the error is new; nil when it is counted only, or no error.
    #
    # `mechanism` says who caught it; `handled` that the app did.
    def capture(exception, mechanism:, handled: false)
      guarded { take(exception, mechanism, handled) }
    end

    # R4: `text` as an error of type `Message`, at the place of the caller.
    def capture_message(text, level)
      guarded do
        next nil unless sampled?

        link = Snapshot::Link.made("Message", Plain.text_of(text), here)
        event([link], "capture_message", true, { "level" => Plain.text_of(level) })
      end
    end

    # The counts that are due now, or all that are pending (Q4, Q7).
    def due(closing)
      start_over if @pid != Process.pid
      closing ? @keeper.close : @keeper.tick((Clock.steady * 1000).to_i)
    end

    # In the child of a fork: what is counted is the parent's.
    def after_fork
      start_over
      @worker.start_over
    end

    # Starts delivering what earlier processes left.
    def pick_up
      @worker.pick_up
    end

    # Waits until all that was captured is delivered, at most so long. Whether all since the last time is.
    def flush(seconds)
      @worker.flush(seconds)
    end

    # Captures nothing more; delivers what it can in so many seconds, the rest stays in the spool.
    def close(seconds)
      @closed = true
      @worker.close(seconds)
      Warn.debug("closed")
    end

    # The process is about to end, but other handlers of its end may still run code of the app: Sinatra starts its
    # server in one.
    def hand_over(seconds)
      @worker.hand_over(seconds)
    end

    # How long the end of the process may take, in seconds.
    def seconds_at_exit
      @worker.seconds_at_exit
    end

    private

    def start_over
      @pid = Process.pid
      @keeper = Keeper.new(@options.release)
      @signatures = {}
    end

    # The one door: what fails behind it does not reach the app, and what it calls does not come in again.
    def guarded(&block)
      return nil if @closed || Thread.current[BUSY]

      Guard.undisturbed(method(:failed)) do
        Thread.current[BUSY] = true
        Traps.inside? ? elsewhere(&block) : block.call
      ensure
        Thread.current[BUSY] = nil
      end
    end

    def failed(error)
      Warn.warn("an error could not be captured: #{error.class} in the SDK itself", "capture")
      # What the error says may quote the app's values, which are not redacted yet.
      Warn.debug("capture failed: #{error.class} at #{error.backtrace&.first}")
      nil
    end

    def elsewhere(&block)
      Traps.start { guarded(&block) }
      nil
    end

    def take(exception, mechanism, handled)
      return nil unless Eligible.error?(exception) && Eligible.first_time?(exception)
      return nil if Eligible.ignored?(exception, @options.ignore) || !sampled?

      start_over if @pid != Process.pid
      links = Snapshot.links(exception)
      # One that was never raised has its place where it is captured.
      if handled && links.length == 1 && links.first.bare?
        links = [Snapshot::Link.made(links.first.type, links.first.message, here)]
      end
      event(links, mechanism, handled)
    rescue *Guard::FAILURES
      Eligible.forget(exception) # a hook further out may have more luck, with more of the stack left
      raise
    end

    # Puts the event when the error goes out; counts that are due go first (Q).
    def event(links, mechanism, handled, more = {})
      now = Time.now.to_f
      signature = signature(links)
      answer = @keeper.error(signature, (Clock.steady * 1000).to_i, now)
      answer.counts.each { |count| @worker.put(count) }
      return nil unless answer.report

      links.each(&:settle)
      id = Random.urandom(16).unpack1("H*")
      made = Event.new(id, now, signature, links, mechanism, handled, Scope.gather.merge(more), @own)
      @worker.put(made)
      made.id
    end

    # R2: of what the runtime holds, before redaction and limits.
    def signature(links)
      place = Snapshot.place(links, &@own)
      key = Snapshot.key(links, place, &@own)
      known = @signatures[key]
      return known if known

      @signatures = {} if @signatures.length >= MOST_KEYS
      @signatures[key] = Signature.signature("ruby", @options.root, exceptions(links, place))
    end

    # The exceptions with their frames, or with the one frame that is all the signature looks at.
    def exceptions(links, place)
      number, path, function = place
      alone = [{ "path" => path, "function" => function, "in_app" => true }]
      links.map.with_index do |link, index|
        frames = place.nil? ? frames(link) : []
        exception(link, index == number ? alone : frames)
      end
    end

    def frames(link)
      link.calls.map do |call|
        { "path" => call.path, "function" => call.function, "in_app" => !call.built_in && @own.call(call.path) }
      end
    end

    def exception(link, frames)
      { "type" => link.type, "message" => link.message, "relation" => link.relation,
        "parent" => link.parent.negative? ? nil : link.parent, "frames" => frames }
    end

    # The calls that led here, without ours.
    def here
      found = caller_locations.drop_while { |each| each.path.nil? || each.path.start_with?(HERE) || each.path == ENTRY }
      Snapshot.calls(found)
    end

    def sampled?
      rate = @options.sample_rate
      rate >= 1 || Random.rand < rate
    end
  end
end
