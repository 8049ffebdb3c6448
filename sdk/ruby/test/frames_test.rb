# frozen_string_literal: true

require_relative "helper"
require "open3"
require "splat/frames"
require "splat/frames/others"

# F1 to F4: the vectors, this very process's own files, and bounds.
class FramesTest < Minitest::Test
  extend Vectors::Tests

  vectors("frames", "frames") do |vector|
    frames = Splat::Frames.new(vector["root"], vector["include"] || [], libraries: vector["libraries"] || [],
                                                                        runtime: vector["runtime"])
    2.times { assert_equal vector["in_app"], frames.in_app?(vector["path"]) }
    assert_equal vector["expected"], frames.path(vector["path"])
  end

  def test_the_patterns_are_those_of_the_rule
    assert_equal patterns("ruby"), source(Splat::Frames::FOREIGN)
  end

  def test_the_other_runtimes_rules_are_those_of_the_rule
    others = Splat::Frames::Others
    others::STARTS.each do |runtime, starts|
      assert_equal row(runtime).first.scan(/`(.+?)`/).flatten, starts
      assert_equal patterns(runtime), source(others::PATTERNS[runtime])
    end
  end

  def test_this_ruby_knows_its_own
    frames = Splat::Frames.new(Splat::Frames.start_folder)
    loaded = $LOADED_FEATURES.find { |file| file.end_with?("/json/common.rb") }
    [loaded, Minitest.method(:run).source_location.first, "<internal:kernel>", "(eval)", "-e", ""].each do |file|
      refute frames.in_app?(file), file
    end
    assert frames.in_app?(__FILE__)
    assert frames.in_app?("app.rb")
  end

  def test_what_is_remembered_is_bounded
    frames = Splat::Frames.new("/app")
    (Splat::Frames::MAX_KNOWN * 2 + 10).times { |number| frames.in_app?("/app/m#{number}.rb") }
    assert_operator frames.instance_variable_get(:@known).length, :<=, Splat::Frames::MAX_KNOWN
  end

  def test_a_path_of_any_bytes
    frames = Splat::Frames.new("/app")
    assert_equal "\u{fffd}.rb", frames.path("/app/\xFF.rb")
    assert frames.in_app?("/app/\xFF.rb".b)
    assert_equal "lib/x.rb", frames.path("\\app\\lib\\x.rb")
  end

  def test_time_is_bounded
    ["/gems/", "a", "/", "/gems/a-1", "vendor/", "a ", "/..", "\\"].each do |unit|
      path = "/" + unit * (100_000 / unit.length)
      started = Process.clock_gettime(Process::CLOCK_PROCESS_CPUTIME_ID)
      frames = Splat::Frames.new("/app")
      frames.in_app?(path)
      frames.path(path)
      assert_operator Process.clock_gettime(Process::CLOCK_PROCESS_CPUTIME_ID) - started, :<, 5
    end
  end

  def test_a_folder_that_is_gone_is_no_root
    lib = File.expand_path("../lib", __dir__)
    program = "$stdout.sync = true; Dir.mktmpdir { |gone| Dir.chdir(gone); Dir.rmdir(gone); " \
              "print Splat::Frames.start_folder.inspect; exit! }"
    said, = Open3.capture2("ruby", "-I", lib, "-r", "tmpdir", "-r", "splat/frames", "-e", program)
    assert_equal '""', said
  end
  private

  # Starts and patterns as SPEC.md prints them.
  def row(runtime)
    Vectors::SPEC[/^  \| `#{runtime}` \| (`.*) \|$/, 1].gsub("\\|", "\0").split(" | ")
  end

  def patterns(runtime)
    found = row(runtime).last.tr("\0", "|").scan(/`(.+?)`(?: |$)/).flatten
    found.map { |each| "(#{each.gsub(/(?<!\[)\^/, '\\A')})" }.join("|")
  end

  # Of a union of patterns, without what Ruby alone writes.
  def source(union)
    union.source.gsub("(?-mix:", "(").gsub("\\/", "/").gsub("(?:", "(")
  end
end
