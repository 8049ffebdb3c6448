from ledger import create_app

application = create_app()
