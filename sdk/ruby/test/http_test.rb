# frozen_string_literal: true

require_relative "helper"
require "open3"
require "openssl"
require "socket"
require "tmpdir"
require "zlib"
require "splat/http"

# T2, T5: the client over `net/http`, against servers that behave badly.
class HTTPTest < Minitest::Test
  GOOD = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
  Client = Splat::HTTP::Client
  Later = Splat::HTTP::Later

  # Accepts connections on loopback and hands each to the block on a thread of its own.
  class Server
    attr_reader :port, :heard, :connections, :ended

    def initialize(context = nil, &talk)
      @socket = TCPServer.new("127.0.0.1", 0)
      @port = @socket.addr[1]
      @scheme = context ? "https" : "http"
      @accepting = context ? OpenSSL::SSL::SSLServer.new(@socket, context) : @socket
      @accepting.start_immediately = false if context
      @talk = talk
      @heard = []
      @connections = 0
      @ended = Queue.new # connections that were closed
      @thread = Thread.new { serve }
    end

    # Gives these answers, one a request, over as many connections as it takes; the last one again and again.
    def self.answering(*answers, context: nil)
      new(context) do |connection, server|
        while server.hear(connection)
          answer = answers.length > 1 ? answers.shift : answers.first
          connection.write(answer)
          break if answer.include?("close")
        end
      end
    end

    def url
      "#{@scheme}://localhost:#{@port}"
    end

    def close
      @socket.close
      @thread.join
    end

    # One request: its head, and the body its length announces.
    def hear(connection)
      head = +""
      head << (connection.gets || (return nil)) until head.end_with?("\r\n\r\n")
      body = connection.read(head[/^content-length: ([0-9]+)/i, 1].to_i)
      @heard << head + body
      @heard.last
    end

    private

    def serve
      loop do
        connection = @accepting.accept
        @connections += 1
        Thread.new { talk(connection) }
      end
    rescue IOError, SystemCallError
      nil
    end

    def talk(connection)
      connection.accept if connection.is_a?(OpenSSL::SSL::SSLSocket)
      @talk.call(connection, self)
    rescue IOError, SystemCallError, OpenSSL::SSL::SSLError
      nil
    ensure
      connection.close
      @ended << connection
    end
  end

  def setup
    @servers = []
    @environment = ENV.to_h
    %w[http https all no].each { |name| [name, name.upcase].each { |each| ENV.delete("#{each}_proxy") } }
    %w[HTTP HTTPS ALL NO].each { |name| ENV.delete("#{name}_PROXY") }
  end

  def teardown
    ENV.replace(@environment)
    @servers.each(&:close)
  end

  # --- connections ----------------------------------------------------------------------------------------------------

  def test_a_connection_serves_many_requests
    server = answering(GOOD)
    client = Client.new(server.url)
    5.times { assert_equal "ok", client.request("GET", "/x").body }
    client.request("POST", "/y", { a: 1 })
    assert_equal 1, server.connections
    client.drop
    client.request("GET", "/z")
    assert_equal 2, server.connections
  end

  def test_a_connection_that_was_closed_meanwhile_is_no_failure
    server = serving do |connection, here|
      here.hear(connection)
      connection.write(GOOD) # and closes, without a word about it
    end
    client = Client.new(server.url)
    2.times do
      assert_equal 200, client.request("POST", "/", {}, tries: 1).status
      server.ended.pop
    end
    assert_equal 2, server.connections
  end

  def test_a_forked_child_opens_a_connection_of_its_own
    server = answering(GOOD)
    client = Client.new(server.url)
    client.request("GET", "/")
    child = fork { exit!(client.request("GET", "/").body == "ok" ? 0 : 1) }
    assert_equal 0, Process.wait2(child).last.exitstatus
    assert_equal "ok", client.request("GET", "/").body
    assert_equal 2, server.connections
  end

  def test_head_and_path_of_a_request
    server = answering(GOOD)
    Client.new("#{server.url}/api/v3/", "Authorization" => "Bearer x").request("PATCH", "/a?b=c", { "é" => "ü" })
    head, body = server.heard.first.split("\r\n\r\n", 2)
    assert head.start_with?("PATCH /api/v3/a?b=c HTTP/1.1\r\n")
    assert_match(/^Host: localhost:#{server.port}\r$/i, head)
    assert_match(/^Authorization: Bearer x\r$/i, head)
    assert_match(%r{^User-Agent: splat-sdk/}i, head)
    assert_equal({ "é" => "ü" }, JSON.parse(body))
  end

  def test_an_address_that_is_none_is_refused
    ["", "api.github.com", "ftp://x", "https://", "file:///etc/passwd", "http://a b"].each do |address|
      error = assert_raises(ArgumentError) { Client.new(address) }
      assert_includes error.message, "https://"
    end
  end

  # --- bounded --------------------------------------------------------------------------------------------------------

  def test_an_answer_too_long_is_none
    server = answering("HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n#{'x' * 5_000}")
    error = assert_raises(Later) { Client.new(server.url).request("GET", "/", tries: 1, limit: 4_999) }
    assert_includes error.message, "longer than 4999 bytes"
    assert_equal 5_000, Client.new(server.url).request("GET", "/", limit: 5_000).body.length
  end

  def test_a_packed_answer_is_unpacked_and_bounded_all_the_same
    packed = Zlib.gzip("x" * 5_000_000)
    head = "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: #{packed.bytesize}\r\n\r\n"
    server = answering(head.b + packed)
    assert_equal 5_000_000, Client.new(server.url).request("GET", "/", limit: 5_000_000).body.length
    assert_raises(Later) { Client.new(server.url).request("GET", "/", tries: 1, limit: 1_000_000) }
  end

  HALVES = [
    "HTTP/1.1 200 OK\r\nContent-Length: 9\r\nConnection: close\r\n\r\nhalf",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n5\r\nhal",
    "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nConnection: close\r\n\r\n".b + Zlib.gzip("x" * 99)[0...-9],
    "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 5\r\n\r\nclose",
    "nonsense close\r\n\r\n", "close"
  ].freeze

  HALVES.each_with_index do |answer, number|
    define_method("test_half_an_answer_is_none_#{number}") do
      server = answering(answer)
      assert_raises(Later) { Client.new(server.url).request("GET", "/", tries: 1) }
    end
  end

  def test_whatever_bytes_come_back_it_is_an_answer_or_none
    random = Random.new(3)
    pieces = ["Content-Length: 3\r\n", "Transfer-Encoding: chunked\r\n", "Content-Encoding: gzip\r\n",
              "ETag: a\r\n b\r\n", "Retry-After: 0\r\n", "Date: x\r\n", "\r\n", "zz\r\n", "3\r\nabc\r\n"]
    said = nil
    server = serving do |connection, here|
      here.hear(connection)
      connection.write(said)
    end
    120.times do
      head = ["", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 307 X\r\nLocation: "].sample(random: random)
      rest = Array.new(random.rand(7)) do
        random.rand(3).zero? ? random.bytes(random.rand(12)) : pieces.sample(random: random).b
      end
      said = head.b + rest.join
      client = Client.new(server.url)
      begin
        assert_kind_of Integer, client.request("GET", "/", tries: 1, limit: 1_000).status
      rescue Later => e
        refute_empty e.message
      ensure
        client.drop
      end
    end
  end

  def test_a_server_that_drips_holds_nobody_longer_than_the_time_there_is
    server = serving do |connection, here|
      here.hear(connection)
      connection.write("HTTP/1.1 200 OK\r\n")
      1_000.times { connection.write("X") && sleep(0.05) }
    end
    client = Client.new(server.url)
    started = Splat::Clock.steady
    client.hurry(started + 1)
    error = assert_raises(Later) { client.request("GET", "/", tries: 1) }
    assert_includes error.message, "no answer in time"
    assert_operator Splat::Clock.steady - started, :<, Client::READ_SECONDS
  end

  def test_nobody_listens
    taken = Socket.new(:INET, :STREAM)
    taken.bind(Addrinfo.tcp("127.0.0.1", 0)) # so that it is nobody else's
    client = Client.new("http://localhost:#{taken.local_address.ip_port}")
    error = assert_raises(Splat::HTTP::Unreachable) { client.request("GET", "/", tries: 1) }
    assert_includes error.message, "localhost: connection refused"
  ensure
    taken.close
  end

  def test_a_host_that_cannot_be_one
    assert_raises(Later) { Client.new("http://a..b").request("GET", "/", tries: 1) }
  end

  def test_what_an_apps_tests_put_in_the_way_is_no_answer
    refusal = Class.new(Exception) # as webmock's is
    server = answering(GOOD)
    client = Client.new(server.url)
    client.request("GET", "/")
    open = client.instance_variable_get(:@connection).instance_variable_get(:@http)
    open.define_singleton_method(:request) { |*| raise refusal, "real connections are disabled" }
    assert_raises(Later) { client.request("GET", "/", tries: 1) }
  end

  # --- other hosts ----------------------------------------------------------------------------------------------------

  ["http://127.0.0.1:PORT/", "//127.0.0.1:PORT/", "http://localhost:PORT/", "https://localhost:PORT/"].each do |where|
    define_method("test_no_other_host_is_asked_#{where}") do
      other = answering(GOOD)
      server = answering(redirect(where.sub("PORT", other.port.to_s)))
      %w[GET POST].each do |method|
        answer = Client.new(server.url, "Authorization" => "Bearer secret").request(method, "/", tries: 1)
        assert_equal 307, answer.status
      end
      assert_equal 2, server.heard.length
      assert_equal 0, other.connections
    end
  end

  def test_the_same_host_is_followed_but_not_for_ever
    server = answering(redirect("/b"), GOOD)
    assert_equal "ok", Client.new(server.url).request("POST", "/a", { x: 1 }).body
    assert server.heard[1].start_with?("POST /b ")
    assert server.heard[1].end_with?('{"x":1}')
    server = answering(redirect("/again"))
    assert_equal 307, Client.new(server.url).request("GET", "/").status
    assert_equal 3, server.heard.length
  end

  def test_a_redirect_that_leads_nowhere_is_the_answer
    ["/a b", "/é", "http://[", "", "http://localhost:x/", "mailto:a@b"].each do |location|
      server = answering(redirect(location))
      assert_equal 307, Client.new(server.url).request("GET", "/").status
      assert_equal 1, server.heard.length
    end
  end

  def test_a_post_does_not_become_a_get
    server = answering(redirect("/b", 302))
    assert_equal 302, Client.new(server.url).request("POST", "/a", {}).status
    assert_equal 1, server.heard.length
  end

  # --- proxies --------------------------------------------------------------------------------------------------------

  def test_a_proxy_of_the_environment_is_used
    proxy = answering(GOOD)
    ENV["http_proxy"] = "http://user:p%40ss@127.0.0.1:#{proxy.port}"
    assert_equal "ok", Client.new("http://github.invalid:8080/api").request("GET", "/x").body
    assert proxy.heard.first.start_with?("GET http://github.invalid:8080/api/x HTTP/1.1\r\n")
    assert_match(/^Proxy-Authorization: Basic dXNlcjpwQHNz\r$/i, proxy.heard.first)
  end

  def test_hosts_that_need_no_proxy_get_none
    ENV["http_proxy"] = "http://127.0.0.1:9"
    server = answering(GOOD)
    %w[localhost *].each do |bypass|
      ENV["no_proxy"] = bypass
      assert_equal "ok", Client.new(server.url).request("GET", "/").body
    end
  end

  def test_what_a_cgi_programs_client_says_is_no_proxy
    ENV["HTTP_PROXY"] = "http://127.0.0.1:9"
    ENV["REQUEST_METHOD"] = "GET"
    assert_equal "ok", Client.new(answering(GOOD).url).request("GET", "/").body
  end

  def test_a_proxy_sees_neither_token_nor_request_of_https
    proxy = answering("HTTP/1.1 403 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
    ENV["https_proxy"] = "http://127.0.0.1:#{proxy.port}"
    client = Client.new("https://github.invalid", "Authorization" => "Bearer secret")
    assert_raises(Later) { client.request("GET", "/x", tries: 1) }
    assert proxy.heard.first.start_with?("CONNECT github.invalid:443 HTTP/1.")
    refute_includes proxy.heard.first, "secret"
  end

  def test_a_proxy_that_cannot_be_used_is_named
    ["socks5://127.0.0.1:9", "http://127.0.0.1:port", "http://", "https://user:hunter2@127.0.0.1:9"].each do |address|
      ENV["https_proxy"] = address
      error = assert_raises(Later) { Client.new("https://github.invalid").request("GET", "/", tries: 1) }
      assert_includes error.message, "proxy"
      refute_includes error.message, "hunter2"
    end
  end

  # --- trust ----------------------------------------------------------------------------------------------------------

  def test_a_certificate_that_nobody_vouches_for_is_refused_and_one_of_the_users_own_is_trusted
    server = answering(GOOD, context: secure)
    client = Client.new(server.url, "Authorization" => "Bearer secret")
    error = assert_raises(Later) { client.request("GET", "/", tries: 1) }
    assert_includes error.message, "certificate is not trusted"
    assert_empty server.heard
    Dir.mktmpdir do |folder|
      file = File.join(folder, "ca.pem")
      File.write(file, @certificate.to_pem)
      assert_equal "ok", asked_by_a_program(server.url, file)
      assert_includes asked_by_a_program(server.url.sub("localhost", "127.0.0.1"), file), "not trusted"
    end
  end

  # --- time -----------------------------------------------------------------------------------------------------------

  def test_the_servers_clock_is_taken_from_its_answers
    server = answering("HTTP/1.1 200 OK\r\nDate: Sat, 21 Nov 2099 10:00:00 GMT\r\nContent-Length: 0\r\n\r\n")
    client = Client.new(server.url)
    client.request("GET", "/")
    assert_in_delta 4_098_938_400, client.now, 60
  end

  def test_a_date_that_is_none_changes_nothing
    ["yesterday", "", "Sat, 99 Nov 9999999 10:00:00", "\xff".b].each do |date|
      client = Client.new(answering("HTTP/1.1 200 OK\r\nDate: ".b + date.b + "\r\nContent-Length: 0\r\n\r\n").url)
      client.request("GET", "/")
      assert_equal 0, client.ahead
    end
  end

  ["Retry-After: 99999999999999999999", "Retry-After: -5", "Retry-After: soon", "X-RateLimit-Remaining: 0",
   "X-RateLimit-Remaining: 0\r\nX-RateLimit-Reset: never", "Retry-After: Sat, 21 Nov 1999 10:00:00 GMT"].each do |head|
    define_method("test_times_that_make_no_sense_neither_break_nor_block_#{head}") do
      client = Client.new(answering("HTTP/1.1 429 Slow\r\nContent-Length: 0\r\n#{head}\r\n\r\n").url)
      started = Splat::Clock.steady
      assert_raises(Later) { client.request("GET", "/", tries: 1) }
      assert_operator Splat::Clock.steady - started, :<, 30
      assert_operator client.silent_for, :<=, 86_400
    end
  end

  private

  # What a program gets that starts with this file of authorities: OpenSSL reads it once.
  def asked_by_a_program(url, file)
    program = "print begin; Splat::HTTP::Client.new(ARGV[0]).request('GET', '/', tries: 1).body; " \
              "rescue Splat::HTTP::Later => e; e.message; end"
    said, = Open3.capture2({ "SSL_CERT_FILE" => file }, "ruby", "-I", File.expand_path("../lib", __dir__),
                           "-r", "splat/http", "-e", program, url)
    said
  end

  def answering(*answers, context: nil)
    Server.answering(*answers, context: context).tap { |server| @servers << server }
  end

  def serving(&talk)
    Server.new(&talk).tap { |server| @servers << server }
  end

  def redirect(location, status = 307)
    "HTTP/1.1 #{status} Away\r\nLocation: #{location}\r\nContent-Length: 0\r\n\r\n"
  end

  # A server's TLS with a certificate of localhost, signed by itself.
  def secure
    key = OpenSSL::PKey::EC.generate("prime256v1")
    @certificate = OpenSSL::X509::Certificate.new
    @certificate.version = 2
    @certificate.serial = 1
    @certificate.subject = @certificate.issuer = OpenSSL::X509::Name.parse("/CN=localhost")
    @certificate.public_key = key
    @certificate.not_before = Time.now - 60
    @certificate.not_after = Time.now + 3_600
    made = OpenSSL::X509::ExtensionFactory.new(@certificate, @certificate)
    @certificate.add_extension(made.create_extension("basicConstraints", "CA:TRUE", true))
    @certificate.add_extension(made.create_extension("subjectAltName", "DNS:localhost"))
    @certificate.sign(key, "SHA256")
    OpenSSL::SSL::SSLContext.new.tap { |context| context.add_certificate(@certificate, key) }
  end
end
