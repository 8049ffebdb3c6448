# frozen_string_literal: true

require_relative "lib/splat/version"

Gem::Specification.new do |spec|
  spec.name = "splat-sdk"
  spec.version = Splat::VERSION
  spec.summary = "Each distinct error of an app becomes one GitHub issue"
  spec.description = "Files deduplicated, redacted GitHub issues for the errors of a Ruby app: Rails, Sinatra, Rack, " \
                     "Sidekiq and plain programs. No dependencies."
  spec.authors = ["The Splat authors"]
  spec.homepage = "https://github.com/splat-heal/splat"
  spec.license = "MIT"
  spec.required_ruby_version = ">= 3.0"
  spec.metadata = {
    "source_code_uri" => "https://github.com/splat-heal/splat/tree/main/sdk/ruby",
    "rubygems_mfa_required" => "true"
  }
  spec.files = Dir.chdir(__dir__) { Dir["lib/**/*.rb", "exe/*", "README.md", "LICENSE"].select { |each| File.file?(each) } }
  spec.require_paths = ["lib"]
end
