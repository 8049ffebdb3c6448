# frozen_string_literal: true

module Splat
  # Which installed gem a file belongs to, and its version: of those that are loaded. Worker only.
  class Packages
    MOST = 4_096
    # Distributions put many gems into one folder.
    SHARED = %r{/vendor_ruby/(?:[0-9.]+/)?([^/]+)}.freeze
    private_constant :MOST, :SHARED

    def initialize
      @known = {}
      @folders = {}
    end

    # `[name, version]` of the gem; nil for a file of none.
    def of(file)
      @known = {} if @known.length >= MOST
      @known.fetch(file) { @known[file] = find(file) }
    end

    private

    def find(file)
      specs = defined?(Gem) && Gem.respond_to?(:loaded_specs) ? Gem.loaded_specs : {}
      look(specs) if specs.length != @folders.length
      folder, spec = @folders.find { |each, _| file.start_with?(each) }
      spec = specs[named(file, specs)] if folder.nil?
      spec && [spec.name.to_s, spec.version.to_s]
    rescue StandardError # a stub whose gemspec is gone
      nil
    end

    def look(specs)
      @folders = specs.values.to_h { |spec| ["#{spec.full_gem_path}/", spec] }
    end

    # `…/vendor_ruby/active_support/cache.rb`: by the first name behind, as gems write theirs.
    def named(file, specs)
      first = file[SHARED, 1]&.delete_suffix(".rb") or return nil
      [first, first.tr("_", "-"), first.delete("_")].find { |name| specs.key?(name) }
    end
  end
end
