# frozen_string_literal: true

require_relative "../helper"
require_relative "served"

# The ways in which a process ends.
class EndsTest < Minitest::Test
  parallelize_me! # each test has processes of its own

  HEAD = <<~RUBY
    unless ENV["BARE"]
      require "splat"
      Splat.init
    end
    def capture(message)
      raise IndexError, message
    rescue IndexError => e
      Splat.capture_exception(e)
    end
  RUBY
  ENDS = {
    "uncaught" => ["raise KeyError, 'bye'", [%w[KeyError bye]]],
    "exit" => ["exit 3", []],
    "abort" => ["abort 'bye'", []],
    "exit in a rescue" => ["begin; raise 'x'; rescue; exit 4; end", []],
    "at_exit raises" => ["at_exit { raise KeyError, 'late' }", [%w[KeyError late]]],
    "thread" => ["t = Thread.new { raise KeyError, 'one' }; sleep 0.01 while t.alive?", [%w[KeyError one]]],
    "aborting thread" => [
      "Thread.abort_on_exception = true; Thread.new { raise KeyError, 'all' }; sleep", [%w[KeyError all]]
    ],
    "interrupted" => ["Process.kill(:INT, Process.pid); sleep", []],
    "terminated" => ["Process.kill(:TERM, Process.pid); sleep", []],
    "a signal's handler exits" => [
      "trap(:USR1) { capture('caught'); exit 6 } unless ENV['BARE']; trap(:USR1) { exit 6 } if ENV['BARE']; " \
      "Process.kill(:USR1, Process.pid); sleep", [%w[IndexError caught]]
    ],
    "a signal's handler closes" => [
      "trap(:USR1) { exit 6 } if ENV['BARE']; trap(:USR1) { capture('caught'); Splat.flush(5); Splat.close; exit 6 } " \
      "unless ENV['BARE']; Process.kill(:USR1, Process.pid); sleep", [%w[IndexError caught]]
    ],
    "a signal's handler begins" => [
      "Splat.close unless ENV['BARE']; trap(:USR1) { Splat.init unless ENV['BARE']; exit 6 }; " \
      "Process.kill(:USR1, Process.pid); sleep", []
    ],
    "in a ractor" => [
      "Warning[:experimental] = false; Ractor.new { ENV['BARE'] || [Splat.capture_message('x'), " \
      "Splat.set_tag('a', 'b'), Splat.add_breadcrumb('c'), Splat.flush(1), Splat.close] }.take", []
    ],
    "syntax" => ["eval('1 +')", [["SyntaxError", nil]]],
    "throw" => ["throw :nothing", [["UncaughtThrowError", "uncaught throw :nothing"]]]
  }.freeze

  def program(body, env = {}, &block)
    Program.run("ruby", "-W0", "-e", HEAD + body, env: env, &block)
  end

  # Addresses and numbers of processes differ.
  def printed(program)
    program.output.gsub(/0x[0-9a-f]+/, "0x")
  end

  ENDS.each do |name, (body, errors)|
    define_method("test_#{name.tr(' ', '_')}") do
      bare = program(body, { "BARE" => "1" }) { |program, status| [status.to_s.sub(/\d+/, ""), printed(program)] }
      program(body) do |program, status|
        assert_equal bare, [status.to_s.sub(/\d+/, ""), printed(program)]
        assert_equal errors.map(&:first), program.errors.map(&:first)
        assert_equal errors.first.last, program.errors.first.last if errors.first&.last
      end
    end
  end

  def test_what_was_captured_right_before_the_end_is_not_lost
    program("5.times { capture('a') }; exit") do |program, _|
      assert_equal [%w[IndexError a]], program.errors
      assert_equal [4], program.counts.map { |count| count["count"] }
    end
  end

  # The time that the end of a process has is over while our thread loads: rubygems makes an error of being ended there.
  def test_the_end_comes_while_files_are_loaded
    program(<<~RUBY) do |program, status|
      slow = Module.new do
        def find_unresolved_default_spec(path)
          sleep(4) if path == "securerandom"
          super
        end
      end
      Gem.singleton_class.prepend(slow)
      capture("slow")
    RUBY
      assert_predicate status, :success?, "it did not end"
      assert_equal [%w[IndexError slow]], program.errors
    end
  end

  def test_the_end_comes_while_before_send_is_at_work
    { "sleep" => [], "begin; sleep; ensure; raise 'no'; end" => ["splat: before_send failed"] }.each do |work, said|
      program(<<~RUBY) do |program, status|
        Splat.init(before_send: ->(report) { #{work} })
        capture("first")
        raise KeyError, "second"
      RUBY
        assert_equal 1, status&.exitstatus, "it did not end"
        assert_equal [%w[IndexError first], %w[KeyError second]], program.errors
        assert_equal said, program.output.scan(/^splat: before_send failed/)
      end
    end
  end

  # Ruby lists our thread too.
  def test_a_deadlock_ends_the_program
    program("Thread.new { Thread.stop }.join") do |program, status|
      assert_equal 1, status.exitstatus
      assert_includes program.output, "No live threads left. Deadlock? (fatal)"
      assert_equal %w[fatal], program.errors.map(&:first)
    end
  end

  def test_logging_in_a_ractor_is_what_it_was
    program(<<~RUBY) do |program, status|
      require "logger"
      Ractor.new { Logger.new($stdout).error("from a ractor") }.take
      capture("goes on")
    RUBY
      assert_predicate status, :success?
      assert_includes program.output, "from a ractor"
      assert_equal [%w[IndexError goes\ on]], program.errors
    end
  end

  def test_children_report_what_is_theirs
    program(<<~RUBY) do |program, _|
      capture("parent")
      pids = Array.new(3) { |n| fork { capture("child"); raise KeyError, "end" } }
      pids.each { |pid| Process.wait(pid) }
    RUBY
      assert_equal 7, program.errors.length
      assert_equal 3, program.errors.count(%w[KeyError end])
      assert_empty program.counts
    end
  end

  def test_threads_of_children
    program(<<~RUBY) do |program, _|
      thread = Thread.new { raise KeyError, "parent's" }
      sleep 0.01 while thread.alive?
      pid = fork do
        2.times { |n| Thread.new { raise [IndexError, TypeError][n], "child's" }.then { |each| sleep 0.01 while each.alive? } }
      end
      Process.wait(pid)
    RUBY
      assert_equal [["IndexError", "child's"], ["KeyError", "parent's"], ["TypeError", "child's"]], program.errors.sort
    end
  end

  def test_a_daemon
    program(<<~RUBY) do |program, _|
      capture("before"); Splat.flush
      Process.daemon(true, true)
      capture("behind")
    RUBY
      program.until_reports(2)
      assert_equal [%w[IndexError before], %w[IndexError behind]], program.errors
    end
  end

  def test_durable_survives_kill_and_the_next_process_delivers
    collector = Collector.new
    Dir.mktmpdir do |spool|
      env = { "SPLAT_SPOOL_DIR" => spool, "SPLAT_DURABLE" => "1", "SPLAT_TRANSPORT" => "http",
              "SPLAT_URL" => collector.url }
      program("capture('kept'); Process.kill(:KILL, Process.pid)", env) { nil }
      files = Dir[File.join(spool, "*", "*")]
      assert_equal 1, files.length
      assert_match(/\.json\.\d+\.taken\z/, files.first)
      assert_equal 0o600, File.stat(files.first).mode & 0o777
      sent = collector.open do
        program("p Splat.flush(60)", env) { |program, _| assert_equal "true\n", program.output }
      end
      assert_equal(["kept"], sent.map { |report| report["exceptions"].first["message"] })
      assert_empty Dir[File.join(spool, "*", "*")]
    end
  end

  def test_nothing_can_be_written
    program("capture('a'); puts Splat.flush(60)", { "SPLAT_SPOOL_DIR" => "/proc/nowhere" }) do |program, _|
      assert_includes program.output, "true"
      assert_includes program.output, "splat: nothing can be written below /proc/nowhere"
      assert_equal [%w[IndexError a]], program.errors
    end
  end

  def test_sinatra_that_serves_from_at_exit
    Server.open("ruby", "classic.rb", "-e", "production", "-o", "127.0.0.1", "-p", "PORT", "-q") do |server|
      2.times { assert_equal 500, server.get("/boom").first }
      server.until_reports(1)
      server.stop
      assert_equal [%w[RuntimeError boom]], server.errors
      assert_equal [1], server.counts.map { |count| count["count"] }
    end
  end

  def test_rake
    Dir.mktmpdir do |folder|
      File.write(File.join(folder, "Rakefile"), "require 'splat'\nSplat.init\ntask(:boom) { raise KeyError, 'task' }\n")
      Program.run("rake", "boom", chdir: folder) do |program, status|
        assert_equal 1, status.exitstatus
        assert_equal [%w[KeyError task]], program.errors
        assert_equal "rake", program.reports.first["mechanism"]["type"]
      end
    end
  end
end
