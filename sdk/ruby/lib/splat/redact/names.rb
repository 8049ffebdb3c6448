# frozen_string_literal: true

require_relative "../memo"

module Splat
  module Redact
    # K: what a name tells about the value that it names: the tables and the user's own names together.
    class Names
      # Only the last so many code points of a name count (K1).
      MAX_NAME = 100
      # Names whose answer is remembered; beyond that all are forgotten.
      MAX_KNOWN = 1_024

      SURE = %w[
        accesskey accesstoken apikey apikeys authorization authtoken cardnumber clientsecret connectionstring credential
        credentials creditcard creds cvc cvv cvv2 mysqlpwd passcode passcodes passphrase passphrases passwd passwds
        password passwords pgpassword privatekey pwd refreshtoken secret secretkey secrets ssn totp
      ].to_h { |word| [word, true] }.freeze
      SURE_ENDS = %w[apikey passphrase passwd password secret].freeze
      SURE_PAIRS = [
        "access key", "access keys", "access tokens", "account key", "api key", "api keys", "api tokens", "app key",
        "auth key", "auth tokens", "backup codes", "basic auth", "bearer tokens", "card no", "card num", "card number",
        "connection string", "credit card", "db pass", "debit card", "deploy key", "device tokens", "encryption key",
        "id tokens", "license key", "master key", "mfa code", "one time", "private key", "private keys",
        "recovery code", "recovery codes", "refresh tokens", "secret key", "security code", "session tokens",
        "shared key", "signing key", "smtp pass", "social security", "ssh key", "user pass", "verification code"
      ].to_h { |pair| [pair.split, true] }.freeze
      LIKELY = %w[
        auth bearer card cookie cookies csrf jsessionid jwt jwts otp otps phpsessid pin sessid session sessionid
        sessions sid token xsrf
      ].to_h { |word| [word, true] }.freeze
      LIKELY_ENDS = %w[cookie sessid sessionid token].freeze
      ABOUT = %w[
        age alg algorithm at class column count counter counts disabled domain enabled endpoint error errors exception
        expiration expire expired expires expiry factory field fields file filename folder format handler idx in index
        invalid kind len length limit line manager max min missing name names offset on path policy position present
        provider required service size state status store strength timeout ttl type types uri url usage valid validator
        version
      ].to_h { |word| [word, true] }.freeze
      QUERY = %w[assertion code hmac key nonce pass pw sig signature state ticket].freeze
      SEGMENT = /[A-Z]+(?![a-z])|[A-Z]?[a-z]+/.freeze
      private_constant :SURE_ENDS, :LIKELY_ENDS, :QUERY, :SEGMENT

      # K1: the words of a name, in lower case: `userAPIKey2` is user, api, key.
      def self.segments(name)
        name = name[-MAX_NAME, MAX_NAME] if name.length > MAX_NAME
        name.scan(SEGMENT).each { |part| part.downcase!(:ascii) }
      end

      # `extra` are names that tell as well.
      def initialize(extra = [])
        @extra = extra.map { |name| Names.segments(name) }.reject(&:empty?)
        @known = Memo.new(MAX_KNOWN) { |name| work_out(Names.segments(name)) }
      end

      # K3: `:sure`, `:likely` or `:none`.
      def strength(name)
        # What is remembered is short and nobody else's to change.
        @known[-(name.length > MAX_NAME ? name[-MAX_NAME, MAX_NAME] : name)]
      end

      # Whether what the name names is to be hidden.
      def tells?(name)
        strength(name) != :none
      end

      # The same for a URL's parameter, where more names tell (X6.3).
      def tells_in_query?(name)
        return true if tells?(name)

        lower = name.downcase(:ascii)
        QUERY.include?(lower) || lower.end_with?("signature")
      end

      # How many names are remembered.
      def known
        @known.length
      end

      private

      def work_out(parts)
        return :sure if @extra.any? { |wanted| parts.each_cons(wanted.length).include?(wanted) }
        return :none if parts.empty? || ABOUT.key?(parts.last)
        return :sure if parts.any? { |part| SURE.key?(part) || part.end_with?(*SURE_ENDS) }
        return :sure if parts.each_cons(2).any? { |pair| SURE_PAIRS.key?(pair) }

        parts.any? { |part| LIKELY.key?(part) || part.end_with?(*LIKELY_ENDS) } ? :likely : :none
      end
    end
  end
end
