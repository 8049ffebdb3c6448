# frozen_string_literal: true

module Splat
  VERSION = "0.1.0"
end
