# frozen_string_literal: true

require_relative "../../block"
require_relative "../../clock"
require_relative "../../decide"
require_relative "api"

module Splat
  module Transports
    class GitHub
      # D8: what follows a creation: the trigger label for the issue that stays, the others closed as its duplicates.
      # What this process, and those of this host before it, still owe to issues that they created.
      class FollowUp
        # Seconds before each look at the listing.
        LOOKS = [0.0, 2.0, 4.0, 8.0].freeze
        # Seconds for which another maker is left to follow up its own issue.
        MAKERS_TURN = 20.0
        EVERY = 30.0
        private_constant :LOOKS, :MAKERS_TURN, :EVERY

        def initialize(repository, trigger)
          @repository = repository
          @index = repository.index
          @trigger = trigger
          @looked = -Float::INFINITY
          @owing = {}
        end

        # Read back until the index shows what was made, and settle it. What it never shows stays owed.
        def after(made)
          pending = made.to_h(&:to_a)
          @owing.update(pending)
          LOOKS.each do |pause|
            @repository.client.wait(pause, "the index does not show the new issue yet") if pause.positive?
            @repository.refresh(pending.values)
            (pending.keys & @index.shown).each { |number| settle_own(number, pending.delete(number)) }
            return if pending.empty?
          end
        end

        # What is owed since longer, also by processes that are gone. Looks at the folder every 30 s at most.
        def owed
          return if Clock.steady - @looked < EVERY && !@repository.client.hurried?

          @looked = Clock.steady
          owed = @repository.notes.owed(MAKERS_TURN).to_h(&:to_a).merge(@owing)
          return if owed.empty?

          @repository.refresh(owed.values)
          owed.each do |number, signature|
            # An index that does not show it yet may not show a lower one either.
            settle_own(number, signature) if @index.shown.include?(number) || ours?(number, nil)
          end
        end

        # Do what D8 asks for this signature over the index as it is; `own` is the issue that we made.
        # False when the issue that stays has no trigger label yet, because its maker is to have its turn.
        def settle(signature, own = nil)
          todo = todo(signature, own)
          turn = todo.label.nil? || ours?(todo.label, own)
          trigger_at(todo.label) if turn && todo.label
          keeper = todo.close.any? ? alike(signature).map(&:number).min : nil
          todo.close.each { |number| close(number, keeper) if keeper && ours?(number, own) }
          turn
        rescue Gone
          false # deleted meanwhile: the next look decides again
        end

        # Those of the signatures that more than one open issue of ours is marked with.
        def doubles(signatures)
          signatures.select { |signature| alike(signature).length > 1 }
        end

        private

        def settle_own(number, signature)
          return unless settle(signature, number)

          @owing.delete(number)
          @repository.notes.settled(number, signature)
        end

        def todo(signature, own)
          # GitHub tells labels apart without regard to case.
          lower = @index.issues.map { |each| each.dup.tap { |copy| copy.labels = each.labels.map(&:downcase) } }
          todo = Decide.after_create(signature, own || 0, lower, reporters: @repository.reporters,
                                                                 trigger: @trigger.to_s.downcase)
          alone = own.nil? && todo.close.empty?
          # Without a creation of ours only doubles are put right: whoever took a label off meant it.
          todo.label = nil if alone || @trigger.to_s.empty? || signature.delete("0").empty?
          todo
        end

        def alike(signature)
          @index.issues.select do |each|
            each.open && each.signature == signature && @repository.reporters.include?(each.author)
          end
        end

        # Each maker follows up its own; what a maker leaves lying is anyone's.
        def ours?(number, own)
          number == own || @repository.client.now - @index.created_at(number) / 1000.0 > MAKERS_TURN
        end

        def trigger_at(number)
          @repository.change(number, labels: [*@repository.known(number).labels, @trigger])
        end

        def close(number, keeper)
          text = Block.as_duplicate(@repository.body(number).last, keeper)
          fields = { state: "closed", state_reason: "duplicate", body: text }.compact
          @repository.change(number, **fields)
        end
      end
    end
  end
end
