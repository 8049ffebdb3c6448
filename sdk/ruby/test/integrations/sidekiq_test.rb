# frozen_string_literal: true

require_relative "../helper"
require_relative "served"

# Sidekiq's own server, with a Redis of its own.
class SidekiqTest < Minitest::Test
  parallelize_me! # each test has processes of its own

  def test_failing_jobs_are_reported_though_they_are_tried_again
    with_redis do |url|
      env = { "REDIS_URL" => url }
      push = "3.times { |n| Retried.perform_async(n) }; Fine.perform_async"
      Program.run("ruby", "-r./sidekiq_jobs", "-e", push, env: env) do |program, status|
        assert status.success?, program.output
        assert_empty program.reports
      end
      server = Program.new("sidekiq", "-r", "./sidekiq_jobs.rb", "-c", "2", "-t", "1", env: env)
      server.until_reports(1)
      sleep 0.5
      server.signal(:TERM)
      assert server.wait.success?, server.output
      assert_job(server)
    ensure
      server&.remove
    end
  end

  # Three of one bug: one report and a count of two.
  def assert_job(server)
    assert_equal 1, server.reports.length, server.output
    report = server.reports.first
    assert_equal "IndexError", report["exceptions"].first["type"]
    assert_equal({ "method" => "JOB", "route" => "Retried" }, report["request"])
    assert_equal ["number"], report["tags"].keys
    assert_equal 2, server.counts.sum { |count| count["count"] }
    assert_equal "sidekiq", report["mechanism"]["type"]
  end

  def with_redis
    Dir.mktmpdir do |folder|
      port = TCPServer.open("127.0.0.1", 0) { |server| server.addr[1] }
      pid = spawn("redis-server", "--port", port.to_s, "--bind", "127.0.0.1", "--save", "", "--dir", folder,
                  out: File::NULL)
      wait_for(port)
      yield "redis://127.0.0.1:#{port}/0"
    ensure
      Process.kill(:KILL, pid)
      Process.wait(pid)
    end
  end

  def wait_for(port)
    deadline = Process.clock_gettime(Process::CLOCK_MONOTONIC) + Program::SECONDS
    TCPSocket.open("127.0.0.1", port, &:close)
  rescue SystemCallError
    sleep 0.05
    retry if Process.clock_gettime(Process::CLOCK_MONOTONIC) < deadline
    raise
  end
end
