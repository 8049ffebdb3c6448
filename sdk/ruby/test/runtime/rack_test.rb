# frozen_string_literal: true

require "rack"
require "rack/lint"
require "rack/mock"
require_relative "../helper"
require_relative "captured"

class RackTest < Minitest::Test
  include Captured

  # Goes on when it is told to, and is told what was sent.
  class Parts
    def initialize(*parts)
      @parts = parts
    end

    def each
      @parts.each { |part| yield part.respond_to?(:call) ? part.call : part }
    end
  end

  def request(app, path = "/", **given)
    Rack::MockRequest.new(Rack::Lint.new(Splat::Rack.new(Rack::Lint.new(app)))).get(path, **given)
  end

  def ok(body)
    ->(_) { [200, { "Content-Type" => "text/plain" }, body] }
  end

  def test_bodies_keep_to_the_interface
    captured do
      assert_equal "ab", request(ok(Parts.new("a", "b"))).body
      assert_equal "ab", request(ok(%w[a b])).body
      assert_equal "ab", request(ok(Enumerator.new { |to| %w[a b].each { |part| to << part } })).body
    end
  end

  def test_bodies_have_what_the_apps_have_and_nothing_else
    captured do
      list = %w[a]
      assert_same list, Splat::Rack.new(ok(list)).call({}).last
      file = File.open(__FILE__)
      assert_same file, Splat::Rack.new(ok(file)).call({}).last
      body = Splat::Rack.new(ok(Parts.new("a"))).call({}).last
      assert_equal [true, true, false, false, false],
                   %i[each close to_path to_ary call].map { |name| body.respond_to?(name) }
      streaming = Splat::Rack.new(ok(->(stream) { stream << "x" })).call({}).last
      assert_equal [true, false], %i[call each].map { |name| streaming.respond_to?(name) }
      assert_equal "x", streaming.call(+"")
    end
  end

  def test_what_the_server_raises_while_it_sends_is_not_the_apps
    assert_empty(captured do
      body = Splat::Rack.new(ok(Parts.new("a"))).call({}).last
      assert_raises(Errno::EPIPE) { body.each { raise Errno::EPIPE } }
    end)
  end

  def test_throw_and_hijack_pass
    captured do
      assert_equal :async, catch(:async) { Splat::Rack.new(->(_) { throw :async, :async }).call({}) }
      taken = Splat::Rack.new(->(env) { env["rack.hijack"].call && [-1, {}, []] }).call("rack.hijack" => -> { true })
      assert_equal [-1, {}, []], taken
      hijack = proc {}
      headers = Splat::Rack.new(->(_) { [200, { "rack.hijack" => hijack }, nil] }).call({})[1]
      assert_same hijack, headers["rack.hijack"]
    end
  end

  def test_the_same_exception_comes_out_untouched
    error = IndexError.new("x")
    captured do
      same = assert_raises(IndexError) { Splat::Rack.new(->(_) { raise error }).call({}) }
      assert_same error, same
      refute_nil same.backtrace_locations
    end
  end

  # As Falcon does: each request in a fiber of its own, all in one thread.
  def test_requests_in_fibers_keep_what_is_theirs
    app = Splat::Rack.new(lambda do |env|
      Splat.set_tag("cart", env["PATH_INFO"])
      Fiber.yield
      raise env["PATH_INFO"] == "/1" ? KeyError : IndexError, env["PATH_INFO"]
    end)
    reports = captured do
      fibers = %w[/1 /2].map { |path| Fiber.new { assert_raises(StandardError) { app.call("PATH_INFO" => path) } } }
      2.times { fibers.each(&:resume) }
    end
    told = reports.map do |report|
      [report["tags"]["cart"], report["request"]["path"], report["exceptions"][0]["message"]]
    end
    assert_equal [%w[/1 /1 /1], %w[/2 /2 /2]], told.sort
  end

  def test_what_is_set_in_a_request_ends_with_it
    report = captured do
      Splat.set_tag("all", "1")
      app = Splat::Rack.new(lambda do |_|
        Splat.set_tag("own", "2")
        Thread.new { Splat.set_tag("thread", "3") }.join
        [200, {}, []]
      end)
      app.call({})
      Splat.capture_exception(raised(KeyError.new("x")))
    end.first
    assert_equal({ "all" => "1", "thread" => "3" }, report["tags"])
    assert_nil report["request"]
  end

  def test_hostile_requests
    env = { "REQUEST_METHOD" => "GET\xFF".b, "PATH_INFO" => "/\xFF%zz".b, "QUERY_STRING" => "%=&a=%ff&#{'x&' * 1_000}",
            "HTTP_X" => "\xFF".b, "HTTP_TRACEPARENT" => "00-zz", "SCRIPT_NAME" => nil, "rack.input" => nil,
            "action_dispatch.request.path_parameters" => 5, "sinatra.route" => 7,
            "rack.request.form_vars" => "\xFF".b * 10 }
    options = { include_query: true, include_headers: true, include_body: true }
    report = captured(**options) do
      assert_raises(KeyError) { Splat::Rack.new(->(_) { raise KeyError }).call(env) }
    end.first
    assert_equal "/\u{fffd}%zz", report["request"]["path"]
    assert_equal "bytes(10)", report["request"]["body"]
    assert_empty warnings
  end
end
