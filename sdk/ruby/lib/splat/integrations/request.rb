# frozen_string_literal: true

require "uri"
require_relative "../client"
require_relative "../plain"

module Splat
  module Integrations
    # What a report says of a request (R7).
    module Request
      # Bytes; what is longer would be cut before it is redacted anyway (X11).
      BODY = 100_000
      # Of a query, of the headers.
      MOST_FIELDS = 200
      TRACE = /\A\s{0,10}(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-/.freeze
      private_constant :BODY, :MOST_FIELDS, :TRACE

      module_function

      # Of Rack's environment, to be asked when an error comes: the report's `request`, and `trace_id` where there is
      # one.
      def of_rack(env)
        told = { "method" => text(env["REQUEST_METHOD"]), "path" => path(env) }
        add(told, "route", route(env))
        add(told, "trace_id", trace_of(env["HTTP_TRACEPARENT"]))
        options = Client.current&.options or return told
        add(told, "query", query(env)) if options.include_query
        add(told, "headers", headers(env)) if options.include_headers
        add(told, "body", body(env)) if options.include_body
        told
      end

      # Of a job or a task.
      def of_job(kind, name)
        { "method" => kind, "route" => text(name) }
      end

      # The trace id of a `traceparent` header, else an empty text.
      def trace_of(traceparent)
        text(traceparent)[0, 100][TRACE, 1].to_s
      end

      def add(told, name, value)
        told[name] = value unless value.nil? || value.empty?
      end
      private_class_method :add

      def text(value)
        value.is_a?(String) ? UTF8.first(value, BODY) : ""
      end
      private_class_method :text

      def path(env)
        text(env["SCRIPT_NAME"]) + text(env["PATH_INFO"])
      end
      private_class_method :path

      # The route's template: "/carts/:id"; in Rails before 7.1 "carts#show".
      def route(env)
        known = env["action_dispatch.route_uri_pattern"]
        return text(known).delete_suffix("(.:format)") if known
        return text(env["sinatra.route"]).partition(" ").last if env["sinatra.route"]

        found = env["action_dispatch.request.path_parameters"]
        found.is_a?(Hash) && found[:controller] ? "#{found[:controller]}##{found[:action]}" : ""
      end
      private_class_method :route

      def query(env)
        pairs = text(env["QUERY_STRING"]).split(/[&;]/, MOST_FIELDS + 1).first(MOST_FIELDS)
        pairs.each_with_object({}) do |pair, told|
          key, _, value = pair.partition("=")
          key = decoded(key)
          told[key] = told.key?(key) ? "#{told[key]}, #{decoded(value)}" : decoded(value)
        end
      end
      private_class_method :query

      def decoded(part)
        UTF8.of(URI.decode_www_form_component(part))
      rescue ArgumentError # a % that begins nothing
        part
      end
      private_class_method :decoded

      # Among Rack's variables, as `Accept-Language` and value.
      def headers(env)
        found = env.select { |name, _| name.is_a?(String) && name.start_with?("HTTP_", "CONTENT_") }
        found.first(MOST_FIELDS).to_h do |name, value|
          [name.delete_prefix("HTTP_").split("_").map(&:capitalize).join("-"), text(value)]
        end
      end
      private_class_method :headers

      # What was read already: the input itself is the app's to read.
      def body(env)
        raw = env["RAW_POST_DATA"] || env["rack.request.form_vars"]
        raw = form(env) unless raw.is_a?(String)
        return nil if raw.nil?

        raw = raw.byteslice(0, BODY)
        raw.dup.force_encoding(Encoding::UTF_8).scrub("").then do |told|
          told.bytesize >= raw.bytesize - 3 ? told : "bytes(#{raw.bytesize})"
        end
      end
      private_class_method :body

      def form(env)
        fields = env["rack.request.form_hash"] || env["action_dispatch.request.request_parameters"]
        return nil unless fields.is_a?(Hash) && !fields.empty?

        require "json"
        JSON.generate(Plain.plain(fields.to_h))
      end
      private_class_method :form
    end
  end
end
