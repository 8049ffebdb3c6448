require "server"
require "stringio"

RSpec.describe Server do
  it "answers with hours" do
    days = [Calendar::Day.new("Monday", "09:00-17:00")]
    expect(Server.new(StringIO.new).call(days)).to eq([200, "8 h"])
  end
end
