# frozen_string_literal: true

require "tmpdir"
require "splat"

# Keeps what it is given.
class Kept
  attr_reader :items
  attr_accessor :answer

  def initialize
    @items = []
    @answer = :delivered
  end

  def send(items)
    @items.concat(items)
    items.map { @answer }
  end

  def tick; end

  def close(_deadline); end

  def reports
    @items.reject(&:count?).map(&:body)
  end
end

# For tests that call `Splat.init`: `reports` are what the block led to.
module Captured
  def setup
    @folder = Dir.mktmpdir("splat")
    @said = $stderr
    $stderr = StringIO.new
    Splat::Warn.forget
  end

  def teardown
    Splat.close
    $stderr = @said
    FileUtils.rm_rf(@folder)
  end

  def warnings
    $stderr.string
  end

  def captured(**options)
    kept = Kept.new
    Splat.init(transport: kept, spool_dir: @folder, root: __dir__, **options)
    yield kept
    assert Splat.flush(60), warnings
    kept.reports
  end

  def raised(error)
    raise error
  rescue Exception => e
    e
  end
end
