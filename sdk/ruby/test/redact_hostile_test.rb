# frozen_string_literal: true

require_relative "helper"
require "splat/redact"

# X12: time grows with the text and no faster, whatever the text is. Ruby's patterns can look back, and have no clock of
# their own before 3.2: each text has 100,000 characters, and a quadratic step would take minutes.
class RedactHostileTest < Minitest::Test
  UNITS = {
    "letters" => "a", "digits" => "4", "digit groups" => "4242 ", "single digits" => "4 ", "name characters" => "a.b-",
    "separators" => "=", "colons" => ":", "slashes" => "\\", "quotes" => '"', "names and quotes" => 'password="',
    "escaped quotes" => "password=\\'", "thrice escaped" => "password=\\\\\\'", "open strings" => "password='a\\",
    "open brackets" => "password=[", "brackets" => "password=[(", "spaces behind" => "password=   ",
    "headers" => "cookie:a\n", "quoted headers" => "'cookie:a\n", "headers in a line" => '"cookie:a ',
    "bare" => "password=\\a", "schemes" => "password: bearer ", "flags" => " --password",
    "flags and values" => " -pass word", "curl" => " -u a", "curl without an end" => "=-u", "curl long" => "=-u=a",
    "elements" => "<password>", "elements closed" => "<password>a</", "userinfo" => "://", "userinfo open" => "://a:b",
    "userinfo at" => "a@://", "at signs" => "@a:", "bearer" => "Bearer ", "begin" => "-----BEGIN PRIVATE KEY-----",
    "almost begin" => "-----BEGIN ", "jwt" => "eyJaaaaaaaa", "jwts" => "eyJaaaaaaaa.", "jwts apart" => "eyJaaaaaaaa. ",
    "sendgrid" => "SG.aaaaaaaaaaaaaaaa", "bot" => "MTIzNDU2Nzg5MDEyMzQ1Njc4.", "sk" => "sk-", "slack" => "xoxb-",
    "gitlab" => "glpat-", "telegram" => "12345678:AA", "webhooks" => "discord.com/api/webhooks/1",
    "query" => "?a=b&key=", "templates" => "password='{a", "names" => "passwordpassword", "camel" => "aA",
    "new lines" => "\n", "white space" => " \t", "marks" => "[REDACTED]", "bare marks" => "pw=[REDACTED][",
    "wide" => "é", "wide names" => "é password=ü ", "astral" => "\u{1f600}=", "cards" => "4242424242424242 ",
    "wide cards" => "é4242 4242 4242 4242 "
  }.freeze
  LENGTH = 100_000
  # Each takes well under half a second; one that is quadratic takes more than this on any machine.
  SECONDS = 8.0

  UNITS.each do |name, unit|
    define_method("test_time_is_linear: #{name}") do
      text = unit * (LENGTH / unit.length)
      { "x " => :redact_text, "x password='" => :redact_text, "x @ </" => :redact_source }.each do |before, redact|
        started = Process.clock_gettime(Process::CLOCK_PROCESS_CPUTIME_ID)
        refute_equal Splat::Redact::MARK, Splat::Redact.public_send(redact, "#{before}#{text}"), "it failed, closed"
        assert_operator Process.clock_gettime(Process::CLOCK_PROCESS_CPUTIME_ID) - started, :<, SECONDS
      end
    end
  end

  def test_a_huge_text_is_cut_before_anything_looks_at_it
    text = "password='" * 2_000_000
    started = Process.clock_gettime(Process::CLOCK_PROCESS_CPUTIME_ID)
    assert_operator Splat::Redact.redact_text(text).length, :<, 200_000
    assert_operator Process.clock_gettime(Process::CLOCK_PROCESS_CPUTIME_ID) - started, :<, SECONDS
  end
end
