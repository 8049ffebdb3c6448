import { Controller, Get, Module, Param } from '@nestjs/common';

const CATS: Record<string, { name: string }> = { 1: { name: 'Tom' } };

@Controller('cats')
export class CatsController {
  @Get(':id')
  name(@Param('id') id: string): string {
    return CATS[id].name;
  }
}

@Module({ controllers: [CatsController] })
export class AppModule {}
