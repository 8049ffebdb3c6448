require "logger"
require "calendar"

# Answers with the hours of a week; an error is logged and becomes a 500.
class Server
  def initialize(log)
    @log = Logger.new(log)
  end

  def call(days)
    [200, "#{Calendar.total(days) / 60} h"]
  rescue StandardError => e
    @log.error(e.full_message(highlight: false))
    [500, "something went wrong"]
  end
end
