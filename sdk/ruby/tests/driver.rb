# frozen_string_literal: true

# An app that does what it is told: one JSON object a line on stdin, one JSON line of answer on stdout.

$LOAD_PATH.unshift(File.expand_path("../lib", __dir__))
require "json"
require "splat"

# Thirty places where an error can come from.
module Bugs
  30.times do |number|
    # As if each were written out: a line and a name of its own.
    module_eval("def self.bug_#{number}(message = 'bug #{number}'); raise message; end", __FILE__, 1_000 + number)
  end
end

# Reads and does.
module Driver
  module_function

  def run
    $stdin.each_line do |line|
      told = JSON.parse(line, symbolize_names: true)
      return finish(told[:how]) if told[:do] == "end"

      answer(done(told))
    end
  end

  def answer(data)
    $stdout.puts(JSON.generate(data))
    $stdout.flush
  end

  def done(told)
    case told[:do]
    when "init" then Splat.init(**told.fetch(:options, {}))
    when "capture" then return { ids: captured(told) }
    when "message" then return { id: Splat.capture_message(told[:text]) }
    when "breadcrumb" then Splat.add_breadcrumb(told[:message])
    when "tag" then Splat.set_tag(told[:name], told[:value])
    when "flush" then return { flushed: Splat.flush(told.fetch(:seconds, 10)) }
    when "close" then Splat.close
    when "sleep" then sleep(told[:seconds])
    else raise ArgumentError, "no such order: #{told[:do]}"
    end
    { ok: true }
  end

  def captured(told)
    ids = []
    told.fetch(:times, 1).times do
      Bugs.public_send(:"bug_#{told[:bug]}", told[:message])
    rescue RuntimeError => e
      id = Splat.capture_exception(e)
      ids << id if ids.length < 10
    end
    ids
  end

  def finish(how)
    case how
    when "exit" then exit(3)
    when "uncaught" then Bugs.bug_0
    when "thread"
      thread = Thread.new { Bugs.bug_0 }
      sleep 0.01 while thread.alive?
    when "kill" then Process.kill(:KILL, Process.pid) && sleep
    end
  end
end

Driver.run
