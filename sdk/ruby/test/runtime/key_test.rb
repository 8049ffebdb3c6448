# frozen_string_literal: true

require_relative "../helper"
require "splat"

# The key by which a process tells its bugs apart: two errors have one key only where they have one signature.
class KeyTest < Minitest::Test
  GEM = "/usr/lib/ruby/gems/3.1.0/gems/shop-1.0.0/lib/shop.rb"
  APP = "/srv/app/cart.rb"
  OTHER = "/srv/app/order.rb"

  # Calls of these names, in these files, innermost last; then the block.
  def called(places, &block)
    return block.call if places.empty?

    (file, name), *rest = places
    made = Object.new
    made.instance_eval("def #{name}(inner) = inner.call", file, 7 + rest.length)
    made.public_send(name, -> { called(rest, &block) })
  end

  def error(places, kind = RuntimeError, message = "text", cause: nil)
    called(places) { raise kind, message, cause: cause }
  rescue Exception => e # a stack that overflowed is no StandardError
    e
  end

  def setup
    @frames = Splat::Frames.new("/srv/app", [], libraries: [])
    @own = ->(path) { path.start_with?("/srv/app/") && @frames.in_app?(path) }
  end

  def key(error)
    links = Splat::Snapshot.links(error)
    Splat::Snapshot.key(links, Splat::Snapshot.place(links, &@own), &@own)
  end

  # Of all frames, as the engine computes it.
  def signature(error)
    exceptions = Splat::Snapshot.links(error).map do |link|
      frames = link.calls.map do |call|
        { "path" => call.path, "function" => call.function, "in_app" => !call.built_in && @own.call(call.path) }
      end
      { "type" => link.type, "message" => link.message, "relation" => link.relation,
        "parent" => link.parent.negative? ? nil : link.parent, "frames" => frames }
    end
    Splat::Signature.signature("ruby", "/srv/app", exceptions)
  end

  def errors
    traces = [[[APP, "total"]], [[APP, "total"], [GEM, "price"]], [[APP, "tax"], [GEM, "price"]], [[GEM, "price"]],
              [[OTHER, "total"], [APP, "total"]], [[GEM, "other"]], [[APP, "total"], [APP, "total"]], []]
    kinds = [RuntimeError, KeyError, NoMemoryError, SystemStackError, Class.new(StandardError)]
    messages = ["text", "stack overflow", "Maximum execution time of 3 seconds", "other text 7"]
    alone = traces.product(kinds, messages).map { |each| error(*each) }
    alone += built_in.values
    alone + alone.each_slice(7).map(&:first).product(traces.first(5)).map do |cause, trace|
      error(trace, ArgumentError, "around", cause: cause)
    end + [RuntimeError.new("never raised"), by_hand(APP), by_hand(GEM), by_hand(OTHER)]
  end

  def by_hand(path)
    RuntimeError.new("text").tap { |made| made.set_backtrace(["#{path}:3:in `total'"]) }
  end

  # Two methods of one file, in which methods of Ruby's fail that are written in C.
  def built_in
    shop = Object.new
    shop.instance_eval(<<~CODE, APP)
      def total = {}.fetch(:a)
      def tax = Integer("x")
      def price = [1].each { |each| {}.fetch(:a) }
      def other = {}.fetch(:a)
      def down(left) = left.zero? ? {}.fetch(:a) : down(left - 1)
    CODE
    [[:total], [:tax], [:price], [:other], [:down, 3]].to_h do |name, *given|
      [name, begin
        shop.public_send(name, *given)
      rescue StandardError => e
        e
      end]
    end
  end

  def test_a_method_written_in_c_is_not_the_apps_though_it_has_its_callers_place
    errors = built_in
    assert_equal 5, errors.values.map { |each| signature(each) }.uniq.length
    errors.each do |name, each|
      links = Splat::Snapshot.links(each)
      assert_equal [0, APP], Splat::Snapshot.place(links, &@own).first(2)
      assert_match(/\A(block in )?#{name}\z/, Splat::Snapshot.place(links, &@own).last)
      assert links.first.calls.last.built_in, "the call of fetch or Integer"
    end
    assert_equal [false] * 4, Splat::Snapshot.links(errors[:down]).first.calls.last(5).first(4).map(&:built_in)
  end

  def test_one_key_one_signature
    known = {}
    errors.each do |each|
      assert_equal known[key(each)] ||= signature(each), signature(each), key(each).inspect
    end
    assert_operator known.length, :>, 60
    assert_operator known.values.uniq.length, :>, 30
  end

  def test_the_client_computes_the_same_signature_as_of_all_frames
    options = Splat::Options.new(root: "/srv/app", transport: "none")
    client = Splat::Client.new(options) { nil }
    client.instance_variable_set(:@own, @own)
    errors.each do |each|
      assert_equal signature(each), client.send(:signature, Splat::Snapshot.links(each))
    end
  end

  def test_a_repeat_has_the_key_of_the_first_one_whatever_its_values_and_outer_calls_are
    first = error([[APP, "total"], [GEM, "price"]], RuntimeError, "no 7")
    again = error([[OTHER, "main"], [APP, "total"], [GEM, "other"]], RuntimeError, "no 8")
    assert_equal key(first), key(again)
    refute_equal key(first), key(error([[APP, "tax"]], RuntimeError, "no 7"))
  end
end
