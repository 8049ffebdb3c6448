# An RSpec formatter that gives each example the id "file > description", one JSON object a line.
require "json"
require "rspec/core"

class SplatFormatter
  RSpec::Core::Formatters.register self, :example_started, :example_passed, :example_failed, :example_pending,
                                   :message, :dump_summary

  def initialize(_output)
    @file = File.open(File.join(ENV.fetch("SPLAT_RESULTS", "."), "results.jsonl"), "a")
    @file.sync = true
  end

  def example_started(event) = write("start" => identity(event.example))

  def example_passed(event) = write("id" => identity(event.example), "status" => "passed")

  def example_pending(event) = write("id" => identity(event.example), "status" => "skipped")

  def example_failed(event)
    error = event.exception
    trace = ["#{error.class}: #{error.message}", *error.backtrace].join("\n")
    write("id" => identity(event.example), "status" => "failed", "trace" => trace)
  end

  def message(event)
    # A spec file that cannot be loaded is only spoken of.
    path = event.message[/while loading (\S+?)\.?$/, 1]
    write("id" => path, "status" => "error", "trace" => event.message) if path
  end

  def dump_summary(_event) = write("done" => true)

  private

  def identity(example) = "#{example.metadata[:file_path].delete_prefix('./')} > #{example.full_description}"

  def write(record)
    record["trace"] = record["trace"].dup.force_encoding("UTF-8").scrub[0, 20_000] if record["trace"]
    @file.write("#{JSON.generate(record)}\n")
  end
end
