# frozen_string_literal: true

require "sinatra"
unless ENV["BARE"]
  require "splat"
  Splat.init
  use Splat::Rack
end
get("/") { "hi" }
get("/boom") { raise "boom" }
