# frozen_string_literal: true

require_relative "helper"
require "splat/redact"

# Nothing secret survives, nothing raises, twice shows no more: whatever stands around. Seeded, so that a failure comes
# again.
class RedactPropertiesTest < Minitest::Test
  Redact = Splat::Redact
  MARK = Redact::MARK
  PIECES = [
    *"password token session api_key Authorization cookie = : := => == :: :// ' \" ` \\ \\' \\\" [ ] ( ) { } < > " \
     "</ , ; & ? @ - -- -u --user Bearer basic abc hunter2 4242 1 u' true None [REDACTED] <password> $ %s {x key sig " \
     "state . é user:pw@host".split,
    "-----BEGIN PRIVATE KEY-----", "-----END PRIVATE KEY-----", " ", "\n", "\t", "\r", "\u3000", "\xED\xA0\x80",
    "\0", "\xFF"
  ].freeze
  NAMES = %w[password DB_PASSWORD userApiKey client-secret x.authToken api_keys credit_card privateKey].freeze
  FORMS = ["%s=%s", "%s: %s", '%s = "%s"', "'%s': '%s'", '"%s":"%s"', '\\"%s\\":\\"%s\\"', "%s => '%s'",
           "%s=['%s', 'x']", "?a=b&%s=%s&c=d", "%s=Bearer %s", "%s: b'%s'", ":%s=>\"%s\""].freeze

  def setup
    @random = Random.new(20_261_121)
  end

  def test_no_named_value_survives
    2_000.times do
      # An open quote or bracket before may make one string of both; then the name is a text, and what holds it is not.
      before, after = [around, around].map { |text| text.scrub.delete("'\"`\\") }
      next if before.include?("://")

      value = "zqvxkj#{@random.rand(100..999)}#{@random.rand(10**6).to_s(36)}"
      text = "#{before}\n#{format(FORMS.sample(random: @random), NAMES.sample(random: @random), value)}\n#{after}"
      refute_includes Redact.redact_text(text), value, text.inspect
    end
  end

  def test_no_published_shape_survives
    beginnings = %w[ghp_ gho_ github_pat_ glpat- xoxb- xapp-1- sk_live_ rk_test_ whsec_ AIza ya29. GOCSPX- sk- npm_
                    pypi- rubygems_ SK key- dop_v1_ shpat_ sq0atp- hf_ dapi hvs. sntrys_ ATATT3 dckr_pat_ lin_api_ ntn_
                    12345678:AA hooks.slack.com/services/ ABSK AKIA NRAK- AGE-SECRET-KEY-1 eyJ0a0a0a0a0a0a.]
    beginnings.each do |beginning|
      upper = %w[AKIA NRAK- AGE-SECRET-KEY-1].include?(beginning)
      token = beginning + (upper ? "0A" : "0a") * 26
      20.times do
        text = "#{around} #{token}, #{around}"
        [:redact_text, :redact_source].each { |redact| refute_includes Redact.public_send(redact, text), token }
      end
    end
  end

  def test_no_card_survives
    %w[4242424242424242 4242\ 4242\ 4242\ 4242 3782-822463-10005 6011111111111117].each do |card|
      100.times { refute_includes Redact.redact_text("#{around} #{card}\n#{around}"), card }
    end
  end

  def test_it_never_raises_and_twice_shows_no_more
    2_000.times do
      text = around(14)
      [:redact_text, :redact_source].each do |redact|
        once = Redact.public_send(redact, text)
        assert once.valid_encoding?
        assert_shows_no_more once, Redact.public_send(redact, once)
      end
    end
  end

  def test_what_holds_no_secret_comes_back
    1_000.times do
      text = Array.new(80) { "abcdefgh \n.()/+".chars.sample(random: @random) }.join
      assert_equal text, Redact.redact_text(text)
      assert_equal text, Redact.redact_source(text)
    end
  end

  private

  # Each text between the marks of the second was between those of the first.
  def assert_shows_no_more(once, twice)
    at = 0
    twice.split(MARK, -1).each do |part|
      found = once.index(part, at)
      assert found, [once, twice].inspect
      at = found + part.length
    end
  end

  def around(most = 10)
    Array.new(@random.rand(most)) { PIECES.sample(random: @random).b }.join.force_encoding("UTF-8")
  end
end
