# frozen_string_literal: true

require_relative "../helper"
require_relative "served"

# Real servers, with the lines and without.
class RackServerTest < Minitest::Test
  parallelize_me! # each test has processes of its own

  PATHS = %w[
    / /carts/7 /sold /halt /missing /nowhere /plain/ok /plain/raise /plain/body /plain/lazy /plain/file /plain/hijack
    /plain/nothing /stream
  ].freeze
  FORM = "application/x-www-form-urlencoded"
  ERRORS = [
    ["KeyError", "no cart 7"], ["IndexError", "in the call"], ["RuntimeError", "in the body"],
    ["RuntimeError", "half way"]
  ].freeze

  def puma(env = {}, *more, &block)
    Server.open("puma", "-q", "-b", "tcp://127.0.0.1:PORT", *more, "rack.ru", env: env, &block)
  end

  def test_answers_are_what_they_are_without_and_errors_are_reported
    bare = puma({ "BARE" => "1" }, "-t1:1") { |server| PATHS.to_h { |path| [path, server.get(path)] } }
    puma({}, "-t1:1") do |server|
      PATHS.each { |path| assert_equal [path, bare[path]], [path, unmarked(server.get(path))] }
      server.until_reports(ERRORS.length)
      assert_equal ERRORS.sort, server.errors.sort
      request = server.reports.map { |report| report["request"] }
      assert_includes request, { "method" => "GET", "path" => "/carts/7", "route" => "/carts/:id" }
      assert_includes request, { "method" => "GET", "path" => "/plain/body" }
    end
  end

  # A middleware stands in the traces that puma shows where nobody else answers an error.
  def unmarked(answer)
    status, headers, body = answer
    return answer unless body&.include?("/integrations/rack.rb:")

    body = body.lines.reject { |line| line.include?("/integrations/rack.rb:") }.join
    [status, headers.merge("content-length" => [body.bytesize.to_s]), body]
  end

  def test_in_the_class_with_every_setting
    %w[production development test].each do |setting|
      bare = puma({ "BARE" => "1", "APP_SETTING" => setting }) { |server| server.get("/carts/7") }
      puma({ "SPLAT_IN_CLASS" => "1", "APP_SETTING" => setting }) do |server|
        answer = server.get("/carts/7")
        assert_equal bare.first, answer.first
        assert_equal bare.last, answer.last if setting == "production"
        server.get("/missing")
        server.until_reports(1)
        assert_equal [["KeyError", "no cart 7"]], server.errors, setting
      end
    end
  end

  def test_what_was_asked_for_and_tags_of_the_request
    env = { "SPLAT_INCLUDE_QUERY" => "1", "SPLAT_INCLUDE_HEADERS" => "1", "SPLAT_INCLUDE_BODY" => "1" }
    puma(env) do |server|
      server.post("/carts?a=1&password=hunter2", "id=12&card_number=4111111111111111", "Content-Type" => FORM)
      server.get("/carts/1", "Traceparent" => "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
      posted, got = server.until_reports(2).sort_by { |report| report["request"]["method"] }.reverse
      assert_equal({ "cart" => "12" }, posted["tags"])
      assert_equal({ "a" => "1", "password" => "[REDACTED]" }, posted["request"]["query"])
      assert_equal "id=12&card_number=[REDACTED]", posted["request"]["body"]
      assert_equal "*/*", posted["request"]["headers"]["Accept"]
      assert_nil got["tags"]
      assert_equal "0af7651916cd43dd8448eb211c80319c", got["trace_id"]
    end
  end

  def test_workers_of_a_cluster_report_and_lose_nothing_at_their_end
    puma({}, "-w2", "--preload", "-t2:2") do |server|
      pids = Array.new(40) { server.get("/plain/pid").last }.uniq
      assert_operator pids.length, :>=, 1
      20.times { |number| server.get("/carts/#{number}") }
      assert_equal 500, server.get("/plain/raise").first
      server.stop
      seen = server.reports.length + server.counts.sum { |count| count["count"] }
      assert_equal 21, seen
      assert_operator server.reports.length, :<=, 4 # of each worker, one a bug
    end
  end
end
