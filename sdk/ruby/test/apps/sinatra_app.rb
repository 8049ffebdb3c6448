# frozen_string_literal: true

require "sinatra/base"

# A shop with as many ways to fail as Sinatra knows.
class Shop < Sinatra::Base
  class Sold < StandardError; end

  set :environment, (ENV["APP_SETTING"] || "production").to_sym
  set :logging, false
  set :dump_errors, false
  use Splat::Rack if ENV["SPLAT_IN_CLASS"]

  error(Sold) { halt 409, "sold" }
  not_found { "nothing here" }

  get("/") { "hello" }
  get("/carts/:id") { raise KeyError, "no cart #{params[:id]}" }
  get("/sold") { raise Sold, "too late" }
  get("/halt") { halt 503, "closed" }
  get("/missing") { raise Sinatra::NotFound }
  get("/stream") do
    stream do |out|
      out << "one"
      raise "half way"
    end
  end
  post("/carts") do
    Splat.set_tag("cart", params["id"])
    raise "posted"
  end
end
