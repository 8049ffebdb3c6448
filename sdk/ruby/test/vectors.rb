# frozen_string_literal: true

require "json"

# The vectors of `sdk/vectors`: cases and answers that every SDK shares. Their shape: `sdk/vectors/schema.json`.
module Vectors
  FOLDER = File.expand_path("../../vectors", __dir__)
  SPEC = File.read(File.expand_path("../SPEC.md", FOLDER), encoding: "UTF-8")

  module_function

  # The vectors of one group, builders not yet expanded.
  def load(area, group)
    made = JSON.parse(File.read(File.join(FOLDER, "#{area}.json"), encoding: "UTF-8")).fetch(group)
    made.empty? ? raise("#{area}/#{group} is empty") : made
  end

  # For `vectors … :ruby`: only what a Ruby process meets.
  def of_ruby(area, group)
    load(area, group).select { |vector| vector.fetch("runtime") == "ruby" }
  end

  # What a builder builds; every other value as it is. Lists and mappings are always new.
  def expand(value, above = [])
    case value
    when Array
      value.each_with_object(made = []) { |each, _| made << expand(each, [*above, made]) }
    when Hash
      builder = value.keys.find { |key| key.start_with?("$") }
      return build(builder, value, above) if builder

      made = {}
      value.each { |key, each| made[key] = expand(each, [*above, made]) }
      made
    else value
    end
  end

  def build(builder, value, above)
    what = value[builder]
    case builder
    when "$join" then what.map { |part| expand(part) }.join
    when "$repeat" then what * value["count"]
    when "$list" then Array.new(value["count"]) { expand(what) }
    when "$map" then (0...value["count"]).to_h { |number| [format("k%05d", number), expand(what)] }
    when "$nest" then (1..value["depth"]).reduce(expand(what)) { |made, _| [made] }
    when "$cycle" then above[-what]
    else raise "no builder #{builder}"
    end
  end

  # Makes a test of each vector, named after it.
  module Tests
    def vectors(area, group, all = Vectors.load(area, group), &check)
      raise "no vector of #{area}/#{group} is wanted" if all.empty?

      all.each_with_index do |vector, number|
        define_method("test_#{group}: #{vector.fetch('name', number)}") { instance_exec(vector, &check) }
      end
    end
  end
end
