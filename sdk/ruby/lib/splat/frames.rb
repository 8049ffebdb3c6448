# frozen_string_literal: true

require "rbconfig"
require_relative "memo"
require_relative "signature/paths"

module Splat
  # F1 to F4: the app's root, a path as a report carries it, and whose code a file is. For one root; answers are
  # remembered, bounded.
  class Frames
    # Files whose owner is remembered; beyond that all are forgotten and asked about again.
    MAX_KNOWN = 4_096
    # F4.5 for Ruby.
    FOREIGN = Regexp.union(
      %r{/gems/[^/]{1,200}-[0-9][^/]{0,100}/},
      %r{/bundler/gems/},
      %r{(?:\A|/)lib(?:64)?/ruby/},
      %r{(?:\A|/)lib(?:64)?/(?:jruby|truffleruby)/},
      %r{/rubygems-integration/},
      %r{/\.(?:rbenv|rvm|asdf)/},
      %r{(?:\A|/)vendor/(?:bundle|cache|ruby)/},
      %r{\A/usr/(?:local/)?bin/},
      /\A[0-9A-Za-z_-]{1,100} \([0-9][0-9A-Za-z_.]{0,40}\) /
    )

    # F1 without the option: the folder the process is in; "" when that is gone or forbidden.
    def self.start_folder
      Dir.pwd
    rescue SystemCallError
      ""
    end

    # F4.3: the standard library's folders, and those of installed gems, as this process names them.
    def self.own_libraries
      found = %w[rubylibdir rubyarchdir sitedir vendordir].map { |name| RbConfig::CONFIG[name] }
      found += Gem.path.map { |folder| File.join(folder, "gems") } if defined?(Gem)
      found += [Bundler.bundle_path.join("gems").to_s, Bundler.bundle_path.join("bundler", "gems").to_s] if bundled?
      found.compact.uniq
    rescue StandardError # a bundle that is gone
      (found || []).compact.uniq
    end

    def self.bundled?
      defined?(Bundler) && Bundler.respond_to?(:bundle_path) && ENV.key?("BUNDLE_GEMFILE")
    end
    private_class_method :bundled?

    attr_reader :root

    # `include` are folders that are the app's whatever else is said of them; `libraries` those of the runtime and of
    # installed gems, this process's own unless given.
    def initialize(root, include = [], libraries: Frames.own_libraries, runtime: "ruby")
      @runtime = runtime
      @root = root
      @include = include
      @libraries = libraries
      @known = Memo.new(MAX_KNOWN) { |file| owned?(file) }
    end

    # The path that a report carries (F2): below the root, else as the runtime gives it, with forward slashes.
    def path(file)
      return UTF8.of(file).tr("\\", "/") unless Signature::Paths.below?(file, @root)

      Signature::Paths.segments(file)[1].drop(Signature::Paths.segments(@root)[1].length).join("/")
    end

    # Whether the file, as the runtime names it, is the app's own (F4).
    def in_app?(file)
      @known[file]
    end

    private

    def owned?(file)
      path = UTF8.of(file).tr("\\", "/")
      return true if below_any?(path, @include)

      !foreign?(path) && !below_any?(path, @libraries)
    end

    def foreign?(path)
      return path.empty? || path == "-e" || path.start_with?("<", "(") || path.match?(FOREIGN) if @runtime == "ruby"

      require_relative "frames/others"
      Others.foreign?(@runtime, path)
    end

    def below_any?(path, folders)
      folders.any? { |folder| Signature::Paths.below?(path, folder) }
    end
  end
end
