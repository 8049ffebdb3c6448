# frozen_string_literal: true

require "securerandom"
require_relative "../clock"
require_relative "../files"
require_relative "../values"
require_relative "../warn"
require_relative "../wire"
require_relative "github/claim"
require_relative "github/filing"
require_relative "github/followup"
require_relative "github/group"
require_relative "github/repository"
require_relative "github/summary"

module Splat
  module Transports
    # T1, D: the transport that makes each bug one issue of a GitHub repository.
    class GitHub
      # Seconds, at most, that a process waits before it does what others may do as well (D7).
      JITTER = 2.0
      CLAIM_WAIT = 5.0
      CLAIM_POLL = 0.1
      # Seconds for which a refusal stands before it is tried whether someone put it right.
      REFUSED_FOR = 600.0
      # Seconds for which silence about an issue, and a count without one, need no new look.
      STILL = 60.0
      private_constant :CLAIM_WAIT, :CLAIM_POLL, :REFUSED_FOR, :STILL

      # `options` answers to repo, token, api_url, labels, trigger_label, reporters, public_logs, public_request and
      # public_locals; `spool_dir` is this repository's folder of the spool, nil where there is none; `warn` is called
      # with what a person can put right. ArgumentError when the address or the token cannot be used.
      def initialize(options, spool_dir, warn, jitter: JITTER)
        @most_jitter = jitter
        @warn = warn
        @repository = Repository.new(options, spool_dir, warn)
        @client = @repository.client
        @index = @repository.index
        @filing = Filing.new(@repository, options, warn)
        @summary = @filing.summary
        @follow = FollowUp.new(@repository, options.trigger_label)
        @folder = @repository.notes.folder
        @claim = Claim.new(@folder)
        @refused_until = -Float::INFINITY
        @unreachable = false
        @jittered = false
      end

      # --- the interface ----------------------------------------------------------------------------------------------

      # T1: what became of each item.
      def send(items)
        outcomes = Array.new(items.length, :later)
        tell_all(Group.all(items)).each do |group, outcome|
          group.places.each { |place| outcomes[place] = outcome }
        end
        outcomes
      end

      # Follow up what was left undone, and tell what was held back once its hour is over.
      def tick
        return if refused?

        @follow.owed
        tell_all([]) if @summary.owes? && @summary.due?
      rescue HTTP::Later
        nil
      rescue Never => e
        refuse(e)
      end

      # No wait goes past `deadline`, a reading of `Clock.steady`. Safe from any thread.
      def hurry(deadline)
        @client.hurry(deadline)
      end

      # Whether the server wants to hear nothing now.
      def silent?
        @client.silent_for.positive?
      end

      # What is owed goes now; what was held back and may not go yet is left in the spool for the next process.
      def close(deadline)
        hurry(deadline)
        tick
        held = @summary.take
        leave(Item.new(SecureRandom.hex(16), held.last, Count.new(Summary::SIGNATURE, *held.to_a))) if held && @folder
        @client.drop
      end

      private

      def leave(item)
        Splat::Files.write(@folder, Splat::Files.name_of(item), Wire.text_of(item), sync: false)
      rescue SystemCallError, IOError => e
        @warn.call("how many errors were held back could not be kept below #{@folder}: #{e.class.name}")
      end

      # --- a batch ----------------------------------------------------------------------------------------------------

      # Each group with what became of it.
      def tell_all(found)
        told = {}
        overflow = found.find { |group| group.signature == Summary::SIGNATURE }
        batch(found.reject { |group| group.equal?(overflow) }, told)
        about = @summary.due? ? @summary.group(overflow) : nil
        if about
          batch([about], told)
          @summary.told if told[about.signature] == :delivered
        end
        found.map { |group| [group, told.fetch(group.signature, :later)] }
      end

      # Fills `told` by signature. What stays out of it is for later. Does not raise.
      def batch(work, told)
        @jittered = false
        work = work.reject { |group| must_wait?(group) }
        return work.each { |group| told[group.signature] = :never } if refused?

        look(work) if work.any? { |group| needs_look?(group) }
        making = work.select { |group| shared?(group) }
        (work - making).each { |group| try(group, told) }
        make(making, told) if making.any?
        follow_up
        put_doubles_right(work)
      rescue HTTP::Later => e
        say_unreachable(e)
      rescue Never => e
        refuse(e)
        work.each { |group| told[group.signature] ||= :never }
      end

      def must_wait?(group)
        @index.listed? && @filing.decide(group).todo == :wait
      end

      def needs_look?(group)
        return true unless @index.listed?

        decision = @filing.decide(group)
        return @repository.at_hand(decision.number).nil? if decision.todo == :count

        decision.todo == :silent || !Filing.can_make?(group) ? @index.age > STILL : true
      end

      # Whether what is decided needs the claim.
      def shared?(group)
        Filing.can_make?(group) && Filing::SHARED.include?(@filing.decide(group).todo)
      end

      # Read the index: at a random moment where it may lead to a write that others come to as well (D7).
      def look(work)
        jitter if !@index.listed? || work.any? { |group| Filing::SHARED.include?(@filing.decide(group).todo) }
        @repository.refresh(work.map(&:signature))
      end

      def jitter
        @jittered = true
        @client.pause(rand * @most_jitter) unless silent? # then nothing is sent that others could meet
      end

      # Do what is decided for a group.
      def try(group, told)
        told[group.signature] = refused? ? :never : @filing.carry_out(group, @filing.decide(group))
      rescue HTTP::Later => e
        say_unreachable(e)
        told[group.signature] = :later
      rescue Never => e
        refuse(e)
        told[group.signature] = :never
      rescue StandardError, SystemStackError => e # it must not keep the others from going, now or at any later try
        @warn.call("an error could not be made an issue: #{Warn.why(e)}")
        told[group.signature] = :never
      end

      # D7: one process a host at a time.
      def make(making, told)
        waited = !@claim.take
        return if waited && !claimed?

        begin
          if waited || !@jittered
            jitter
            @repository.refresh(making.map(&:signature))
          end
          making.each do |group|
            @claim.keep
            try(group, told)
          end
          @claim.keep
          follow_up
        ensure
          @claim.release
        end
      end

      def claimed?
        till = Clock.steady + CLAIM_WAIT
        while @client.left(till - Clock.steady) > CLAIM_POLL
          sleep(CLAIM_POLL)
          return true if @claim.take
        end
        false
      end

      def follow_up
        made = @filing.take_made
        @follow.after(made) if made.any?
      end

      def put_doubles_right(work)
        doubles = @follow.doubles(work.map(&:signature))
        return unless doubles.any? && @claim.take

        begin
          doubles.each { |signature| @follow.settle(signature) }
        ensure
          @claim.release
        end
      end

      # Once, that GitHub cannot be reached; at the end of a process it is only slow.
      def say_unreachable(later)
        return if @unreachable || @client.hurried? || !later.is_a?(HTTP::Unreachable)

        @unreachable = true
        @warn.call(
          "GitHub cannot be reached (#{later.message}). Errors are kept, and sent when it can. Check the option " \
          "`api_url`, and the network: the environment's HTTPS_PROXY and SSL_CERT_FILE are used."
        )
      end

      # --- refusals ---------------------------------------------------------------------------------------------------

      def refused?
        Clock.steady < @refused_until
      end

      # What GitHub refused to one error it refuses to all, but for a text it does not take.
      def refuse(never)
        @refused_until = Clock.steady + REFUSED_FOR unless never.status == 422
      end
    end
  end
end
