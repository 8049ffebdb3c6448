# Runs the test files named, or all of test/, with a reporter that gives each test the id "Class#name".
require "json"
require "minitest"

module Minitest
  class SplatReporter < AbstractReporter
    def initialize
      super
      @file = File.open(File.join(ENV.fetch("SPLAT_RESULTS", "."), "results.jsonl"), "a")
      @file.sync = true
    end

    def prerecord(klass, name) = write("start" => identity(klass, name))

    def record(result)
      status = result.skipped? ? "skipped" : result.passed? ? "passed" : "failed"
      trace = result.failures.map { |failure| said(failure) }.join("\n\n")
      write("id" => identity(result.klass, result.name), "status" => status, "trace" => trace)
    end

    def report = write("done" => true)

    private

    # Specs number their tests; a number that another test in front shifts is no part of a stable name.
    def identity(klass, name) = "#{klass}##{name.sub(/\Atest_\d{4}_/, '')}"

    def said(failure)
      error = failure.respond_to?(:error) ? failure.error : failure
      ["#{error.class}: #{error.message}", *error.backtrace].join("\n")
    end

    def write(record)
      record["trace"] = record["trace"].dup.force_encoding("UTF-8").scrub[0, 20_000] if record["trace"]
      @file.write("#{JSON.generate(record)}\n")
    end
  end

  def self.plugin_splat_init(_options)
    reporter << SplatReporter.new
  end
end

Minitest.extensions << "splat"
Minitest.autorun
paths = ARGV.empty? ? Dir["test/**/*_test.rb", "test/**/test_*.rb"].sort : ARGV.dup
ARGV.clear
paths.each do |path|
  load File.expand_path(path)
rescue ScriptError, StandardError => e
  # One file that cannot be loaded must not hide the others.
  line = { "id" => path, "status" => "error", "trace" => ["#{e.class}: #{e.message}", *e.backtrace].join("\n")[0, 20_000] }
  File.open(File.join(ENV.fetch("SPLAT_RESULTS", "."), "results.jsonl"), "a") { |file| file.puts(JSON.generate(line)) }
end
