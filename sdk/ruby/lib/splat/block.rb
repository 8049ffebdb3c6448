# frozen_string_literal: true

require_relative "text"

module Splat
  # What a block says. Times as R1 writes them, releases encoded as D3 says, oldest first; `duplicate_of` is the number
  # of the issue this one was closed for (D8), nil for none; `start` and `stop` are where it stands, in bytes.
  Block = Struct.new(:seen, :first, :last, :releases, :duplicate_of, :start, :stop)

  # D2 to D4: what the SDK reads and writes of an issue that is there: its marker, and the block that counts.
  class Block
    MAX_COUNT = 999_999_999_999_999
    # GitHub takes no longer body, in bytes of UTF-8 to be safe.
    MAX_BODY = 65_536
    MOST_RELEASES = 20
    FURTHEST_END = 1_000
    MARKER = /<!-- splat:1 signature=([0-9a-f]{16}) -->/.freeze
    SEEN = Regexp.new("<!-- splat:seen count=([0-9]{1,15}) first=([0-9TZ:.-]{20,30}) last=([0-9TZ:.-]{20,30}) " \
                      "releases=([0-9A-Za-z._+%,]*) -->")
    ENDING = "<!-- splat:end -->"
    DUPLICATE = /<!-- splat:duplicate of=([1-9][0-9]{0,17}) -->/.freeze
    private_constant :MOST_RELEASES, :FURTHEST_END, :MARKER, :SEEN, :ENDING, :DUPLICATE

    class << self
      # D2: the signature that a body is marked with; nil without one, or with two that differ.
      def marker_of(body)
        signatures = UTF8.of(body).scan(MARKER).uniq
        signatures.one? ? signatures.first.first : nil
      end

      # The line that marks an issue with its signature.
      def marker(signature)
        "<!-- splat:1 signature=#{signature} -->"
      end

      # D3: a release as a block lists it; "" for none.
      def encoded(release)
        raw = Text.one_line(release, 1_000).byteslice(0, 60).b
        raw.gsub(/[^0-9A-Za-z._+]/n) { |byte| format("%%%02X", byte.ord) }.force_encoding(Encoding::UTF_8)[0, 60]
      end

      # D3: the block. `releases` are encoded.
      def write(count, first, last, releases)
        often = count == 1 ? "once" : "**#{count} times**"
        wide = releases.length > 1 ? ", in #{releases.length} releases" : ""
        "<!-- splat:seen count=#{count} first=#{first} last=#{last} releases=#{releases.join(',')} -->\n" \
          "Seen #{often}, first #{shown(first)}, last #{shown(last)}#{wide}.\n#{ENDING}"
      end

      # What the block of a body says; nil when it has none that is whole.
      def of(body)
        head = SEEN.match(UTF8.of(body)) or return
        rest = head.post_match[0, FURTHEST_END + ENDING.length]
        between = rest[0, rest.index(ENDING) || (return)]
        start = head.pre_match.bytesize
        stop = start + head[0].bytesize + between.bytesize + ENDING.bytesize
        duplicate = between[DUPLICATE, 1]
        releases = head[4].split(",").reject(&:empty?)
        new(head[1].to_i, head[2], head[3], releases, duplicate&.to_i, start, stop)
      end

      # D4: the body with `count` more in its block, seen from `first` to `last` in `release`.
      # nil when it has no block, or would be too long. Nothing around the block changes.
      def counted(body, count, first, last, release = "")
        was = of(body) or return
        name = encoded(release)
        releases = name.empty? || was.releases.include?(name) ? was.releases : [*was.releases, name]
        now = write([was.seen + count, MAX_COUNT].min, [was.first, first].min, [was.last, last].max,
                    releases.last(MOST_RELEASES))
        was.replaced(body, now)
      end

      # D8: the body with `of` named in its block as the issue that stays; nil as with `counted`.
      def as_duplicate(body, number)
        was = of(body) or return
        head, _, rest = write(was.seen, was.first, was.last, was.releases).partition("\n")
        was.replaced(body, "#{head}\n<!-- splat:duplicate of=#{number} -->\n#{rest}")
      end

      private

      def shown(time)
        "#{time[0, 10]} #{time[11, 8]} UTC"
      end
    end

    # The body that this was read of with `now` in its place; nil when that would be too long.
    def replaced(body, now)
      body = UTF8.of(body)
      made = body.byteslice(0, start) + now + body.byteslice(stop..)
      made if made.bytesize < MAX_BODY
    end
  end
end
