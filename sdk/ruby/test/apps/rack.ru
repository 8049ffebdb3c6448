# frozen_string_literal: true

require "splat"
Splat.init unless ENV["BARE"]
require_relative "sinatra_app"

# Its each raises, and it knows no length.
class Lazy
  def initialize(*parts)
    @parts = parts
  end

  def each
    @parts.each do |part|
      raise "in the body" if part == :raise

      yield part
    end
  end

  def close
    raise "in close" if @parts.include?(:close)
  end
end

HIJACKED = lambda do |env|
  env["rack.hijack"].call
  socket = env["rack.hijack_io"]
  socket.write("HTTP/1.1 200 OK\r\nContent-Length: 8\r\nConnection: close\r\n\r\nhijacked")
  socket.close
  [-1, {}, []]
end

plain = lambda do |env|
  case env["PATH_INFO"]
  when "/plain/ok" then [200, { "Content-Type" => "text/plain" }, ["ok"]]
  when "/plain/raise" then raise IndexError, "in the call"
  when "/plain/body" then [200, { "Content-Type" => "text/plain" }, Lazy.new("a", :raise)]
  when "/plain/close" then [200, { "Content-Type" => "text/plain" }, Lazy.new("a")]
  when "/plain/lazy" then [200, { "Content-Type" => "text/plain" }, Lazy.new("a", "b")]
  when "/plain/pid" then [200, { "Content-Type" => "text/plain" }, [Process.pid.to_s]]
  when "/plain/hijack" then HIJACKED.call(env)
  when "/plain/file" then [200, { "Content-Type" => "text/plain" }, File.open(__FILE__)]
  else [404, { "Content-Type" => "text/plain" }, ["no"]]
  end
end

use Splat::Rack unless ENV["BARE"] || ENV["SPLAT_IN_CLASS"]
run ->(env) { env["PATH_INFO"].start_with?("/plain/") ? plain.call(env) : Shop.call(env) }
