require 'sidekiq'

Sidekiq.configure_server do |config|
  config.concurrency = 2
end

class Mail
  include Sidekiq::Job

  def perform(address) = address.fetch('to')
end
