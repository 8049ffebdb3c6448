import { AppModule } from './app.module';

it('is there', () => expect(AppModule).toBeDefined());
