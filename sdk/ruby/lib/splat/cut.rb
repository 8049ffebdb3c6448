# frozen_string_literal: true

module Splat
  # L1: how a text is cut.
  module Cut
    # Stands at the end of what was cut, and in the place of what was dropped.
    MARK = "... [truncated]"

    module_function

    # `text`, or of a text of more than `limit` code points its beginning and the mark, `limit` long together.
    def cut(text, limit)
      # So few bytes hold no more code points, and counting those of a long text takes time.
      return text if text.bytesize <= limit || text.length <= limit

      text[0, limit - MARK.length] + MARK
    end
  end
end
