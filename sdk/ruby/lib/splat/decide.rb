# frozen_string_literal: true

require_relative "block"

module Splat
  # D5, D8: what is done for an error, decided over the issues that were listed. Pure: no clock, no network. Times are
  # whole milliseconds since the epoch.
  module Decide
    LABEL = "splat"
    QUIET = 300_000 # how long an issue is left alone after someone else wrote to it
    FIXED_FOR = 86_400_000 # without releases, how long a closed bug must have stayed away to be a regression
    PROCESS_LIMIT = 10 # issues an hour
    REPOSITORY_LIMIT = 20
    MOST_HOPS = 3

    # An error to decide about: when it happened, and in which release ("" when unknown, not encoded).
    Sighting = Struct.new(:signature, :at, :release)

    # An issue as the index knows it (D1). `author` is a numeric id, `signature` that of the marker (D2), `reason`
    # GitHub's state_reason, `releases` and `duplicate_of` those of the block, `canonical` GitHub's own record of
    # duplicates, where it was asked for.
    Listed = Struct.new(:number, :author, :signature, :open, :updated_at, :reason, :closed_at, :releases, :labels,
                        :duplicate_of, :canonical, keyword_init: true) do
      def initialize(releases: [], labels: [], **given)
        super
      end

      def duplicate?
        !open && reason == "duplicate"
      end
    end

    # What to do: `:create`, `:hold` (count it for the issue about too many, D9), `:count`, `:wait` (someone just wrote
    # there), `:regression` or `:silent`. `number` is the issue to count in or to reopen; nil where there is none.
    Decision = Struct.new(:todo, :number)

    # What remains to be done once an issue was created (D7, D8): whether the token may not label, so that this process
    # creates no more; the issue that gets the trigger label, nil for none; those to close as its duplicates.
    Aftermath = Struct.new(:stop, :label, :close)

    class << self
      # D5. `own_writes` maps the number of an issue to the `updated_at` this process was answered when it last wrote
      # there; `created` are the issues made in the last hour by this process and by all reporters. The block is asked
      # for the canonical issue only of a closed duplicate whose own block names no other.
      def decide(error, issues, reporters:, now:, own_writes:, created:, &canonical_of)
        mine = issues.select { |issue| issue.signature == error.signature && reporters.include?(issue.author) }
        issue = chosen(mine) or return Decision.new(full?(created) ? :hold : :create)
        issue = followed(issue, issues, reporters, canonical_of || :canonical.to_proc) or return Decision.new(:silent)
        return Decision.new(others?(issue, now, own_writes) ? :wait : :count, issue.number) if issue.open

        back = issue.reason != "not_planned" && back?(issue, error.at, Block.encoded(error.release))
        back ? Decision.new(:regression, issue.number) : Decision.new(:silent)
      end

      # D7, D8: what follows once this process created issue `created` and read the index again.
      def after_create(signature, created, issues, reporters:, trigger:)
        own = issues.find { |issue| issue.number == created }
        return Aftermath.new(true, nil, []) if own && !own.labels.include?(LABEL)

        alike = issues.select { |each| each.open && each.signature == signature && reporters.include?(each.author) }
        kept, *others = alike.sort_by(&:number)
        return Aftermath.new(false, nil, []) unless kept

        Aftermath.new(false, kept.labels.include?(trigger) ? nil : kept.number, others.map(&:number))
      end

      private

      def full?(created)
        created[0] >= PROCESS_LIMIT || created[1] >= REPOSITORY_LIMIT
      end

      def chosen(issues)
        issues.select(&:open).min_by(&:number) || issues.reject(&:duplicate?).max_by(&:number) ||
          issues.min_by(&:number)
      end

      # The issue that a closed duplicate leads to; nil where that ends nowhere we may write.
      def followed(issue, issues, reporters, canonical_of)
        by_number = issues.to_h { |each| [each.number, each] }
        MOST_HOPS.times do
          return issue unless issue.duplicate?

          issue = by_number[issue.duplicate_of || canonical_of.call(issue)]
          return unless issue && reporters.include?(issue.author) && issue.signature
        end
        issue unless issue.duplicate?
      end

      def others?(issue, now, own_writes)
        now - issue.updated_at < QUIET && own_writes[issue.number] != issue.updated_at
      end

      def back?(issue, at, release)
        return !issue.releases.include?(release) if !release.empty? && issue.releases.any?

        !issue.closed_at.nil? && at - issue.closed_at >= FIXED_FOR
      end
    end
  end
end
