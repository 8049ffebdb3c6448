require "time"

# Opening hours by day.
module Calendar
  class Day
    attr_reader :name, :hours

    def initialize(name, hours)
      @name = name
      @hours = hours
    end

    def opens
      Time.strptime(hours.split("-").first, "%H:%M")
    end

    def minutes
      from, to = hours.split("-").map { |at| Integer(at.split(":").first, 10) * 60 + Integer(at.split(":").last, 10) }
      to - from
    end
  end

  def self.total(days)
    days.sum(&:minutes)
  end
end
