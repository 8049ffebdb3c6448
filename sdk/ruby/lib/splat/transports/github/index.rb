# frozen_string_literal: true

require "uri"
require_relative "../../block"
require_relative "../../clock"
require_relative "../../decide"

module Splat
  module Transports
    class GitHub
      # D1: the issues with the fixed label, listed once and then kept up by what changed since. Bodies are kept only of
      # the signatures that a listing was asked for.
      class Index
        PAGE = 100
        MOST_PAGES = 3
        MOST_ISSUES = 2_000
        # Seconds that a listing overlaps with the one before: an index that lags shows what is older after what is
        # newer.
        OVERLAP = 60
        TIME = /\A([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]{1,9}))?/.freeze
        private_constant(*constants(false))

        class << self
          # An issue of GitHub's answer; nil for a pull request, and for what is no issue.
          def listed(entry)
            return unless entry.is_a?(Hash) && !entry.key?("pull_request") && number?(entry["number"])

            updated = milliseconds(entry["updated_at"]) or return
            body = body_of(entry)
            block = Block.of(body)
            Decide::Listed.new(
              number: entry["number"], author: author(entry["user"]), signature: Block.marker_of(body),
              open: entry["state"] == "open", updated_at: updated, reason: text(entry["state_reason"]),
              closed_at: milliseconds(entry["closed_at"]), releases: block ? block.releases : [],
              labels: names(entry["labels"]), duplicate_of: block&.duplicate_of
            )
          end

          # The text of an issue in GitHub's answer; empty where it has none.
          def body_of(entry)
            text(entry["body"]) || ""
          end

          # A time of GitHub's as milliseconds since the epoch; nil for what is none.
          def milliseconds(text)
            parts = text.is_a?(String) && TIME.match(text) or return
            fraction = parts[7].to_s.ljust(3, "0")[0, 3].to_i
            Time.utc(*parts.captures.first(6).map(&:to_i)).to_i * 1000 + fraction
          rescue ArgumentError
            nil
          end

          private

          def number?(value)
            value.is_a?(Integer) && value.positive?
          end

          def author(user)
            user.is_a?(Hash) && number?(user["id"]) ? user["id"] : 0
          end

          def text(value)
            value if value.is_a?(String)
          end

          def names(labels)
            return [] unless labels.is_a?(Array)

            labels.map { |each| each.is_a?(Hash) ? each["name"] : each }.grep(String)
          end
        end

        # Numbers in the last listing: an issue that was just created may not be there yet.
        attr_reader :shown

        def initialize(api)
          @api = api
          @issues = {}
          @created = {}
          @bodies = {}
          @since = nil
          @tag = nil # the path of the last listing's first page, and its tag
          @listed_at = nil
          @shown = []
        end

        # Whether it was ever read.
        def listed?
          !@listed_at.nil?
        end

        # Seconds since it was read.
        def age
          @listed_at ? Clock.steady - @listed_at : Float::INFINITY
        end

        # All that are known.
        def issues
          @issues.values
        end

        # One of them.
        def [](number)
          @issues[number]
        end

        # When an issue was created, in milliseconds since the epoch; 0 when that is not known.
        def created_at(number)
          @created.fetch(number, 0)
        end

        # The text of an issue as the last listing showed it; nil when it was not in it.
        def body(number)
          @bodies[number]
        end

        # How many marked issues of these authors are known that were created at `moment` (ms) or later.
        def created_since(moment, authors)
          @created.count do |number, at|
            at >= moment && authors.include?(@issues[number].author) && @issues[number].signature
          end
        end

        # --- reading --------------------------------------------------------------------------------------------------

        # Read what changed, keeping the bodies of issues marked with one of `wanted`.
        def refresh(wanted)
          entries = []
          (1..MOST_PAGES).each do |page|
            answer = page(page, wanted)
            return @listed_at = Clock.steady if answer.nil?

            entries.concat(answer.entries)
            break if answer.entries.length < PAGE
          end
          take_over(entries, wanted)
        end

        # Take over an issue that an answer showed; nil when it is none.
        def learn(entry)
          issue = Index.listed(entry) or return
          keep(issue, entry)
          @bodies.delete(issue.number)
          issue
        end

        # GitHub's own record of what a closed duplicate is a duplicate of; nil when it was asked in vain.
        def learn_canonical(number, canonical)
          @issues[number]&.canonical = canonical || 0
        end

        # The issue is gone.
        def forget(number)
          [@issues, @created, @bodies].each { |each| each.delete(number) }
          @shown -= [number]
        end

        private

        def page(page, wanted)
          query = { state: "all", labels: Decide::LABEL, sort: "updated", direction: "desc", per_page: PAGE }
          query[:since] = @since if @since
          query[:page] = page if page > 1
          path = "/issues?#{URI.encode_www_form(query)}"
          return @api.listing(path, nil) unless page == 1

          # The bodies at hand came with that tag only where all that are wanted now were wanted then.
          tag = @tag.last if @tag && @tag.first == path && bodies_of_all?(wanted)
          @api.listing(path, tag).tap { |answer| @tag = [path, answer.tag] if answer }
        end

        def bodies_of_all?(wanted)
          @shown.all? { |number| !wanted.include?(@issues[number].signature) || @bodies.key?(number) }
        end

        def take_over(entries, wanted)
          bodies = {}
          found = entries.map { |entry| [Index.listed(entry), entry] }.select(&:first)
          found.each do |issue, entry|
            # What this process was answered is newer than what the index shows.
            next if @issues[issue.number] && @issues[issue.number].updated_at > issue.updated_at

            keep(issue, entry)
            bodies[issue.number] = Index.body_of(entry) if wanted.include?(issue.signature)
          end
          @bodies = bodies
          @shown = found.map { |issue, _| issue.number }
          newest = found.map { |issue, _| issue.updated_at }.max
          @since = written(newest / 1000 - OVERLAP) if newest
          @listed_at = Clock.steady
          trim
        end

        def keep(issue, entry)
          known = @issues[issue.number]
          issue.canonical = known.canonical if known && known.updated_at == issue.updated_at
          @issues[issue.number] = issue
          @created[issue.number] = Index.milliseconds(entry["created_at"]) || 0
        end

        def trim
          return unless @issues.length > MOST_ISSUES

          @issues.values.min_by(@issues.length - MOST_ISSUES, &:updated_at).each { |issue| forget(issue.number) }
        end

        def written(seconds)
          Time.at([seconds, 0].max).utc.strftime("%Y-%m-%dT%H:%M:%SZ")
        end
      end
    end
  end
end
