# frozen_string_literal: true

require_relative "../../decide"
require_relative "../../issue"
require_relative "../../shrink"
require_relative "api"
require_relative "notes"
require_relative "summary"

module Splat
  module Transports
    class GitHub
      # D4 to D7: one decision done: counted, opened again, or made an issue. Raises HTTP::Later and Never.
      class Filing
        REGRESSION = "regression"
        # Decisions that several processes may come to at once, each of which would show.
        SHARED = %i[create regression].freeze
        AGAIN = "Seen again after this was closed."
        AGAIN_IN_RELEASE = "Seen again in a release that was not known when this was closed."
        # Seconds for which a count waits for an issue to be there.
        ORPHAN_FOR = 3_600.0
        private_constant :REGRESSION, :AGAIN, :AGAIN_IN_RELEASE, :ORPHAN_FOR

        attr_reader :summary

        # Whether there is enough to make an issue of.
        def self.can_make?(group)
          !group.report.nil? || group.signature == Summary::SIGNATURE
        end

        def initialize(repository, options, warn)
          @repository = repository
          @client = repository.client
          @options = options
          @warn = warn
          @may_label = repository.notes.may_label?(options.token)
          @summary = Summary.new
          @made = []
        end

        # What this process created and did not follow up yet (D8); the caller does now.
        def take_made
          @made.tap { @made = [] }
        end

        # D5 for a group, over the index as it is.
        def decide(group)
          @repository.decide(group.sighting, capped: group.signature != Summary::SIGNATURE)
        end

        # Do what was decided; the outcome. `:create` and `:regression` are for who holds the claim.
        def carry_out(group, decision)
          number = decision.number
          return adopt(group, number) if %i[count wait].include?(decision.todo) && from?(group, number)

          case decision.todo
          when :count then count(group, number)
          when :regression then reopen(group, number)
          when :create then Filing.can_make?(group) ? create(group) : without_issue(group)
          when :hold then without_issue(group)
          else decision.todo == :wait ? :later : :delivered
          end
        rescue Gone
          @repository.index.forget(number)
          :later
        end

        private

        # Whether the issue was made of this very report: by a request whose answer got lost.
        def from?(group, number)
          text = @repository.index.body(number) if group.report
          !text.nil? && text.include?("\"id\":\"#{group.report['id']}\"")
        end

        # The report is counted already. What else is in the group is not, and D8 may not be done.
        def adopt(group, number)
          known = @repository.adopted(number)
          body = @repository.body(number).last
          text = group.counted_in(body, group.beside) if group.beside.any? && body != text(group).last
          owe(number, group.signature) if @repository.untouched?(known)
          @repository.change(number, body: text) if text
          :delivered
        end

        def owe(number, signature)
          @made << Owed.new(number, signature)
          @repository.notes.owe(number, signature)
        end

        def count(group, number)
          was, body = @repository.body(number)
          # What was read now is not what was decided on.
          return :later if was && decide(group) != Decide::Decision.new(:count, number)

          text = group.counted_in(body)
          @repository.change(number, body: text) if text
          :delivered
        end

        # D6. The release joins the block, or it would be a regression again once this is closed.
        def reopen(group, number)
          was, body = @repository.body(number)
          return :later if was && decide(group) != Decide::Decision.new(:regression, number)

          known = @repository.known(number)
          labels = known.labels
          fields = { state: "open", body: group.counted_in(body) }.compact
          fields[:labels] = [*labels, REGRESSION] unless labels.any? { |each| each.casecmp?(REGRESSION) }
          by_release = !group.sighting.release.empty? && known.releases.any?
          @repository.change(number, **fields)
          @repository.api.comment(number, by_release ? AGAIN_IN_RELEASE : AGAIN)
          :delivered
        end

        def without_issue(group)
          if Filing.can_make?(group) || @summary.holds?(group.signature)
            @summary.hold(group)
            return :delivered
          end
          # Its report may be under way in another process.
          @client.now - group.times.last.last < ORPHAN_FOR ? :later : :delivered
        end

        # --- a new issue ----------------------------------------------------------------------------------------------

        # T2's tries, each with a new look: an answer that got lost may have been an issue.
        def create(group)
          HTTP::Client::BACKOFF.each do |backoff|
            outcome = try_to_post(group, backoff)
            return outcome if outcome

            @repository.refresh([group.signature])
            decision = decide(group)
            return carry_out(group, decision) unless decision.todo == :create
          end
          post(group)
        end

        # nil when it is to be tried again.
        def try_to_post(group, backoff)
          post(group)
        rescue HTTP::Later
          pause = [backoff * rand(0.5..1.5), @client.silent_for].max
          raise if pause > HTTP::Client::LONGEST_WAIT

          @client.wait(pause, "the issue could not be created")
          nil
        end

        def post(group)
          unless @may_label
            warn_of_labels
            return :never
          end
          title, body = text(group)
          # GitHub tells labels apart without regard to case.
          not_yet = [Decide::LABEL, @options.trigger_label].map { |each| each.to_s.downcase }
          labels = [Decide::LABEL, *@options.labels.reject { |each| not_yet.include?(each.downcase) }]
          followed(group, @repository.create(title, body, labels, counts: !group.report.nil?))
        end

        def followed(group, made)
          if made.labels.any? { |each| each.casecmp?(Decide::LABEL) }
            owe(made.number, group.signature)
          else
            @may_label = false
            @repository.notes.cannot_label(@options.token)
            warn_of_labels
          end
          :delivered
        end

        def text(group)
          return [Summary::TITLE, Summary.body(group)] unless group.report

          report = shown(group.report)
          body = Issue.body(report)
          [Issue.title(report), group.counted_in(body, group.beside) || body]
        end

        # I9: the report as this repository may show it. Who can read it is asked only where that matters.
        def shown(report)
          hidden = @options.public_logs ? [] : %w[logs breadcrumbs]
          hidden += ["request"] unless @options.public_request
          shown = Shrink.without(report, *hidden)
          shown = Shrink.without_in_frames(shown, "locals") unless @options.public_locals
          shown != report && @repository.public? ? shown : report
        end

        def warn_of_labels
          @warn.call(
            "GitHub dropped the labels of the issue that was created in #{@options.repo}: the account of this token " \
            "may not label there, so its issues cannot be found again. No more issues are created. Give the account " \
            "the role Triage or Write, or take a token that has read and write access to issues."
          )
        end
      end
    end
  end
end
