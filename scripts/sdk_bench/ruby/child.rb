# frozen_string_literal: true

# One measurement of one SDK in one process: child.rb SDK TASK URL FOLDER SENTRY. Prints one JSON object.
# FOLDER holds the program that fails (app.rb); SENTRY is the folder of a sentry-ruby, "" for the installed one.

require "json"
require "stringio"

SDK, TASK, URL, FOLDER, SENTRY = ARGV
HERE = File.expand_path("../../../sdk/ruby/lib", __dir__)

# Megabytes in memory now.
def rss
  File.read("/proc/self/statm").split[1].to_i * 4096 / 1e6
end

# Microseconds of CPU of this thread, or of all.
def cpu(clock = Process::CLOCK_THREAD_CPUTIME_ID)
  Process.clock_gettime(clock, :nanosecond) / 1000.0
end

def all_cpu = cpu(Process::CLOCK_PROCESS_CPUTIME_ID)

# The SDK set up as its README says, with its own defaults; how to capture, how to wait for delivery.
def start
  case SDK
  when "splat"
    $LOAD_PATH.unshift(HERE)
    require "splat"
    # Fifty issues in a minute are more than it makes; a collector takes them all. The burst goes to GitHub.
    where = TASK == "burst" ? {} : { transport: "http", url: "#{URL}/collect" }
    Splat.init(repo: "o/r", token: "t", api_url: URL, root: FOLDER, spool_dir: "#{FOLDER}/spool", **where)
    [Splat.method(:capture_exception), -> { Splat.flush(10) }]
  when "sentry-ruby"
    $LOAD_PATH.unshift("#{SENTRY}/lib") unless SENTRY.to_s.empty?
    require "sentry-ruby"
    Sentry.init { |config| config.dsn = "#{URL.sub('http://', 'http://key@')}/1" }
    [Sentry.method(:capture_exception), -> { sleep 3 }]
  else
    [->(error) { error.full_message(highlight: false) }, -> {}]
  end
end

# Fail in place `number`; what capturing took.
def crash(number, capture)
  App.crash(number, 0)
rescue KeyError => e
  before = cpu
  capture.call(e)
  cpu - before
end

def task_start
  before = all_cpu
  memory = rss
  start
  { ms: (all_cpu - before) / 1000, mb: rss - memory }
end

# Fifty errors that were never seen before, and what all threads took until they were delivered.
def task_new
  capture, flush = start
  crash(55, capture)
  sleep 1
  total = all_cpu
  raising = 0
  took = Array.new(50) do |number|
    before = cpu
    crash(number, capture).tap do |each|
      raising += cpu - before - each
      sleep 0.05
    end
  end
  flush.call
  { us: took, total_us: (all_cpu - total - raising) / 50 }
end

def task_again
  capture, = start
  20.times { crash(0, capture) }
  sleep 1
  { us: Array.new(3000) { crash(0, capture) } }
end

# Ten seconds of one error at full speed.
def task_burst
  capture, = start
  # What sends is loaded with the first error, whatever comes after it.
  crash(0, capture)
  sleep 1
  GC.start
  ended = Process.clock_gettime(Process::CLOCK_MONOTONIC) + 10
  base = peak = rss
  offered = 0
  took = []
  while Process.clock_gettime(Process::CLOCK_MONOTONIC) < ended
    each = crash(0, capture)
    offered += 1
    next unless (offered % 100).zero? # a list of all would be what grows

    took << each
    peak = [peak, rss].max
  end
  { offered: offered, mb: [peak, rss].max - base, us: took.sort[took.length / 2], ended: Time.now.to_f }
end

def twenty(capture)
  20.times { |number| crash(number, capture) }
end

def task_end
  twenty(start.first)
  nil
end

def task_exit!
  twenty(start.first)
  sleep 0.5
  exit!(0)
end

def task_uncaught
  start
  App.crash(0, 0)
end

def task_thread
  start
  begin
    Thread.new { App.crash(0, 0) }.tap { |thread| sleep 0.01 while thread.alive? }
  end
  nil
end

# The child of a fork fails, and ends.
def task_fork
  capture, = start
  Process.wait(fork { twenty(capture) })
  nil
end

def ended_by(signal)
  twenty(start.first)
  sleep 0.5
  Process.kill(signal, Process.pid)
  sleep 5
end

def task_sigterm = ended_by("TERM")

def task_sigkill = ended_by("KILL")

# The next process of the same app, which fails in nothing.
def task_next
  start.last.call
  nil
end

# Microseconds of CPU that a call of `ours` takes more than one of `plain`: both are timed in turn, so that a busy
# moment meets both.
def added(plain, ours, times, rounds = 25)
  timed = lambda do |work|
    before = cpu
    times.times { work.call }
    (cpu - before) / times
  end
  2.times { [plain, ours].each(&timed) }
  both = Array.new(rounds) { [timed.call(plain), timed.call(ours)] }
  { added: both.map(&:last).min - both.map(&:first).min, plain: both.map(&:first).min }
end

def middleware
  require "rack"
  start
  SDK == "splat" ? Splat::Rack : Sentry::Rack::CaptureExceptions
end

ENVIRONMENT = {
  "REQUEST_METHOD" => "GET", "PATH_INFO" => "/carts/7", "SCRIPT_NAME" => "", "QUERY_STRING" => "",
  "SERVER_NAME" => "localhost", "SERVER_PORT" => "80", "rack.url_scheme" => "http"
}.freeze

def task_rack
  ours = middleware
  app = ->(_env) { [200, { "Content-Type" => "text/plain" }, ["ok"]] }
  wrapped = ours.new(app)
  added(-> { app.call(ENVIRONMENT.dup) }, -> { wrapped.call(ENVIRONMENT.dup) }, 2000)
end

def task_sinatra
  require "sinatra/base"
  ours = middleware
  plain, wrapped = [nil, ours].map do |more|
    Class.new(Sinatra::Base) do
      set :environment, :production
      use more if more
      get("/carts/:number") { "ok" }
    end.new
  end
  input = StringIO.new
  request = -> { ENVIRONMENT.merge("rack.input" => input, "rack.errors" => $stderr) }
  added(-> { plain.call(request.call) }, -> { wrapped.call(request.call) }, 100)
end

Dir.chdir(FOLDER)
require "#{FOLDER}/app"
answer = __send__("task_#{TASK}")
puts JSON.generate(answer) if answer
