# frozen_string_literal: true

require "fileutils"
require "json"
require "net/http"
require "rbconfig"
require "socket"
require "timeout"
require "tmpdir"

# A program of its own process, whose reports go into a folder.
class Program
  LIB = File.expand_path("../../lib", __dir__)
  APPS = File.expand_path("../apps", __dir__)
  SECONDS = 120 # only what fails takes so long

  attr_reader :folder, :said

  def initialize(*command, env: {}, chdir: APPS, **streams)
    @folder = Dir.mktmpdir("splat")
    @log = File.join(@folder, "said")
    @own = { "RUBYLIB" => LIB, "SPLAT_TRANSPORT" => "file", "SPLAT_FOLDER" => reports_folder,
             "SPLAT_SPOOL_DIR" => spool, "RUBYOPT" => "-W0", "HOME" => @folder }
    @began = Process.clock_gettime(Process::CLOCK_MONOTONIC)
    @pid = spawn(@own.merge(env), *command, chdir: chdir, in: File::NULL, out: @log, err: [:child, :out], **streams)
  end

  def self.run(...)
    program = new(...)
    status = program.wait
    program.complete
    yield program, status
  ensure
    program&.remove
  end

  # On a slow machine the time that the end of a process has does not suffice: what it left, the next one delivers.
  def complete
    return if Dir[File.join(spool, "*", "*.json")].empty?
    took = Process.clock_gettime(Process::CLOCK_MONOTONIC) - @began
    raise "it left in the spool what it had the time for: #{output}" if took < 1

    deliver = "require 'splat'; Splat.init; Splat.flush(#{SECONDS})"
    system(@own, "ruby", "-e", deliver, chdir: APPS, out: File::NULL, err: File::NULL)
  end

  def spool
    File.join(@folder, "spool")
  end

  def reports_folder
    File.join(@folder, "reports")
  end

  # What came so far, in the order in which it happened.
  def reports
    Dir[File.join(reports_folder, "*.json")].sort.reject { |path| path.end_with?(".count.json") }
       .map { |path| JSON.parse(File.read(path)) }
  end

  def counts
    Dir[File.join(reports_folder, "*.count.json")].map { |path| JSON.parse(File.read(path)) }
  end

  # `[type, message]` of each.
  def errors
    reports.map { |report| report["exceptions"].first.values_at("type", "message") }
  end

  def until_reports(number)
    deadline = Process.clock_gettime(Process::CLOCK_MONOTONIC) + SECONDS
    sleep 0.05 until reports.length >= number || Process.clock_gettime(Process::CLOCK_MONOTONIC) > deadline
    reports
  end

  def wait
    @status ||= Timeout.timeout(SECONDS) { Process.wait2(@pid).last }
  rescue Timeout::Error
    Process.kill(:KILL, @pid)
    @status = Process.wait2(@pid).last
  end

  def ended?
    @status ||= Process.wait2(@pid, Process::WNOHANG)&.last
    !@status.nil?
  end

  def signal(name)
    Process.kill(name, @pid)
  end

  def output
    File.read(@log)
  end

  def remove
    unless @status
      Process.kill(:KILL, @pid)
      Process.wait(@pid)
    end
    FileUtils.rm_rf(@folder)
  rescue SystemCallError
    nil
  end
end

# Takes reports on a port of its own. Until it opens it has the port, and refuses who connects.
class Collector
  attr_reader :url

  def initialize
    @server = Socket.new(:INET, :STREAM)
    @server.bind(Addrinfo.tcp("127.0.0.1", 0))
    @url = "http://127.0.0.1:#{@server.local_address.ip_port}/"
  end

  # What came while the block ran.
  def open
    reports = []
    @server.listen(16)
    thread = Thread.new { loop { Thread.new(@server.accept.first) { |socket| serve(socket, reports) } } }
    yield
    reports
  ensure
    thread&.kill
    @server.close
  end

  private

  def serve(socket, reports)
    length = 0
    while (line = socket.gets&.chomp) && !line.empty?
      length = line.split(":").last.to_i if line.downcase.start_with?("content-length:")
    end
    reports.concat(JSON.parse(socket.read(length))["reports"])
    socket.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
    socket.close
  end
end

# One that answers requests.
class Server < Program
  attr_reader :port

  # `command` is of puma: it takes over the socket, so that the port is nobody else's, and who connects waits for it.
  def initialize(*command, env: {}, **given)
    socket = TCPServer.new("127.0.0.1", 0)
    @port = socket.addr[1]
    env = { "PUMA_INHERIT_0" => "#{socket.fileno}:tcp://127.0.0.1:#{@port}", **env }
    super(*command.map { |part| part.gsub("PORT", @port.to_s) }, env: env, **given, socket => socket)
  ensure
    socket&.close
  end

  def self.open(...)
    server = new(...)
    yield server
  ensure
    server&.stop
    server&.remove
  end

  # Status, headers without the date, body; nil where the answer ended too early.
  def get(path, headers = {})
    told(connected { |http| http.get(path, headers) })
  rescue EOFError, Errno::ECONNRESET, Net::HTTPBadResponse
    raise "the server ended: #{output}" if ended?

    nil
  end

  def post(path, body, headers = {})
    told(connected { |http| http.post(path, body, headers) })
  end

  def stop
    @began = Process.clock_gettime(Process::CLOCK_MONOTONIC)
    signal(:TERM)
    wait
    complete
  rescue Errno::ESRCH
    nil
  end

  private

  def connected(&block)
    Net::HTTP.start("127.0.0.1", @port, read_timeout: SECONDS, max_retries: 0, &block)
  rescue Errno::ECONNREFUSED, Net::ReadTimeout
    raise "the server does not answer: #{output}"
  end

  def told(answer)
    [answer.code.to_i, answer.to_hash.reject { |name, _| %w[date x-request-id x-runtime].include?(name) }, answer.body]
  end
end
