# frozen_string_literal: true

require_relative "clock"
require_relative "plain"

module Splat
  # What is known when an error comes: the request being answered, tags, contexts, breadcrumbs, the last log records.
  #
  # A scope belongs to one request, and is carried by its fiber (from Ruby 3.2 on also by fibers that it starts: servers
  # like Falcon answer each request in one); outside of requests there is one for the process. What an app gives is
  # turned into plain data at once: no value of the app is kept.
  class Scope
    MOST_RECORDS = 200
    MOST_CRUMBS = 100
    # As many entries as L3.4 lets through.
    MOST_NAMES = 100
    # What all log records in the ring may have together, in bytes, and one of them.
    MOST_TEXT = 600_000
    MOST_A_TEXT = 100_001
    KEY = :splat_scope
    private_constant :KEY

    # The last log records, bounded in number and in text. Safe from every thread.
    class Ring
      def initialize
        @records = []
        @size = 0
      end

      # `message` may be of any length.
      def append(time, level, logger, message)
        message = UTF8.first(message, MOST_A_TEXT)
        @records.push([time, level, logger, message])
        @size += message.bytesize
        shrink while (@records.length > MOST_RECORDS || @size > MOST_TEXT) && @records.length > 1
      end

      # Oldest first.
      def all
        @records.dup
      end

      def clear
        @records = []
        @size = 0
      end

      private

      def shrink
        gone = @records.shift
        # Threads that append at once may leave the sum wrong; an empty ring has none.
        @size = @records.empty? ? 0 : @size - gone[3].bytesize if gone
      end
    end

    # One request: what tells of it when an error comes, and its scope once something was set.
    class Held
      attr_reader :scope

      def initialize(request)
        @request = request
        @thread = Thread.current
        @open = true
      end

      # A thread or a fiber that was started in a request may outlive it, or be of a pool.
      def mine?
        @open && @thread.equal?(Thread.current)
      end

      def end
        @open = false
      end

      def scope!
        @scope ||= Scope.new
      end

      def told
        @request&.call
      end
    end
    private_constant :Held

    class << self
      attr_reader :ring

      # A request begins; `request` is asked for the report's `request` when an error comes, on the app's thread. To be
      # followed by `leave` with what this gives.
      def enter(request = nil)
        before = held
        self.held = now = Held.new(request)
        [before, now]
      end

      # The code of the request is over; with `open`, more of it comes by `resume`, up to `finish`.
      def leave(token, open: false)
        before, now = token
        now.end unless open
        self.held = before if held.equal?(now)
      end

      # The block runs in the scope that `enter` made: the body of a response, which is sent later.
      def resume(token)
        before = held
        self.held = token.last
        yield
      ensure
        self.held = before
      end

      def finish(token)
        token.last.end
      end

      # The request's, else the process's.
      def current
        found = held
        found&.mine? ? found.scope! : @process
      end

      # What is known now, as `readable` reads it: nothing is written out on the app's thread.
      def gather
        found = held
        found = nil unless found&.mine?
        told = found ? asked(found) : {}
        add(found&.scope, told)
        records = @ring.all
        told["logs"] = records unless records.empty?
        told
      end

      # Keys of the report, of what `gather` gave: for the worker.
      def readable(told)
        told = told.dup
        told["logs"] = told["logs"].map { |record| log(*record) } if told["logs"]
        told["breadcrumbs"] = told["breadcrumbs"].map { |crumb| crumb(*crumb) } if told["breadcrumbs"]
        told
      end

      # A new start: what was set outside of requests goes, and the log records.
      def forget
        @process = Scope.new
        @ring.clear
      end

      private

      # Fibers of a request inherit from Ruby 3.2 on.
      if Fiber.respond_to?(:[])
        def held
          Fiber[KEY]
        end

        def held=(value)
          Fiber[KEY] = value
        end
      else
        def held
          Thread.current[KEY]
        end

        def held=(value)
          Thread.current[KEY] = value
        end
      end

      def asked(found)
        answer = Plain.plain(found.told)
        return {} unless answer.is_a?(Hash)

        trace_id = answer.delete("trace_id")
        told = answer.empty? ? {} : { "request" => answer }
        trace_id ? told.merge("trace_id" => trace_id) : told
      rescue *Guard::FAILURES => e
        Warn.warn("the request could not be read (#{e.class}): reports go without it", "request")
        {}
      end

      def add(scope, told)
        %i[tags contexts].each do |name|
          both = @process.public_send(name).merge(scope ? scope.public_send(name) : {})
          told[name.name] = both unless both.empty?
        end
        crumbs = (scope || @process).crumbs
        told["breadcrumbs"] = crumbs.dup unless crumbs.empty?
      end

      def log(time, level, logger, message)
        { "time" => Clock.iso(time), "level" => level, "logger" => logger, "message" => message }
      end

      def crumb(time, category, message, level, data)
        told = { "time" => Clock.iso(time), "message" => message }
        { "category" => category, "level" => level, "data" => data }.each do |key, value|
          told[key] = value unless value.nil? || value.empty?
        end
        told
      end
    end

    attr_reader :tags, :contexts, :crumbs

    def initialize
      @tags = {}
      @contexts = {}
      @crumbs = []
    end

    @process = new
    @ring = Ring.new

    # Both as texts; nil takes the tag away.
    def set_tag(name, value)
      set(@tags, name, value) { Plain.text_of(value) }
    end

    # A value of any shape under a name; nil takes it away.
    def set_context(name, value)
      set(@contexts, name, value) { Plain.plain(value) }
    end

    # What the app did; the last MOST_CRUMBS of a request are kept.
    def add_breadcrumb(message, category, level, data)
      held = data.nil? ? nil : Plain.plain(data)
      held = { "value" => held } unless held.nil? || held.is_a?(Hash)
      @crumbs.push([Time.now.to_f, Plain.text_of(category), Plain.text_of(message), Plain.text_of(level), held])
      @crumbs.shift if @crumbs.length > MOST_CRUMBS
    end

    private

    # Copied on write: another thread may be reading what is there.
    def set(place, name, value)
      key = Plain.text_of(name)[0, 200]
      changed = place.dup
      if value.nil?
        changed.delete(key)
      elsif place.key?(key) || place.length < MOST_NAMES
        changed[key] = yield
      end
      place.equal?(@tags) ? @tags = changed : @contexts = changed
    end
  end
end
