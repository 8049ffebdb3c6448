# frozen_string_literal: true

require "strscan"

module Splat
  module Redact
    MARK = "[REDACTED]"

    # X2 to X5: secrets that look like secrets, whatever stands before them.
    module Shapes
      B = "(\\A|[^0-9A-Za-z])"
      E = "(\\A|[^0-9A-Za-z_-])"
      # X3: the published shapes, in their order: name, what a text that holds one contains, the pattern. Group 2 is
      # secret.
      PUBLISHED = [
        ["aws", ["AKIA", "ASIA", "ABIA", "ACCA"], /#{B}((?:AKIA|ASIA|ABIA|ACCA)[0-9A-Z]{16,})/],
        ["aws-bedrock", ["ABSK", "bedrock-api-key-"], %r{#{B}((?:ABSK|bedrock-api-key-)[0-9A-Za-z+/=]{40,})}],
        ["github", ["ghp_", "gho_", "ghu_", "ghs_", "ghr_"], /#{B}(gh[pousr]_[0-9A-Za-z_]{20,})/],
        ["github-pat", ["github_pat_"], /#{B}(github_pat_[0-9A-Za-z_]{20,})/],
        ["gitlab", ["gl"], /#{B}(gl(?:pat|dt|rt|cbt|ptt|ft|imt|oas|soat|agent)-[0-9A-Za-z_.-]{16,})/],
        ["slack", ["xox"], /#{B}(xox[abcdeops][.-][0-9A-Za-z.-]{10,})/],
        ["slack-app", ["xapp-"], /#{B}(xapp-[0-9]-[0-9A-Za-z-]{10,})/],
        ["slack-webhook", ["hooks.slack.com/"],
         %r{(hooks\.slack\.com/(?:services|workflows|triggers)/)([0-9A-Za-z_/-]{20,})}],
        ["discord-webhook", ["/api/webhooks/"],
         %r{(discord(?:app)?\.com/api/webhooks/[0-9]{5,25}/)([0-9A-Za-z_-]{20,})}],
        ["stripe", ["k_live_", "k_test_", "k_prod_"], /#{B}([sr]k_(?:live|test|prod)_[0-9A-Za-z]{10,})/],
        ["stripe-webhook", ["whsec_"], %r{#{B}(whsec_[0-9A-Za-z+/=]{20,})}],
        ["google", ["AIza"], /#{B}(AIza[0-9A-Za-z_-]{35,})/],
        ["google-oauth", ["ya29."], /#{B}(ya29\.[0-9A-Za-z_.-]{20,})/],
        ["google-secret", ["GOCSPX-"], /#{B}(GOCSPX-[0-9A-Za-z_-]{20,})/],
        ["sk", ["sk-"], /#{E}(sk-[0-9A-Za-z_-]{20,})/],
        ["npm", ["npm_"], /#{B}(npm_[0-9A-Za-z]{30,})/],
        ["pypi", ["pypi-"], /#{B}(pypi-[0-9A-Za-z_-]{32,})/],
        ["rubygems", ["rubygems_"], /#{B}(rubygems_[0-9a-f]{40,})/],
        ["sendgrid", ["SG."], /#{B}(SG\.[0-9A-Za-z_-]{16,64}\.[0-9A-Za-z_-]{16,})/],
        ["twilio", ["SK"], /#{B}(SK[0-9a-f]{32,})/],
        ["mailgun", ["key-"], /#{B}(key-[0-9a-f]{32,})/],
        ["digitalocean", ["_v1_"], /#{B}(do[por]_v1_[0-9a-f]{40,})/],
        ["shopify", ["shp"], /#{B}(shp(?:at|ca|pa|ss)_[0-9A-Fa-f]{32,})/],
        ["square", ["sq0"], /#{B}(sq0(?:atp|csp|idp)-[0-9A-Za-z_-]{20,})/],
        ["huggingface", ["hf_"], /#{B}(hf_[0-9A-Za-z]{30,})/],
        ["databricks", ["dapi"], /#{B}(dapi[0-9a-f]{32,})/],
        ["vault", ["hvs.", "hvb.", "hvr."], /#{B}(hv[sbr]\.[0-9A-Za-z_-]{24,})/],
        ["grafana", ["glsa_"], /#{B}(glsa_[0-9A-Za-z]{32}_[0-9a-f]{8,})/],
        ["sentry", ["sntry"], %r{#{B}(sntry[su]_[0-9A-Za-z_+/=-]{30,})}],
        ["newrelic", ["NRAK-"], /#{B}(NRAK-[0-9A-Z]{27,})/],
        ["atlassian", ["ATATT3"], /#{B}(ATATT3[0-9A-Za-z_=-]{30,})/],
        ["docker", ["dckr_pat_"], /#{B}(dckr_pat_[0-9A-Za-z_-]{20,})/],
        ["linear", ["lin_api_"], /#{B}(lin_api_[0-9A-Za-z]{30,})/],
        ["postman", ["PMAK-"], /#{B}(PMAK-[0-9a-f]{24}-[0-9a-f]{34,})/],
        ["notion", ["ntn_"], /#{B}(ntn_[0-9A-Za-z]{40,})/],
        ["age", ["AGE-SECRET-KEY-1"], /#{B}(AGE-SECRET-KEY-1[0-9A-Z]{40,})/],
        ["telegram", [":AA"], /#{B}([0-9]{8,10}:AA[0-9A-Za-z_-]{32,})/],
        ["discord-bot", ["."], /#{E}([MNO][0-9A-Za-z_-]{23,27}\.[0-9A-Za-z_-]{6}\.[0-9A-Za-z_-]{27,})/],
        ["jwt", ["eyJ"], /#{E}(eyJ[0-9A-Za-z_-]{8,}\.[0-9A-Za-z_-]{8,}(?:\.[0-9A-Za-z_-]*){0,3})/]
      ].freeze
      # Any of the shapes is at least this long, and of these characters alone: most texts hold no such run.
      RUN = %r{[0-9A-Za-z_.+/=:-]{15}}.freeze
      PEM_BEGIN = /-----BEGIN [0-9A-Z ]{0,40}PRIVATE KEY(?: BLOCK)?-----/.freeze
      PEM_END = /-----END [0-9A-Z ]{0,40}PRIVATE KEY(?: BLOCK)?-----/.freeze
      BEARER = %r{(?<![0-9A-Za-z_])((?:Bearer|bearer|BEARER|Basic|basic|BASIC)[ \t]{1,4})
                  ([0-9A-Za-z._~+/=-]{6,})}x.freeze
      WORD = %r{\A(?:[A-Z]?[a-z]{0,23}[.]{0,3}=?|[a-z]{1,20}(?:[/_-][a-z]{1,20}){1,3}[.]{0,3})\z}.freeze
      USERINFO = %r{://([^ \t\n\v\f\r/?#"'<>`\\]+)@}.freeze
      NAME_ALONE = 20
      private_constant :B, :E, :RUN, :PEM_BEGIN, :PEM_END, :BEARER, :WORD, :USERINFO, :NAME_ALONE

      module_function

      # X2 to X5 over one text.
      def hide(text, source:)
        text = hide_private_keys(text) if text.include?("-----BEGIN ")
        text = hide_published(text) if text.match?(RUN)
        text = text.gsub(BEARER) { $2.match?(WORD) ? $& : "#{$1}#{MARK}" } if text.match?(/earer|asic|EARER|ASIC/)
        return text unless text.include?("://") && text.include?("@")

        text.gsub(USERINFO) { secret?(secret_of($1), source) ? "://#{MARK}@" : $& }
      end

      def hide_private_keys(text)
        scanner = StringScanner.new(text)
        made = +""
        from = 0
        while scanner.skip_until(PEM_BEGIN)
          made << text.byteslice(from, scanner.pos - scanner.matched_size - from) << MARK
          scanner.terminate unless scanner.skip_until(PEM_END)
          from = scanner.pos
        end
        made << text.byteslice(from..)
      end

      def hide_published(text)
        PUBLISHED.each do |_, holds, pattern|
          text = text.gsub(pattern, "\\1#{MARK}") if holds.any? { |part| text.include?(part) }
        end
        text
      end

      def secret_of(userinfo)
        user, colon, password = userinfo.partition(":")
        return password unless colon.empty?

        user.length >= NAME_ALONE ? user : ""
      end

      # Program text names what it puts there: `$PASSWORD`, `{password}`.
      def secret?(found, source)
        !found.empty? && !(source && found.start_with?("$", "{", "%", "\#{"))
      end
      private_class_method :hide_private_keys, :hide_published, :secret_of, :secret?
    end
  end
end
