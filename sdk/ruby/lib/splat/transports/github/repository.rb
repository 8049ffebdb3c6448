# frozen_string_literal: true

require_relative "../../clock"
require_relative "../../decide"
require_relative "api"
require_relative "index"
require_relative "notes"

module Splat
  module Transports
    class GitHub
      # What one process knows of the repository it reports to, and what it wrote there: index, requests and memory.
      # Methods that ask GitHub raise HTTP::Later and Never.
      class Repository
        HOUR = 3_600.0
        # Seconds for which an issue that this process created, or a listing, stands for the body as just read.
        FRESH = 15.0
        MOST_WRITTEN = 20
        MOST_OWN = 2_000
        PUBLIC_FOR = 3_600.0
        # Milliseconds after which a change is no part of the creation: GitHub's times are whole seconds.
        TOUCHED = 1_000
        private_constant(*constants(false))

        attr_reader :api, :client, :index, :notes, :reporters

        def initialize(options, folder, warn)
          @api = Api.new(options.api_url, options.repo, options.token, warn)
          @client = @api.client
          @index = Index.new(@api)
          @notes = Notes.new(folder)
          @reporters = [*options.reporters, *@notes.reporters].uniq
          @warn = warn
          @asked_own = false
          @own_writes = {}
          @written = {}
          @made = []
          @public = nil
        end

        # --- reading --------------------------------------------------------------------------------------------------

        # D1, and D2: who we are is asked when a marked issue might be our own.
        def refresh(wanted)
          @index.refresh(wanted)
          return if @asked_own || @index.issues.none? { |each| each.signature && !@reporters.include?(each.author) }

          own = @api.own_id
          @asked_own = true
          return met(own) if own
          return if @reporters.any?

          @warn.call(
            "this token may not ask which account it belongs to, so earlier issues of it cannot be told from a " \
            "stranger's, and a bug may get a second issue, which is closed again. Give the option `reporters` the " \
            "numeric id of the account (for Actions: 41898282)."
          )
        end

        # D5 over the index as it is. Asks for the canonical issue of a closed duplicate that names none.
        def decide(error, capped: true)
          now = (@client.now * 1000).to_i
          @made.select! { |each| each > Clock.steady - HOUR }
          created = [@made.length, @index.created_since(now - (HOUR * 1000).to_i, @reporters)]
          Decide.decide(error, @index.issues, reporters: @reporters, now: now, own_writes: @own_writes,
                                              created: capped ? created : [0, 0]) { |issue| canonical_of(issue) }
        end

        # I9; asked once an hour.
        def public?
          answer, asked = @public
          return answer if asked && Clock.steady - asked <= PUBLIC_FOR

          @api.public?.tap { |found| @public = [found, Clock.steady] }
        end

        # The body of an issue that we created a moment ago: what a burst adds at the end costs one request, not two.
        # One that was there before may be read by somebody who edits it, right after we wrote too.
        def at_hand(number)
          text, at = @written[number]
          text if at && Clock.steady - at < FRESH
        end

        # The issue's text as just read. The first part is nil unless the issue was read for this.
        def body(number)
          text = at_hand(number)
          text ||= @index.body(number) if @index.age < FRESH
          return [nil, text] if text

          entry = @api.issue(number)
          issue = @index.learn(entry) or raise HTTP::Later, "the answer is no issue"
          [issue, Index.body_of(entry)]
        end

        # The issue as the index knows it.
        def known(number)
          @index[number] || raise(HTTP::Later, "the issue is not in the index")
        end

        # --- writing --------------------------------------------------------------------------------------------------

        # An issue turned out to be ours: its last write was.
        def adopted(number)
          issue = known(number)
          @own_writes[number] = issue.updated_at if untouched?(issue)
          issue
        end

        # Whether nobody wrote to it since it was created.
        def untouched?(issue)
          issue.updated_at - @index.created_at(issue.number) <= TOUCHED
        end

        # PATCH of an issue.
        def change(number, **fields)
          wrote(@api.change(number, **fields))
        end

        # A new issue; it counts against the limit of D5 unless it is the one about too many.
        def create(title, body, labels, counts: true)
          entry = @api.create(title, body, labels)
          issue = wrote(entry)
          @written[issue.number] = [Index.body_of(entry), Clock.steady]
          @written.shift while @written.length > MOST_WRITTEN
          met(issue.author)
          @made << Clock.steady if counts
          issue
        end

        private

        def canonical_of(issue)
          return issue.canonical unless issue.canonical.nil?

          @api.canonical_of(issue.number).tap { |found| @index.learn_canonical(issue.number, found) }
        rescue HTTP::Later
          nil # silence about one bug, but the others go on
        end

        # Take over the answer to a write: what we did is no reason to wait (D5).
        def wrote(entry)
          issue = @index.learn(entry) or raise HTTP::Later, "the answer to a write is no issue"
          @own_writes[issue.number] = issue.updated_at
          @written[issue.number] = [Index.body_of(entry), Clock.steady] if @written.key?(issue.number)
          @own_writes.shift while @own_writes.length > MOST_OWN
          issue
        end

        # An account is ours: it answered for the token, or for an issue that we made.
        def met(account)
          return if account.zero? || @reporters.include?(account)

          @reporters << account
          @notes.add_reporter(account)
        end
      end
    end
  end
end
