# frozen_string_literal: true

require "logger"
require_relative "../helper"
require_relative "captured"

class ClientTest < Minitest::Test
  include Captured

  def test_each_object_once_and_each_bug_once
    ids = []
    reports = captured do
      error = raised(KeyError.new("x"))
      ids = [error, error, raised(KeyError.new("y"))].map { |each| Splat.capture_exception(each) }
    end
    assert_equal 1, reports.length
    assert_equal [reports.first["id"], nil, nil], ids
  end

  def test_what_is_no_error
    assert_empty(captured do
      none = [SystemExit.new, Interrupt.new, SignalException.new("TERM"), nil, "text", 5]
      none.each { |each| Splat.capture_exception(each) }
    end)
  end

  def test_the_error_being_handled
    reports = captured do
      raise IndexError, "now"
    rescue IndexError
      Splat.capture_exception
    end
    assert_equal ["IndexError"], reports.map { |report| report["exceptions"].first["type"] }
  end

  def test_what_was_never_raised_has_the_callers_place
    report = captured { Splat.capture_exception(IndexError.new("x")) }.first
    assert_operator report["exceptions"].first["frames"].last["path"], :end_with?, "client_test.rb"
  end

  def test_messages
    report = captured { Splat.capture_message("look at this", level: "warning") }.first
    assert_equal ["Message", "look at this"], report["exceptions"].first.values_at("type", "message")
    assert_operator report["exceptions"].first["frames"].last["path"], :end_with?, "client_test.rb"
    assert_equal "warning", report["level"]
  end

  def test_ignored_by_class_by_name_and_by_ancestor
    ignore = [lookup = Class.new(StandardError), "KeyError", "Errno::ENOENT"]
    kinds = [Class.new(lookup), KeyError, Errno::ENOENT, IndexError]
    reports = captured(ignore: ignore) { kinds.each { |kind| Splat.capture_exception(raised(kind.new("x"))) } }
    assert_equal ["IndexError"], reports.map { |report| report["exceptions"].first["type"] }
  end

  def test_before_send
    changed = captured(before_send: ->(report) { report.merge("service" => "x", "signature" => "0" * 16) }) do
      Splat.capture_exception(raised(KeyError.new("x")))
    end.first
    assert_equal "x", changed["service"]
    refute_equal "0" * 16, changed["signature"]
    assert_empty(captured(before_send: ->(_) {}) { Splat.capture_exception(raised(KeyError.new("x"))) })
    failed = captured(before_send: ->(_) { raise "no" }) { Splat.capture_exception(raised(KeyError.new("x"))) }
    assert_equal 1, failed.length
    assert_includes warnings, "before_send failed with RuntimeError"
    none = captured(before_send: ->(_) { { "exceptions" => 5 } }) { Splat.capture_exception(raised(KeyError.new("x"))) }
    assert_equal "KeyError", none.first["exceptions"].first["type"]
  end

  def test_before_send_may_wait_for_itself
    began = Splat::Clock.steady
    inside = lambda do |report|
      Splat.flush(100)
      Splat.capture_exception(raised(IndexError.new("inside")))
      report
    end
    found = captured(before_send: inside) do
      Splat.capture_exception(raised(KeyError.new("x")))
      Splat.flush(60) # which puts its mark before what comes from inside
    end
    assert_equal 2, found.length
    Splat.close
    kept = Kept.new
    closes = ->(report) { Splat.close(100) || report }
    Splat.init(transport: kept, spool_dir: @folder, root: __dir__, before_send: closes)
    Splat.capture_exception(raised(KeyError.new("x")))
    sleep 0.02 until kept.reports.any? || Splat::Clock.steady - began > 60
    assert_equal 1, kept.reports.length
    assert_operator Splat::Clock.steady - began, :<, 60
  end

  def test_tags_contexts_and_breadcrumbs
    around = []
    around << around
    report = captured do
      Splat.set_tag("shard", 7)
      Splat.set_tag("gone", "x")
      Splat.set_tag("gone", nil)
      Splat.set_context("cart", { id: 1, items: %i[a b], password: "hunter2", around: around, object: Object.new })
      Splat.add_breadcrumb("opened", category: "ui", data: { n: 1 })
      Splat.capture_exception(raised(KeyError.new("x")))
    end.first
    assert_equal({ "shard" => "7" }, report["tags"])
    cart = report["contexts"]["cart"]
    assert_equal [1, %w[a b], "[REDACTED]", ["[cycle]"]], cart.values_at("id", "items", "password", "around")
    assert_match(/\A#<Object/, cart["object"])
    crumb = report["breadcrumbs"].first
    assert_equal ["opened", "ui", { "n" => 1 }], crumb.values_at("message", "category", "data")
  end

  def test_redacted_before_it_leaves
    kept = nil
    captured(redact: ["sesame"], include_source: false) do |transport|
      kept = transport
      Splat.capture_exception(raised(RuntimeError.new("password=hunter2hunter2 sesame: open1234")))
    end
    refute_includes kept.items.map(&:text).join, "hunter2"
    refute_includes kept.items.map(&:text).join, "open1234"
  end

  def test_logs_and_errors_that_are_logged
    out = StringIO.new
    bare = StringIO.new
    logger = Logger.new(out, progname: "shop", formatter: ->(level, _, name, text) { "#{level} #{name} #{text}\n" })
    same = Logger.new(bare, progname: "shop", formatter: logger.formatter)
    asked = 0
    said = lambda do |to|
      to.debug("too little")
      2.times { to.info("twice") }
      to.warn { asked += 1; "made" }
      to.info({ event: "paid" })
      to.error(KeyError.new("logged"))
    end
    said.call(same)
    reports = captured { said.call(logger) }
    assert_equal bare.string, out.string
    assert_equal 2, asked
    assert_equal "logging", reports.first["mechanism"]["type"]
    logs = reports.first["logs"].map { |log| log.values_at("level", "logger", "message") }
    assert_equal [%w[info shop twice], %w[info shop twice], %w[warning shop made]], logs.first(3)
    assert_includes logs[3].last, "paid"
    assert_equal ["error", "shop", "KeyError: logged"], logs.last
  end

  def test_a_timeout_of_the_app_is_not_swallowed
    kind = Class.new(StandardError)
    errors = Array.new(100_000) { KeyError.new("x") }
    captured do
      assert_raises(kind) do
        Timeout.timeout(0.05, kind) { errors.cycle { |error| Splat.capture_exception(error) } }
      end
    end
  end

  def test_from_the_handler_of_a_signal
    reports = captured do |kept|
      before = trap("USR2") { Splat.capture_exception(raised(IOError.new("trapped"))) }
      Process.kill(:USR2, Process.pid)
      wait_until { Splat.flush(5) && kept.items.any? }
    ensure
      trap("USR2", before)
    end
    assert_equal ["IOError"], reports.map { |report| report["exceptions"].first["type"] }
  end

  def test_threads_that_report_their_errors
    said = $stderr
    reports = captured do |kept|
      quiet = Thread.new do
        Thread.current.report_on_exception = false
        raise KeyError, "for whoever joins"
      end
      assert_raises(KeyError) { quiet.join }
      loud = Thread.new { raise IndexError, "for nobody" }
      wait_until { !loud.alive? }
      wait_until { Splat::Integrations::Threads.sweep && Splat.flush(5) && kept.items.any? }
    end
    assert_equal ["IndexError"], reports.map { |report| report["exceptions"].first["type"] }
    refute_match(%r{lib/splat/}, said.string) # no frame of ours in what Ruby prints
  end

  def wait_until
    late = Splat::Clock.steady + 60
    yield ? (return true) : sleep(0.02) until Splat::Clock.steady > late
    flunk "waited in vain"
  end

  def test_closed_and_not_enabled
    captured { nil }
    Splat.close
    assert_nil Splat.capture_exception(raised(KeyError.new("x")))
    Splat.init(enabled: false, repo: "a/b")
    assert_nil Splat.capture_message("x")
    assert Splat.flush
    assert_empty warnings
  end

  def test_flush_tells_what_was_refused
    kept = Kept.new
    kept.answer = :never
    Splat.init(transport: kept, spool_dir: @folder)
    Splat.capture_exception(raised(KeyError.new("x")))
    refute Splat.flush(60)
    assert Splat.flush(60)
  end

  def test_a_storm_of_different_errors_is_bounded
    kinds = Array.new(100) { |number| Class.new(StandardError) { define_singleton_method(:name) { "K#{number}" } } }
    ids = nil
    captured do
      ids = kinds.map { |kind| Splat.capture_exception(raised(kind.new("x"))) }
    end
    assert_operator ids.compact.length, :<=, 60
  end
end
