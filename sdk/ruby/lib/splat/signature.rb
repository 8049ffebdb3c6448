# frozen_string_literal: true

require_relative "signature/chain"

module Splat
  # One short name for one bug: 16 hexadecimal digits, the same here as the engine computes from the printed trace.
  # The rule numbers (S…) are those of `sdk/SPEC.md`.
  #
  # * `text.rb`: white space, types, method names (S1 to S3, S5)
  # * `paths.rb`: a path as the app's root sees it (S4)
  # * `messages.rb`: a message without its variable parts (S6)
  # * `chain.rb`: which frame speaks for a chain, and the canonical text (S7 to S13)
  module Signature
    RUNTIME = "ruby"

    module_function

    # 16 lower-case hexadecimal digits. `exceptions` as in a report, their paths as the runtime names them or as the
    # report carries them; `root` as in F1, "" when unknown. ArgumentError for the errors of another runtime.
    def signature(runtime, root, exceptions)
      Chain.digest(canonical(runtime, root, exceptions))
    end

    # What is hashed: lines of `key=value`, joined by LF, none at the end (S8).
    def canonical(runtime, root, exceptions)
      unless runtime == RUNTIME
        raise ArgumentError, "runtime #{runtime}: this SDK names Ruby's errors; the engine reads the others"
      end
      return text("empty", []) if exceptions.empty?

      Chain.new(root, exceptions.first(Chain::MAX_EXCEPTIONS)).canonical
    end

    def text(rule, lines)
      ["signature=1", "runtime=#{RUNTIME}", "rule=#{rule}", *lines.map { |key, value| "#{key}=#{value}" }].join("\n")
    end
  end
end
