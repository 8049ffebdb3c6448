class BooksController < ActionController::Base
  BOOKS = { "1" => "Emma" }.freeze

  def index
    render json: BOOKS.keys
  end

  def show
    render json: { title: BOOKS.fetch(params[:id]) }
  end
end
