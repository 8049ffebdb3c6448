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
  # * `others.rb`: what only other runtimes' errors need
  module Signature
    RUNTIMES = %w[python javascript go ruby php].freeze

    module_function

    # 16 lower-case hexadecimal digits. `exceptions` as in a report, their paths as the runtime names them or as the
    # report carries them; `root` as in F1, "" when unknown. ArgumentError for a `runtime` that no report has.
    def signature(runtime, root, exceptions)
      Chain.digest(canonical(runtime, root, exceptions))
    end

    # What is hashed: lines of `key=value`, joined by LF, none at the end (S8).
    def canonical(runtime, root, exceptions)
      raise ArgumentError, "no runtime #{runtime}" unless RUNTIMES.include?(runtime)
      return text(runtime, "empty", []) if exceptions.empty?

      chain_class(runtime).new(runtime, root, exceptions.first(Chain::MAX_EXCEPTIONS)).canonical
    end

    # S5.
    def function_name(runtime, name)
      return Text.function_name(name) if runtime == "ruby"

      require_relative "signature/others"
      Others.function_name(runtime, name)
    end

    def text(runtime, rule, lines)
      ["signature=1", "runtime=#{runtime}", "rule=#{rule}", *lines.map { |key, value| "#{key}=#{value}" }].join("\n")
    end

    def chain_class(runtime)
      return Chain unless runtime == "python"

      require_relative "signature/others"
      Others::PythonChain
    end
    private_class_method :chain_class
  end
end
