# frozen_string_literal: true

require_relative "../../http"
require_relative "../../redact"
require_relative "../../text"

module Splat
  module Transports
    class GitHub
      # GitHub refused for good. The user was told.
      class Never < StandardError
        attr_reader :status

        def initialize(status)
          super("status #{status}")
          @status = status
        end
      end

      # The issue is not there any more.
      class Gone < StandardError; end

      # The requests to GitHub, and what its refusals mean for whoever set this up (T2). One repository, seen with one
      # token. Every method may raise HTTP::Later and Never.
      class Api
        CANONICAL = "query($owner:String!,$name:String!,$number:Int!){repository(owner:$owner,name:$name)" \
                    "{issue(number:$number){duplicateOf{number repository{nameWithOwner}}}}}"
        ENTERPRISE = %r{/api/v3\z}.freeze
        private_constant :CANONICAL, :ENTERPRISE

        # A page of issues as GitHub wrote them, and the tag to ask for it again with.
        Listing = Struct.new(:entries, :tag)

        attr_reader :client

        # `url` is the API's address, `https://api.github.com` or `https://HOST/api/v3`; `repo` is `owner/name`.
        # ArgumentError when one of them, or the token, cannot be used.
        def initialize(url, repo, token, warn)
          uri = URI.parse(url)
          @client = HTTP::Client.new(url.sub(%r{(\A[^/]*//[^/]*).*}m, "\\1"),
                                     "Accept" => "application/vnd.github+json",
                                     "X-GitHub-Api-Version" => "2022-11-28", "Authorization" => "Bearer #{token}")
          @prefix = uri.path.sub(%r{/+\z}, "")
          @repo = repo
          @at = "#{@prefix}/repos/#{repo.b.gsub(%r{[^0-9A-Za-z._~/-]}n) { |byte| format('%%%02X', byte.ord) }}"
          @warn = warn
          @told = {}
        rescue URI::Error
          raise ArgumentError, "the option `api_url` is no address", cause: nil
        end

        # --- reading --------------------------------------------------------------------------------------------------

        # A page of the repository's issues; nil when it is what `tag` was given for.
        def listing(path, tag)
          answer = @client.request("GET", @at + path, headers: tag ? { "If-None-Match" => tag } : {})
          return if answer.status == 304

          entries = HTTP.json(good(answer))
          tag = answer.headers["etag"].to_s
          Listing.new(entries.is_a?(Array) ? entries : [], tag.match?(/\A[ -~]+\z/) ? tag : nil)
        end

        # One issue. Gone when it was deleted or moved away.
        def issue(number)
          HTTP.json(of_issue(@client.request("GET", "#{@at}/issues/#{number}")))
        end

        # I9. True unless the API says that the repository is private.
        def public?
          data = HTTP.json(good(@client.request("GET", @at)))
          !(data.is_a?(Hash) && data["private"] == true)
        end

        # The numeric id of the token's account; nil for a token of an installation, which may not ask.
        def own_id
          answer = @client.request("GET", "#{@prefix}/user")
          data = HTTP.json(answer) if answer.status == 200
          data["id"] if data.is_a?(Hash) && data["id"].is_a?(Integer)
        end

        # The issue of this repository that GitHub has on record for a closed duplicate; nil when there is none.
        def canonical_of(number)
          owner, name = @repo.split("/", 2)
          question = { query: CANONICAL, variables: { owner: owner, name: name, number: number } }
          answer = @client.request("POST", "#{@prefix.sub(ENTERPRISE, '/api')}/graphql", question, tries: 1)
          found = answer.status == 200 ? HTTP.json(answer) : nil
          %w[data repository issue duplicateOf].each { |key| found = found.is_a?(Hash) ? found[key] : nil }
          return unless found.is_a?(Hash) && found["number"].is_a?(Integer)

          place = found["repository"]
          found["number"] if place.is_a?(Hash) && place["nameWithOwner"].to_s.casecmp?(@repo)
        end

        # --- writing --------------------------------------------------------------------------------------------------

        # The issue as GitHub made it. Tried once: when no answer came, only the next listing tells what happened.
        def create(title, body, labels)
          data = { title: title, body: body, labels: labels }
          HTTP.json(good(@client.request("POST", "#{@at}/issues", data, tries: 1)))
        end

        # The issue after the change. Gone as with `issue`.
        def change(number, **fields)
          HTTP.json(of_issue(@client.request("PATCH", "#{@at}/issues/#{number}", fields)))
        end

        # Tried once: a comment too few is better than the same one four times.
        def comment(number, text)
          good(@client.request("POST", "#{@at}/issues/#{number}/comments", { body: text }, tries: 1))
        end

        private

        # --- answers --------------------------------------------------------------------------------------------------

        def of_issue(answer)
          raise Gone if [404, 410].include?(answer.status)

          good(answer)
        end

        def good(answer)
          status = answer.status
          return answer if status.between?(200, 299)

          unless @told.key?(status)
            @told[status] = true
            @warn.call("GitHub refused (#{status}#{reason(answer)}): #{advice(status)}")
          end
          raise Never, status
        end

        def advice(status)
          case status
          when 401
            "the token is wrong, expired or revoked. Give the option `token` (or SPLAT_TOKEN) one that is valid. " \
            "Errors are not reported until then."
          when 403
            "the token may not do this in #{@repo}. Give it read and write access to the issues of #{@repo} (classic " \
            "tokens: the scope `repo`; organisations with single sign-on: authorize it there)."
          when 404
            "there is no repository #{@repo}, or the token may not see it. Check the option `repo` (owner/name), and " \
            "that the token has access to #{@repo}."
          when 410 then "issues are turned off in #{@repo}. Turn them on in the repository's settings."
          when 422
            "what was sent to #{@repo} is not accepted. That report is dropped. Please tell the makers of splat."
          when 300..399
            "it answers from another address, where the token is not sent. Check the options `api_url` and `repo`."
          else "the request is not accepted. Check the options `api_url`, `repo` and `token`."
          end
        end

        # What GitHub says, as one short line of text.
        def reason(answer)
          data = HTTP.json(answer)
          message = data["message"] if data.is_a?(Hash)
          # What stands between may answer with what it was sent.
          message.is_a?(String) && !message.empty? ? ", #{Text.one_line(Redact.redact_text(message), 200)}" : ""
        rescue HTTP::Later
          ""
        end
      end
    end
  end
end
