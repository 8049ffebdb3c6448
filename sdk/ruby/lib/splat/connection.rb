# frozen_string_literal: true

require "net/http"
require "timeout"
require "uri"
require_relative "threads"

module Splat
  module HTTP
    # No whole answer came. The text says why, in words of ours: a library's may repeat what was sent.
    class Broken < StandardError; end

    # What the server said last. Names of headers are in lower case.
    Answer = Struct.new(:status, :headers, :body)

    # T5: one connection to a server, through a proxy where the environment names one, and answers read in bounded time.
    # Worker only: it loads `net/http` and `openssl`.
    class Connection
      CONNECT_SECONDS = 5.0
      LEAST_SECONDS = 0.05
      # What a server closes earlier, net/http notices by itself.
      IDLE_SECONDS = 60
      # Too long for the whole exchange; each step has a shorter time of its own.
      class Late < StandardError; end
      private_constant :Late

      # `scheme` is http or https.
      def initialize(scheme, host, port)
        @scheme = scheme
        @host = host
        @port = port
      end

      # The answer to one request, within `seconds` in all. Broken when there is none, or one of more than `limit`
      # bytes.
      def exchange(method, target, headers, body, seconds:, limit:)
        Timeout.timeout([seconds, LEAST_SECONDS].max, Late) do
          request = request(method, target, headers, body)
          answer = nil
          opened(seconds).request(request) { |response| answer = read(response, limit) }
          answer
        end
      rescue SystemExit, SignalException, NoMemoryError
        drop
        raise
      # What stands in for net/http in an app's tests says no by errors that are no StandardError.
      rescue Exception => e # rubocop:disable Lint/RescueException
        drop
        raise Broken, named(e), cause: nil
      end

      # Close it; the next request opens one.
      def drop
        was, @http = @http, nil
        was.finish if was&.started? && @pid == Process.pid
      rescue StandardError
        nil
      end

      private

      def request(method, target, headers, body)
        kind = { "GET" => Net::HTTP::Get, "POST" => Net::HTTP::Post, "PATCH" => Net::HTTP::Patch }.fetch(method)
        request = kind.new(target)
        headers.each { |name, value| request[name] = value }
        request.body = body if body
        request
      end

      def opened(seconds)
        # A forked child must not write into its parent's connection.
        @http = nil unless @pid == Process.pid
        @http ||= made.tap do |http|
          http.open_timeout = [CONNECT_SECONDS, seconds].min
          http.start
          @pid = Process.pid
        end
        @http.read_timeout = @http.write_timeout = seconds
        @http
      end

      def made
        proxy = Proxy.for(@scheme, @host, @port)
        http = Net::HTTP.new(@host, @port, *(proxy ? proxy.to_a : [nil]))
        Threads.loading { require "openssl" } if @scheme == "https" # which net/http would load by itself
        http.use_ssl = @scheme == "https"
        http.max_retries = 0
        http.keep_alive_timeout = IDLE_SECONDS
        http.ignore_eof = false if http.respond_to?(:ignore_eof=) # Ruby 3.1
        http
      end

      def read(response, limit)
        body = String.new(encoding: Encoding::BINARY)
        response.read_body do |part|
          body << part
          raise Broken, "the answer is longer than #{limit} bytes" if body.bytesize > limit
        end
        whole!(response, body)
        headers = response.each_header.to_h { |name, value| [name.downcase, value] }
        Answer.new(response.code.to_i, headers, body)
      end

      # Ruby 3.0 takes what came before the end for all of it.
      def whole!(response, body)
        length = response["content-length"]
        return if length.nil? || response["content-encoding"] || [204, 304].include?(response.code.to_i)

        raise Broken, "the answer ended too early" if body.bytesize < length.to_i
      end

      def named(error)
        case error
        when Broken then error.message
        when Late, Timeout::Error, Errno::ETIMEDOUT then "no answer in time"
        when EOFError, Zlib::Error then "the answer ended too early"
        when SocketError then "the name does not resolve"
        when SystemCallError then error.class.new.message.downcase
        else tls(error) || error.class.name
        end
      end

      def tls(error)
        return unless defined?(OpenSSL::SSL::SSLError) && error.is_a?(OpenSSL::SSL::SSLError)

        reason = error.message[/certificate verify failed(?: \(([ -~]{1,100})\))?/]
        reason ? "its certificate is not trusted#{" (#{$1})" if $1}" : "no secure connection"
      end
    end

    # What HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY say for a server.
    module Proxy
      Named = Struct.new(:host, :port, :user, :password)

      module_function

      # nil where the server is asked directly. Broken for a proxy that cannot be used.
      def for(scheme, host, port)
        address = of_environment("#{scheme}_proxy") || of_environment("all_proxy") or return
        bypass = of_environment("no_proxy")
        return if bypass == "*" || (bypass && !URI::Generic.use_proxy?(host, nil, port, bypass))

        parse(address.include?("://") ? address : "http://#{address}")
      end

      def of_environment(name)
        # In a CGI program HTTP_PROXY is what the client sent as the header `Proxy`.
        found = ENV.fetch(name) { name == "http_proxy" && ENV.key?("REQUEST_METHOD") ? nil : ENV[name.upcase] }
        found unless found.nil? || found.empty?
      end

      def parse(address)
        uri = URI.parse(address)
        if uri.scheme == "https"
          raise Broken, "the proxy that the environment names wants https:// itself, which is not supported; name it " \
                        "as http://host:port, through which https:// is tunnelled"
        end
        raise URI::InvalidURIError unless uri.scheme == "http" && uri.hostname.to_s != ""

        Named.new(uri.hostname, uri.port, *[uri.user, uri.password].map { |each| each && unescaped(each) })
      rescue URI::Error
        raise Broken, "the proxy that the environment names is not of the form http://host:port", cause: nil
      end

      def unescaped(text)
        text.gsub(/%([0-9A-Fa-f]{2})/) { $1.hex.chr }
      end
      private_class_method :of_environment, :parse, :unescaped
    end
    private_constant :Proxy
  end
end
