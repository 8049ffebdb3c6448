class MailWorker
  include Sidekiq::Worker

  def perform(letter)
    letter.fetch('to')
  end
end
