# frozen_string_literal: true

require "sidekiq"
require "splat"

Sidekiq.configure_client { |config| config.redis = { url: ENV.fetch("REDIS_URL") } }
Sidekiq.configure_server { |config| config.redis = { url: ENV.fetch("REDIS_URL") } }
Splat.init

class Retried
  include Sidekiq::Worker
  sidekiq_options retry: 5
  sidekiq_retry_in { 3_600 }

  def perform(number)
    Splat.set_tag("number", number)
    raise IndexError, "job #{number}"
  end
end

class Fine
  include Sidekiq::Worker

  def perform
    Splat.add_breadcrumb("fine")
  end
end
