# A week with a day whose hours nobody filled in properly.
$LOAD_PATH.unshift(File.join(__dir__, "lib"))
require "server"

week = [Calendar::Day.new("Monday", "09:00-17:00"), Calendar::Day.new("Sunday", "closed")]
status, = Server.new($stderr).call(week)
exit(status == 200)
