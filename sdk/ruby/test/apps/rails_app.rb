# frozen_string_literal: true

# Ruby's own first: what Rails 6.1 takes for granted.
require "logger"
require "rails"
require "action_controller/railtie"
require "active_job/railtie"
require "splat"

# A shop on Rails, in one file.
class Shop < Rails::Application
  config.root = ENV.fetch("APP_ROOT")
  config.load_defaults 6.1
  config.eager_load = true
  config.secret_key_base = "x" * 64
  config.hosts.clear
  config.consider_all_requests_local = !ENV["LOCAL"].nil?
  config.action_dispatch.show_exceptions = ENV["SHOW"] != "no"
  config.logger = Logger.new(File.join(ENV.fetch("APP_ROOT"), "rails.log"))
  config.active_job.queue_adapter = :inline
  initializer("splat") { Splat.init unless ENV["BARE"] }
end

class Gone < StandardError; end
class Busy < StandardError; end

class MailJob < ActiveJob::Base
  discard_on Gone

  def perform(what)
    Splat.set_tag("mail", what)
    raise Gone if what == "gone"

    raise ArgumentError, "no mail #{what}"
  end
end

class CartsController < ActionController::Base
  rescue_from(Gone) { head :gone }

  def index
    render plain: "carts"
  end

  def show
    Rails.logger.info("showing #{params[:id]}")
    raise KeyError, "no cart #{params[:id]}"
  end

  def gone
    raise Gone
  end

  def missing
    raise ActionController::RoutingError, "not here"
  end

  def bad
    params.require(:cart)
  end

  def nested
    Integer("x")
  rescue ArgumentError
    raise "while parsing"
  end

  def job
    MailJob.perform_later(params[:id])
    render plain: "sent"
  end

  def stream
    self.response_body = Enumerator.new do |body|
      body << "one"
      raise "half way"
    end
  end
end

Shop.initialize!
Shop.routes.draw do
  get "/carts", to: "carts#index"
  %w[gone missing bad nested stream].each { |name| get "/carts/#{name}", to: "carts##{name}" }
  get "/carts/:id", to: "carts#show"
  get "/jobs/:id", to: "carts#job"
end
