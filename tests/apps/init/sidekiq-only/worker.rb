require 'sidekiq'

Sidekiq.configure_server do |config|
  config.options[:concurrency] = 2
end

class Mail
  include Sidekiq::Job

  def perform(letter) = letter.fetch('to')
end
