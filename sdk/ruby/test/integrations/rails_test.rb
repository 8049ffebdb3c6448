# frozen_string_literal: true

require_relative "../helper"
require_relative "served"

# Rails on puma, with Splat and without.
class RailsServerTest < Minitest::Test
  parallelize_me! # each test has processes of its own

  PATHS = %w[
    /carts /carts/7 /carts/gone /carts/missing /carts/bad /carts/nested /nowhere /jobs/gone /jobs/1
  ].freeze
  ERRORS = [
    ["KeyError", "no cart 7"], ["RuntimeError", "while parsing"], ["ArgumentError", "no mail 1"]
  ].freeze

  def puma(env = {}, &block)
    Dir.mktmpdir do |root|
      env = { "APP_ROOT" => root, "RAILS_ENV" => "production", "RACK_ENV" => "production" }.merge(env)
      Server.open("puma", "-q", "-t1:1", "-b", "tcp://127.0.0.1:PORT", "rails.ru", env: env, &block)
    end
  end

  def test_answers_are_what_they_are_without_and_errors_are_reported
    bare = puma({ "BARE" => "1" }) { |server| PATHS.to_h { |path| [path, server.get(path)] } }
    puma do |server|
      PATHS.each { |path| assert_equal [path, bare[path]], [path, server.get(path)] }
      assert_equal [200, 500, 410, 404, 400, 500, 404, 200, 500], bare.values.map(&:first)
      server.get("/carts/stream")
      server.until_reports(ERRORS.length + 1)
      assert_equal [*ERRORS, ["RuntimeError", "half way"]].sort, server.errors.sort
      assert_show(server.reports.find { |report| report["exceptions"].first["type"] == "KeyError" })
      assert_job(server.reports.find { |report| report["exceptions"].first["type"] == "ArgumentError" })
    end
  end

  def assert_show(report)
    assert_equal({ "method" => "GET", "path" => "/carts/7", "route" => "carts#show" }, report["request"])
    assert_equal "rails", report["mechanism"]["type"]
    assert_includes report["logs"].map { |log| log["message"] }, "showing 7"
    assert_match(/\A6\./, report["dependencies"]["actionpack"])
    own = report["exceptions"].first["frames"].select { |frame| frame["in_app"] }
    assert_equal %w[show], own.map { |frame| frame["function"] }
  end

  def assert_job(report)
    assert_equal({ "method" => "JOB", "route" => "MailJob" }, report["request"])
    assert_equal({ "mail" => "1" }, report["tags"])
  end

  def test_pages_for_developers
    page = puma({ "BARE" => "1", "LOCAL" => "1", "RAILS_ENV" => "development" }) { |server| server.get("/carts/7") }
    puma({ "LOCAL" => "1", "RAILS_ENV" => "development" }) do |server|
      answer = server.get("/carts/7")
      assert_equal page.first, answer.first
      assert_equal headings(page), headings(answer)
      server.get("/carts/missing")
      server.until_reports(1)
      assert_equal [["KeyError", "no cart 7"]], server.errors
    end
  end

  # The list of all frames, in which a middleware stands, is behind these.
  def headings(answer)
    answer.last.scan(%r{<h[12][^>]*>.*?</h[12]>}m)
  end

  # As Rails 7 and later call it; 6.1 has no `Rails.error`.
  def test_what_is_given_to_rails_error
    Program.run("ruby", "-e", <<~RUBY) do |program, status|
      require "logger"
      require "rails"
      require "action_controller/railtie"
      require "action_controller/metal/exceptions"
      require "splat"
      Splat.init
      report = Splat::Integrations::Errors.method(:report)
      report.call(KeyError.new("handled"), handled: true, severity: :warning, context: {})
      report.call(IndexError.new("not handled"), handled: false, severity: :error, source: "application")
      report.call(TypeError.new("info"), handled: true, severity: :info, source: "application")
      cache = "redis_cache_store.active_support"
      report.call(ArgumentError.new("cache"), handled: true, severity: :warning, source: cache)
      report.call(ActionController::RoutingError.new("404"), handled: false, severity: :error)
    RUBY
      assert status.success?, program.output
      # Two of one millisecond stand in any order.
      assert_equal [["IndexError", "not handled"], ["KeyError", "handled"]], program.errors.sort
    end
  end

  def test_no_pages_at_all
    puma({ "SHOW" => "no" }) do |server|
      assert_equal [500, 500], %w[/carts/7 /carts/missing].map { |path| server.get(path).first }
      server.until_reports(1)
      assert_equal [["KeyError", "no cart 7"]], server.errors
    end
  end
end
