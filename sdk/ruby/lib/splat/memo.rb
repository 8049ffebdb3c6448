# frozen_string_literal: true

module Splat
  # Answers that are remembered, bounded: when there are too many, all are forgotten.
  class Memo
    def initialize(most, &answer)
      @most = most
      @answer = answer
      @known = {}
    end

    def [](question)
      @known.fetch(question) { remember(question) }
    end

    def length
      @known.length
    end

    private

    # Two threads may ask at once: both work it out, and come to the same.
    def remember(question)
      answer = @answer.call(question)
      @known = {} if @known.length >= @most
      @known[question] = answer
    end
  end
end
