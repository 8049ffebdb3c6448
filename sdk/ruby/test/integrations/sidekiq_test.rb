# frozen_string_literal: true

require_relative "../helper"
require_relative "served"

# Sidekiq's own server, with a Redis of its own.
class SidekiqTest < Minitest::Test
  parallelize_me! # each test has processes of its own

  def test_failing_jobs_are_reported_though_they_are_tried_again
    with_redis do |socket|
      env = { "REDIS_URL" => "unix://#{socket}" }
      push = "3.times { |n| Retried.perform_async(n) }; Fine.perform_async"
      Program.run("ruby", "-r./sidekiq_jobs", "-e", push, env: env) do |program, status|
        assert status.success?, program.output
        assert_empty program.reports
      end
      server = Program.new("sidekiq", "-r", "./sidekiq_jobs.rb", "-c", "2", env: env)
      # A job that failed is put down for another try before Sidekiq tells of its error; what it has in hand it ends.
      wait_until { said(socket, "ZCARD retry") == ":3" || server.ended? }
      server.signal(:TERM) unless server.ended?
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
      socket = File.join(folder, "redis.sock")
      pid = spawn("redis-server", "--port", "0", "--unixsocket", socket, "--save", "", "--dir", folder, out: File::NULL)
      wait_until { said(socket, "PING") == "+PONG" }
      yield socket
    ensure
      Process.kill(:KILL, pid)
      Process.wait(pid)
    end
  end

  # What Redis answers, in its own words; nil where there is none yet.
  def said(socket, command)
    UNIXSocket.open(socket) { |redis| redis.write("#{command}\r\n") && redis.gets&.chomp }
  rescue SystemCallError
    nil
  end

  def wait_until
    deadline = Process.clock_gettime(Process::CLOCK_MONOTONIC) + Program::SECONDS
    sleep 0.05 until yield || Process.clock_gettime(Process::CLOCK_MONOTONIC) > deadline
  end
end
