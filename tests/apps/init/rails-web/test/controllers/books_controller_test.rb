require "test_helper"

class BooksControllerTest < ActionDispatch::IntegrationTest
end
