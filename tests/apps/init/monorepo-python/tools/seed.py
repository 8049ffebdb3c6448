print('seeds the database')
