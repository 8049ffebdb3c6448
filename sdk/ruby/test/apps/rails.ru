# frozen_string_literal: true

require_relative "rails_app"
run Rails.application
