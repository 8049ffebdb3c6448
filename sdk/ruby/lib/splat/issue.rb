# frozen_string_literal: true

require_relative "block"
require_relative "canonical"
require_relative "issue/place"
require_relative "issue/sections"
require_relative "shrink"
require_relative "signature/text"
require_relative "text"

module Splat
  # I: the title and the body of an issue, for a person and for the engine.
  #
  # * `place.rb`: the frame where it went wrong (I1)
  # * `sections.rb`: the parts of a body (I3 to I7)
  module Issue
    # Bytes of UTF-8; GitHub takes 65,536, and the block grows.
    MAX_BYTES = 60_000
    MAX_TITLE = 120
    private_constant :MAX_TITLE

    class << self
      # I2: type and place, at most 120 code points, without anything that GitHub links.
      def title(report)
        type = Cut.cut(Text.one_line(Signature::Text.type_name(report["exceptions"].first["type"]), 1_000), 80)
        type = "Error" if type.empty?
        frame = Place.of(report["exceptions"])[1]
        path = frame ? Place.path(frame) : ""
        return Cut.cut(unlinked("[Splat] #{type}"), MAX_TITLE) if path.empty?

        made = unlinked("[Splat] #{type} in #{Place.located(path, frame)}")
        while made.length > MAX_TITLE && path.include?("/")
          path = path.partition("/").last
          made = unlinked("[Splat] #{type} in .../#{Place.located(path, frame)}")
        end
        Cut.cut(made, MAX_TITLE)
      end

      # I3 to I9: the text of an issue, at most 60,000 bytes. `public` leaves out what only the team may see.
      def body(report, public: false)
        report = for_everyone(report) if public
        made = nil
        smallest = Shrink.shrink(report, MAX_BYTES) do |smaller|
          document = Canonical.canonical(smaller)
          # What is too large without the rest need not be rendered.
          made = document.bytesize <= MAX_BYTES ? rendered(smaller, document) : nil
          (made || document).bytesize
        end
        made || rendered(smallest, Canonical.canonical(smallest))
      end

      private

      def for_everyone(report)
        Shrink.without_in_frames(Shrink.without(report, "logs", "breadcrumbs", "request"), "locals")
      end

      def unlinked(text)
        text.delete("@").tr("`", "'").gsub(/#+([0-9])/, "\\1").gsub(/([Gg][Hh])-([0-9])/, "\\1 \\2")
      end

      def rendered(report, document)
        Sections.new(report).parts(document).join("\n\n")
      end
    end
  end
end
