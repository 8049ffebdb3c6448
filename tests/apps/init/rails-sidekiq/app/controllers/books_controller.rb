class BooksController < ActionController::Base
  def show
    render json: { title: BOOKS.fetch(params[:id]) }
  end
end
