require "calendar"

RSpec.describe Calendar do
  let(:monday) { Calendar::Day.new("Monday", "09:00-17:30") }

  it "counts minutes" do
    expect(monday.minutes).to eq(510)
  end

  it "knows when a day opens" do
    expect(monday.opens.hour).to eq(9)
  end

  it "adds up a week" do
    expect(Calendar.total([monday, monday])).to eq(1020)
  end
end
