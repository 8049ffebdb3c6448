# frozen_string_literal: true

require "uri"
require_relative "../http"
require_relative "../wire"
require_relative "none"

module Splat
  module Transports
    # T4, `http`: posts `{"counts": [...], "reports": [...]}` to a collector's URL. User and password in it go as Basic
    # authorization.
    class Collector < Nowhere
      MOST_ITEMS = 50
      MOST_BYTES = 1_000_000
      TOO_LARGE = 413
      LARGEST_ANSWER = 1 << 20
      HINTS = {
        401 => "check the user and password in the URL", 403 => "check what the user in the URL may do",
        404 => "check the path in the URL", 410 => "check the path in the URL",
        422 => "check that the URL is a collector for Splat's reports"
      }.freeze
      private_constant :MOST_ITEMS, :MOST_BYTES, :TOO_LARGE, :LARGEST_ANSWER, :HINTS

      # `warn` takes a text and a kind. ArgumentError for a URL that cannot be used.
      def initialize(url, warn)
        super()
        uri = URI.parse(url)
        @host = "#{uri.hostname}:#{uri.port}"
        @path = (uri.path.empty? ? "/" : uri.path) + (uri.query ? "?#{uri.query}" : "")
        @client = HTTP::Client.new("#{uri.scheme}://#{uri.host}:#{uri.port}", authorization(uri))
        @warn = warn
      rescue URI::Error
        raise ArgumentError, "the option url is no address that can be used", cause: nil
      end

      # See Item.
      def send(items)
        outcomes = []
        outcomes += posted(first(items.drop(outcomes.length))) while outcomes.length < items.length
        outcomes
      end

      # See Item.
      def hurry(deadline)
        @client.hurry(deadline)
      end

      # See Item.
      def close(_deadline)
        @client.drop
      end

      private

      def authorization(uri)
        return {} unless uri.userinfo

        { "Authorization" => "Basic #{["#{decoded(uri.user)}:#{decoded(uri.password)}"].pack('m0')}" }
      end

      # Not by a method that quotes what it cannot read.
      def decoded(part)
        part.to_s.gsub(/%([0-9A-Fa-f]{2})/) { $1.hex.chr }
      end

      # As many from the front as one request may hold, at least one.
      def first(items)
        size = 0
        items.first(MOST_ITEMS).take_while.with_index do |item, index|
          size += Wire.text_of(item).bytesize + 1
          index.zero? || size <= MOST_BYTES - 30
        end
      end

      def posted(part)
        answer = @client.request("POST", @path, body(part), limit: LARGEST_ANSWER)
        return part.map { :delivered } if (200..299).cover?(answer.status)

        if answer.status == TOO_LARGE && part.length > 1
          half = part.length / 2
          return posted(part.first(half)) + posted(part.drop(half))
        end
        refused(answer.status)
        part.map { :never }
      rescue HTTP::Later => e
        tell(e)
        part.map { :later }
      end

      # Canonical JSON, as each item is.
      def body(items)
        counts, reports = items.partition(&:count?).map { |part| part.map { |item| Wire.text_of(item) }.join(",") }
        %({"counts":[#{counts}],"reports":[#{reports}]})
      end

      # Once, that nobody answers; at the end of a process the collector is only slow.
      def tell(later)
        return if !later.is_a?(HTTP::Unreachable) || @client.hurried?

        @warn.call("the collector cannot be reached (#{later.message}). Errors are kept, and sent when it can. Check " \
                   "the option `url`, and the network: the environment's HTTPS_PROXY and SSL_CERT_FILE are used.",
                   "collector unreachable")
      end

      # One warning a status (T2). The URL is not in it: it may hold a password.
      def refused(status)
        if status == TOO_LARGE
          text = "the collector #{@host} takes no report of this size; it was dropped"
        else
          hint = HINTS.fetch(status, "check the URL")
          text = "the collector #{@host} answered with status #{status}: #{hint}; errors are dropped"
        end
        @warn.call(text, "collector #{status}")
      end
    end
  end
end
