# frozen_string_literal: true

require_relative "../helper"
require_relative "captured"

class SnapshotTest < Minitest::Test
  include Captured

  class Slow < StandardError
    def message
      loop { sleep 0.01 }
    end
  end

  class Raising < StandardError
    def message
      raise "no"
    end
    alias inspect message
    alias to_s message
    alias full_message message
    alias detailed_message message
  end

  class Leaving < StandardError
    def message
      exit 7
    end
  end

  class NoText < StandardError
    def message
      5
    end
  end

  # Ruby itself asks when it raises; from then on nobody does.
  class Liar < StandardError
    %i[class cause backtrace backtrace_locations hash == is_a? respond_to? inspect].each do |name|
      define_method(name) { |*given| @raised ? raise("never asked") : super(*given) }
    end

    def raised!
      @raised = true
      self
    end
  end

  class Own < StandardError
    def message
      "made of #{self.class.name.length}"
    end
  end

  # Whose inspect never ends.
  class Endless
    def inspect
      loop { sleep 0.01 }
    end
  end

  def link(error)
    Splat::Snapshot.links(error).first.settle
  end

  def message_of(kind)
    link(raised(kind.new("text"))).message
  end

  def test_messages_of_classes_that_do_what_they_like
    before = Splat::Clock.steady
    assert_equal "<message failed>", message_of(Slow)
    assert_equal "<message failed>", message_of(Raising)
    assert_equal "<message failed>", message_of(Leaving)
    assert_equal "<message failed>", message_of(NoText)
    assert_equal "text", link(raised(Liar.new("text")).raised!).message
    assert_equal "made of 17", message_of(Own)
    assert_operator Splat::Clock.steady - before, :<, 60
  end

  def test_the_message_is_what_ruby_prints_in_the_first_line
    error = raised_by { nil.lenght }
    assert_equal "undefined method 'lenght' for nil", link(error).message.sub(":NilClass", "").tr("`", "'")
    error = raised_by { Endless.new.lenght }
    assert_operator link(error).message.length, :<, 200
    assert_equal "key not found: :b", link(raised_by { { a: 1 }.fetch(:b) }).message
    assert_equal "RuntimeError", link(raised(RuntimeError.new)).message
  end

  def raised_by
    yield
  rescue StandardError => e
    e
  end

  def test_bytes_that_are_no_text
    assert_equal "\u{fffd}\u{fffd} x \u{fffd}", link(raised(RuntimeError.new("\xFF\xFE x \xED\xA0\x80".b))).message
    assert_equal "é", link(raised(RuntimeError.new("é".encode("ISO-8859-1")))).message
    assert_equal 100_001, link(raised(RuntimeError.new("x" * 200_000))).message.length
  end

  def test_types_are_what_ruby_prints
    assert_equal "SnapshotTest::Own", link(raised(Own.new)).type
    anonymous = Class.new(StandardError) { def self.name = "Fake" }
    assert_match(/\A#<Class:0x[0-9a-f]+>\z/, link(raised(anonymous.new)).type)
  end

  def test_causes_once_each_and_no_cycle
    first = raised_by { raised_by { raise "inner" }.then { |inner| raise KeyError, "outer", cause: inner } }
    links = Splat::Snapshot.links(first).map(&:settle)
    told = links.map { |each| [each.type, each.relation, each.parent] }
    assert_equal [["KeyError", "surfaced", -1], ["RuntimeError", "cause", 0]], told
    around = raised(RuntimeError.new)
    around.define_singleton_method(:cause) { self }
    assert_equal 1, Splat::Snapshot.links(around).length
    deep = nil
    300.times { deep = raised_by { raise "x", cause: deep } }
    assert_equal 200, Splat::Snapshot.links(deep).length
  end

  def test_a_trace_that_was_set_by_hand
    error = RuntimeError.new("x")
    error.set_backtrace(["app.rb:3:in `total'", "junk", "C:/app/b.rb:12:in 'Cart#total'", "script.rb:9"])
    calls = link(error).calls.map { |call| call.to_a.first(4) }
    assert_equal [["script.rb", 9, "", "script.rb"], ["C:/app/b.rb", 12, "Cart#total", "C:/app/b.rb"],
                  ["junk", nil, "", nil], ["app.rb", 3, "total", "app.rb"]], calls
  end

  def test_a_stack_that_overflowed
    def dive = dive
    error = begin
      dive
    rescue SystemStackError => e
      e
    end
    assert_operator link(error).calls.length, :<=, 2_050
    reports = captured { Splat.capture_exception(error) }
    assert_equal "SystemStackError", reports.first["exceptions"].first["type"]
    assert_equal 200, reports.first["exceptions"].first["frames"].length
  end

  def test_a_report_as_the_schema_has_it
    reports = captured { Splat.capture_exception(raised(ArgumentError.new("x"))) }
    report = reports.first
    frame = report["exceptions"].first["frames"].last
    assert_equal "captured.rb", frame["path"]
    assert_equal "raised", frame["function"]
    assert_equal "    raise error", frame["source"]
    assert_equal "  def raised(error)", frame["pre_context"].last
    assert_equal "  rescue Exception => e", frame["post_context"].first
    assert frame["in_app"]
    assert_equal "splat-ruby", report["sdk"]["name"]
    assert_match(/\A[0-9a-f]{16}\z/, report["signature"])
    assert_equal RUBY_VERSION, report["runtime_version"]
  end

  def test_only_program_text_is_read
    error = RuntimeError.new("x")
    error.set_backtrace(["/etc/passwd:1:in `x'", "#{__FILE__}:1:in `y'"])
    frames = captured { Splat.capture_exception(error) }.first["exceptions"].first["frames"]
    assert_nil frames.last["source"]
    assert_equal "# frozen_string_literal: true", frames.first["source"]
  end
end
