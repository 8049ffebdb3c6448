module Hello
  def self.to(name) = "hello #{name.fetch(0)}"
end
