# frozen_string_literal: true

require_relative "../helper"
require "fileutils"
require "open3"
require "securerandom"
require "tmpdir"
require "splat/transports/github"

# The emulated GitHub of `sdk/python/tests/github_kit`, with its proxy that plays what it lacks and breaks what it is
# told to. One a process; each test has a proxy of its own.
class Kit
  PYTHON = File.expand_path("../../../python", __dir__)
  BOT = "bot-token"
  STRANGER = "stranger-token"

  LOCK = Mutex.new

  def self.running
    LOCK.synchronize { @running ||= new }
  end

  def initialize
    @lock = Mutex.new
    @to, @from, @ended = Open3.popen2("python3", "-m", "tests.github_kit", chdir: PYTHON)
    Minitest.after_run do
      @to.close
      @ended.value
    end
  end

  # Number and address of a new proxy.
  def proxy
    ask(start: "proxy")
  end

  # What the emulator is asked for, or the proxy of this number.
  def call(name, *args, on: nil, **named)
    ask({ call: name, args: args, named: named, on: on }.compact)
  end

  private

  def ask(wanted)
    line = @lock.synchronize do
      @to.puts(JSON.generate(wanted))
      @from.gets or raise "the emulated GitHub ended"
    end
    told = JSON.parse(line, max_nesting: false)
    raise told["error"] if told["error"]

    told["answer"]
  end
end

# Most of these tests wait for a clock.
Minitest.parallel_executor = Minitest::Parallel::Executor.new(8)

# A repository, and processes that report to it, each in place of one app.
class Desk < Minitest::Test
  parallelize_me!

  BOT = Kit::BOT
  STRANGER = Kit::STRANGER
  SIGNATURE = "17310dbb56def269"
  OTHER = "2222222222222222"
  ZEROS = "0" * 16
  DAY = 86_400.0
  Options = Struct.new(:repo, :token, :api_url, :labels, :trigger_label, :reporters, :public_logs, :public_request,
                       :public_locals, keyword_init: true) do
    def initialize(labels: [], trigger_label: "auto-fix", reporters: [], public_logs: false, public_request: false,
                   public_locals: false, **given)
      super
    end
  end

  attr_reader :repo, :spool, :warnings

  def setup
    @kit = Kit.running
    @number, @url = @kit.proxy
    @repo = @kit.call(:repository, private: private?)
    @folder = Dir.mktmpdir("splat")
    @spool = File.join(@folder, "spool")
    @warnings = []
    @ahead = 0
  end

  def teardown
    FileUtils.rm_rf(@folder)
  end

  # Whether the repository is one that not everyone can read.
  def private?
    true
  end

  # --- what is reported -----------------------------------------------------------------------------------------------

  # A finished report, as the worker hands it over.
  def item(signature = SIGNATURE, at: Time.now.to_f, release: "r1", **given)
    frame = { "path" => "shop/cart.rb", "line" => 42, "function" => "total", "in_app" => true,
              "locals" => { "item" => "Hash(2)" } }
    report = {
      "schema" => "splat-report/1", "id" => SecureRandom.hex(16), "time" => Splat::Clock.iso(at), "runtime" => "ruby",
      "signature" => signature, "release" => release,
      "exceptions" => [{ "type" => "TypeError", "message" => "no price", "frames" => [frame] }],
      "logs" => [{ "message" => "a line of the log", "level" => "info", "logger" => "shop" }],
      "breadcrumbs" => [{ "message" => "a breadcrumb", "category" => "ui" }],
      "request" => { "method" => "GET", "path" => "/carts/7" }, **given.transform_keys(&:to_s)
    }
    Splat::Item.new(report["id"], at, report)
  end

  def count(seen, signature = SIGNATURE, at: Time.now.to_f, release: "r1")
    Splat::Item.new(SecureRandom.hex(16), at, Splat::Count.new(signature, seen, at, at, release))
  end

  # --- processes ------------------------------------------------------------------------------------------------------

  def process(folder = @spool, jitter: 0.0, **options)
    given = Options.new(repo: @repo, token: BOT, api_url: @url, **options)
    Splat::Transports::GitHub.new(given, folder, ->(text) { @warnings << text }, jitter: jitter)
  end

  # What became of each, sent by a process that is new unless given.
  def deliver(*items, by: process)
    by.send(items)
  end


  # An issue as an earlier process made it long ago, with its trigger label.
  def made(signature: SIGNATURE, release: "r1")
    assert_equal [:delivered], deliver(item(signature, release: release))
    long_after
    proxy(:forget)
  end

  # Time passes, on GitHub's clock.
  def long_after(seconds = 600.0)
    clock(@ahead + seconds)
  end

  def clock(ahead)
    @ahead = ahead
    proxy(:set, "ahead", ahead)
  end

  def lag(seconds)
    proxy(:set, "lag", seconds)
  end

  def fault(*args, **named)
    proxy(:fault, *args, **named)
  end

  def proxy(call, *args, **named)
    @kit.call(call, *args, on: @number, **named)
  end

  # As a person closes it, through the proxy, which plays the reason `duplicate`.
  def close(number, reason)
    client = Splat::HTTP::Client.new(@url, "Authorization" => "Bearer #{BOT}")
    answer = client.request("PATCH", "/repos/#{@repo}/issues/#{number}", { state: "closed", state_reason: reason })
    assert_equal 200, answer.status
    client.drop
    proxy(:forget)
  end

  # --- what came of it ------------------------------------------------------------------------------------------------

  def issues
    @kit.call(:issues, @repo)
  end

  def issue(number)
    @kit.call(:issue, @repo, number)
  end

  # The one issue there is.
  def only
    found = issues
    assert_equal 1, found.length
    found.first
  end

  def edit(number, **fields)
    @kit.call(:edit, @repo, number, **fields)
  end

  def labels(number)
    @kit.call(:labels, @repo, number)
  end

  # How often GitHub would have started a workflow.
  def triggered(label = "auto-fix")
    @kit.call(:labelled, @repo, label)
  end

  def requests(method = "", path = "")
    proxy(:requests, method, path)
  end

  # Method and end of the path of each request so far.
  def asked
    requests.map { |each| [each["method"], each["path"].sub("/repos/#{@repo}", "")] }
  end

  # A thread that runs the block once these requests came, one right behind the other.
  def once(*wanted)
    Thread.new do
      late = steady + 60
      sleep 0.02 until asked.each_cons(wanted.length).include?(wanted) || steady > late
      yield
    end
  end

  def states
    issues.map { |each| [each["number"], each["state"]] }
  end

  def assert_seen(number, times)
    assert_includes issue(number)["body"], "seen count=#{times} "
  end

  def steady
    Splat::Clock.steady
  end
end
