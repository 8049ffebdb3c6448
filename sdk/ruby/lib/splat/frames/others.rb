# frozen_string_literal: true

module Splat
  class Frames
    # F4.2, F4.4 to F4.6 for the other runtimes. No Ruby process meets a frame of theirs; the vectors do.
    module Others
      STARTS = {
        "python" => ["<"],
        "javascript" => [
          "node:", "internal/", "<", "[", "evalmachine.", "wasm:", "deno:", "ext:", "jsr:", "npm:", "native ",
          "webpack/", "(webpack)", "webpack-internal:///(webpack)", "bootstrap:", "extensions::", "index ",
          "chrome-extension:", "moz-extension:", "safari-extension:", "safari-web-extension:", "debugger:"
        ],
        "go" => ["<", "_cgo_", "_testmain.go", "external/"],
        "php" => ["["]
      }.freeze
      PATTERNS = {
        "python" => [
          %r{/(?:site|dist)-packages/}, %r{(?:\A|/)lib(?:64)?/(?:python|pypy)[0-9]}, %r{/python[0-9][0-9a-z_.-]*/lib/},
          %r{/python[0-9]+\.zip/}, %r{\.egg/}, %r{(?:\A|/)\.?v?env/(?:bin|scripts|lib)/}, %r{\A/usr/(?:local/)?s?bin/},
          %r{(?:\A|/)\.(?:tox|nox)/}
        ],
        "javascript" => [
          %r{(?:\A|/)node_modules/}, %r{(?:\A|/)~/}, %r{(?:\A|/)\.yarn/}, %r{(?:\A|/)webpack/(?:bootstrap|runtime/)},
          %r{://webpack/},
          %r{//(?:deno\.land|esm\.sh|esm\.run|unpkg\.com|cdn\.jsdelivr\.net|cdnjs\.cloudflare\.com|js\.stripe\.com)/},
          %r{//(?:www\.googletagmanager\.com|www\.google-analytics\.com|ajax\.googleapis\.com)/}
        ],
        "go" => [%r{/pkg/mod/}, %r{(?:\A|/)vendor/}, /@v/],
        "php" => [
          %r{(?:\A|/)vendor/}, %r{\Aphar://}, %r{\A/usr/(?:local/)?(?:share|lib)/(?:php|pear)},
          %r{/var/cache/(?:prod|dev|test)}, %r{/storage/framework/(?:views|cache)/}, %r{/wp-(?:includes|admin)/}
        ]
      }.transform_values { |patterns| Regexp.union(*patterns) }.freeze
      LOWER = %w[python php].freeze
      GO_SOURCE = %r{(?:\A|/)(?:[Gg][Oo]|[Gg][Oo]-?[0-9][0-9.]*|[^/]{1,100}-[Gg][Oo]-[0-9.]+)
                     (?:/[^/]{1,100}){0,3}/src/([A-Za-z]+)/}x.freeze
      GO_STANDARD = %w[
        archive bufio bytes cmd cmp compress container context crypto database debug embed encoding errors expvar flag
        fmt go hash html image index internal io iter log maps math mime net os path plugin reflect regexp runtime
        slices sort strconv strings structs sync syscall testing text time unicode unique unsafe vendor weak
      ].freeze
      private_constant :LOWER, :GO_SOURCE, :GO_STANDARD

      module_function

      # Whether a path with forward slashes looks like code of the runtime, or of what is installed.
      def foreign?(runtime, path)
        return true if path.empty? || path.start_with?(*STARTS.fetch(runtime))

        path = path.downcase(:ascii) if LOWER.include?(runtime)
        path.match?(PATTERNS.fetch(runtime)) || (runtime == "go" && go_standard?(path))
      end

      def go_standard?(path)
        found = GO_SOURCE.match(path)
        return GO_STANDARD.include?(found[1].downcase(:ascii)) if found

        first, slash, = path.partition("/")
        !slash.empty? && GO_STANDARD.include?(first)
      end
      private_class_method :go_standard?
    end
  end
end
