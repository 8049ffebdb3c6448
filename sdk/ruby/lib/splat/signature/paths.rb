# frozen_string_literal: true

require_relative "text"

module Splat
  module Signature
    # S4: a path as the app's root sees it, the same on every host and in every release.
    module Paths
      URL = %r{\A([A-Za-z][A-Za-z0-9+.-]{1,20})://[^/]*(.*)\z}m.freeze
      MAX_KNOWN = 4_096
      private_constant :URL

      module_function

      # The path below `root` with forward slashes; below nothing when `root` is "" or not above it.
      # A URL loses scheme, host and query, a Windows path its drive.
      def root_relative(path, root, runtime = "ruby")
        inside = segments(path)[1]
        inside = inside.drop(segments(root)[1].length) if below?(path, root)
        return inside.join("/") if runtime != "javascript" || inside.empty?

        require_relative "others"
        [*inside[0...-1], Others.without_hash(inside.last)].join("/")
      end

      # Whether the path lies inside the folder; never when the folder has no segment.
      def below?(path, folder)
        absolute, inside = segments(path)
        folder_absolute, above = segments(folder)
        !above.empty? && absolute == folder_absolute && inside.length > above.length &&
          inside.first(above.length) == above
      end

      # Whether the path is absolute, and its segments with `.` and `..` worked out.
      def segments(path)
        KNOWN[path]
      end

      def split(path)
        path = Text.field(path).tr("\\", "/")
        path = without_host(path) if path.include?("://")
        path = path.sub(%r{\A/?[A-Za-z]:/}, "/")
        absolute = path.start_with?("/")
        [absolute, worked_out(path, absolute).freeze].freeze
      end

      def worked_out(path, absolute)
        path.split("/").each_with_object([]) do |segment, made|
          if segment == ".." && (absolute || made.any?) && made.last != ".."
            made.pop
          elsif !["", "."].include?(segment)
            made << segment
          end
        end
      end

      def without_host(path)
        url = URL.match(path) or return path
        scheme = url[1].downcase(:ascii)
        path = url[2][/\A[^?#]*/]
        return path if scheme == "file"

        path = path.sub(%r{\A/?\([0-9A-Za-z_-]+\)/}, "") if scheme.start_with?("webpack")
        path.sub(%r{\A/+}, "")
      end
      private_class_method :split, :worked_out, :without_host

      KNOWN = Memo.new(MAX_KNOWN) { |path| split(path) }
      private_constant :KNOWN
    end
  end
end
