# frozen_string_literal: true

require "json"
require "time"
require_relative "clock"
require_relative "connection"
require_relative "utf8"
require_relative "version"

module Splat
  # T2: a small HTTP client for one server, over `net/http`. Worker only.
  module HTTP
    # No usable answer now. The text says what came instead; it holds no secret.
    class Later < StandardError; end

    # The server did not answer at all. What stands in the way may be for a person to move.
    class Unreachable < Later; end

    # Requests to one server, over one connection that stays open. One thread uses a client; `hurry` alone may be called
    # from any other.
    class Client
      READ_SECONDS = 10.0
      # Waits before the second, third and fourth try, each times a random factor from 0.5 to 1.5.
      BACKOFF = [1.0, 2.0, 4.0].freeze
      # A longer wait than this is not waited for.
      LONGEST_WAIT = 60.0
      # Bytes of an answer: a page of 100 issues has at most 65,536 bytes of text for each, some of them escaped.
      MAX_ANSWER = 32 << 20
      LONGEST_SILENCE = 86_400.0
      MAX_REDIRECTS = 3
      private_constant :LONGEST_SILENCE, :MAX_REDIRECTS

      # Seconds by which the server's clock is ahead of ours, from its `Date`.
      attr_reader :ahead

      # `base` is the address that paths are appended to, `https://api.github.com`. `headers` go with every request, and
      # never to another host. ArgumentError for an address or a header that cannot be used.
      def initialize(base, headers = {})
        uri = URI.parse(base)
        unless %w[http https].include?(uri.scheme) && uri.hostname.to_s != ""
          raise ArgumentError, "the address must begin with https:// (or http://) and name a host"
        end
        @origin = [uri.scheme, uri.hostname, uri.port]
        @prefix = uri.path.sub(%r{/+\z}, "")
        @headers = { "User-Agent" => "splat-sdk/#{VERSION}", **headers }
        unless @headers.each_value.all? { |value| value.match?(/\A[ -~]*\z/) }
          raise ArgumentError, "the token or another header has a character that no header can hold"
        end
        @connection = Connection.new(*@origin)
        @deadline = nil
        @not_before = -Float::INFINITY
        @ahead = 0.0
        @waiting = [Mutex.new, ConditionVariable.new]
      rescue URI::Error
        raise ArgumentError, "the address must begin with https:// (or http://) and name a host", cause: nil
      end

      # --- time -------------------------------------------------------------------------------------------------------

      # From now on nothing waits beyond `deadline`, a reading of `Clock.steady`. Safe from any thread.
      def hurry(deadline)
        @deadline = deadline
        lock, changed = @waiting
        lock.synchronize { changed.broadcast }
      rescue ThreadError
        nil # in a signal handler no lock can be taken: a wait that is under way goes on to its end
      end

      # Whether the process ends.
      def hurried?
        !@deadline.nil?
      end

      # Seconds since the epoch on the server's clock, as far as it is known.
      def now
        Time.now.to_f + @ahead
      end

      # Seconds that may still be spent, at most `most`.
      def left(most)
        @deadline ? [most, @deadline - Clock.steady].min : most
      end

      # Sleep; Later(`why`) when the process ends before that would be over.
      def wait(seconds, why)
        till = Clock.steady + seconds
        while (rest = till - Clock.steady).positive?
          raise Later, "#{why}; the process ends before it could be tried again" if left(rest) < rest

          hurried? ? sleep(rest) : pause(rest)
        end
      end

      # Sleep, but no longer once the process ends.
      def pause(seconds)
        till = Clock.steady + seconds
        lock, changed = @waiting
        lock.synchronize do
          changed.wait(lock, till - Clock.steady) until hurried? || Clock.steady >= till
        end
      end

      # Seconds for which the server wants to hear nothing.
      def silent_for
        [0.0, @not_before - Clock.steady].max
      end

      # --- requests ---------------------------------------------------------------------------------------------------

      # The server's answer, whatever its status, after the tries that T2 allows; Later when there is none.
      #
      # `method` is GET, POST or PATCH; `path` begins with `/` and is appended to the base. `data` goes as JSON; a
      # String goes as it is, and is JSON already. An answer of more than `limit` bytes counts as none.
      def request(method, path, data = nil, headers: {}, tries: 1 + BACKOFF.length, limit: MAX_ANSWER)
        body = data.nil? || data.is_a?(String) ? data : JSON.generate(data)
        headers = { "Content-Type" => "application/json", **headers } unless method == "GET"
        sent = [method, path, { **@headers, **headers }, body, limit]
        [*BACKOFF.first(tries - 1), nil].each do |backoff|
          pass_gate
          answer, why, pause, error = try(*sent)
          return answer if answer

          if backoff.nil? || (pause || 0.0) > LONGEST_WAIT
            silence(pause)
            raise error, pause ? format("%s and asks to wait %.0f s", why, pause) : why
          end
          wait(pause || backoff * rand(0.5..1.5), why)
        end
      end

      # Close the connection; the next request opens one.
      def drop
        @connection.drop
      end

      private

      # An answer to hand on; else nil, why there is none, the seconds that the server asks to wait, and what to raise.
      def try(*sent)
        answer = follow(*sent)
        pause = asked_pause(answer)
        return [nil, "#{@origin[1]} answered with status #{answer.status}", pause, Later] if again?(answer)

        silence(pause)
        [answer]
      rescue Broken => e
        [nil, "#{@origin[1]}: #{e.message}", nil, Unreachable]
      end

      def pass_gate
        rest = silent_for
        raise Later, format("%s asked for silence for %.0f s more", @origin[1], rest) if rest.positive?
      end

      # Send nothing before the time that the server named.
      def silence(seconds)
        @not_before = Clock.steady + seconds if seconds
      end

      # T2: what is tried again.
      def again?(answer)
        return true if answer.status == 429 || answer.status >= 500
        return false unless answer.status == 403

        answer.headers.key?("retry-after") || answer.headers["x-ratelimit-remaining"] == "0" ||
          answer.body.byteslice(0, 2_000).include?("secondary rate limit")
      end

      # Seconds the answer asks to wait; nil when it says nothing.
      def asked_pause(answer)
        seconds = retry_after(answer.headers["retry-after"].to_s) if again?(answer)
        if seconds.nil? && answer.headers["x-ratelimit-remaining"] == "0"
          reset = number(answer.headers["x-ratelimit-reset"].to_s)
          seconds = reset && (reset - now)
        end
        # GitHub: where a secondary limit names no time, wait at least a minute.
        seconds = LONGEST_WAIT + 1 if seconds.nil? && answer.status == 403 && again?(answer)
        seconds&.clamp(0.0, LONGEST_SILENCE)
      end

      def retry_after(value)
        number(value) || (value.empty? ? nil : Time.httpdate(value).to_f - now)
      rescue ArgumentError
        nil
      end

      def number(value)
        value.match?(/\A *[0-9]{1,15} *\z/) ? value.to_f : nil
      end

      def follow(method, path, headers, body, limit)
        target = @prefix + path
        answer = nil
        MAX_REDIRECTS.times do
          answer = once(method, target, headers, body, limit)
          # 301 and 302 turn a POST into a GET in many a client: those are left to the caller.
          return answer unless (method == "GET" ? [301, 302, 307, 308] : [307, 308]).include?(answer.status)

          target = on_this_host(target, answer.headers["location"].to_s) or return answer
        end
        answer
      end

      # Path and query of a redirect; nil when it leads to another host, which must not see the token.
      def on_this_host(target, location)
        return unless location.match?(/\A[!-~]+\z/)

        uri = URI.join("#{@origin[0]}://#{@origin[1]}:#{@origin[2]}#{target}", location)
        return unless [uri.scheme, uri.hostname, uri.port] == @origin

        uri.request_uri
      rescue URI::Error, ArgumentError
        nil
      end

      def once(method, target, headers, body, limit)
        seconds = left(READ_SECONDS)
        raise Later, "the process ends" if seconds <= Connection::LEAST_SECONDS

        answer = @connection.exchange(method, target, headers, body, seconds: seconds, limit: limit)
        learn_time(answer.headers["date"].to_s)
        answer
      end

      def learn_time(date)
        ahead = Time.httpdate(date).to_f - Time.now.to_f
        # The header has whole seconds: below that it is noise.
        @ahead = ahead.abs > 2 ? ahead : 0.0
      rescue ArgumentError, RangeError
        nil
      end
    end

    # The body of an answer as JSON. Later when it is none: something else answered in the server's place.
    def self.json(answer)
      JSON.parse(UTF8.of(answer.body), max_nesting: 100, create_additions: false)
    rescue JSON::ParserError, EncodingError
      raise Later, "the answer with status #{answer.status} is not JSON", cause: nil
    end
  end
end
